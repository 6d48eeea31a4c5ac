"""What does each look at a virtual trial show, by the very rules that judge real ones? Compiled.

Participants are those of `followed`; best response and times to event are the kernels of
`endpoints`.
"""

from __future__ import annotations

from math import floor
from typing import NamedTuple

import numpy as np

from equipoise.arrays import NEVER, Codes, Floats
from equipoise.assessments.recist.rules import (
    no_results,
)
from equipoise.compiled import njit
from equipoise.endpoints.censoring import (
    End,
    KnownDays,
    TimeToEventRules,
    progression_free,
    survival_end,
)
from equipoise.endpoints.response_rules import best_unconfirmed, counts_as
from equipoise.simulation.followed import (
    Behavior,
    Participants,
    Plan,
    Rules,
    draw_participants,
    room_for_participants,
)
from equipoise.statistics.cox import two_group_cox
from equipoise.statistics.survival import two_group_log_rank
from equipoise.virtual.tumor_rules import (
    MAX_TARGETS,
    TumorParameters,
    room_for,
)

CUT, N, CONTROLLED, RESPONDED, PFS, OS, ENTERED = 0, 1, 3, 5, 7, 12, 17
"""Columns of a look: day of the cut; by arm (control first) participants, with disease control,
with response; then
for PFS and OS five each: events, score, variance, log hazard ratio, standard error; and all who
have entered."""
COLUMNS = 18
EVENTS, SCORE, VARIANCE, LOG_HAZARD_RATIO, STANDARD_ERROR = range(5)


class Outcomes(NamedTuple):
    """Times to event of one cut, (subject,) of which those who entered are filled, and room to sort
    them.
    """

    time: Floats
    event: Codes
    arm: Codes
    sorted_time: Floats
    sorted_event: Codes
    sorted_arm: Codes


@njit(cache=True)
def write_times(outcomes: Outcomes, n: int, row: Floats) -> None:
    """Events, log-rank score and variance, and the Cox model's log hazard ratio; NaN where it has
    no estimate.
    """
    order = np.argsort(outcomes.time[:n], kind="mergesort")
    for place in range(n):
        outcomes.sorted_time[place] = outcomes.time[order[place]]
        outcomes.sorted_event[place] = outcomes.event[order[place]]
        outcomes.sorted_arm[place] = outcomes.arm[order[place]]
    time, event, arm = outcomes.sorted_time[:n], outcomes.sorted_event[:n], outcomes.sorted_arm[:n]
    row[EVENTS] = event.sum()
    row[SCORE], row[VARIANCE] = two_group_log_rank(time, event, arm, arm[:0], 0.0, 0.0, np.inf, 1.0)
    row[LOG_HAZARD_RATIO], row[STANDARD_ERROR], _, _ = two_group_cox(time, event, arm, arm[:0])


@njit(cache=True)
def write_responses(
    everyone: Participants, ready: int, cut: float, rules: Rules, row: Floats
) -> None:
    """Disease control and response by arm among the first `ready` participants."""
    for i in range(ready):
        arm, seen = everyone.arm[i], 0
        while seen < everyone.scans[i] and everyone.entry[i] + everyone.day[i, seen] <= cut:
            seen += 1
        best = best_unconfirmed(
            everyone.day[i, :seen],
            everyone.response[i, :seen],
            everyone.pd_day[i, :seen],
            NEVER,
            rules.response,
        ).response
        row[N + arm] += 1
        if counts_as(best, rules.responded):
            row[RESPONDED + arm] += 1
        if counts_as(best, rules.controlled):
            row[CONTROLLED + arm] += 1


@njit(cache=True)
def end_of(
    column: int, everyone: Participants, i: int, cutoff: int, rules: TimeToEventRules
) -> End:
    """The end of one participant's time by the rule of the endpoint that has this column."""
    if column == OS:
        return survival_end(int(everyone.death[i]), int(everyone.leaves[i]), cutoff)
    scans = everyone.scans[i]
    known = KnownDays(
        everyone.day[i, :scans],
        everyone.response[i, :scans],
        everyone.pd_day[i, :scans],
        True,
        int(everyone.death[i]),
        NEVER,
        NEVER,
        cutoff,
    )
    return progression_free(known, rules)


@njit(cache=True)
def write_look(
    everyone: Participants,
    ready: int,
    follow_days: int,
    rules: Rules,
    outcomes: Outcomes,
    row: Floats,
) -> None:
    """Everything a cut shows, `follow_days` after the entry of participant number `ready`."""
    row[:] = 0.0
    cut = everyone.entry[ready - 1] + follow_days
    row[CUT] = cut
    write_responses(everyone, ready, cut, rules, row)
    for column in (PFS, OS):
        n = 0
        for i in range(len(everyone.entry)):
            if everyone.entry[i] > cut:
                break
            cutoff = floor(cut - everyone.entry[i])
            end = end_of(column, everyone, i, cutoff, rules.time_to_event)
            outcomes.time[n], outcomes.event[n] = end.day + 1, end.event
            outcomes.arm[n] = everyone.arm[i]
            n += 1
        row[ENTERED] = n
        write_times(outcomes, n, row[column : column + 5])


@njit(cache=True)
def simulate_full_trials(
    rng: np.random.Generator,
    p: TumorParameters,
    conduct: Behavior,
    rules: Rules,
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
    outcomes = Outcomes(
        np.zeros(subjects),
        np.zeros(subjects, np.int8),
        np.zeros(subjects, np.int8),
        np.zeros(subjects),
        np.zeros(subjects, np.int8),
        np.zeros(subjects, np.int8),
    )
    for trial in range(len(out)):
        draw_participants(rng, p, conduct, rules, plan, everyone, room, results)
        for look in range(len(plan.participants)):
            write_look(
                everyone,
                plan.participants[look],
                plan.follow_days[look],
                rules,
                outcomes,
                out[trial, look],
            )
