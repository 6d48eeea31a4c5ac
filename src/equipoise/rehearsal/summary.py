"""What was played in a rehearsal? Counts, and the days on which the data are cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from equipoise.ledger.entry import Entry
from equipoise.subject.state import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What was played: counts of people, entries and queries, and the days on which the data are
    cut.
    """

    screened: int
    persons: int
    declined: int
    failed: int
    failed_by: Mapping[str, int]
    randomized: int
    by_arm: Mapping[str, int]
    entries: int
    corrections: int
    queries: int
    open_queries: int
    withdrawals: int
    deaths: int
    first_screened: date
    last_randomized: date
    primary_cutoff: date
    os_cutoff: date
    head: str


def summarize(
    trial: Trial, entries: Sequence[Entry], *, persons: int, os_cutoff: date
) -> Rehearsal:
    """Counts from the trial as it stands."""
    subjects = trial.subjects.values()
    randomized = [subject.randomized for subject in subjects if subject.randomized]
    failures = [subject.screening_failed for subject in subjects if subject.screening_failed]
    queries = [query for subject in subjects for query in subject.queries.values()]
    last = max(allocation.on for allocation in randomized)
    days = trial.protocol.cutoff.primary_days_after_last_randomization
    return Rehearsal(
        screened=len(subjects),
        persons=persons,
        declined=sum(not failure.cause for failure in failures),
        failed=sum(bool(failure.cause) for failure in failures),
        failed_by=dict(
            sorted(
                Counter(c for failure in failures for c in failure.cause.split(", ") if c).items()
            )
        ),
        randomized=len(randomized),
        by_arm=dict(Counter(allocation.arm for allocation in randomized)),
        entries=len(entries),
        corrections=sum(entry.supersedes is not None for entry in entries),
        queries=len(queries),
        open_queries=sum(query.status != "CLOSED" for query in queries),
        withdrawals=sum(bool(subject.withdrawals) for subject in subjects),
        deaths=sum(subject.died is not None for subject in subjects),
        first_screened=min(s.screened_on for s in subjects if s.screened_on),
        last_randomized=last,
        primary_cutoff=last + timedelta(days=days),
        os_cutoff=os_cutoff,
        head=entries[-1].hash,
    )


def months_later(day: date, months: int) -> date:
    """The same day of the month, or the last one the month has."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        if last <= day.day:
            try:
                return date(year, month, last)
            except ValueError:
                continue
    raise ValueError(f"no day {months} months after {day}")
