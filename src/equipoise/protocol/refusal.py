"""What does a protocol declare that cannot be obeyed? The answer of a room, in a sentence.

Each room that obeys fields of the protocol may have a function `refusals(protocol)`, which says
what it cannot obey; `planning.check` asks them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Use(StrEnum):
    """What a protocol is for; each value follows "cannot be"."""

    ANALYZED = "analyzed"
    CONDUCTED = "conducted"
    DESIGNED = "designed"
    SIMULATED = "simulated"
    REHEARSED = "rehearsed"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A declaration that cannot be obeyed: what the protocol cannot be used for, the field, what
    was found there, what can be obeyed, and so what to do.
    """

    use: Use
    field: str
    why: str

    def __str__(self) -> str:
        return ": ".join(told(self))


def told(refusal: Refusal) -> tuple[str, str]:
    """The field, and the sentence about it."""
    return refusal.field, f"{refusal.why} (cannot be {refusal.use})"


class CannotObey(ValueError):
    """A protocol was to be used for what it cannot be used for; lists every refusal."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__("\n".join(map(str, refusals)))
        self.refusals = refusals


def require(refusals: tuple[Refusal, ...], *uses: Use) -> None:
    """Raise CannotObey if anything declared stands in the way of these uses."""
    if kept := tuple(refusal for refusal in refusals if refusal.use in uses):
        raise CannotObey(kept)
