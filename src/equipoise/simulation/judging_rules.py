"""Which endpoints does one participant of a virtual trial reach, and when? Compiled.

Best response and times to event are the kernels of `endpoints`; the tests are those of
`statistics`.
"""

from __future__ import annotations

from math import floor
from typing import NamedTuple

import numpy as np

from equipoise.arrays import NEVER, NOWHERE, Codes, Flags, Floats, Ints
from equipoise.compiled import njit
from equipoise.endpoints.censoring import (
    End,
    KnownDays,
    TimeToEventRules,
    progression_free,
    survival_end,
)
from equipoise.endpoints.response_rules import best_of, counts_as, response_begins
from equipoise.simulation.followed import Participants, Rules
from equipoise.simulation.judged import DOR, OS
from equipoise.statistics.cox import two_group_cox
from equipoise.statistics.survival import median_of_sorted, two_group_log_rank

SUBJECTS, EVENTS, MEDIAN, SCORE, VARIANCE, LOG_HAZARD_RATIO, STANDARD_ERROR = 0, 2, 4, 6, 7, 8, 9
"""Columns of one analysis of times: by arm (control first) subjects, events and the Kaplan-Meier
median in days; then the log-rank score and its variance, and the Cox model."""
TIME_COLUMNS = 10


class Judged(NamedTuple):
    """The endpoints that are judged, in the order of their columns."""

    counted: Ints  # (binary endpoint,), the best responses that reach it, see `mask_of`
    kind: Ints  # (analysis of times,), PFS, OS or DOR
    switches: Ints  # (analysis of times, switch), the fields of TimeToEventRules
    stratified: Flags  # (analysis of times,)


class Outcomes(NamedTuple):
    """Times to event of one cut, (subject,) of which those who count are filled, and room to sort
    them.
    """

    time: Floats
    event: Codes
    arm: Codes
    stratum: Codes
    sorted_time: Floats
    sorted_event: Codes
    sorted_arm: Codes
    sorted_stratum: Codes


@njit(cache=True)
def room_for_outcomes(subjects: int) -> Outcomes:
    """Empty arrays."""
    return Outcomes(
        np.zeros(subjects),
        np.zeros(subjects, np.int8),
        np.zeros(subjects, np.int8),
        np.zeros(subjects, np.int8),
        np.zeros(subjects),
        np.zeros(subjects, np.int8),
        np.zeros(subjects, np.int8),
        np.zeros(subjects, np.int8),
    )


@njit(cache=True)
def seen_by(everyone: Participants, i: int, cutoff: int) -> int:
    """How many scans of a participant were made by a day counted from her randomization."""
    seen = 0
    while seen < everyone.scans[i] and everyone.day[i, seen] <= cutoff:
        seen += 1
    return seen


@njit(cache=True)
def write_responses(
    everyone: Participants,
    ready: int,
    cut: float,
    rules: Rules,
    judged: Judged,
    cells: int,
    row: Floats,
) -> None:
    """Participants by stratum and arm among the first `ready`, in the first `cells` columns of
    `row`; then, for each binary endpoint, those who reach it.
    """
    for i in range(ready):
        seen = seen_by(everyone, i, floor(cut - everyone.entry[i]))
        cell = 2 * everyone.stratum[i] + everyone.arm[i]
        row[cell] += 1
        best = best_of(
            everyone.day[i, :seen],
            everyone.response[i, :seen],
            everyone.pd_day[i, :seen],
            NEVER,
            rules.confirm,
            rules.response,
        ).response
        for endpoint in range(len(judged.counted)):
            if counts_as(best, judged.counted[endpoint]):
                row[cells * (1 + endpoint) + cell] += 1


@njit(cache=True)
def begins_on(everyone: Participants, i: int, cutoff: int, rules: Rules) -> int:
    """The day of the first response known on the day of the cutoff, or NEVER."""
    seen = seen_by(everyone, i, cutoff)
    first = response_begins(
        everyone.day[i, :seen],
        everyone.response[i, :seen],
        everyone.pd_day[i, :seen],
        NEVER,
        rules.confirm,
        rules.response,
    )
    return NEVER if first == NOWHERE else int(everyone.day[i, first])


@njit(cache=True)
def end_of(kind: int, everyone: Participants, i: int, cutoff: int, switches: Ints) -> End:
    """The end of one participant's time by the rule of its kind, under one set of censoring
    rules.
    """
    if kind == OS:
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
    rules = TimeToEventRules(
        int(switches[0]),
        int(switches[1]),
        int(switches[2]),
        int(switches[3]),
        int(switches[4]),
        int(switches[5]),
        int(switches[6]),
    )
    return progression_free(known, rules)


@njit(cache=True)
def collect_times(
    everyone: Participants, cut: float, rules: Rules, kind: int, switches: Ints, outcomes: Outcomes
) -> int:
    """Fill the times of one analysis, days counted with both ends, of all who entered by the cut;
    returns of how many.
    """
    n = 0
    for i in range(len(everyone.entry)):
        if everyone.entry[i] > cut:
            break
        cutoff, start = floor(cut - everyone.entry[i]), 0
        if kind == DOR:
            start = begins_on(everyone, i, cutoff, rules)
            if start == NEVER:
                continue
        end = end_of(kind, everyone, i, cutoff, switches)
        outcomes.time[n], outcomes.event[n] = max(end.day, start) - start + 1, end.event
        outcomes.arm[n], outcomes.stratum[n] = everyone.arm[i], everyone.stratum[i]
        n += 1
    return n


@njit(cache=True)
def sort_outcomes(outcomes: Outcomes, n: int) -> None:
    """The first `n` by rising time."""
    order = np.argsort(outcomes.time[:n], kind="mergesort")
    for place in range(n):
        outcomes.sorted_time[place] = outcomes.time[order[place]]
        outcomes.sorted_event[place] = outcomes.event[order[place]]
        outcomes.sorted_arm[place] = outcomes.arm[order[place]]
        outcomes.sorted_stratum[place] = outcomes.stratum[order[place]]


@njit(cache=True)
def write_times(outcomes: Outcomes, n: int, kind: int, stratified: bool, row: Floats) -> None:
    """The columns of one analysis of times; NaN where the Cox model has no estimate, infinity for
    a median that is not reached. Responders are no randomized groups: they are not compared.
    """
    sort_outcomes(outcomes, n)
    time, event, arm = outcomes.sorted_time[:n], outcomes.sorted_event[:n], outcomes.sorted_arm[:n]
    for group in range(2):
        inside = arm == group
        row[SUBJECTS + group], row[EVENTS + group] = inside.sum(), event[inside].sum()
        row[MEDIAN + group] = np.inf
        if inside.any():
            row[MEDIAN + group] = median_of_sorted(time[inside], event[inside])
    row[LOG_HAZARD_RATIO] = row[STANDARD_ERROR] = np.nan
    if kind == DOR or n == 0:
        return
    stratum = outcomes.sorted_stratum[:n] if stratified else outcomes.sorted_stratum[:0]
    row[SCORE], row[VARIANCE] = two_group_log_rank(time, event, arm, stratum, 0.0, 0.0, np.inf, 1.0)
    row[LOG_HAZARD_RATIO], row[STANDARD_ERROR], _, _ = two_group_cox(time, event, arm, stratum)
