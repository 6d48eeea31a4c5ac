"""Freireich's leukemia trial and the data of cmprsk's own tests, as books and packages print them.

6-mercaptopurine against placebo, weeks in remission: Freireich et al., Blood 1963; analyzed by
Gehan (Biometrika 1965), Cox (JRSS B 1972) and Kalbfleisch and Prentice (The Statistical Analysis of
Failure Time Data). Every figure was also computed with R 4.2.2, survival 3.5-3.
"""

import numpy as np
import pytest

from equipoise.statistics.cox import fit_cox
from equipoise.statistics.survival import (
    cumulative_incidence,
    gray_test,
    kaplan_meier,
    log_rank,
    restricted_mean,
)

DRUG = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35])
RELAPSED = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0])
PLACEBO = np.array([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23])
TIME, EVENT = np.append(DRUG, PLACEBO), np.append(RELAPSED, np.ones(21, int))
TREATED = np.repeat([1, 0], 21)


def test_freireich_remission_curve_with_greenwoods_error():
    curve = kaplan_meier(DRUG, RELAPSED)
    happened = curve.events > 0

    assert curve.times[happened].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.survival[happened].round(4).tolist() == [
        0.8571,
        0.8067,
        0.7529,
        0.6902,
        0.6275,
        0.5378,
        0.4482,
    ]
    error = (curve.survival * curve.error)[happened]
    assert error.round(4).tolist() == [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    assert curve.median().time == 23
    assert kaplan_meier(PLACEBO, np.ones(21)).median().time == 8


def test_freireich_log_rank():
    found = log_rank(TIME, EVENT, TREATED)

    assert found.expected.round(2).tolist() == [10.75, 19.25]
    assert found.observed.tolist() == [21, 9]
    assert found.chi_square == pytest.approx(16.79, abs=0.005)


@pytest.mark.parametrize(
    ("ties", "coefficient", "error"),
    [
        pytest.param("breslow", -1.509, 0.4096, id="Kalbfleisch and Prentice: Breslow"),
        pytest.param("efron", -1.572, 0.4124, id="Efron"),
    ],
)
def test_freireich_cox(ties, coefficient, error):
    found = fit_cox(TIME, EVENT, TREATED, ties=ties)

    assert found.coef[0] == pytest.approx(coefficient, abs=5e-4)
    assert found.se[0] == pytest.approx(error, abs=5e-5)


# The data of tests/test.R of the R package cmprsk: set.seed(2) with R 1.2's generator
# (Marsaglia-Multicarry).
CMPRSK = """
0.6863054 1 3 1
0.1498182 2 1 1
1.6118749 0 3 2
1.0772755 2 1 2
1.5530266 2 2 2
0.2867827 1 2 2
0.2349187 0 2 2
0.2556262 2 3 1
0.5362150 2 2 1
1.4209362 0 2 1
1.9799408 0 1 2
0.8167674 2 2 1
0.9707827 2 2 2
3.3760767 0 3 2
1.4072183 0 2 2
0.2294771 0 3 2
2.8212429 0 1 1
1.5989659 0 1 1
0.6611658 1 2 1
0.2917159 0 1 1
2.4218055 2 1 2
0.2647112 1 3 1
0.4199704 1 2 2
0.9948720 1 3 2
5.2486499 1 1 1
0.4937765 2 1 2
0.0362220 0 1 1
0.0395564 0 1 1
2.2255110 1 3 2
1.8968157 0 1 2
1.5624813 1 1 2
2.0809669 1 2 1
0.0624619 1 3 1
0.3085737 2 2 1
0.8543627 0 3 2
1.0869753 0 1 1
0.1839052 1 3 1
0.8772968 2 2 2
0.1663530 0 1 1
1.3469918 1 3 2
3.3038428 2 3 2
0.7237610 1 3 2
0.0431729 2 3 2
1.6351066 0 2 1
1.0223729 2 2 1
1.5655425 0 1 1
0.7343997 0 1 1
1.7050710 2 2 1
1.5272559 1 2 1
1.9214970 2 2 2
1.8546795 1 3 1
0.3102764 1 1 2
2.4245708 2 1 2
0.5151719 1 3 2
1.2517903 0 2 1
1.0549397 2 3 1
0.0102665 0 3 2
1.0799486 2 1 1
0.1360241 1 1 2
0.4669425 2 2 1
1.3486366 0 1 1
0.1139599 2 3 1
2.5352416 2 2 1
0.7629216 1 1 2
0.4324377 2 2 1
0.6662993 1 3 1
0.8626239 2 1 1
0.4797705 2 1 2
0.3974403 1 3 2
1.4931704 0 3 2
0.6610909 0 3 1
0.5405386 0 1 2
1.3559440 0 2 1
0.7731668 2 3 1
3.9025633 0 1 2
0.1174173 2 1 1
1.7862734 2 2 2
0.0726981 2 2 1
0.2593882 2 3 1
2.0927087 0 3 1
0.2295836 0 2 1
0.4904963 0 3 2
0.4259872 1 3 2
0.3351949 1 2 1
0.6976021 2 2 1
0.0978602 1 2 2
0.9179976 2 2 1
0.1745280 2 3 2
0.6807168 1 2 2
1.8351941 0 1 2
2.9973993 1 2 1
1.9379130 1 1 2
0.5204177 1 1 1
1.6536249 2 2 1
2.2386648 1 1 2
0.1493573 2 1 1
0.7207658 2 1 2
0.0967263 0 1 2
0.8319503 1 2 2
1.0038505 1 1 2
"""


@pytest.fixture(scope="module")
def cmprsk():
    return np.array([line.split() for line in CMPRSK.strip().splitlines()], dtype=float).T


def test_incidence_and_variance_as_cuminc_prints_them(cmprsk):
    time, cause, *_ = cmprsk
    found = cumulative_incidence(time, cause)
    rows = np.searchsorted(found.times, [1, 2, 3], side="right") - 1

    assert found.incidence[rows, 0] == pytest.approx([0.2352861, 0.3287068, 0.4247898], abs=5e-8)
    assert found.incidence[rows, 1] == pytest.approx([0.2567862, 0.3931580, 0.4631781], abs=5e-8)
    assert found.se[rows, 0] ** 2 == pytest.approx(
        [0.002062112, 0.002957844, 0.004170634], abs=5e-10
    )
    assert found.se[rows, 1] ** 2 == pytest.approx(
        [0.002190305, 0.003273248, 0.004004514], abs=5e-10
    )


@pytest.mark.parametrize(
    ("groups", "of", "chi_square", "p"),
    [
        ((1, 2, 3), 1, 3.393977, 0.1832345),
        ((1, 2, 3), 2, 1.989511, 0.3698139),
        ((1, 3), 1, 3.5151549, 0.06080997),
        ((1, 3), 2, 0.1400145, 0.70826655),
    ],
)
def test_grays_stratified_test_as_cuminc_prints_it(cmprsk, groups, of, chi_square, p):
    time, cause, group, stratum = cmprsk[:, np.isin(cmprsk[2], groups)]
    found = gray_test(time, cause, group, stratum, of=of)

    assert found.chi_square == pytest.approx(chi_square, rel=1e-6)
    assert found.p == pytest.approx(p, rel=1e-6)
    assert found.degrees_of_freedom == len(groups) - 1


def test_restricted_mean_of_freireichs_trial_as_survfit_prints_it():
    found = restricted_mean(TIME, EVENT, TREATED, tau=20)

    assert [m.estimate for m in found.means] == pytest.approx(
        [8.42857142857, 16.1165266106], rel=1e-9
    )
    assert [m.se for m in found.means] == pytest.approx([1.2680826825, 1.25156019601], rel=1e-9)
    assert found.difference.estimate == pytest.approx(
        found.means[1].estimate - found.means[0].estimate
    )


def test_where_an_arm_has_no_variance_the_means_are_not_compared():
    found = restricted_mean([5, 5, 3, 4], [1, 1, 1, 1], [1, 1, 0, 0])

    assert [mean.estimate for mean in found.means] == pytest.approx([3.5, 4.0])
    assert found.difference is None
    assert found.ratio is None
