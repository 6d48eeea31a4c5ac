"""Is there disease that can be measured? Criterion I03 from the lesions of the baseline scans (TU,
TR).
"""

from __future__ import annotations

from decimal import Decimal

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.latest import decided_by_latest
from equipoise.protocol.criteria.measurable_disease import MeasurableDisease
from equipoise.subject.records import TR, TU
from equipoise.terms.codes import LesionRole, LesionTest, is_lymph_node
from equipoise.terms.dates import PartialDate
from equipoise.terms.quantity import Quantity, convert
from equipoise.terms.verdict import Reason, Verdict

DIAMETER, SHORT_AXIS = LesionTest.LONGEST_DIAMETER.value, LesionTest.SHORT_AXIS.value


@evaluate.register
def _(rule: MeasurableDisease, asked: Asked) -> Finding:
    """RECIST 1.1 3.1.1: each lesion by its latest reading in the window, whichever scan that stands
    in.
    """
    read: dict[str, PartialDate | None] = {}

    def decide(row: TR) -> Finding:
        read[row.link] = row.date
        return _measurable(rule, row)

    lesions = _lesions(asked)
    if not lesions:
        return decided_by_latest(rule, (), "measured lesion", asked, rule.within_days, decide)
    each = [
        decided_by_latest(
            rule, rows, f"reading of {link} ({axis})", asked, rule.within_days, decide
        )
        for (link, axis), rows in lesions.items()
    ]
    return _counted(rule, each, sorted({str(when) for when in read.values()}))


def _counted(rule: MeasurableDisease, each: list[Finding], days: list[str]) -> Finding:
    """Enough lesions are measurable, or cannot be, or those left open may tell."""
    large = [lesion for lesion in each if lesion.verdict is Verdict.MET]
    unread = [lesion for lesion in each if lesion.verdict is Verdict.UNKNOWN]
    on = f" on {' and '.join(days)}" if days else ""
    detail = f"{len(large)} measurable lesion{'s' * (len(large) != 1)}{on}, needed {rule.at_least}"
    sources = tuple(dict.fromkeys(source for lesion in large or each for source in lesion.evidence))
    if len(large) >= rule.at_least:
        return decided(rule, True, detail, *sources)
    if len(large) + len(unread) < rule.at_least:
        return decided(rule, False, detail, *sources)
    first = unread[0]
    assert first.reason is not None  # it is unknown
    return unknown(rule, first.reason, f"{detail}; {first.detail}", *sources)


def _lesions(asked: Asked) -> dict[tuple[str, str], list[TR]]:
    """(lesion, axis that measures it) -> its readings. A node is measured by its short axis,
    whatever else was read.
    """
    measured = [
        tu
        for tu in asked.subject.records(TU)
        if tu.role in (LesionRole.TARGET, LesionRole.NON_TARGET)
    ]
    nodes = {tu.link for tu in measured if is_lymph_node(tu.location)}
    lesions: dict[tuple[str, str], list[TR]] = {}
    for link in sorted({tu.link for tu in measured}):
        rows = [
            tr
            for tr in asked.subject.records(TR)
            if tr.link == link and tr.test in (DIAMETER, SHORT_AXIS)
        ]
        axis = (
            SHORT_AXIS if link in nodes or all(tr.test == SHORT_AXIS for tr in rows) else DIAMETER
        )
        if rows:
            lesions[link, axis] = [tr for tr in rows if tr.test == axis]
    return lesions


def _measurable(rule: MeasurableDisease, row: TR) -> Finding:
    limit = _millimeters(rule.short_axis if row.test == SHORT_AXIS else rule.diameter)
    detail = (
        f"{row.link} {row.test} {row.original or 'not read'} {row.original_unit}".rstrip()
        + f" on {row.date}"
    )
    if row.value is None:
        return unknown(rule, row.why_missing or Reason.NO_RESULT, detail, row.source)
    return decided(rule, row.value >= limit, detail, row.source)


def _millimeters(limit: Quantity | None) -> Decimal:
    """A threshold of the protocol. Raises ValueError for one that is no length, or was not
    resolved.
    """
    millimeters = convert(limit.value, limit.unit, "mm") if limit else None
    if millimeters is None:
        raise ValueError(
            f"the threshold of a measurable lesion is {limit}, expected a length: see"
            " assessment.recist"
        )
    return millimeters
