"""Is there disease that can be measured? Criterion I03 from the lesions of the baseline scans (TU,
TR).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from equipoise.eligibility.concerned import concerned
from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.latest import decided_by_latest, shown
from equipoise.protocol.criteria.measurable_disease import MeasurableDisease
from equipoise.subject.records import TR, TU, Record
from equipoise.subject.records.faults import fault_of
from equipoise.terms.codes import LesionRole, LesionTest
from equipoise.terms.dates import PartialDate
from equipoise.terms.locations import lymph_node
from equipoise.terms.quantity import Quantity, convert
from equipoise.terms.verdict import Reason, Verdict, any_of

DIAMETER, SHORT_AXIS = LesionTest.LONGEST_DIAMETER.value, LesionTest.SHORT_AXIS.value
_OF_BASELINE = (LesionRole.TARGET, LesionRole.NON_TARGET)
_NO_LENGTH = ("TUMSTATE", "LPERP", "SUMDIAM", "SUMLDIAM", "SUMNLNLD", "SUMAXIS", "VOLUME")
"""TRTESTCD that measure something else than the diameter that makes a lesion measurable."""


class _Lesion(NamedTuple):
    """A lesion, whether its role is known, whether it is a node, and the readings of it."""

    link: str
    known: bool
    node: Verdict
    rows: list[TR]


@concerned.register
def _(rule: MeasurableDisease, asked: Asked) -> Iterator[Record]:  # noqa: ARG001  (all lesions)
    lesions = _lesions(asked)
    links = {lesion.link for lesion in lesions}
    yield from (tu for tu in asked.subject.records(TU) if tu.link in links)
    for lesion in lesions:
        yield from lesion.rows


@evaluate.register
def _(rule: MeasurableDisease, asked: Asked) -> Finding:
    """RECIST 1.1 3.1.1: each lesion by its latest reading in the window, whichever scan that stands
    in.
    """
    read: dict[str, PartialDate | None] = {}

    def decide(row: TR) -> Finding:
        read[row.link] = row.date
        return _measurable(rule, row)

    lesions = [lesion for lesion in _lesions(asked) if lesion.rows]
    if not lesions:
        return decided_by_latest(rule, (), "measured lesion", asked, rule.within_days, decide)
    each = [_of_lesion(rule, lesion, partial(_by_axis, rule, asked, decide)) for lesion in lesions]
    return _counted(rule, each, sorted({shown(when) for when in read.values()}))


def _by_axis(
    rule: MeasurableDisease,
    asked: Asked,
    decide: Callable[[TR], Finding],
    lesion: _Lesion,
    axis: str,
) -> Finding:
    """By its readings of one axis, and by those that do not tell which they are of."""
    other = {DIAMETER, SHORT_AXIS} - {axis}
    rows = [tr for tr in lesion.rows if tr.test not in other]
    what = f"reading of {lesion.link} ({axis})"
    return decided_by_latest(rule, rows, what, asked, rule.within_days, decide)


def _of_lesion(
    rule: MeasurableDisease, lesion: _Lesion, by_axis: Callable[[_Lesion, str], Finding]
) -> Finding:
    """A node is measured by its short axis, whatever else was read; of what may be one, both ways
    must agree. One whose short axis is large enough for a node is large enough for anything.
    """
    if not lesion.known:
        detail = f"{lesion.link}: its role is none of {', '.join(LesionRole)}"
        return unknown(rule, Reason.NOT_CODED, detail, *(tr.source for tr in lesion.rows))
    only_short = all(tr.test == SHORT_AXIS for tr in lesion.rows)
    as_node = by_axis(lesion, SHORT_AXIS)
    if lesion.node is Verdict.MET or (
        only_short and (lesion.node is Verdict.NOT_MET or as_node.verdict is Verdict.MET)
    ):
        return as_node
    as_mass = by_axis(lesion, DIAMETER)
    if lesion.node is Verdict.NOT_MET or as_node.verdict is as_mass.verdict:
        return as_mass
    detail = f"{lesion.link}: its location does not tell whether it is a lymph node"
    evidence = dict.fromkeys((*as_mass.evidence, *as_node.evidence))
    return unknown(rule, Reason.NOT_CLASSIFIED, detail, *evidence)


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


def _lesions(asked: Asked) -> list[_Lesion]:
    """The lesions that may be measured, each with its readings, and with those that do not say of
    which lesion they are.
    """
    by_link: dict[str, list[TU]] = {}
    for tu in asked.subject.records(TU):
        by_link.setdefault(tu.link, []).append(tu)
    readings: dict[str, list[TR]] = {}
    for tr in asked.subject.records(TR):
        if tr.test not in _NO_LENGTH:
            readings.setdefault(tr.link, []).append(tr)
    return [
        _Lesion(
            link,
            any(tu.role in _OF_BASELINE for tu in identified),
            _is_node(identified),
            [*readings.get(link, ()), *readings.get("", ())],
        )
        for link, identified in sorted(by_link.items())
        if link and not all(tu.role == LesionRole.NEW for tu in identified)
    ]


def _is_node(identified: Sequence[TU]) -> Verdict:
    """Of a lesion identified twice: a node if either says so."""
    return any_of(lymph_node(tu.location) for tu in identified)


def _measurable(rule: MeasurableDisease, row: TR) -> Finding:
    limit = _millimeters(rule.short_axis if row.test == SHORT_AXIS else rule.diameter)
    name = f"{row.link or 'a lesion without its name'} {row.test or 'without its test'}"
    detail = f"{name} {row.original or 'not read'} {row.original_unit}".rstrip()
    detail += f" on {shown(row.date)}"
    if row.test not in (DIAMETER, SHORT_AXIS) or not row.link:
        return unknown(rule, Reason.NOT_CODED, detail, row.source)
    if fault := fault_of(row):
        return unknown(rule, fault.reason, f"{detail}: {fault.text}", row.source)
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
