"""What does a trial of two shares show when the shares are simply given? Compiled: allocation, then
one coin each.
"""

from __future__ import annotations

import numpy as np

from equipoise.arrays import Codes, Floats
from equipoise.compiled import njit
from equipoise.simulation.trial_rules import Scheme, allocate_all


@njit(cache=True)
def simulate_proportion_trials(
    rng: np.random.Generator,
    share: Floats,
    scheme: Scheme,
    strata: Floats,
    arm: Codes,
    out: Floats,
) -> None:
    """Fill `out` (trial, 2, arm) with events and subjects; `share` by arm, `arm` (subject,) is
    room.
    """
    stratum = np.zeros_like(arm)
    out[:] = 0.0
    for trial in range(len(out)):
        allocate_all(rng, scheme, strata, arm, stratum)
        for i in range(len(arm)):
            out[trial, 1, arm[i]] += 1
            if rng.random() < share[arm[i]]:
                out[trial, 0, arm[i]] += 1
