"""How does one trial with a time-to-event endpoint run? Compiled: entry, event, dropout, and what a
cut shows.

Piecewise constant everything; times are in any one unit. Nothing is known of tumors here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from equipoise.arrays import Codes, Floats, Ints
from equipoise.compiled import njit
from equipoise.simulation.trial_rules import (
    Scheme,
    allocate_all,
    draw_entries,
    smallest,
)
from equipoise.statistics.cox import two_group_cox
from equipoise.statistics.survival import two_group_scores
from equipoise.statistics.survival.ordered import partition


class SimulatedTimes(NamedTuple):
    """What is assumed: pieces begin at `starts` (piece,), the first at 0; hazards (stratum * 2 +
    arm, piece), dropout hazards (arm, piece); accrual by durations and rates (period,); strata by
    `shares`.
    """

    subjects: int
    starts: Floats
    hazard: Floats
    dropout: Floats
    accrual_durations: Floats
    accrual_rates: Floats
    scheme: Scheme
    shares: Floats


class Drawn(NamedTuple):
    """One trial as it really is, (subject,): calendar time of entry, time from entry to event or
    dropout, and which.
    """

    entry: Floats
    time: Floats
    event: Codes
    arm: Codes
    stratum: Codes


class ObservedTimes(NamedTuple):
    """What a cut shows, in order of time: (subject,) of which the first `n` rows are filled."""

    time: Floats
    event: Codes
    arm: Codes
    stratum: Codes
    order: Ints
    buckets: Ints


@njit(cache=True)
def room_for_trial(subjects: int) -> tuple[Drawn, ObservedTimes]:
    """Empty arrays for one trial."""
    drawn = Drawn(
        np.zeros(subjects),
        np.zeros(subjects),
        np.zeros(subjects, np.int8),
        np.zeros(subjects, np.int8),
        np.zeros(subjects, np.int8),
    )
    observed = ObservedTimes(
        np.zeros(subjects),
        np.zeros(subjects, np.int8),
        np.zeros(subjects, np.int8),
        np.zeros(subjects, np.int8),
        np.zeros(subjects, np.int32),
        np.zeros(subjects + 1, np.int32),
    )
    return drawn, observed


@njit(cache=True)
def piecewise_time(level: float, starts: Floats, hazard: Floats, row: int) -> float:
    """The time at which row `row` of a piecewise constant hazard has added up to `level`; infinite
    if it never does.
    """
    last = len(starts) - 1
    for piece in range(last):
        expected = hazard[row, piece] * (starts[piece + 1] - starts[piece])
        if level < expected:
            return float(starts[piece] + level / hazard[row, piece])
        level -= expected
    rest = hazard[row, last]
    return float(starts[last] + level / rest) if rest > 0 else float("inf")


@njit(cache=True)
def draw_trial(rng: np.random.Generator, assumed: SimulatedTimes, drawn: Drawn) -> None:
    """Fill one trial."""
    draw_entries(rng, assumed.accrual_durations, assumed.accrual_rates, True, drawn.entry)
    allocate_all(rng, assumed.scheme, assumed.shares, drawn.arm, drawn.stratum)
    some_leave = assumed.dropout.any()
    for i in range(len(drawn.entry)):
        arm = int(drawn.arm[i])
        row = int(drawn.stratum[i]) * 2 + arm
        time, event = (
            piecewise_time(rng.standard_exponential(), assumed.starts, assumed.hazard, row),
            1,
        )
        if some_leave:
            leaves = piecewise_time(
                rng.standard_exponential(), assumed.starts, assumed.dropout, arm
            )
            if leaves < time:
                time, event = leaves, 0
        drawn.time[i], drawn.event[i] = time, event


@njit(cache=True)
def date_of_event(drawn: Drawn, events: int, dates: Floats, room: Floats, count: Ints) -> float:
    """The calendar date of so many events; the date the last subject ends if there are never so
    many.
    """
    happened, last = 0, 0.0
    for i in range(len(drawn.entry)):
        date = drawn.entry[i] + drawn.time[i]
        last = max(last, date) if date < np.inf else last
        if drawn.event[i] == 1 and date < np.inf:
            dates[happened] = date
            happened += 1
    if happened < events:
        return last
    return smallest(dates, happened, events, room, count)


@njit(cache=True)
def sort_times(time: Floats, n: int, seen: ObservedTimes) -> None:
    """Fill `seen.order` with the order of `time[:n]`: buckets of equal width, then insertion within
    what is near.
    """
    longest = 0.0
    for i in range(n):
        longest = max(longest, time[i])
    scale = (n - 1) / longest if longest > 0 else 0.0
    seen.buckets[: n + 1] = 0
    for i in range(n):
        seen.buckets[int(time[i] * scale) + 1] += 1
    for bucket in range(n):
        seen.buckets[bucket + 1] += seen.buckets[bucket]
    for i in range(n):
        bucket = int(time[i] * scale)
        seen.order[seen.buckets[bucket]] = i
        seen.buckets[bucket] += 1
    for at in range(1, n):
        moved, back = seen.order[at], at
        while back > 0 and time[seen.order[back - 1]] > time[moved]:
            seen.order[back] = seen.order[back - 1]
            back -= 1
        seen.order[back] = moved


@njit(cache=True)
def cut_at(
    date: float, drawn: Drawn, raw_time: Floats, raw_index: Ints, seen: ObservedTimes
) -> int:
    """Fill `seen` with what is known at a calendar date, in order of time; returns how many have
    entered.
    """
    n = 0
    for i in range(len(drawn.entry)):
        if drawn.entry[i] < date:
            raw_time[n] = min(drawn.time[i], date - drawn.entry[i])
            raw_index[n] = i
            n += 1
    sort_times(raw_time, n, seen)
    for row in range(n):
        i = raw_index[seen.order[row]]
        seen.time[row] = raw_time[seen.order[row]]
        seen.event[row] = 1 if drawn.event[i] == 1 and drawn.entry[i] + drawn.time[i] <= date else 0
        seen.arm[row] = drawn.arm[i]
        seen.stratum[row] = drawn.stratum[i]
    return n


DATE, ENTERED, EVENTS, LOG_HAZARD_RATIO, STANDARD_ERROR, SCORES = range(6)
"""Columns of a look; from SCORES on the scores (weight,) and then their covariance (weight,
weight), row by row."""


class CutPlan(NamedTuple):
    """When the data are cut and what is computed then. A cut waits for `events` (look,), or 0:
    comes on `dates`.
    """

    events: Ints
    dates: Floats
    weights: Floats  # (weight, 4), as statistics.log_rank.two_group_scores takes them
    stratified: bool
    estimated: bool


@njit(cache=True)
def write_tests(seen: ObservedTimes, n: int, looks: CutPlan, row: Floats) -> None:
    """Weighted log-rank scores, and the Cox model if asked for, of the `n` subjects seen."""
    time, event, arm = seen.time[:n], seen.event[:n], seen.arm[:n]
    stratum = seen.stratum[:n] if looks.stratified else seen.stratum[:0]
    starts = np.array([0, n], dtype=np.int32)
    if looks.estimated:
        row[LOG_HAZARD_RATIO], row[STANDARD_ERROR], _, _ = two_group_cox(time, event, arm, stratum)
    if looks.stratified:
        place, starts = partition(stratum, int(stratum.max()) + 1)
        time, event, arm = time[place], event[place], arm[place]
    scores, covariance = two_group_scores(time, event, arm, starts, looks.weights)
    w = len(looks.weights)
    row[SCORES : SCORES + w] = scores
    row[SCORES + w :] = covariance.ravel()


@njit(cache=True)
def simulate_event_trials(
    rng: np.random.Generator, assumed: SimulatedTimes, looks: CutPlan, out: Floats
) -> None:
    """Fill `out` (trial, look, column) for the subjects of each trial; all looks are taken,
    whatever they show.
    """
    subjects = assumed.subjects
    drawn, seen = room_for_trial(subjects)
    times, room, rows = np.zeros(subjects), np.zeros(subjects), np.zeros(subjects, np.int32)
    for trial in range(len(out)):
        draw_trial(rng, assumed, drawn)
        for look in range(len(looks.events)):
            date = looks.dates[look]
            if looks.events[look] > 0:
                date = date_of_event(drawn, looks.events[look], times, room, seen.buckets)
            n = cut_at(date, drawn, times, rows, seen)
            out[trial, look, DATE], out[trial, look, ENTERED] = date, n
            out[trial, look, EVENTS] = seen.event[:n].sum()
            if n > 0:
                write_tests(seen, n, looks, out[trial, look])
            else:
                out[trial, look, SCORES:] = 0.0
