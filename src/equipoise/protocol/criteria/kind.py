"""What is a kind of criterion? Its declaration, its words, its answer without data, in one class.

A kind is added by a file of its own in this folder and a file of the same name in `eligibility`,
which says how the records answer it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple, Self, get_args

from equipoise.protocol.base import Model
from equipoise.protocol.panel import RasPanel
from equipoise.terms.quantity import Quantity
from equipoise.terms.verdict import Verdict

KINDS: dict[str, type[Rule]] = {}
"""Every kind by the word that the protocol writes; a class enters it by being declared."""


class References(NamedTuple):
    """What a criterion may refer to elsewhere in the protocol."""

    panels: Mapping[str, RasPanel]
    diameter: Quantity
    short_axis: Quantity


class UnknownReference(Exception):
    """A criterion names what the protocol does not have, or says again what it refers to and says
    otherwise; `field` is the field that does.
    """

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class Rule(Model, ABC):
    """The executable form of a criterion. *Met* says that what is asked holds."""

    kind: str

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Enter the kind that the class declares."""
        (name,) = get_args(cls.model_fields["kind"].annotation)
        if name in KINDS:
            raise TypeError(f"the kind {name!r} is declared twice: {KINDS[name]}, {cls}")
        KINDS[name] = cls

    @abstractmethod
    def words(self) -> str:
        """What is asked, as a phrase, for people who compare it with the registered sentence."""

    def without_data(self) -> Verdict:
        """The answer for a participant of whom nothing is recorded; `eligibility.evaluate` agrees
        (property-tested).
        """
        return Verdict.UNKNOWN

    def parts(self) -> tuple[Rule, ...]:
        """The rules that this one is made of."""
        return ()

    def asks_a_person(self) -> bool:
        """Does the rule, or a part of it, ask for an attestation?"""
        return any(part.asks_a_person() for part in self.parts())

    def with_references(self, references: References) -> Self:  # noqa: ARG002  (most refer to nothing)
        """The rule itself with what it refers to filled in. Raises UnknownReference."""
        return self


def within(days: int | None) -> str:
    """The window of a rule in words, if it has one."""
    return f", within {days} days" if days else ""
