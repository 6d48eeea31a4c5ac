"""What becomes of each participant of one virtual trial? Compiled.

The tumor is `tumor_rules`, the response of each visit `assessments.recist.rules.assess_visit`.
Scans end with progression, leaving or death.
"""

from __future__ import annotations

from math import floor
from typing import NamedTuple

import numpy as np

from equipoise.arrays import NEVER, Codes, Floats, Ints
from equipoise.assessments.recist.policy import RecistPolicy
from equipoise.assessments.recist.rules import (
    Lesions,
    VisitDays,
    VisitResults,
    assess_visit,
    nothing_seen,
    pd_dates,
)
from equipoise.assessments.recist.target_rules import NE, PD
from equipoise.compiled import njit
from equipoise.endpoints.censoring import (
    TimeToEventRules,
)
from equipoise.endpoints.response_rules import ResponsePolicy
from equipoise.simulation.trial_rules import (
    EXPERIMENTAL,
    Scheme,
    allocate_all,
    draw_entries,
)
from equipoise.virtual.scan_rules import draw_scan_day, last_scan_day, scan_baseline, scan_once
from equipoise.virtual.tumor_rules import (
    BEYOND,
    Scans,
    Tumor,
    TumorParameters,
    death_day,
    draw_tumor,
    new_lesion_day,
    part_of,
)


class Rules(NamedTuple):
    """How one trial judges: RECIST, best response and whether it is confirmed, the censoring rules
    that lead, and whether endpoints rest on the response derived from the lesions. Only that one
    dates a confirmed new lesion back to where it was first seen (RECIST 1.1 4.3.5); a reader dates
    PD on the scan she read, see `endpoints.course`.
    """

    recist: RecistPolicy
    response: ResponsePolicy
    confirm: bool
    time_to_event: TimeToEventRules
    derived_counts: bool


class Behavior(NamedTuple):
    """What participants do besides their tumor. Rates per day; `crossover` is the share of the
    control arm that starts the experimental drug after progression, `crossover_after` and
    `crossover_within` the days from then.
    """

    leaves_per_day: float
    crossover: float
    crossover_after: int
    crossover_within: int


class Participants(NamedTuple):
    """All participants of one trial in order of entry; scans of a participant stand in her row,
    baseline left out.
    """

    entry: Floats  # (subject,), calendar days
    arm: Codes  # (subject,)
    stratum: Codes  # (subject,)
    scans: Ints  # (subject,), how many
    day: Ints  # (subject, scan), from randomization
    response: Codes  # (subject, scan)
    pd_day: Ints  # (subject, scan)
    death: Ints  # (subject,), NEVER: not in the time followed, or after she left
    leaves: Ints  # (subject,), last day anything is known of her


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
    results.sum[v], results.decided_by[v], results.decided_lesion[v], results.pd_day[v] = (
        -1,
        v,
        -1,
        -1,
    )


@njit(cache=True)
def follow_participant(
    rng: np.random.Generator,
    experimental: bool,
    p: TumorParameters,
    conduct: Behavior,
    rules: Rules,
    planned: Ints,
    room: Scans,
    results: VisitResults,
) -> tuple[int, int, int]:
    """Draw one participant and follow her; see `follow_tumor`."""
    return follow_tumor(
        rng, draw_tumor(rng, p), experimental, p, conduct, rules, planned, room, results
    )


@njit(cache=True)
def follow_tumor(
    rng: np.random.Generator,
    tumor: Tumor,
    experimental: bool,
    p: TumorParameters,
    conduct: Behavior,
    rules: Rules,
    planned: Ints,
    room: Scans,
    results: VisitResults,
) -> tuple[int, int, int]:
    """One participant until progression, leaving or death: rows with baseline, day of death, day
    she leaves.

    The arrays seen stand in `room` (see `part_of`), their responses in `results`, as the reading
    that counts has them. Days that do not come are BEYOND.
    """
    anti_egfr_from = 0 if experimental else BEYOND
    scans = part_of(room, tumor.lesions)
    error = scan_baseline(rng, tumor, scans, p)
    dies = death_day(tumor, anti_egfr_from, p.follow_days, p)
    appears = new_lesion_day(tumor, anti_egfr_from, min(dies, last_scan_day(planned, p)), p)
    leaves = BEYOND
    if conduct.leaves_per_day > 0:
        leaves = int(
            min(float(BEYOND), floor(rng.standard_exponential() / conduct.leaves_per_day) + 1)
        )
    seen = Lesions(scans.length, scans.node, scans.nontarget, scans.new)
    memory, v, seen_until = nothing_seen(tumor.lesions), 0, min(dies, leaves)
    for scan in range(-1, len(planned)):
        day = 0
        if scan >= 0:  # before it comes baseline, which is in `scans` already
            if planned[scan] - p.window_days >= seen_until:
                break
            day = draw_scan_day(rng, planned[scan], p)
            if day >= seen_until or day <= scans.days[v - 1]:
                continue
            scan_once(rng, v, day, tumor, anti_egfr_from, appears, error, scans, p)
        clear_visit(results, v, tumor.lesions)
        memory = assess_visit(v, True, seen, memory, results, rules.recist)
        v += 1
        if results.response[v - 1] == PD:
            break
    progressed = results.response[v - 1] == PD
    days = scans.days[:v]
    if rules.derived_counts:
        pd_dates(VisitDays(days, days, days), scans.new[:v], results, rules.recist)
    if progressed and not experimental and rng.random() < conduct.crossover:
        wait = conduct.crossover_within - conduct.crossover_after + 1
        starts = days[v - 1] + conduct.crossover_after + floor(wait * rng.random())
        if starts < min(dies, leaves):
            dies = death_day(tumor, starts, p.follow_days, p)
    return v, dies, leaves


class Plan(NamedTuple):
    """How the trial is set up. Days; accrual by period, strata by `shares`; look `l` comes when the
    first `participants[l]` have been followed `follow_days[l]` days. Without `effect` nobody has
    the experimental drug.
    """

    planned: Ints  # (scan,), from randomization
    accrual_durations: Floats
    accrual_rates: Floats
    scheme: Scheme
    shares: Floats
    participants: Ints
    follow_days: Ints
    effect: bool


@njit(cache=True)
def draw_participants(
    rng: np.random.Generator,
    p: TumorParameters,
    conduct: Behavior,
    rules: Rules,
    plan: Plan,
    everyone: Participants,
    room: Scans,
    results: VisitResults,
) -> None:
    """Fill all participants of one trial. Nobody is known of for longer than the tumor is."""
    draw_entries(rng, plan.accrual_durations, plan.accrual_rates, False, everyone.entry)
    allocate_all(rng, plan.scheme, plan.shares, everyone.arm, everyone.stratum)
    crossing = conduct
    if not plan.effect:  # nobody gains by crossing over
        crossing = Behavior(conduct.leaves_per_day, 0.0, 0, 0)
    for i in range(len(everyone.arm)):
        treated = plan.effect and everyone.arm[i] == EXPERIMENTAL
        v, dies, leaves = follow_participant(
            rng, treated, p, crossing, rules, plan.planned, room, results
        )
        everyone.scans[i] = v - 1
        for scan in range(v - 1):
            everyone.day[i, scan] = room.days[scan + 1]
            everyone.response[i, scan] = results.response[scan + 1]
            everyone.pd_day[i, scan] = results.pd_day[scan + 1]
        everyone.death[i] = dies if dies < leaves else NEVER
        everyone.leaves[i] = min(leaves, p.follow_days)
