"""What does each look at a virtual trial show, by the very rules that judge real ones? Compiled.

Participants are those of `followed`, judged by `judging_rules`.
"""

from __future__ import annotations

import numpy as np

from equipoise.arrays import Floats
from equipoise.assessments.recist.rules import no_results
from equipoise.compiled import njit
from equipoise.simulation.followed import (
    Behavior,
    Participants,
    Plan,
    Rules,
    draw_participants,
    room_for_participants,
)
from equipoise.simulation.judging_rules import (
    TIME_COLUMNS,
    Judged,
    Outcomes,
    collect_times,
    room_for_outcomes,
    write_responses,
    write_times,
)
from equipoise.virtual.tumor_rules import MAX_TARGETS, TumorParameters, room_for

CUT, ENTERED, CELLS = range(3)
"""Columns of a look: day of the cut, and all who have entered; from CELLS on participants by
stratum and arm (control first), and as many columns for each binary endpoint; then TIME_COLUMNS for
each analysis of times."""


@njit(cache=True)
def write_look(
    everyone: Participants,
    ready: int,
    follow_days: int,
    rules: Rules,
    judged: Judged,
    strata: int,
    outcomes: Outcomes,
    row: Floats,
) -> None:
    """Everything a cut shows, `follow_days` after the entry of participant number `ready`."""
    row[:] = 0.0
    cut = everyone.entry[ready - 1] + follow_days
    row[CUT] = cut
    for entry in everyone.entry:
        row[ENTERED] += 1 if entry <= cut else 0
    first = CELLS + 2 * strata * (1 + len(judged.counted))
    write_responses(everyone, ready, cut, rules, judged, 2 * strata, row[CELLS:first])
    for place in range(len(judged.kind)):
        kind, switches = judged.kind[place], judged.switches[place]
        n = collect_times(everyone, cut, rules, kind, switches, outcomes)
        columns = row[first : first + TIME_COLUMNS]
        write_times(outcomes, n, kind, judged.stratified[place], columns)
        first += TIME_COLUMNS


@njit(cache=True)
def simulate_full_trials(
    rng: np.random.Generator,
    p: TumorParameters,
    conduct: Behavior,
    rules: Rules,
    judged: Judged,
    plan: Plan,
    out: Floats,
) -> None:
    """Fill `out` (trial, look, column); all looks are taken, whatever they show."""
    subjects = plan.participants.max()
    everyone = room_for_participants(subjects, len(plan.planned))
    room, results = (
        room_for(len(plan.planned), MAX_TARGETS),
        no_results(len(plan.planned) + 1, MAX_TARGETS),
    )
    outcomes = room_for_outcomes(subjects)
    for trial in range(len(out)):
        draw_participants(rng, p, conduct, rules, plan, everyone, room, results)
        for look in range(len(plan.participants)):
            write_look(
                everyone,
                plan.participants[look],
                plan.follow_days[look],
                rules,
                judged,
                len(plan.shares),
                outcomes,
                out[trial, look],
            )
