"""Is a performance score low enough? (QS)"""

from __future__ import annotations

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.latest import decided_by_latest
from equipoise.protocol.criteria.performance import Performance
from equipoise.subject.records import QS
from equipoise.terms.quantity import decimal_of
from equipoise.terms.verdict import Reason


@evaluate.register
def _(rule: Performance, asked: Asked) -> Finding:
    def decide(score: QS) -> Finding:
        value = decimal_of(score.original)
        if value is None or value < 0:
            why = Reason.VALUE_UNREADABLE if score.original else Reason.NO_RESULT
            detail = f"{rule.test} on {score.date}: found {score.original!r}"
            return unknown(rule, why, detail, score.source)
        detail = f"{rule.test} {value} on {score.date}, limit <= {rule.at_most}"
        return decided(rule, value <= rule.at_most, detail, score.source)

    rows = [score for score in asked.subject.records(QS) if score.test == rule.test]
    return decided_by_latest(rule, rows, rule.test, asked, rule.within_days, decide)
