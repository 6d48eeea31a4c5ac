"""Farrington-Manning tests against rpact (R), the likelihood maximized numerically, and plain
enumeration.
"""

import numpy as np
import pytest
from scipy import optimize, stats

from equipoise.statistics import proportions
from equipoise.statistics.proportions import FarringtonManning, power_of, rejection_region, size_of
from r_survival import in_r, needs_r_package

CASES = [
    (35, 50, 40, 52, -0.15),
    (19, 25, 10, 25, 0.1),
    (12, 30, 20, 31, 0.0),
    (3, 40, 9, 22, 0.05),
]


def test_rpact_finds_the_same_p(tmp_path):
    needs_r_package("rpact")
    x_1, n_1, x_0, n_0, margin = np.array(CASES).T
    lines = """
    suppressMessages(library(rpact))
    out$p <- mapply(function(a, n, b, m, theta) getStageResults(getDesignGroupSequential(kMax = 1),
        getDataset(n1 = n, n2 = m, events1 = a, events2 = b), thetaH0 = theta, normalApproximation = TRUE,
        directionUpper = TRUE)$overallPValues[1], d$a, d$n, d$b, d$m, d$theta)
    """  # noqa: E501

    r = in_r(lines, tmp_path, a=x_1, n=n_1, b=x_0, m=n_0, theta=margin)

    assert [proportions.farrington_manning(*case).p for case in CASES] == pytest.approx(
        r["p"], abs=1e-9
    )


@pytest.mark.parametrize(
    ("measure", "margin"),
    [("difference", -0.1), ("difference", 0.2), ("ratio", 0.8), ("ratio", 1.3)],
)
@pytest.mark.parametrize("table", [(19, 25, 10, 25), (3, 29, 6, 36), (17, 30, 30, 40)])
def test_the_variance_is_that_of_the_shares_likeliest_under_the_null(table, measure, margin):
    x_1, n_1, x_0, n_0 = table

    def other(p_0):
        return p_0 + margin if measure == "difference" else p_0 * margin

    def unlikely(p_0):
        return -stats.binom.logpmf(x_1, n_1, other(p_0)) - stats.binom.logpmf(x_0, n_0, p_0)

    limits = (
        (max(0, -margin), min(1, 1 - margin))
        if measure == "difference"
        else (0, min(1, 1 / margin))
    )
    p_0 = optimize.minimize_scalar(
        unlikely,
        bounds=(limits[0] + 1e-12, limits[1] - 1e-12),
        method="bounded",
        options={"xatol": 1e-12},
    ).x
    p_1, factor = other(p_0), 1 if measure == "difference" else margin
    gap = x_1 / n_1 - (x_0 / n_0 + margin if measure == "difference" else margin * x_0 / n_0)
    z = gap / np.sqrt(p_1 * (1 - p_1) / n_1 + factor**2 * p_0 * (1 - p_0) / n_0)

    found = proportions.farrington_manning(*table, margin, measure=measure)  # type: ignore[misc]

    assert found.z == pytest.approx(z, abs=1e-5)
    assert found.p == pytest.approx(stats.norm.sf(found.z))


def test_without_a_margin_it_is_the_pooled_z_test():
    for table in [(19, 25, 10, 25), (0, 10, 4, 12), (7, 40, 15, 22)]:
        for measure, margin in (("difference", 0.0), ("ratio", 1.0)):
            found = proportions.farrington_manning(
                *table, margin, measure=measure, alternative="two-sided"
            )
            assert found.p == pytest.approx(proportions.pooled_z(*table), rel=1e-9)


@pytest.mark.parametrize(
    "test",
    [
        FarringtonManning(margin=-0.15),
        FarringtonManning(margin=0.1),
        FarringtonManning(margin=0.75, measure="ratio"),
        FarringtonManning(margin=0.1, alternative="less"),
    ],
    ids=str,
)
def test_power_and_size_are_sums_over_all_tables(test):
    n_1, n_0, alpha = 14, 11, 0.05
    x_1, x_0 = np.meshgrid(np.arange(n_1 + 1), np.arange(n_0 + 1), indexing="ij")
    rejected = np.array(
        [
            [
                proportions.farrington_manning(
                    a, n_1, b, n_0, test.margin, measure=test.measure, alternative=test.alternative
                ).p
                <= alpha
                for b in range(n_0 + 1)
            ]
            for a in range(n_1 + 1)
        ]
    )

    def sum_over_tables(p_1, p_0):
        return np.sum(rejected * stats.binom.pmf(x_1, n_1, p_1) * stats.binom.pmf(x_0, n_0, p_0))

    edge = np.linspace(0, 1, 2001)
    pairs = [
        (p_0 + test.margin if test.measure == "difference" else p_0 * test.margin, p_0)
        for p_0 in edge
    ]
    worst = max(sum_over_tables(*pair) for pair in pairs if 0 <= pair[0] <= 1)

    assert power_of(test, n_1, n_0, 0.7, 0.4, alpha) == pytest.approx(
        sum_over_tables(0.7, 0.4), abs=1e-12
    )
    assert size_of(test, n_1, n_0, alpha) == pytest.approx(worst, abs=1e-5)
    assert size_of(test, n_1, n_0, alpha) >= worst - 1e-12


@pytest.mark.parametrize("n", [(7, 7), (20, 13), (33, 40)])
@pytest.mark.parametrize(
    "test",
    [
        FarringtonManning(margin=-0.2),
        FarringtonManning(margin=0.1),
        FarringtonManning(margin=0.7, measure="ratio"),
    ],
    ids=str,
)
def test_more_events_in_group_1_never_lose_a_rejection(n, test):
    """So the edge of the null hypothesis is where it errs most, and nothing inside needs a
    search.
    """
    region = rejection_region(test, *n, 0.05).astype(int)

    assert np.all(np.diff(region, axis=0) >= 0)
    assert np.all(np.diff(region, axis=1) <= 0)


def test_the_size_stays_near_the_level():
    for n in (50, 100):
        assert size_of(FarringtonManning(margin=-0.1), n, n, 0.025) == pytest.approx(
            0.028, abs=0.002
        )


def test_relabelled_arms_give_the_same_p():
    there = proportions.farrington_manning(12, 30, 20, 31, -0.1)
    back = proportions.farrington_manning(20, 31, 12, 30, 0.1, alternative="less")
    failures = proportions.farrington_manning(18, 30, 11, 31, 0.1, alternative="less")

    assert (back.p, failures.p) == pytest.approx((there.p, there.p), abs=1e-12)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: proportions.farrington_manning(1, 5, 1, 5, 1.0),
            "margin is 1.0; a difference must lie strictly",
        ),
        (
            lambda: proportions.farrington_manning(1, 5, 1, 5, measure="ratio"),
            "margin is 0.0; a ratio must be",
        ),
        (lambda: proportions.farrington_manning(1, 5, 1, 5, measure="odds"), "measure is 'odds'"),
        (
            lambda: proportions.farrington_manning(1, 5, 1, 5, alternative="up"),
            "alternative is 'up'",
        ),
        (lambda: proportions.farrington_manning(6, 5, 1, 5), "events_1 is 6"),
        (lambda: FarringtonManning(margin=float("nan")), "margin is nan"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, says):
    with pytest.raises(ValueError, match=says):
        call()
