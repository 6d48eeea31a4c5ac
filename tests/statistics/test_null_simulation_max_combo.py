"""MaxCombo holds its size where the arms do not differ, within four Monte-Carlo errors."""

import numpy as np
import pytest
from scipy.stats import norm

from equipoise.simulation.event_time_trial import Cut, EventTimeTrial, simulate_event_times
from equipoise.statistics.sample_size import Accrual, Arm, Hazard
from equipoise.statistics.survival import ModestWeight
from equipoise.statistics.survival.combination import FOUR, max_combo_of_scores


@pytest.fixture(
    scope="module",
    params=[FOUR[:3], (FOUR[0], FOUR[3], ModestWeight(s_star=0.5))],
    ids=["FH", "MB"],
)
def trials(request):
    arm = Arm(Hazard.of_median(6.0))
    trial = EventTimeTrial(
        accrual=Accrual(durations=(12.0,), rates=(20.0,)),
        control=arm,
        experimental=arm,
        looks=(Cut(events=160),),
        tests=request.param,
        estimated=False,
    )
    return request.param, simulate_event_times(trial, 3000, seed=11)


@pytest.mark.parametrize(
    ("alternative", "alpha"), [("longer", 0.025), ("shorter", 0.025), ("two-sided", 0.05)]
)
def test_max_combo_holds_its_size(trials, alternative, alpha):
    tests, found = trials
    z = {"longer": 1, "shorter": -1}.get(alternative, 1) * found.z[:, 0]
    best = (np.abs(z) if alternative == "two-sided" else z).max(axis=1)
    alone = norm.sf(best) * (2 if alternative == "two-sided" else 1)
    # The p of MaxCombo lies between these bounds; only where they leave it open is it computed.
    rejected = [
        one * len(tests) <= alpha
        or (
            one <= alpha
            and max_combo_of_scores(score, spread, tests, alternative=alternative).p <= alpha
        )
        for one, score, spread in zip(
            alone, found.scores[:, 0], found.covariance[:, 0], strict=True
        )
    ]

    assert np.mean(rejected) == pytest.approx(
        alpha, abs=4 * np.sqrt(alpha * (1 - alpha) / len(rejected))
    )
