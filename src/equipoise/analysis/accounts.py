"""From which records is the story of one subject told? The course up to the cutoff, each part with
its sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from equipoise.analysis.baseline import baseline_sources
from equipoise.endpoints.course import Course
from equipoise.endpoints.values import best_response
from equipoise.protocol.model import Protocol
from equipoise.subject.records import Source
from equipoise.subject.state import Ended
from equipoise.terms.response import Response

Sources = tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something on a day from randomization, and the records that say so."""

    day: int
    sources: Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanAccount(Happened):
    """A scan as the reader read it."""

    response: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Treatment ended, and why."""

    on: date
    cause: str
    sources: Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One randomized subject up to the cutoff. `evaluable` says whether the best response could
    be evaluated, by the reading that counts.
    """

    randomized_on: date
    randomization: Sources
    baseline: Sources
    scans: tuple[ScanAccount, ...]
    treatment_ended: Stop | None
    new_therapy: Happened | None
    death: Happened | None
    evaluable: bool


def account_of(course: Course, protocol: Protocol) -> Account:
    """What the records of a course say."""
    read = course.read
    return Account(
        randomized_on=course.start,
        randomization=course.sources["randomization"],
        baseline=baseline_sources(course),
        scans=tuple(
            ScanAccount(day=day, response=Response(code).cdisc, sources=sources)
            for day, code, sources in zip(read.days, read.responses, read.sources, strict=True)
        ),
        treatment_ended=_stop(course.subject.treatment_ended, course),
        new_therapy=_happened(course.new_therapy, "new_therapy", course),
        death=_happened(course.death, "death", course),
        evaluable=best_response(course, protocol, course.primary).value != Response.NE.cdisc,
    )


def _stop(ended: Ended | None, course: Course) -> Stop | None:
    if ended is None or (ended.on - course.start).days > course.cutoff:
        return None
    return Stop(on=ended.on, cause=ended.cause, sources=(ended.source,))


def _happened(day: int, kind: str, course: Course) -> Happened | None:
    if not 0 <= day <= course.cutoff:
        return None
    return Happened(day=day, sources=course.sources[kind])


def primary_due(protocol: Protocol, accounts: dict[str, Account]) -> date | None:
    """The day from which on everybody randomized can have had the scans of the primary endpoint."""
    starts = [account.randomized_on for account in accounts.values()]
    wait = timedelta(protocol.cutoff.primary_days_after_last_randomization)
    return max(starts) + wait if starts else None
