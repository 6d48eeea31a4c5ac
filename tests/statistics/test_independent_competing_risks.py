"""Gray's test against greenwood's (not stratified) and R's cmprsk, which were written by others."""

import greenwood
import numpy as np
import pytest

from equipoise.statistics.survival import gray_test


@pytest.mark.filterwarnings(
    "ignore:invalid value:RuntimeWarning:greenwood"
)  # their expected events, not their test
@pytest.mark.parametrize("of", [1, 2])
@pytest.mark.parametrize("groups", [2, 3, 4])
@pytest.mark.parametrize("digits", [15, 1, 0])
def test_grays_test_is_greenwoods_with_and_without_ties(groups, of, digits):
    rng = np.random.default_rng(groups)
    group, cause = rng.integers(0, groups, 150), rng.integers(0, 3, 150)
    time = rng.exponential(5 / (1 + 0.4 * group)).round(digits) + 1

    found = gray_test(time, cause, group, of=of)
    expected = greenwood.grays_test(
        greenwood.Surv(time, event=cause, type="mstate"), group, cause=of
    )

    assert found.degrees_of_freedom == expected.df
    assert found.chi_square == pytest.approx(expected.statistic, rel=1e-11)
    assert found.p == pytest.approx(expected.p_value, rel=1e-11)


# R 4.2.2 with cmprsk 2.2-11, the statistic of cuminc for a cause, by strata or not, with rho, of
# the first groups of the sixty people below, up to five of whom share a time and a cause.
CMPRSK = {
    (1, False, 0, 2): 0.437607579273914,
    (1, False, 0, 3): 0.871330415432643,
    (1, False, 1, 2): 0.414687541746834,
    (1, False, 1, 3): 0.808233241719115,
    (1, True, 0, 2): 0.412077240591216,
    (1, True, 0, 3): 0.53052830753646,
    (1, True, 1, 2): 0.351018170929025,
    (1, True, 1, 3): 0.547552429921234,
    (2, False, 0, 2): 0.0211955126212171,
    (2, False, 0, 3): 0.424607138620567,
    (2, False, 1, 2): 0.0169438247192188,
    (2, False, 1, 3): 0.332851097484884,
    (2, True, 0, 2): 0.0712370552388624,
    (2, True, 0, 3): 0.470616648776191,
    (2, True, 1, 2): 0.0510053979277291,
    (2, True, 1, 3): 0.42236236814036,
}


@pytest.mark.parametrize(("of", "stratified", "rho", "groups"), CMPRSK)
def test_grays_test_with_ties_is_that_of_cmprsk(of, stratified, rho, groups):
    i = np.arange(60)
    time, cause, group = (i * 7 + i * i) % 11 + 1, (i * i + i // 3) % 3, (i // 2 + i * i * 3) % 3
    some = group < groups
    strata = (i % 4 // 2)[some] if stratified else None

    found = gray_test(time[some], cause[some], group[some], strata, rho=rho, of=of)

    assert found.chi_square == pytest.approx(CMPRSK[of, stratified, rho, groups], rel=1e-9)
