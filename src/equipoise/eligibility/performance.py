"""Is a performance score low enough? (QS)"""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.eligibility.concerned import concerned
from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.latest import decided_by_latest, shown
from equipoise.protocol.criteria.performance import Performance
from equipoise.subject.records import QS, Record
from equipoise.subject.records.faults import fault_of
from equipoise.terms.quantity import decimal_of
from equipoise.terms.scores import known_score, possible_score
from equipoise.terms.verdict import Reason

_OTHER_INSTRUMENTS = ("EORTC", "QLQ", "EQ5D", "EQ-5D", "FACT", "FACIT", "SF36", "SF-36", "HADS")
"""How the codes of questionnaires begin that ask participants and are no performance status."""


@concerned.register
def _(rule: Performance, asked: Asked) -> Iterator[Record]:
    yield from _scores(rule, asked)


def _scores(rule: Performance, asked: Asked) -> list[QS]:
    """The scores asked about, and those of a code that no list has."""
    return [
        score
        for score in asked.subject.records(QS)
        if score.test == rule.test or not _is_another(asked, score)
    ]


def _is_another(asked: Asked, score: QS) -> bool:
    return (
        known_score(score.test)
        or asked.vocabulary.knows("QSTESTCD", score.test)
        or score.test.startswith(_OTHER_INSTRUMENTS)
    )


@evaluate.register
def _(rule: Performance, asked: Asked) -> Finding:
    def decide(score: QS) -> Finding:
        when = shown(score.date)
        if score.test != rule.test:
            detail = f"{score.test or 'a score without its code'} on {when} may be {rule.test}"
            return unknown(rule, Reason.NOT_CODED, detail, score.source)
        if fault := fault_of(score):
            detail = f"{rule.test} on {when}: {fault.text}"
            return unknown(rule, fault.reason, detail, score.source)
        value = decimal_of(score.original)
        if value is None:
            why = Reason.VALUE_UNREADABLE if score.original else Reason.NO_RESULT
            detail = f"{rule.test} on {when}: found {score.original!r}"
            return unknown(rule, why, detail, score.source)
        if not possible_score(rule.test, value):
            detail = f"{rule.test} on {when}: found {score.original!r}, which is no such score"
            return unknown(rule, Reason.IMPLAUSIBLE, detail, score.source)
        detail = f"{rule.test} {score.original} on {when}, limit <= {rule.at_most}"
        return decided(rule, value <= rule.at_most, detail, score.source)

    rows = _scores(rule, asked)
    return decided_by_latest(rule, rows, rule.test, asked, rule.within_days, decide)
