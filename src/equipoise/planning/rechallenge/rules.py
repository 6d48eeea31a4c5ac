"""What becomes of participants whose resistant fraction is known? Compiled, by the trial's own
tumor and rules.
"""

from __future__ import annotations

import numpy as np

from equipoise.arrays import NEVER, Floats, Ints
from equipoise.assessments.recist.rules import no_results
from equipoise.compiled import njit
from equipoise.endpoints.censoring import KnownDays, progression_free
from equipoise.endpoints.response_rules import CONTROLLED, best_unconfirmed, counts_as
from equipoise.simulation.followed import Behavior, Rules, follow_tumor
from equipoise.virtual.tumor_rules import (
    MAX_TARGETS,
    Tumor,
    TumorParameters,
    draw_tumor,
    room_for,
)


@njit(cache=True)
def with_resistant(tumor: Tumor, resistant: float) -> Tumor:
    """The same tumor with another proportion of resistant cells at randomization."""
    return Tumor(
        tumor.growth,
        tumor.chemotherapy,
        tumor.fading,
        tumor.anti_egfr,
        resistant,
        tumor.new_lesion_at,
        tumor.death_at,
        tumor.first_seen_equivocal,
        tumor.non_target,
        tumor.lesions,
    )


@njit(cache=True)
def follow_both_arms(
    rng: np.random.Generator,
    fractions: Floats,
    p: TumorParameters,
    conduct: Behavior,
    rules: Rules,
    planned: Ints,
    out: Floats,
) -> None:
    """Fill `out` (patient, 1 + fraction, 3): disease control by an unconfirmed best response (0 or
    1), days of PFS, and whether it ended (0 or 1).

    Every patient is followed once without anti-EGFR treatment, in column 0, and once with it at
    each resistant fraction, with her own tumor and new luck in measuring it.
    """
    room, results = room_for(len(planned), MAX_TARGETS), no_results(len(planned) + 1, MAX_TARGETS)
    for i in range(len(out)):
        drawn = draw_tumor(rng, p)
        for column in range(len(fractions) + 1):
            tumor = drawn if column == 0 else with_resistant(drawn, fractions[column - 1])
            v, dies, leaves = follow_tumor(
                rng, tumor, column > 0, p, conduct, rules, planned, room, results
            )
            day, response, pd_day = room.days[1:v], results.response[1:v], results.pd_day[1:v]
            best = best_unconfirmed(day, response, pd_day, NEVER, rules.response).response
            out[i, column, 0] = 1.0 if counts_as(best, CONTROLLED) else 0.0
            death = dies if dies < leaves else NEVER
            known = KnownDays(day, response, pd_day, True, death, NEVER, NEVER, p.follow_days)
            end = progression_free(known, rules.time_to_event)
            out[i, column, 1], out[i, column, 2] = end.day + 1, end.event
