"""What do many trials of two given shares show, with the allocation of the protocol?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from equipoise.allocation.method import Allocation
from equipoise.arrays import Floats
from equipoise.compiled import compiled, pays
from equipoise.simulation.blocks import Block, run_blocks
from equipoise.simulation.event_time_trial import check_proportions
from equipoise.simulation.proportion_rules import simulate_proportion_trials
from equipoise.simulation.trial_rules import scheme_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionTrial:
    """Shares with the endpoint and subjects in all; allocated in strata of these shares,
    control first. `looks` are numbers of subjects before the end.
    """

    control: float
    experimental: float
    subjects: int
    allocation: Allocation
    strata: tuple[float, ...] = (1.0,)
    looks: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name in ("control", "experimental"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must lie between 0 and 1")
        if self.subjects < 2:
            raise ValueError(f"subjects is {self.subjects}; it must be 2 or more")
        check_proportions("strata", self.strata)
        sizes = [0, *self.looks, self.subjects]
        if sizes != sorted(set(sizes)):
            raise ValueError(
                f"looks is {self.looks}; expected rising numbers under {self.subjects}"
            )


def simulate_proportions(
    trial: ProportionTrial, trials: int, seed: int, *, workers: int = 1
) -> tuple[Floats, Floats]:
    """Events and subjects of each trial by each look and at the end, (trial, look, stratum, arm),
    control first; see `run_blocks`.
    """
    steps = 2 * trials * trial.subjects
    block = partial(_simulate_block, trial, pays(simulate_proportion_trials, steps))
    counts = run_blocks(block, trials, seed, workers=workers)
    return counts[:, :, 0], counts[:, :, 1]


def _simulate_block(
    trial: ProportionTrial, bulk: bool, rng: np.random.Generator, trials: int
) -> Block:
    looks = np.array([*trial.looks, trial.subjects], np.int32)
    out = np.zeros((trials, len(looks), 2, len(trial.strata), 2))
    simulate = compiled(simulate_proportion_trials) if bulk else simulate_proportion_trials
    simulate(
        rng,
        np.array([trial.control, trial.experimental]),
        scheme_of(trial.allocation),
        np.array(trial.strata),
        looks,
        np.zeros(trial.subjects, np.int8),
        out,
    )
    return out
