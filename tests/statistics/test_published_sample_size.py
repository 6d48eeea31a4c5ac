"""Sizes printed in papers and package documentation."""

import pytest
from numpy import log

from equipoise.statistics.sample_size import (
    Accrual,
    Arm,
    Hazard,
    ProportionalHazards,
    TwoArms,
    average_hazard_ratio,
    duration_for_accrual,
    freedman_events,
    schoenfeld_events,
    size_for_duration,
    size_for_follow_up,
    size_for_shares,
)


def test_events_of_schoenfeld_and_freedman():
    """Rpact 4.5: hazard ratio 0.7, power 90 %, one-sided 0.025."""
    assert schoenfeld_events(0.7, power=0.9) == pytest.approx(330.377914, abs=1e-6)
    assert freedman_events(0.7, power=0.9) == pytest.approx(337.4050294, abs=1e-7)


def test_lachin_and_foulkes_as_gsdesign_has_it():
    """GsDesign 3.11, nSurv: control median 6, dropout 0.01 a month, accrual 12 months, total 24."""
    trial = ProportionalHazards(
        control=Hazard.of_median(6), hazard_ratio=0.7, power=0.9, dropout=Hazard((0.01,))
    )
    accrual = Accrual((1.0,), (12.0,))

    size = size_for_duration(trial, accrual, 24)

    assert size.events == pytest.approx(329.079822, abs=1e-6)
    assert size.subjects == pytest.approx(432.2216384, abs=1e-7)
    # The other two questions have the same answer when they start from it.
    rate = Accrual((size.subjects / 12,), (3.0,))
    assert size_for_follow_up(trial, rate, 12).duration == pytest.approx(24, abs=1e-9)
    assert duration_for_accrual(trial, size.accrual).duration == pytest.approx(24, abs=1e-9)


def test_the_average_hazard_ratio_of_gsdesign2():
    """The example of gsDesign2's ahr(): hazard ratio 0.9 for three months, then 0.6; analysis after
    30 months.
    """
    control = Hazard((log(2) / 9, log(2) / 18), (0.0, 3.0))
    experimental = Hazard((0.9 * log(2) / 9, 0.6 * log(2) / 18), (0.0, 3.0))
    left = Hazard((0.001,))
    arms = TwoArms(Arm(control, left), Arm(experimental, left))

    found = average_hazard_ratio(30, Accrual((3, 6, 9), (2, 2, 10)), arms)

    assert found.subjects == pytest.approx(108)
    assert found.hazard_ratio == pytest.approx(0.6952153, abs=5e-8)


def test_subjects_for_two_shares():
    """VELO's disease control, 74.2 against 38.7 %: 30 per arm by the pooled formula at two-sided
    0.05, power 80 %.
    """
    assert size_for_shares(0.742, 0.387, power=0.8, alpha=0.05, sided=2).control == pytest.approx(
        29.41, abs=0.01
    )


def test_farrington_and_manning_as_rpact_has_it():
    """Rpact 3.3.4, getSampleSizeRates(pi1 = 0.8, pi2 = 0.75, thetaH0 = -0.1), power 80 %, ratios 1
    and 2.
    """
    equal = size_for_shares(0.8, 0.75, power=0.8, margin=-0.1)
    unequal = size_for_shares(0.8, 0.75, power=0.8, margin=-0.1, ratio=2)

    assert equal.subjects == pytest.approx(246.4586322, abs=1e-6)
    assert unequal.subjects == pytest.approx(254.244069519, abs=1e-6)
