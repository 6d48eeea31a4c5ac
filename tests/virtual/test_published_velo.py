"""Virtual arms give what the two-clone model was fitted to: VELO (Napolitano et al., JAMA Oncology
2023), in months.

Targets are the fit's own results; the response rule here is written out for this test alone.
"""

import numpy as np
import pytest

from equipoise.arrays import NEVER
from equipoise.statistics.survival import kaplan_meier
from equipoise.virtual.tumor import (
    EQUIVOCAL_LESION,
    GONE,
    NEW_LESION,
    TOO_SMALL,
    draw_virtual_tumor,
    velo_fit,
)

MONTH = 365.25 / 12
SCANS = np.arange(63, 1100, 63)


def read(course):
    """(days to progression or death, did it happen, best change, was disease ever controlled)."""
    lengths = np.where(course.length == TOO_SMALL, 5_000, np.maximum(course.length, GONE)) / 1000
    evaluated = np.all(course.length != -1, axis=1)
    sums, smallest, best, controlled = lengths.sum(axis=1), lengths[0].sum(), 0.0, False
    for visit in range(1, len(course.days)):
        grown = evaluated[visit] and sums[visit] >= max(1.2 * smallest, smallest + 5)
        if (
            grown
            or course.new[visit] in (NEW_LESION, EQUIVOCAL_LESION)
            or course.nontarget[visit] == 3
        ):
            return course.days[visit], True, best, controlled
        controlled = True
        if evaluated[visit]:
            best, smallest = min(best, sums[visit] / sums[0] - 1), min(smallest, sums[visit])
    if course.death_day != NEVER:
        return course.death_day, True, best, controlled
    return course.days[-1], False, best, controlled


@pytest.fixture(scope="module", params=[False, True], ids=["control", "experimental"])
def arm(request):
    rng = np.random.default_rng(20200901)
    courses = [draw_virtual_tumor(rng, request.param, velo_fit(), SCANS) for _ in range(4000)]
    days, happened, best, controlled = (
        np.array(column) for column in zip(*map(read, courses), strict=True)
    )
    died = np.array([course.death_day for course in courses])
    return request.param, kaplan_meier(days, happened), best, controlled, died


def test_progression_free_survival(arm):
    experimental, curve, *_ = arm
    median, at_6, at_12 = (4.24, 0.39, 0.12) if experimental else (2.25, 0.08, 0.00)

    assert curve.median().time / MONTH == pytest.approx(median, abs=0.25)
    assert curve.at(6 * MONTH)[0] == pytest.approx(at_6, abs=0.05)
    assert curve.at(12 * MONTH)[0] == pytest.approx(at_12, abs=0.04)


def test_response_and_disease_control(arm):
    experimental, _, best, controlled, _ = arm
    response, control = (0.10, 0.68) if experimental else (0.00, 0.43)

    assert np.mean(best <= -0.3) == pytest.approx(response, abs=0.03)
    assert np.mean(controlled) == pytest.approx(control, abs=0.05)


def test_overall_survival_is_8_to_12_months_as_assumed(arm):
    experimental, *_, died = arm
    months = np.median(np.where(died == NEVER, np.inf, died)) / MONTH

    assert 8 <= months <= 12.5
    assert (months > 10) == experimental
