"""Is a laboratory value on the right side of a limit? (LB)"""

from __future__ import annotations

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.latest import decided_by_latest
from equipoise.protocol.criteria.lab import LabLimit
from equipoise.subject.records import LB
from equipoise.terms.quantity import convert, decimal_of
from equipoise.terms.verdict import Reason


def labs(asked: Asked, test: str) -> list[LB]:
    """The rows of one test."""
    return [lab for lab in asked.subject.records(LB) if lab.test == test]


@evaluate.register
def _(rule: LabLimit, asked: Asked) -> Finding:
    return decided_by_latest(
        rule,
        labs(asked, rule.test),
        rule.test,
        asked,
        rule.within_days,
        lambda lab: _against_limit(rule, lab),
    )


def _against_limit(rule: LabLimit, lab: LB) -> Finding:
    shown = f"{lab.test} {lab.original} {lab.original_unit}".rstrip() + f" on {lab.date}"
    if lab.value is None:
        instead = lab.original or lab.reason_not_done or "nothing"
        detail = f"{lab.test} on {lab.date}: found {instead!r} {lab.original_unit}".rstrip()
        return unknown(rule, lab.why_missing or Reason.NO_RESULT, detail, lab.source)
    if rule.at_most_uln is not None:
        return _against_uln(rule, lab, shown)
    limit = rule.at_least or rule.at_most
    assert limit is not None  # the model allows exactly one of the three
    bound = convert(limit.value, limit.unit, lab.unit, lab.test)
    if bound is None:
        detail = f"{shown} cannot be compared with {limit}"
        return unknown(rule, Reason.UNIT_UNKNOWN, detail, lab.source)
    holds = lab.value >= bound if rule.at_least else lab.value <= bound
    sign = ">=" if rule.at_least else "<="
    return decided(rule, holds, f"{shown}, limit {sign} {limit}", lab.source)


def _against_uln(rule: LabLimit, lab: LB, shown: str) -> Finding:
    """Value and limit of normal come from the same row and unit, so the ratio needs no
    conversion.
    """
    value, upper = decimal_of(lab.original), decimal_of(lab.original_upper)
    if upper is None or upper <= 0 or value is None or rule.at_most_uln is None:
        return unknown(rule, Reason.NO_ULN, f"{shown} has no upper limit of normal", lab.source)
    detail = f"{shown}, limit {rule.at_most_uln} x ULN {upper}"
    return decided(rule, value <= rule.at_most_uln * upper, detail, lab.source)
