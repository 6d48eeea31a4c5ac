"""Which words does this protocol use? What is outside of them may mean any of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from equipoise.protocol.criteria import Rule
from equipoise.protocol.criteria.condition import Condition
from equipoise.terms.coded import coded
from equipoise.terms.codes import HistoryCategory, TherapyCategory

if TYPE_CHECKING:
    from equipoise.protocol.model import Protocol

GENERAL: Mapping[str, frozenset[str]] = {
    "MHCAT": frozenset(HistoryCategory),
    "CMCAT": frozenset(TherapyCategory),
}
"""Values of the sponsor's own code lists that every protocol may meet."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """SDTM variable -> the values that forms and criteria use, and the conditions asked about."""

    values: Mapping[str, frozenset[str]] = field(default_factory=lambda: GENERAL)
    conditions: tuple[Condition, ...] = ()

    def knows(self, variable: str, value: str) -> bool:
        """Is it a value of the variable's code list?"""
        return value in self.values.get(variable, ())


def vocabulary_of(rules: Iterable[Rule]) -> Vocabulary:
    """The words of some rules alone."""
    return _vocabulary(tuple(rules), ())


def vocabulary(protocol: Protocol) -> Vocabulary:
    """The words of a protocol: its criteria and its forms."""
    return _of_protocol(_Same(protocol))


class _Same:
    """A protocol as the key of a cache: the object itself, not what it says."""

    __slots__ = ("protocol",)

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    def __hash__(self) -> int:
        return id(self.protocol)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.protocol is self.protocol


@lru_cache(maxsize=16)
def _of_protocol(same: _Same) -> Vocabulary:
    protocol = same.protocol
    rules = tuple(criterion.rule for criterion in protocol.criteria)
    return _vocabulary(rules, _of_forms(protocol))


def _of_forms(protocol: Protocol) -> Iterator[tuple[str, str]]:
    for form in protocol.forms:
        for group in form.groups:
            yield from group.constants.items()
            for asked in group.fields:
                if asked.variable and asked.type == "code":
                    yield from ((asked.variable, value) for value in asked.codes)


def _vocabulary(rules: Iterable[Rule], of_forms: Iterable[tuple[str, str]]) -> Vocabulary:
    every = tuple(_within(rules))
    values = {variable: set(known) for variable, known in GENERAL.items()}
    for variable, value in (*of_forms, *_of_rules(every)):
        values.setdefault(variable, set()).add(coded(value))
    conditions = tuple(rule for rule in every if isinstance(rule, Condition))
    return Vocabulary({name: frozenset(known) for name, known in values.items()}, conditions)


def _within(rules: Iterable[Rule]) -> Iterator[Rule]:
    for rule in rules:
        yield rule
        yield from _within(rule.parts())


def _of_rules(rules: Iterable[Rule]) -> Iterator[tuple[str, str]]:
    for rule in rules:
        if isinstance(rule, Condition):
            yield "MHCAT", rule.category
        for test in (*getattr(rule, "tests", ()), getattr(rule, "test", "")):
            yield ("QSTESTCD" if rule.kind == "performance" else "LBTESTCD"), test
        if rule.kind == "genomic":
            yield "GFTESTCD", f"{rule.panel}STAT"  # type: ignore[attr-defined]
