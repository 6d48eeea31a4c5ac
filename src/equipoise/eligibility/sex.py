"""Of which sex is the participant? (DM)"""

from __future__ import annotations

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.protocol.criteria.sex import Sex
from equipoise.subject.records import DM
from equipoise.terms.codes import SexCode
from equipoise.terms.verdict import Reason


@evaluate.register
def _(rule: Sex, asked: Asked) -> Finding:
    rows = [dm for dm in asked.subject.records(DM) if dm.sex in tuple(SexCode)]
    if not rows:
        return unknown(rule, Reason.NO_RESULT, "sex not recorded")
    last = rows[-1]
    return decided(rule, last.sex == rule.is_, f"sex {last.sex}", last.source)
