"""MaxCombo and its normal integral against R (survival, mvtnorm), scipy, and plain quadrature."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm

from equipoise.statistics.multivariate_normal import multivariate_normal_box
from equipoise.statistics.survival import FlemingHarrington, ModestWeight, log_rank
from equipoise.statistics.survival.combination import max_combo, p_of_largest
from r_survival import in_r, needs_r_package

COLON = """
c <- subset(colon, etype == 2 & rx != "Lev")
out <- list(time = c$time, status = c$status, arm = as.integer(c$rx == "Lev+5FU"))
"""


@pytest.fixture(scope="module")
def colon(tmp_path_factory):
    """Deaths of R's `colon`: observation (0) against levamisole with fluorouracil (1)."""
    return in_r(COLON, tmp_path_factory.mktemp("colon"), nothing=[0])


def test_colon_gives_the_accurate_p(colon):
    """0.000714 one-sided: etype 2 (death), Lev+5FU against Obs, weights (0,0), (0,1), (1,0),
    (1,1).
    """
    found = max_combo(colon["time"], colon["status"], colon["arm"], alternative="longer")

    assert found.p == pytest.approx(0.000714, abs=5e-7)
    assert found.weights[found.decided_by] == FlemingHarrington(1, 1)
    assert found.z[0] == pytest.approx(log_rank(colon["time"], colon["status"], colon["arm"]).z)


def test_the_deterministic_methods_of_mvtnorm_agree(colon, tmp_path):
    """Miwa's and, in three dimensions, TVPACK. Its default (GenzBretz) misses this p by half for
    some seeds.
    """
    needs_r_package("mvtnorm")
    weights = (
        FlemingHarrington(),
        FlemingHarrington(0, 1),
        FlemingHarrington(1, 1),
        ModestWeight(s_star=0.5),
    )
    found = max_combo(colon["time"], colon["status"], colon["arm"], weights)
    columns = {f"c{i}": column for i, column in enumerate(found.correlation)}
    lines = """
    library(mvtnorm)
    r <- as.matrix(d)
    dimnames(r) <- NULL
    upper <- function(k) 1 - pmvnorm(rep(-Inf, k), rep(s, k), corr = r[1:k, 1:k], algorithm =
        if (k == 3) TVPACK(abseps = 1e-12) else Miwa(steps = 1024))
    out$one <- c(upper(3), upper(4))
    out$two <- 1 - pmvnorm(rep(-s, 4), rep(s, 4), corr = r, algorithm = Miwa(steps = 512))
    """

    r = in_r(f"s <- {found.statistic!r}\n{lines}", tmp_path, **columns)

    three = p_of_largest(found.statistic, found.correlation[:3, :3], two_sided=False)
    four = p_of_largest(found.statistic, found.correlation, two_sided=False)
    assert (three, four) == pytest.approx(r["one"], abs=1e-10)
    assert found.p == pytest.approx(r["two"][0], abs=1e-8)


@pytest.mark.parametrize("variables", [2, 3, 4])
def test_random_boxes_are_scipys(variables):
    rng = np.random.default_rng(variables)
    for _ in range(4):
        a = rng.normal(size=(variables, variables))
        spread = a @ a.T
        r = spread / np.sqrt(np.outer(np.diag(spread), np.diag(spread)))
        low, high = np.sort(rng.normal(scale=1.5, size=(2, variables)), axis=0)
        low[0] = -np.inf

        expected = multivariate_normal(
            np.zeros(variables), r, abseps=1e-7, releps=0, maxpts=400_000, seed=1
        ).cdf(high, lower_limit=low)

        assert multivariate_normal_box(low, high, r) == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize("apart", [0.5, 1e-2, 1e-4, 1e-8])
def test_nearly_equal_variables_agree_with_quadrature_over_what_they_share(apart):
    """Given the common part the variables are independent: one integral, cut where its integrand
    turns.
    """
    high, root = np.array([1.0, 1.0001, 1.2, 1.00005]), np.sqrt(apart)
    r = np.full((4, 4), 1 - apart) + apart * np.eye(4)
    turns = np.concatenate([high / np.sqrt(1 - apart) + k * root for k in np.linspace(-8, 8, 33)])
    cuts = np.concatenate([[-9], np.unique(turns.clip(-9, 9)), [9]])

    def density(common):
        return norm.pdf(common) * np.prod(norm.cdf((high - np.sqrt(1 - apart) * common) / root))

    expected = sum(quad(density, a, b, epsabs=1e-13)[0] for a, b in pairwise(cuts) if b > a)

    assert multivariate_normal_box(np.full(4, -np.inf), high, r) == pytest.approx(
        expected, abs=1e-9
    )


def test_five_weights_of_rank_four_agree_with_a_fine_sum():
    """A fifth test that is the mean of two others: the box is summed over the plane of the pair
    they leave.
    """
    rho = 0.8
    r = np.array([[1, rho], [rho, 1]])
    mean = np.array([0.5, 0.5]) / np.sqrt(0.5 + 0.5 * rho)
    joint = np.block([[r, (r @ mean)[:, None]], [(r @ mean)[None, :], np.ones((1, 1))]])

    def across(x):
        # Given the first, the second and so the mean are lines in one variable.
        low = max(-1.9, (-1.7 - mean[0] * x) / mean[1])
        high = min(1.9, (1.7 - mean[0] * x) / mean[1])
        spread = np.sqrt(1 - rho**2)
        return norm.pdf(x) * max(
            norm.cdf((high - rho * x) / spread) - norm.cdf((low - rho * x) / spread), 0
        )

    corners = [-1.9, (1.7 - mean[1] * -1.9) / mean[0], (1.7 - mean[1] * 1.9) / mean[0], 1.9]
    corners = np.unique(np.clip([*corners, *[-c for c in corners]], -1.9, 1.9))  # type: ignore[assignment]
    plane = sum(quad(across, a, b, epsabs=1e-13)[0] for a, b in pairwise(corners))
    # Two independent copies: their product, in one box of six variables and rank four.
    twice = np.block([[joint, np.zeros((3, 3))], [np.zeros((3, 3)), joint]])
    bounds = np.array([1.9, 1.9, 1.7] * 2)

    assert multivariate_normal_box(-bounds[:3], bounds[:3], joint) == pytest.approx(
        plane, abs=1e-11
    )
    assert multivariate_normal_box(-bounds, bounds, twice) == pytest.approx(plane**2, abs=1e-9)


def test_a_tiny_p_keeps_its_order_of_magnitude():
    r = np.full((3, 3), 0.9) + 0.1 * np.eye(3)

    assert norm.sf(9) <= p_of_largest(9.0, r, two_sided=False) <= 3 * norm.sf(9)
