"""How are criteria combined? All, any, not: Kleene's strong logic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from equipoise.protocol.criteria.kind import Rule
from equipoise.terms.verdict import Verdict, all_of, any_of

if TYPE_CHECKING:  # at run time it is the union of all kinds, made when all are there
    from equipoise.protocol.criteria.kind import Rule as AnyRule


class AllOf(Rule):
    """Every part must be met."""

    kind: Literal["all"]
    of: tuple[AnyRule, ...] = Field(min_length=1, description="the rules that must all be met")

    def words(self) -> str:
        """The parts with `and` between them."""
        return "; and ".join(_as_part(part) for part in self.of)

    def without_data(self) -> Verdict:
        """Kleene's *and*."""
        return all_of(part.without_data() for part in self.of)

    def parts(self) -> tuple[Rule, ...]:
        """All of them."""
        return self.of


class AnyOf(Rule):
    """One part must be met."""

    kind: Literal["any"]
    of: tuple[AnyRule, ...] = Field(min_length=1, description="the rules of which one must be met")

    def words(self) -> str:
        """The parts with `or` between them."""
        return "; or ".join(_as_part(part) for part in self.of)

    def without_data(self) -> Verdict:
        """Kleene's *or*."""
        return any_of(part.without_data() for part in self.of)

    def parts(self) -> tuple[Rule, ...]:
        """All of them."""
        return self.of


class Not(Rule):
    """The part must not be met."""

    kind: Literal["not"]
    of: AnyRule = Field(description="the rule that must not be met")

    def words(self) -> str:
        """The part, denied."""
        return f"not: {_as_part(self.of)}"

    def without_data(self) -> Verdict:
        """What is unknown stays unknown."""
        return self.of.without_data().negate()

    def parts(self) -> tuple[Rule, ...]:
        """The one that is denied."""
        return (self.of,)


def _as_part(rule: Rule) -> str:
    return f"({rule.words()})" if isinstance(rule, AllOf | AnyOf) else rule.words()
