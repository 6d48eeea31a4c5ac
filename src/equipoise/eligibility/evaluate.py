"""May this person enter? Each criterion against the records: met, not met or unknown, with reason
and evidence.

This is the definition of the criteria; whatever else answers them (queries over a warehouse) is
held to it. Each kind of rule is evaluated in the file of its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import singledispatch

from equipoise.eligibility.finding import Finding
from equipoise.protocol.criteria import Rule
from equipoise.protocol.model import Criterion, Protocol
from equipoise.protocol.vocabulary import Vocabulary, vocabulary, vocabulary_of
from equipoise.subject.state import Subject
from equipoise.terms.verdict import Verdict, all_of


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a criterion is asked about, as of which day, and in whose words.

    `denied`: the rule stands under a *not*, so that what it finds keeps people out.
    """

    subject: Subject
    index: date
    criterion: str = ""
    vocabulary: Vocabulary = Vocabulary()
    denied: bool = False


def evaluate_all(protocol: Protocol, subject: Subject, index: date) -> tuple[Finding, ...]:
    """A finding for each criterion of the protocol, in its order."""
    words = vocabulary(protocol)
    return tuple(
        _found(criterion, Asked(subject, index, criterion.id, words))
        for criterion in protocol.criteria
    )


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
