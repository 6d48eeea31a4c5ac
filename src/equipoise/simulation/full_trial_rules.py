"""What becomes of the participants of one virtual trial, by the very rules that judge real ones? Compiled.

The tumor is `tumor_rules`, the response of each visit `assessments.rules.assess_visit`, best response and time to
event the kernels of `endpoints`. Scans end with progression, leaving or death.
"""

from __future__ import annotations

from math import floor
from typing import NamedTuple

import numpy as np

from equipoise.assessments.policy import RecistPolicy
from equipoise.assessments.rules import NE, NOTHING_SEEN, PD, VisitResults, assess_visit, no_results, pd_dates
from equipoise.compiled import njit
from equipoise.endpoints.response import ResponsePolicy, best_unconfirmed
from equipoise.endpoints.time_to_event import TimeToEventRules, progression_free, survival_end
from equipoise.simulation.trial_rules import EXPERIMENTAL, Codes, Floats, Ints, allocate_all, draw_entries
from equipoise.simulation.tumor_rules import (
    MAX_TARGETS,
    NEVER,
    Scans,
    TumorParameters,
    death_day,
    draw_scan_day,
    draw_tumor,
    last_scan_day,
    new_lesion_day,
    part_of,
    room_for,
    scan_baseline,
    scan_once,
)
from equipoise.terms.response import Response

CR, PR, SD = int(Response.CR), int(Response.PR), int(Response.SD)


class Rules(NamedTuple):
    """How one trial judges: RECIST, best response, and progression-free survival."""

    recist: RecistPolicy
    response: ResponsePolicy
    time_to_event: TimeToEventRules


class Conduct(NamedTuple):
    """What participants do besides their tumor. Rates per day; `crossover` is the share of the control arm that
    starts anti-EGFR treatment after progression, `crossover_after` and `crossover_within` the days from then."""

    leaves_per_day: float
    crossover: float
    crossover_after: int
    crossover_within: int


class Participants(NamedTuple):
    """All participants of one trial in order of entry; scans of a participant stand in her row, baseline left out."""

    entry: Floats  # (subject,), calendar days
    arm: Codes  # (subject,)
    stratum: Codes  # (subject,)
    scans: Ints  # (subject,), how many
    day: Ints  # (subject, scan), from randomization
    response: Codes  # (subject, scan)
    pd_day: Ints  # (subject, scan)
    death: Ints  # (subject,), -1: not in the time followed, or after she left
    leaves: Ints  # (subject,), last day anything is known of her; NEVER


@njit(cache=True)
def room_for_participants(subjects: int, scans: int) -> Participants:
    """Empty arrays."""
    return Participants(
        entry=np.zeros(subjects),
        arm=np.zeros(subjects, np.int8),
        stratum=np.zeros(subjects, np.int8),
        scans=np.zeros(subjects, np.int32),
        day=np.zeros((subjects, scans), np.int32),
        response=np.zeros((subjects, scans), np.int8),
        pd_day=np.zeros((subjects, scans), np.int32),
        death=np.zeros(subjects, np.int32),
        leaves=np.zeros(subjects, np.int32),
    )


@njit(cache=True)
def clear_visit(results: VisitResults, v: int, targets: int) -> None:
    """Row `v` as before anything is judged."""
    results.response[v], results.target[v], results.clause[v] = NE, NE if targets > 0 else -1, 0
    results.sum[v], results.decided_by[v], results.decided_lesion[v], results.pd_day[v] = -1, v, -1, -1


@njit(cache=True)
def follow_participant(
    rng: np.random.Generator,
    experimental: bool,
    p: TumorParameters,
    conduct: Conduct,
    rules: Rules,
    planned: Ints,
    room: Scans,
    results: VisitResults,
) -> tuple[int, int, int]:
    """One participant until progression, leaving or death: rows with baseline, day of death, day she leaves.

    The arrays seen stand in `room` (see `part_of`), their responses in `results`. Days that do not come are NEVER.
    """
    anti_egfr_from = 0 if experimental else NEVER
    tumor = draw_tumor(rng, p)
    scans = part_of(room, tumor.lesions)
    error = scan_baseline(rng, tumor, scans, p)
    dies = death_day(tumor, anti_egfr_from, p.follow_days, p)
    appears = new_lesion_day(tumor, anti_egfr_from, min(dies, last_scan_day(planned, p)), p)
    leaves = NEVER
    if conduct.leaves_per_day > 0:
        leaves = int(min(float(NEVER), floor(rng.standard_exponential() / conduct.leaves_per_day) + 1))
    was_gone = np.zeros(tumor.lesions, np.int8)
    clear_visit(results, 0, tumor.lesions)
    memory = assess_visit(
        0, scans.days[0], scans.tenths, scans.node, was_gone, scans.nontarget, scans.new, NOTHING_SEEN, -1, results,
        rules.recist,
    )  # fmt: skip
    v, progressed = 1, False
    for when in planned:
        if when - p.window_days >= min(dies, leaves) or progressed:
            break
        day = draw_scan_day(rng, when, p)
        if day >= min(dies, leaves) or day <= scans.days[v - 1]:
            continue
        scan_once(rng, v, day, tumor, anti_egfr_from, appears, error, scans, p)
        clear_visit(results, v, tumor.lesions)
        memory = assess_visit(
            v, day, scans.tenths, scans.node, was_gone, scans.nontarget, scans.new, memory, -1, results, rules.recist
        )
        progressed = results.response[v] == PD
        v += 1
    days = scans.days[:v]
    pd_dates(days, days, days, scans.new[:v], results, rules.recist)
    if progressed and not experimental and rng.random() < conduct.crossover:
        wait = conduct.crossover_within - conduct.crossover_after + 1
        starts = days[v - 1] + conduct.crossover_after + int(floor(wait * rng.random()))
        if starts < min(dies, leaves):
            dies = death_day(tumor, starts, p.follow_days, p)
    return v, dies, leaves


@njit(cache=True)
def draw_participants(
    rng: np.random.Generator,
    p: TumorParameters,
    conduct: Conduct,
    rules: Rules,
    planned: Ints,
    accrual_days: Floats,
    accrual_rates: Floats,
    ratio: Ints,
    block_sizes: Ints,
    shares: Floats,
    effect: bool,
    all_of: Participants,
    room: Scans,
    results: VisitResults,
) -> None:
    """Fill all participants of one trial; without `effect` nobody has anti-EGFR treatment."""
    draw_entries(rng, accrual_days, accrual_rates, all_of.entry)
    allocate_all(rng, ratio, block_sizes, shares, all_of.arm, all_of.stratum)
    for i in range(len(all_of.arm)):
        treated = effect and all_of.arm[i] == EXPERIMENTAL
        # In a trial without effect nobody gains by crossing over.
        crossing = conduct if effect else Conduct(conduct.leaves_per_day, 0.0, 0, 0)
        v, dies, leaves = follow_participant(rng, treated, p, crossing, rules, planned, room, results)
        all_of.scans[i] = v - 1
        all_of.day[i, : v - 1] = room.days[1:v]
        all_of.response[i, : v - 1] = results.response[1:v]
        all_of.pd_day[i, : v - 1] = results.pd_day[1:v]
        all_of.death[i] = dies if dies < leaves else -1
        all_of.leaves[i] = leaves
