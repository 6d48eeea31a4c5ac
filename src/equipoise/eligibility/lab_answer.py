"""Is a laboratory result the word that is asked for? (LB)"""

from __future__ import annotations

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.lab import labs
from equipoise.eligibility.latest import decided_by_latest
from equipoise.protocol.criteria.lab_answer import LabAnswer
from equipoise.subject.records import LB
from equipoise.terms.codes import TestAnswer
from equipoise.terms.verdict import Reason


@evaluate.register
def _(rule: LabAnswer, asked: Asked) -> Finding:
    def decide(lab: LB) -> Finding:
        answer = lab.original.strip().upper()
        if answer not in tuple(TestAnswer):
            detail = f"{lab.test} on {lab.date}: found {answer!r}"
            return unknown(rule, Reason.VALUE_UNREADABLE, detail, lab.source)
        return decided(rule, answer == rule.is_, f"{lab.test} {answer} on {lab.date}", lab.source)

    rows = labs(asked, rule.test)
    return decided_by_latest(rule, rows, rule.test, asked, rule.within_days, decide)
