"""How old is the participant on the index date? (DM)"""

from __future__ import annotations

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.protocol.criteria.age import Age
from equipoise.subject.records import DM
from equipoise.terms.dates import completed_years
from equipoise.terms.verdict import Reason


@evaluate.register
def _(rule: Age, asked: Asked) -> Finding:
    rows = [dm for dm in asked.subject.records(DM) if dm.birth or dm.age is not None]
    if not rows:
        return unknown(rule, Reason.NO_RESULT, "neither date of birth nor age recorded")
    last = rows[-1]
    if last.birth is None:
        assert last.age is not None
        detail = f"age {last.age}, limit >= {rule.at_least}"
        return decided(rule, last.age >= rule.at_least, detail, last.source)
    least = completed_years(last.birth.latest, asked.index)
    most = completed_years(last.birth.earliest, asked.index)
    if (least >= rule.at_least) != (most >= rule.at_least):
        detail = f"born {last.birth}: {least} or {most} years old"
        return unknown(rule, Reason.PARTIAL_DATE, detail, last.source)
    detail = f"born {last.birth}, limit >= {rule.at_least} years"
    return decided(rule, least >= rule.at_least, detail, last.source)
