"""Gray's test against greenwood's, which was written by others: not stratified, times without
ties.
"""

import greenwood
import numpy as np
import pytest

from equipoise.statistics.survival import gray_test


@pytest.mark.filterwarnings(
    "ignore:invalid value:RuntimeWarning:greenwood"
)  # their expected events, not their test
@pytest.mark.parametrize("of", [1, 2])
@pytest.mark.parametrize("groups", [2, 3, 4])
def test_grays_test_is_greenwoods_without_ties(groups, of):
    rng = np.random.default_rng(groups)
    group, cause = rng.integers(0, groups, 150), rng.integers(0, 3, 150)
    time = rng.exponential(5 / (1 + 0.4 * group))

    found = gray_test(time, cause, group, of=of)
    expected = greenwood.grays_test(
        greenwood.Surv(time, event=cause, type="mstate"), group, cause=of
    )

    assert found.degrees_of_freedom == expected.df
    assert found.chi_square == pytest.approx(expected.statistic, rel=1e-11)
    assert found.p == pytest.approx(expected.p_value, rel=1e-11)
