"""What becomes of participants whose resistant fraction is known? Compiled, by the trial's own tumor and rules."""

from __future__ import annotations

import numpy as np

from equipoise.assessments.rules import no_results
from equipoise.compiled import njit
from equipoise.endpoints.response import best_unconfirmed
from equipoise.endpoints.time_to_event import progression_free
from equipoise.simulation.full_trial_rules import CR, NON_CR_NON_PD, PR, SD, Conduct, Rules, follow_tumor
from equipoise.simulation.trial_rules import Codes, Floats, Ints
from equipoise.simulation.tumor_rules import MAX_TARGETS, Tumor, TumorParameters, draw_tumor, room_for


@njit(cache=True)
def with_resistant(tumor: Tumor, resistant: float) -> Tumor:
    """The same tumor with another share of resistant cells at randomization."""
    return Tumor(
        tumor.growth, tumor.chemotherapy, tumor.fading, tumor.anti_egfr, resistant, tumor.new_lesion_at,
        tumor.death_at, tumor.first_seen_equivocal, tumor.non_target, tumor.lesions,
    )  # fmt: skip


@njit(cache=True)
def follow_at_fractions(
    rng: np.random.Generator,
    experimental: bool,
    fractions: Floats,
    p: TumorParameters,
    conduct: Conduct,
    rules: Rules,
    planned: Ints,
    controlled: Codes,
    time: Ints,
    event: Codes,
) -> None:
    """Fill disease control (0 or 1), days of PFS and whether it ended, all (patient, fraction).

    Every patient is followed once at each resistant fraction, with her own tumor and new luck in measuring it.
    """
    room, results = room_for(len(planned), MAX_TARGETS), no_results(len(planned) + 1, MAX_TARGETS)
    for i in range(len(controlled)):
        drawn = draw_tumor(rng, p)
        for level in range(len(fractions)):
            tumor = with_resistant(drawn, fractions[level])
            v, dies, leaves = follow_tumor(rng, tumor, experimental, p, conduct, rules, planned, room, results)
            day, response, pd_day = room.days[1:v], results.response[1:v], results.pd_day[1:v]
            best = best_unconfirmed(day, response, pd_day, -1, rules.response).response
            controlled[i, level] = 1 if best in (CR, PR, SD, NON_CR_NON_PD) else 0
            death = dies if dies < leaves else -1
            end = progression_free(
                day, response, pd_day, True, death, -1, -1, p.follow_days, rules.time_to_event
            )  # fmt: skip
            time[i, level], event[i, level] = end.day + 1, end.event
