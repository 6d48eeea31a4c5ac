"""What must hold for every table, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.statistics import proportions


@st.composite
def tables(draw, largest=40):
    n_1, n_0 = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    return draw(st.integers(0, n_1)), n_1, draw(st.integers(0, n_0)), n_0


@given(tables())
def test_the_interval_of_a_difference_turns_with_the_arms_and_with_the_outcome(table):
    x_1, n_1, x_0, n_0 = table
    for interval in (proportions.miettinen_nurminen, proportions.newcombe):
        found, swapped = interval(x_1, n_1, x_0, n_0), interval(x_0, n_0, x_1, n_1)
        failures = interval(n_1 - x_1, n_1, n_0 - x_0, n_0)

        assert -1 <= found.lower <= found.estimate <= found.upper <= 1
        assert (swapped.lower, swapped.upper) == pytest.approx(
            (-found.upper, -found.lower), abs=1e-8
        )
        assert (failures.lower, failures.upper) == pytest.approx(
            (-found.upper, -found.lower), abs=1e-8
        )


@given(tables(), st.sampled_from([0.8, 0.95]))
def test_the_score_interval_holds_what_the_score_test_accepts(table, level):
    found = proportions.miettinen_nurminen(*table, level)  # type: ignore[call-arg]
    wider = proportions.miettinen_nurminen(*table, 0.99)  # type: ignore[call-arg]

    assert wider.lower <= found.lower <= found.upper <= wider.upper


@settings(max_examples=20, deadline=None)
@given(tables(largest=12))
def test_boschloo_is_never_above_fisher(table):
    assert 0 < proportions.boschloo(*table) <= proportions.fisher(*table) * (1 + 1e-7)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 15), st.integers(1, 15), st.sampled_from([0.01, 0.05, 0.2]))
def test_exact_tests_keep_their_level(n_1, n_0, alpha):
    for test in ("fisher", "boschloo"):
        assert proportions.size_of(test, n_1, n_0, alpha) <= alpha * (1 + 1e-8)


@given(tables())
def test_clopper_pearson_contains_wilsons_center_and_is_exact(table):
    x, n = table[:2]
    found = proportions.clopper_pearson(x, n)

    assert found.lower <= x / n <= found.upper
    if 0 < x < n:
        tail = np.sum(proportions.binomial(n, found.lower)[x:])
        assert tail == pytest.approx(0.025, rel=1e-8)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: proportions.fisher(1, 0, 1, 5), "n_1 is 0; a group needs at least 1 subject"),
        (
            lambda: proportions.boschloo(1, 5, -1, 5),
            "events_0 is -1; it must lie between 0 and n_0 = 5",
        ),
        (
            lambda: proportions.miettinen_nurminen(6, 5, 1, 5),
            "events_1 is 6; it must lie between 0 and n_1 = 5",
        ),
        (
            lambda: proportions.wilson(3, 5, 1.0),
            "level is 1.0; it must lie strictly between 0 and 1",
        ),
        (lambda: proportions.clopper_pearson(9, 5), "events is 9; it must lie between 0 and n = 5"),
        (
            lambda: proportions.p_values("chi", 5, 5),
            "test is 'chi'; known are fisher, boschloo, pooled_z",
        ),
        (
            lambda: proportions.cochran_mantel_haenszel([(0, 0, 1, 3)]),
            "at least one stratum must have subjects in both",
        ),
        (lambda: proportions.cochran_mantel_haenszel([(1, 0, 1, 3)]), "n_1 is 0"),
        (
            lambda: proportions.power_of("fisher", 5, 5, 1.2, 0.5),
            "p_1 is 1.2; it must lie between 0 and 1",
        ),
        (
            lambda: proportions.size_of("boschloo", 5, 5, 0.0),
            "alpha is 0.0; it must lie strictly between 0 and 1",
        ),
        (lambda: proportions.n_per_arm_for("fisher", 0.4, 0.4), "p_1 and p_0 are both 0.4"),
        (lambda: proportions.n_per_arm_for("fisher", 0.4, 0.2, power=1), "power is 1"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, says):
    with pytest.raises(ValueError, match=says):
        call()
