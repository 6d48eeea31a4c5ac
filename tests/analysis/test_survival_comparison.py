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
    ("time", "event", "arm", "said"),
    [
        ([1, 2], [1, 1], ["A", "A"], "arm is 'A' for every subject"),
        ([1, 2], [1, 1], ["A"], "arm has shape"),
    ],
)
def test_what_cannot_be_compared_is_refused(time, event, arm, said):
    with pytest.raises(ValueError, match=said):
        compare_survival(time, event, arm)


@pytest.mark.parametrize(
    ("time", "event", "arm", "said"),
    [
        ([1, 2, 2], [0, 0, 0], "ABB", "none of 3 subjects had an event"),
        ([1, 2, 3], [1, 0, 0], "ABB", "arm 'B' has no event among 2 subjects"),
        ([3, 3, 3], [1, 1, 0], "ABB", "time is 3.0 for every subject"),
        ([1, 2, 3, 4], [1, 1, 1, 1], "AABB", "Cox model: no finite estimate"),
    ],
)
def test_without_a_hazard_ratio_everything_else_is_told(time, event, arm, said):
    found = compare_survival(time, event, list(arm))

    assert found.hazard_ratios == ()
    assert said in found.hazard_ratios_unknown
    assert found.proportionality is None
    assert said in found.proportionality_unknown
    assert [one.subjects for one in found.arms] == [arm.count("A"), arm.count("B")]
    assert (found.log_rank is None) == (not any(event))


def test_what_no_test_can_compare_says_so():
    found = compare_survival([1, 2, 3, 4], [1, 1, 1, 1], list("AABB"), list("xxyy"))

    assert found.log_rank is None
    assert "never at risk together" in found.log_rank_unknown


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_ties_are_taken_as_asked(ties):
    time, event, arm = [1, 1, 1, 2, 2, 3, 3, 4], [1, 1, 1, 1, 0, 1, 1, 0], list("ABABABAB")
    found = compare_survival(time, event, arm, ties=ties)
    alone = fit_cox(time, event, [label == "B" for label in arm], ties=ties)

    assert found.ties == ties
    assert found.hazard_ratios[0].coef == pytest.approx(float(alone.coef[0]), abs=1e-10)


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
