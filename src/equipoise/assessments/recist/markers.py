"""May it be called a complete response? Not while the tumor marker is above normal (RECIST 1.1
4.3.3, 4.3.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from equipoise.assessments.recist.policy import RecistPolicy
from equipoise.assessments.recist.series import LesionSeries, assess_series
from equipoise.subject.records import LB
from equipoise.terms.response import NonTarget, Response

MARKER = "CEA"
WITHIN_DAYS = 28
"""A sample speaks for a scan when it was taken at its visit or at most so many days before it."""


def with_markers(
    series: LesionSeries, markers: Iterable[LB], start: date, policy: RecistPolicy
) -> LesionSeries:
    """The series in which disease is left at each scan that would be a first complete response with
    a raised marker.

    The marker only withholds a complete response. It never is progression by itself: once a
    complete response stands, a marker that rises again changes nothing. What is not known changes
    nothing either, and is noted.
    """
    samples = [lb for lb in markers if lb.test == MARKER and lb.date and lb.date.exact]
    before = [lb for lb in samples if lb.date and lb.date.latest <= start]
    raised = _raised(max(before, key=_order)) if before else None
    if raised is False:
        return series
    while (visit := _first_cr(series, policy)) is not None:
        name, when = series.visits[visit], series.dates[visit]
        sample = _sample(samples, name, when, start)
        now = _raised(sample) if sample else None
        if raised is None or now is None:
            at = "at baseline" if raised is None else f"at {name}, {when}"
            return _noted(
                series,
                f"complete response at {name}: whether {MARKER} is normal is not known ({at})",
            )
        if sample is None or not now:
            return series
        series = _with_disease(series, visit, sample)
    return series


def _first_cr(series: LesionSeries, policy: RecistPolicy) -> int | None:
    responses = assess_series(series, policy).response.tolist()
    return responses.index(int(Response.CR)) if int(Response.CR) in responses else None


def _sample(samples: Sequence[LB], visit: str, scan: date, start: date) -> LB | None:
    """The sample of the visit, else the nearest before the scan; none from baseline, which says
    nothing of today.
    """
    near = [lb for lb in samples if lb.date and start < lb.date.earliest]
    of_visit = [
        lb for lb in near if lb.visit == visit and abs(_days_before(lb, scan)) <= WITHIN_DAYS
    ]
    earlier = [lb for lb in near if 0 <= _days_before(lb, scan) <= WITHIN_DAYS]
    return max(of_visit or earlier, key=_order, default=None)


def _days_before(sample: LB, scan: date) -> int:
    assert sample.date is not None
    return (scan - sample.date.earliest).days


def _order(sample: LB) -> tuple[date, str]:
    assert sample.date is not None
    return sample.date.earliest, sample.date.time


def _raised(sample: LB) -> bool | None:
    """Above the upper limit of the same row; None when either is not known."""
    if sample.value is None or sample.upper is None:
        return None
    return sample.value > sample.upper


def _with_disease(series: LesionSeries, visit: int, sample: LB) -> LesionSeries:
    nontarget = series.nontarget.copy()
    nontarget[visit] = NonTarget.NON_CR_NON_PD
    sources = tuple(
        (*seen, sample.source) if v == visit else seen for v, seen in enumerate(series.sources)
    )
    return replace(series, nontarget=nontarget, sources=sources)


def _noted(series: LesionSeries, note: str) -> LesionSeries:
    return replace(series, notes=(*series.notes, note))
