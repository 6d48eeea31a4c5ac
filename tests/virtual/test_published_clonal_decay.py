"""Clones without the drug: published half-lives (Parseghian et al., Annals of Oncology 2019) and
closed forms.
"""

from math import inf, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.virtual.clonal_decay import (
    allele_fraction,
    is_below_limit,
    probability_unseen,
    resistant_fraction,
    resistant_fraction_by_exponential,
    time_below_limit,
    time_to_fraction,
)

POOLED = 4.4
fractions = st.floats(0.001, 0.999)
months = st.floats(0, 36)
half_lives = st.floats(1, 12)


def test_one_half_life_halves_the_odds_and_not_a_large_fraction():
    # Odds 9 become 4.5: 4.5 of 5.5.
    assert resistant_fraction(0.9, POOLED, POOLED) == pytest.approx(4.5 / 5.5)
    assert resistant_fraction_by_exponential(0.9, POOLED, POOLED) == pytest.approx(0.45)


def test_from_one_percent_to_a_tenth_takes_14_6_months():
    # The small-fraction limit is h log2(10); odds add the little that 1 % is short of being small.
    assert time_to_fraction(1e-2, 1e-3, POOLED) == pytest.approx(POOLED * log2(10), abs=0.07)
    assert time_to_fraction(1e-6, 1e-7, POOLED) == pytest.approx(POOLED * log2(10), rel=1e-6)


def test_a_clone_of_five_percent_is_seen_at_a_tenth_for_two_years():
    # Alleles of 5 %, a clone of 10 % in pure tumor DNA, fall to 0.1 %: 4.4 log2(50) = 24.8 months.
    assert time_below_limit(0.1, 1.0, 0.001, POOLED) == pytest.approx(POOLED * log2(50), abs=0.7)


@given(fractions, months, half_lives)
def test_small_fractions_fade_alike_on_both_scales(fraction, time, half_life):
    small = fraction * 1e-6
    odds, exponential = (
        f(small, time, half_life) for f in (resistant_fraction, resistant_fraction_by_exponential)
    )

    assert odds == pytest.approx(exponential, rel=1e-5)


@given(fractions, months, months, half_lives)
def test_two_intervals_are_one(start, first, second, half_life):
    between = resistant_fraction(start, first, half_life)

    assert resistant_fraction(between, second, half_life) == pytest.approx(
        resistant_fraction(start, first + second, half_life), rel=1e-9
    )
    # The odds never fall faster than the exponential would have it.
    assert between >= resistant_fraction_by_exponential(start, first, half_life) - 1e-12


@given(fractions, months, half_lives)
def test_the_time_to_a_fraction_leads_to_it(start, time, half_life):
    there = resistant_fraction(start, time, half_life)

    assert time_to_fraction(start, there, half_life) == pytest.approx(time, abs=1e-6)
    assert time_to_fraction(there, start, half_life) == pytest.approx(0, abs=1e-9)


@given(fractions, st.floats(0.01, 1), st.sampled_from([0.05, 0.01, 0.001]), half_lives)
def test_at_the_time_below_the_limit_the_allele_fraction_is_the_limit(
    start, plasma, limit, half_life
):
    time = time_below_limit(start, plasma, limit, half_life)
    left = allele_fraction(plasma, resistant_fraction(start, time, half_life))

    if time > 0:
        assert left == pytest.approx(limit)
    else:
        assert left <= limit * (1 + 1e-12)


def test_the_limit_is_of_the_allele_fraction_and_not_of_the_clone():
    assert allele_fraction(0.06, 0.3) == pytest.approx(0.009)
    assert is_below_limit(0.06, 0.3, 0.01)
    assert not is_below_limit(0.06, 0.3, 0.009)  # at the limit it is seen
    # Where there is hardly any tumor DNA, a tumor of resistant cells alone is not seen.
    assert time_below_limit(1.0, 0.001, 0.001, POOLED) == 0
    assert time_below_limit(1.0, 0.5, 0.001, POOLED) == inf


def test_no_tumor_and_a_tumor_of_resistant_cells_alone_stay_what_they_are():
    ends = np.array([0.0, 1.0])

    assert (resistant_fraction(ends, 6, POOLED) == ends).all()
    assert (time_to_fraction(ends, ends, POOLED) == 0).all()
    assert time_to_fraction(1.0, 0.5, POOLED) == inf
    assert resistant_fraction(0.25, 0, POOLED) == pytest.approx(0.25)


def test_times_are_told_for_each_sample():
    times = time_below_limit(0.1, [1.0, 0.001], 0.001, [POOLED, POOLED])

    assert times == pytest.approx([POOLED * (log2(0.1 / 0.9) - log2(0.002 / 0.998)), 0])


def test_what_the_panel_does_not_look_for_is_not_seen():
    found = probability_unseen(np.array([0.001, 0.5]), 0.9, 0.001, 0.32)

    assert found == pytest.approx([1.0, 0.68])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: resistant_fraction(1.2, 1, 4),
            r"start is 1\.2; expected a fraction from 0 to 1 \(is it percent",
        ),
        (lambda: resistant_fraction([0.1, float("nan")], 1, 4), r"start\[1\] is nan"),
        (
            lambda: resistant_fraction(0.1, -1, 4),
            r"time is -1\.0; expected a finite number, 0 or more",
        ),
        (
            lambda: resistant_fraction(0.1, 1, 0),
            r"half_life is 0\.0; expected a finite number above 0",
        ),
        (lambda: resistant_fraction([[0.1, 0.2], [0.3, -0.1]], 1, 4), r"start\[1, 1\] is -0\.1"),
        (lambda: resistant_fraction([1.5, 0.1, 2.5], 1, 4), r"start\[0\] is 1\.5"),
        (lambda: resistant_fraction(0.1, inf, 4), r"time is inf"),
        (lambda: resistant_fraction(0.1, 1, inf), r"half_life is inf"),
        (lambda: time_below_limit(0.1, 0.0, 0.001, 4), r"tumor_fraction is 0\.0"),
        (lambda: is_below_limit(0.1, 0.1, 0.0), r"limit_of_detection is 0\.0"),
        (lambda: is_below_limit(0.1, 0.1, 1.0), r"limit_of_detection is 1\.0"),
        (lambda: probability_unseen(0.1, 0.1, 0.01, 32), r"seen_by_panel is 32\.0"),
    ],
)
def test_bad_numbers_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
