"""Nonsense is refused by name: the argument, the row, the value found and what is possible."""

from math import inf, nan

import numpy as np
import pytest

from equipoise.statistics.cox import baseline_hazard, fit_cox, proportionality_test
from equipoise.statistics.survival import (
    FlemingHarrington,
    ModestWeight,
    cumulative_incidence,
    gray_test,
    kaplan_meier,
    log_rank,
    restricted_mean,
    weighted_log_rank_scores,
)

T, E, G = [1.0, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 0], [0, 1, 0, 1, 0, 1]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: kaplan_meier([1, inf], [1, 1]), "time is inf for subject 1"),
        (lambda: kaplan_meier(["a"], [1]), "time cannot be read as numbers"),
        (lambda: kaplan_meier([1, 2], [1, nan]), "event is nan for subject 1"),
        (
            lambda: kaplan_meier(T, E, entry=[0, 2, 0, 0, 0, 0]),
            "entry is 2.0 for subject 1; it must be before",
        ),
        (lambda: kaplan_meier(T, E, entry=[0, -1, 0, 0, 0, 0]), "entry is -1.0 for subject 1"),
        (lambda: kaplan_meier([1, 2], [1, 1], entry=[0, 2 - 1e-12]), "the same but for rounding"),
        (lambda: kaplan_meier(T, E, entry=[0]), r"entry has shape \(1,\)"),
        (lambda: kaplan_meier(T, E).at(nan), "time is NaN"),
        (lambda: kaplan_meier(T, E, level=nan), "level is nan"),
        (lambda: log_rank(T, E, [0] * 6), r"group holds only \[0\]"),
        (
            lambda: log_rank(T, E, ["a", None, "b", "a", "b", "a"]),
            "group is missing .None. for subject 1",
        ),
        (lambda: log_rank(T, E, [0, 1]), r"group has shape \(2,\)"),
        (lambda: log_rank([3] * 4, [1, 1, 1, 1], [0, 1, 0, 1]), "never at risk together"),
        (lambda: log_rank(T, E, G, rho=-1), "rho is -1; it must be a finite number, 0 or more"),
        (lambda: log_rank(T, E, G, gamma=nan), "gamma is nan"),
        (lambda: log_rank(T, E, G, t_star=-1), "t_star is -1; it must be a finite time"),
        (lambda: log_rank(T, E, G, s_star=0), "s_star is 0; it must be over 0 and at most 1"),
        (lambda: log_rank(T, E, G, rho=1, s_star=0.5), "both must be 0"),
        (
            lambda: log_rank(T, E, G, alternative="greater"),
            "alternative is 'greater'; known are two-sided",
        ),
        (lambda: log_rank(T, E, [0, 1, 2, 0, 1, 2], alternative="longer"), "it needs two groups"),
        (lambda: weighted_log_rank_scores(T, E, G, []), "weights is empty"),
        (lambda: weighted_log_rank_scores(T, E, G, [ModestWeight()]), "needs t_star or s_star"),
        (
            lambda: weighted_log_rank_scores(T, E, [0, 1, 2, 0, 1, 2], [FlemingHarrington()]),
            "exactly two groups",
        ),
        (
            lambda: restricted_mean(T, E, tau=7),
            "tau is 7, but in group 0 the last time is 6.0 and censored",
        ),
        (lambda: restricted_mean(T, E, G, tau=0), "tau is 0; it must be a finite time over 0"),
        (lambda: fit_cox(T, E, G, entry=T), "entry is 1.0 for subject 0; it must be before"),
        (lambda: fit_cox(T, E, [0, 1, inf, 0, 1, 0]), "covariate 0 is inf for subject 2"),
        (lambda: fit_cox(T, E, ["x"] * 6), "covariates cannot be read as numbers"),
        (lambda: fit_cox(T, E, G, [0, None, 0, 0, 0, 0]), "strata is missing .None. for subject 1"),
        (lambda: fit_cox(T, E, G, cluster=[1] * 6), "cluster has 1 labels; more than 1 are needed"),
        (lambda: fit_cox(T, E, G, level=1), "level is 1"),
        (
            lambda: baseline_hazard(fit_cox(T, E, G), at=[nan]),
            "at is .nan.; expected 1 finite numbers",
        ),
        (
            lambda: proportionality_test(fit_cox(T, E, G), "sqrt"),
            "transform is 'sqrt'; known are km",
        ),
        (
            lambda: proportionality_test(fit_cox([0, *T[1:]], E, G), "log"),
            "time is 0.0 for an event",
        ),
        (lambda: cumulative_incidence(T, [0] * 6), "cause is 0 for every subject"),
        (lambda: cumulative_incidence(T, [0, 1.5, 0, 0, 0, 0]), "cause is 1.5 for subject 1"),
        (lambda: cumulative_incidence(T, [0, -1, 0, 0, 0, 0]), "cause is -1 for subject 1"),
        (
            lambda: gray_test(T, E, G, of=2),
            "of is 2, which happened to nobody; causes seen are .1.",
        ),
        (lambda: gray_test(T, E, [1] * 6), r"group holds only \[1\]"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_labels_may_be_of_any_kind():
    expected = log_rank(T, E, G).chi_square
    for labels in (
        ["a", "b"],
        [-5, 10**12],
        [0.5, 1.5],
        [False, True],
        [np.datetime64("2020-01-01"), np.datetime64("2021-01-01")],
    ):
        assert log_rank(T, E, np.array(labels)[G]).chi_square == pytest.approx(expected)


def test_a_missing_label_among_words_is_no_label():
    """Numpy would make it the word 'nan', and a group or stratum of its own."""
    time, event = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1] * 6
    with pytest.raises(ValueError, match=r"group is missing \(NaN\) for subject 5"):
        log_rank(time, event, ["a", "b", "a", "b", "a", float("nan")])
    with pytest.raises(ValueError, match=r"strata is missing \(None\) for subject 2"):
        log_rank(time, event, [0, 1] * 3, strata=["a", "a", None, "b", "b", "b"])


@pytest.mark.parametrize(
    ("time", "message"),
    [
        (np.ma.masked_array([1.0, 2.0, 999.0], mask=[0, 0, 1]), "time is masked for subject 2"),
        (np.array([1, 2, 3], dtype="datetime64[D]"), "datetime64"),
        (np.array([1 + 0j, 2, 3]), "complex128"),
    ],
)
def test_times_that_only_look_like_numbers_are_refused(time, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier(time, [1, 1, 1])


def test_separation_by_a_rare_covariate_is_found():
    """One of 20,000 is exposed and has no event: R warns that the coefficient may be infinite."""
    rng, x = np.random.default_rng(0), np.zeros(20_000)
    x[0] = 1
    time, event = rng.exponential(1, 20_000), np.ones(20_000, dtype=int)
    time[0], event[0] = 1.0, 0
    with pytest.raises(ValueError, match="no finite estimate: covariate 0"):
        fit_cox(time, event, x)
