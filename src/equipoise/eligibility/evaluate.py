"""May this person enter? Each criterion against the records: met, not met or unknown, with reason
and evidence.

This is the definition of the criteria; whatever else answers them (queries over a warehouse) is
held to it. Each kind of rule is evaluated in the file of its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import singledispatch
from typing import Any

from equipoise.eligibility.finding import Finding
from equipoise.protocol.criteria import Rule
from equipoise.protocol.model import Criterion, Protocol
from equipoise.protocol.vocabulary import Vocabulary, vocabulary, vocabulary_of
from equipoise.subject.state import Subject
from equipoise.terms.verdict import Verdict, all_of


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a criterion is asked about, as of which day, and in whose words.

    `denied`: the rule stands under a *not*, so that what it finds keeps people out. `sorted_rows`
    is filled once for all criteria that are asked together.
    """

    subject: Subject
    index: date
    criterion: str = ""
    vocabulary: Vocabulary = Vocabulary()
    denied: bool = False
    sorted_rows: dict[str, Any] = field(default_factory=dict, compare=False)


def evaluate_all(protocol: Protocol, subject: Subject, index: date) -> tuple[Finding, ...]:
    """A finding for each criterion of the protocol, in its order."""
    return tuple(
        _found(criterion, asked) for criterion, asked in questions(protocol, subject, index)
    )


def questions(
    protocol: Protocol, subject: Subject, index: date
) -> Iterator[tuple[Criterion, Asked]]:
    """Each criterion, and whom it is asked about."""
    first = Asked(subject.for_eligibility, index, vocabulary=vocabulary(protocol))
    for criterion in protocol.criteria:
        yield criterion, replace(first, criterion=criterion.id)


def evaluate_criterion(criterion: Criterion, subject: Subject, index: date) -> Finding:
    """The finding for one criterion that stands alone; for exclusions too, *met* means: does not
    block entry.
    """
    words = vocabulary_of([criterion.rule])
    return _found(criterion, Asked(subject, index, criterion.id, words))


def _found(criterion: Criterion, asked: Asked) -> Finding:
    return replace(evaluate(criterion.rule, asked), id=criterion.id)


def overall(findings: Sequence[Finding]) -> Verdict:
    """May she enter? Kleene's *and* over all criteria."""
    return all_of(finding.verdict for finding in findings)


@singledispatch
def evaluate(rule: Rule, asked: Asked) -> Finding:  # noqa: ARG001  (the kinds use it)
    """The finding for one rule. The kinds of rules are those of `protocol.criteria`."""
    raise TypeError(f"no way to evaluate {type(rule).__name__}")
