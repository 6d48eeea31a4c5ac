"""What does a protocol declare that no virtual participant could go through?"""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Refusal, Use
from equipoise.virtual.parameters import rehearsed
from equipoise.virtual.person import without_regimen


def refusals(protocol: Protocol) -> tuple[Refusal, ...]:
    """A trial without virtual participants, and regimens that leave some of them without one."""
    found = [*_participants(protocol), *_regimens(protocol)]
    return tuple(Refusal(Use.REHEARSED, field, why) for field, why in found)


def _participants(protocol: Protocol) -> Iterator[tuple[str, str]]:
    if protocol.id not in rehearsed():
        yield (
            "registration.id",
            (
                f"found {protocol.id}, expected a trial that has virtual participants:"
                f" {', '.join(rehearsed())}"
            ),
        )


def _regimens(protocol: Protocol) -> Iterator[tuple[str, str]]:
    there = ", ".join(regimen.id for regimen in protocol.regimens) or "none"
    for previous in without_regimen(protocol):
        yield "regimens", f"found {there}: a virtual participant who had {previous} gets none"
