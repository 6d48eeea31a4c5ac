"""Is a laboratory result the word that is asked for? (LB)"""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.eligibility.concerned import concerned
from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.lab import labs, unreadable
from equipoise.eligibility.latest import decided_by_latest, shown
from equipoise.protocol.criteria.lab_answer import LabAnswer
from equipoise.subject.records import LB, Record
from equipoise.terms.coded import coded
from equipoise.terms.codes import TestAnswer
from equipoise.terms.verdict import Reason


@concerned.register
def _(rule: LabAnswer, asked: Asked) -> Iterator[Record]:
    yield from labs(asked, rule.test)


@evaluate.register
def _(rule: LabAnswer, asked: Asked) -> Finding:
    def decide(lab: LB) -> Finding:
        if cannot := unreadable(rule, asked, rule.test, lab):
            return cannot
        answer = coded(lab.original)
        if answer not in tuple(TestAnswer):
            why = Reason.VALUE_UNREADABLE if answer else Reason.NO_RESULT
            detail = f"{lab.test} on {shown(lab.date)}: found {answer!r}"
            return unknown(rule, why, detail, lab.source)
        detail = f"{lab.test} {answer} on {shown(lab.date)}"
        return decided(rule, answer == rule.is_, detail, lab.source)

    rows = labs(asked, rule.test)
    return decided_by_latest(rule, rows, rule.test, asked, rule.within_days, decide)
