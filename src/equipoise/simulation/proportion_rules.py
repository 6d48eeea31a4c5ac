"""What does a trial of two shares show when the shares are simply given? Compiled: allocation, then
one coin each.
"""

from __future__ import annotations

import numpy as np

from equipoise.arrays import Codes, Floats, Ints
from equipoise.compiled import njit
from equipoise.simulation.trial_rules import Scheme, allocate_all


@njit(cache=True)
def simulate_proportion_trials(
    rng: np.random.Generator,
    share: Floats,
    scheme: Scheme,
    strata: Floats,
    looks: Ints,
    arm: Codes,
    out: Floats,
) -> None:
    """Fill `out` (trial, look, 2, stratum, arm) with events and subjects by each of the rising
    `looks`; `share` by arm, `arm` (subject,) is room.
    """
    stratum = np.zeros_like(arm)
    out[:] = 0.0
    for trial in range(len(out)):
        allocate_all(rng, scheme, strata, arm, stratum)
        i = 0
        for look in range(len(looks)):
            counts = out[trial, look]
            if look > 0:
                counts[:] = out[trial, look - 1]
            while i < looks[look]:
                counts[1, stratum[i], arm[i]] += 1
                if rng.random() < share[arm[i]]:
                    counts[0, stratum[i], arm[i]] += 1
                i += 1
