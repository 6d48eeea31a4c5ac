"""Of which sex is the participant? (DM)"""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.eligibility.concerned import concerned
from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.protocol.criteria.sex import Sex
from equipoise.subject.records import DM, Record
from equipoise.terms.codes import SexCode
from equipoise.terms.verdict import Reason


@concerned.register
def _(rule: Sex, asked: Asked) -> Iterator[Record]:  # noqa: ARG001  (every row of DM)
    yield from asked.subject.records(DM)


@evaluate.register
def _(rule: Sex, asked: Asked) -> Finding:
    rows = [dm for dm in asked.subject.records(DM) if dm.sex]
    told = list(dict.fromkeys(dm.sex for dm in rows))
    sources = tuple(dict.fromkeys(dm.source for dm in rows))
    if not told:
        return unknown(rule, Reason.NO_RESULT, "sex not recorded")
    outside = [sex for sex in told if sex not in tuple(SexCode)]
    if len(told) - len(outside) > 1:
        return unknown(rule, Reason.CONTRADICTION, f"sex {' and '.join(told)}", *sources)
    if outside:
        detail = f"sex {', '.join(outside)}, expected {' or '.join(SexCode)}"
        return unknown(rule, Reason.NOT_CODED, detail, *sources)
    return decided(rule, told[0] == rule.is_, f"sex {told[0]}", *sources)
