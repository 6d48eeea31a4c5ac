"""Small stories of survival: what a curve says at its edges, and what is refused."""

from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.statistics.cox import fit_cox
from equipoise.statistics.survival import kaplan_meier, log_rank


def test_someone_censored_at_a_time_is_still_at_risk_for_the_event_of_that_time():
    curve = kaplan_meier([5, 5, 8], [1, 0, 1])

    assert curve.at_risk.tolist() == [3, 1]
    assert curve.survival.tolist() == pytest.approx([2 / 3, 0])


@pytest.mark.parametrize(
    ("time", "event", "median"),
    [
        pytest.param([1, 2, 3], [1, 1, 1], 2, id="the first time at or under one half"),
        pytest.param(
            [1, 2, 3, 4], [1, 1, 1, 1], 2.5, id="level at one half: the middle of the stretch"
        ),
        pytest.param(
            [1, 2, 3, 4], [1, 1, 0, 0], 2, id="level at one half to the end: its beginning"
        ),
        pytest.param([1, 2, 3, 4], [1, 0, 0, 0], inf, id="never reached"),
    ],
)
def test_median(time, event, median):
    assert kaplan_meier(time, event).median().time == median


def test_before_the_first_time_everyone_lives_and_after_the_last_nobody_knows():
    curve = kaplan_meier([10, 20, 30], [1, 1, 0])

    assert curve.at(9.9) == (1, 1, 1)
    assert curve.at(10)[0] == pytest.approx(2 / 3)
    assert curve.at(30)[0] == pytest.approx(1 / 3)
    assert all(isnan(value) for value in curve.at(31))


def test_a_curve_at_zero_stays_there_without_bounds():
    survival, lower, upper = kaplan_meier([10, 20], [1, 1]).at(500)

    assert survival == 0
    assert isnan(lower)
    assert isnan(upper)


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40))
def test_a_curve_falls_within_its_bounds_and_counts_everybody(subjects):
    time, event = zip(*subjects, strict=True)
    for interval in ("log-log", "log", "plain"):
        curve = kaplan_meier(time, event, interval=interval)
        inside = curve.survival > 0

        assert np.all(np.diff(curve.survival) <= 0)
        assert np.all(curve.lower[inside] <= curve.survival[inside] + 1e-12)
        assert np.all(curve.survival[inside] <= curve.upper[inside] + 1e-12)
        assert curve.events.sum() == sum(event)
        assert curve.at_risk[0] == len(subjects)


def test_adding_a_constant_to_a_covariate_or_its_unit_changes_no_hazard():
    rng = np.random.default_rng(3)
    time, event, x = rng.integers(1, 20, 80), rng.random(80) < 0.7, rng.normal(size=80)

    plain, moved = fit_cox(time, event, x), fit_cox(time, event, 1e6 + 1000 * x)

    assert moved.coef * 1000 == pytest.approx(plain.coef, rel=1e-6)
    assert moved.p == pytest.approx(plain.p, rel=1e-6)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: kaplan_meier([], []), r"time has shape \(0,\)"),
        (
            lambda: kaplan_meier([1, -2], [1, 1]),
            "time is -2.0 for subject 1; it must be a finite number, 0 or more",
        ),
        (lambda: kaplan_meier([1, nan], [1, 1]), "time is nan for subject 1"),
        (lambda: kaplan_meier([1, 2], [1, 2]), "event is 2 for subject 1"),
        (
            lambda: kaplan_meier([1, 2], [1, 1], interval="arcsin"),
            "interval is 'arcsin'; known are log-log",
        ),
        (lambda: kaplan_meier([1, 2], [1, 1], level=95), "level is 95"),
        (lambda: kaplan_meier([1, 2], [1, 1]).quantile(0), "share is 0"),
        (lambda: log_rank([1, 2], [0, 0], [0, 1]), "at least one event"),
        (lambda: log_rank([1, 2], [1, 1], ["A", "A"]), r"group holds only \['A'\]"),
        (lambda: log_rank([1, 2], [1, 1], [0, 1], [0.0, nan]), "strata is missing"),
        (lambda: log_rank([1, 2], [1, 1], [0, 1], [0, 1]), "never at risk together"),
        (lambda: fit_cox([1, 2], [0, 0], [0, 1]), "event is false for every subject"),
        (lambda: fit_cox([1, 2, 3], [1, 1, 1], [0, nan, 1]), "covariate 0 is nan for subject 1"),
        (lambda: fit_cox([1, 2, 3], [1, 1, 1], [4, 4, 4]), "covariate 0 is 4.0 for every subject"),
        (
            lambda: fit_cox([1, 2, 3, 4], [1, 0, 1, 0], [[1, 2], [2, 4], [0, 0], [5, 10]]),
            "only together",
        ),
        (
            lambda: fit_cox([1, 2, 3, 4], [1, 1, 0, 0], [1, 1, 0, 0]),
            "no finite estimate: covariate 0 separates",
        ),
        (
            lambda: fit_cox([1, 2, 3, 4], [1, 1, 1, 1], [1, 2, 3, 4]),
            "no finite estimate: covariate 0 separates",
        ),
        (
            lambda: fit_cox([1, 2], [1, 1], [0, 1], ties="exact"),
            "ties is 'exact'; known are efron, breslow",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, says):
    with pytest.raises(ValueError, match=says):
        call()
