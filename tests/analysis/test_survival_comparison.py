"""Arms compared: which is the reference, what is put together, and what cannot be compared."""

import numpy as np
import pytest

from equipoise.analysis.survival_comparison import compare_survival
from equipoise.statistics.cox import fit_cox
from equipoise.statistics.survival import kaplan_meier, log_rank


def drawn(seed=1, subjects=90, arms=("B", "A")):
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, len(arms), subjects)
    death, censored = rng.exponential(8 / (1 + arm)), rng.uniform(2, 20, subjects)
    return (
        np.ceil(np.minimum(death, censored)),
        death <= censored,
        np.array(arms)[arm],
        rng.integers(0, 3, subjects),
    )


def test_every_part_is_that_of_its_method_and_only_the_comparison_is_stratified():
    time, event, arm, stratum = drawn()
    found = compare_survival(time, event, arm, stratum, level=0.9, landmarks=(3, 400), tau=6)

    assert found.reference == "A"
    test = log_rank(time, event, arm, stratum)
    assert (found.log_rank.chi_square, found.log_rank.p) == (test.chi_square, test.p)
    fit = fit_cox(time, event, arm == "B", stratum, level=0.9)
    [ratio] = found.hazard_ratios
    assert (ratio.arm, ratio.coef, ratio.lower, ratio.upper) == (
        "B",
        fit.coef[0],
        fit.lower[0],
        fit.upper[0],
    )
    for one in found.arms:
        curve = kaplan_meier(time[arm == one.name], event[arm == one.name], 0.9, "log")
        assert one.median == curve.median()
        assert one.landmarks[0] == curve.at(3.0)
        assert (one.subjects, one.events) == (
            np.sum(arm == one.name),
            np.sum(event[arm == one.name]),
        )
    assert found.arms[1].landmarks[1][0] in (0.0, pytest.approx(np.nan, nan_ok=True))
    assert found.restricted_mean_difference.estimate == pytest.approx(
        found.arms[1].restricted_mean.estimate - found.arms[0].restricted_mean.estimate
    )


def test_arms_that_are_numbers_are_sorted_as_numbers_and_others_as_text():
    time, event, arm, _ = drawn(arms=("10", "9", "100"))
    numbered = compare_survival(time, event, arm)
    named = compare_survival(time, event, np.char.add("dose ", arm))

    assert [one.name for one in numbered.arms] == ["9", "10", "100"]
    assert [one.name for one in named.arms] == ["dose 10", "dose 100", "dose 9"]
    # The difference between two arms does not hang on the order.
    by_name = {row.arm: row.coef for row in numbered.hazard_ratios}
    other = {row.arm: row.coef for row in named.hazard_ratios}
    assert by_name["100"] - by_name["10"] == pytest.approx(other["dose 100"], abs=1e-9)
    assert numbered.log_rank.chi_square == pytest.approx(named.log_rank.chi_square)
    assert numbered.log_rank.degrees_of_freedom == 2


def test_too_few_event_times_leave_proportionality_unknown_and_the_rest_known():
    found = compare_survival([5, 5, 5, 5, 7, 8], [1, 1, 1, 0, 0, 0], list("AABBAB"))

    assert found.proportionality is None
    assert "one time" in found.proportionality_unknown
    assert np.isfinite(found.hazard_ratios[0].coef)


@pytest.mark.parametrize(
    ("time", "event", "arm", "strata", "said"),
    [
        ([1, 2], [1, 1], ["A", "A"], None, "arm is 'A' for every subject"),
        ([1, 2], [0, 0], ["A", "B"], None, "none of 2 subjects had an event"),
        ([1, 2, 3], [1, 0, 0], ["A", "B", "B"], None, "arm 'B' has no event among 2 subjects"),
        ([3, 3, 3], [1, 1, 0], ["A", "B", "B"], None, "time is 3.0 for every subject"),
        (
            [1, 2, 3, 4],
            [1, 1, 1, 1],
            ["A", "A", "B", "B"],
            None,
            "Cox model: no finite estimate.*0 arm 'B'",
        ),
        (
            [1, 2, 3, 4],
            [1, 1, 1, 1],
            ["A", "A", "B", "B"],
            list("xxyy"),
            "log-rank test: .*never at risk together",
        ),
        ([1, 2], [1, 1], ["A"], None, "arm has shape"),
    ],
)
def test_what_cannot_be_compared_is_refused(time, event, arm, strata, said):
    with pytest.raises(ValueError, match=said):
        compare_survival(time, event, arm, strata)


def test_landmarks_and_tau_out_of_reach_are_refused():
    time, event, arm, _ = drawn()

    with pytest.raises(ValueError, match="landmarks"):
        compare_survival(time, event, arm, landmarks=(-1.0,))
    with pytest.raises(ValueError, match=r"restricted mean: tau is 900.*groups are 0 arm 'A'"):
        compare_survival(
            np.append(time, [500, 500]),
            np.append(event, [0, 0]),
            np.append(arm, ["A", "B"]),
            tau=900,
        )
