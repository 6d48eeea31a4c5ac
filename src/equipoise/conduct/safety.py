"""What must the sponsor know, and by when? Serious adverse events, deaths, pregnancies and
medication errors are reported in every state of the trial, and change no locked result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Literal, NamedTuple

from equipoise.conduct.asked import Asked, about_subject, problems
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.preconditions import no_time
from equipoise.conduct.record import Outcome, record
from equipoise.ledger import events
from equipoise.subject.records import AE
from equipoise.subject.state import SafetyReport, Subject, Trial
from equipoise.terms.dates import parse_date
from equipoise.terms.time_zones import moment

Relation = Literal["RELATED", "NOT RELATED", "NOT KNOWN"]
Kind = Literal["SERIOUS ADVERSE EVENT", "DEATH", "PREGNANCY", "MEDICATION ERROR"]

CRITERIA = (
    "DEATH",
    "LIFE-THREATENING",
    "HOSPITALIZATION",
    "DISABILITY",
    "CONGENITAL ANOMALY",
    "OTHER MEDICALLY IMPORTANT",
)
"""What makes an adverse event serious (ICH E2A II.B)."""
RELATIONS = ("NOT KNOWN", "RELATED", "NOT RELATED")
ACTIONS = (
    "DOSE NOT CHANGED",
    "DOSE REDUCED",
    "DOSE INCREASED",
    "DRUG INTERRUPTED",
    "DRUG WITHDRAWN",
    "NOT APPLICABLE",
    "UNKNOWN",
)
"""What was done with a drug (CDISC ACN, C66767; ICH E2B(R3) G.k.8)."""
OUTCOMES = (
    "UNKNOWN",
    "RECOVERED/RESOLVED",
    "RECOVERING/RESOLVING",
    "NOT RECOVERED/NOT RESOLVED",
    "RECOVERED/RESOLVED WITH SEQUELAE",
    "FATAL",
)
"""How it stood when it was reported (CDISC OUT, C66768; ICH E2B(R3) E.i.7)."""
TO_SPONSOR = timedelta(hours=24)
"""From the awareness of the site (Regulation (EU) 536/2014 41(2))."""


class Report(NamedTuple):
    """What a site reports. `onset` is a day, a month, a year or empty; `aware_at` is when the site
    learned of it, with the offset from UTC; `causality` (`RELATIONS`) and `action` (`ACTIONS`) are
    of each drug that she was given; `follows` names an earlier report, by its entry.
    """

    report: str
    kind: Kind
    term: str
    onset: str
    criteria: tuple[str, ...]
    aware_at: str
    causality: Mapping[str, str] = MappingProxyType({})
    action: Mapping[str, str] = MappingProxyType({})
    outcome: str = "UNKNOWN"
    follows: int | None = None


def report_safety(trial: Trial, by: Attribution, subject_id: str, report: Report) -> Outcome:
    """Tell the sponsor; accepted in every state of trial, site and participant."""
    told = {**report._asdict(), "causality": dict(report.causality), "action": dict(report.action)}
    event = events.SafetyReported(**told)
    return record(trial, by, event, about_subject(subject_id))


@problems.register
def _safety_reported(event: events.SafetyReported, asked: Asked) -> Iterator[str]:
    yield from no_time("aware_at", event.aware_at, asked.by.at)
    if event.onset:
        try:
            parse_date(event.onset)
        except ValueError as broken:
            yield f"onset: {broken}"
    yield from _not_of(CRITERIA, "criteria", event.criteria)
    yield from _not_of(RELATIONS, "causality", event.causality.values())
    yield from _not_of(ACTIONS, "action", event.action.values())
    yield from _not_of(OUTCOMES, "outcome", (event.outcome,))
    if not all(drug.strip() for drug in (*event.causality, *event.action)):
        yield "causality, action: a drug has no name"
    if event.kind == "SERIOUS ADVERSE EVENT" and not event.criteria:
        yield "criteria: nothing found, expected what makes the event serious"
    if not event.term.strip():
        yield "term: nothing found, expected what happened"
    known = {held.source for held in asked.subject.safety} if asked.subject else set()
    if event.follows is not None and event.follows not in known:
        yield f"follows: entry {event.follows} is no earlier report of this participant"


def _not_of(known: tuple[str, ...], member: str, given: Iterable[object]) -> Iterator[str]:
    for each in given:
        if each not in known:
            yield f"{member}: found {each!r}, expected some of {', '.join(known)}"


class Assessment(NamedTuple):
    """The sponsor's judgement of a report, by its entry; `reference` names the safety information
    in force at onset.
    """

    report: int
    related: Relation
    expected: bool
    reference: str


def assess_safety(
    trial: Trial, by: Attribution, subject_id: str, assessment: Assessment
) -> Outcome:
    """The sponsor judges a report, beside the investigator."""
    event = events.SafetyAssessed(**assessment._asdict())
    return record(trial, by, event, about_subject(subject_id))


@problems.register
def _safety_assessed(event: events.SafetyAssessed, asked: Asked) -> Iterator[str]:
    known = {held.source for held in asked.subject.safety} if asked.subject else set()
    if event.report not in known:
        yield f"entry {event.report} is no safety report of this participant"
    if not event.reference.strip():
        yield "reference: nothing found, expected the reference safety information"


class Submission(NamedTuple):
    """That an authority was told of a report, by its entry; `submitted_at` has its offset from
    UTC.
    """

    report: int
    authority: str
    submitted_at: str


def submit_safety(
    trial: Trial, by: Attribution, subject_id: str, submission: Submission
) -> Outcome:
    """The sponsor told an authority, as `sponsor_clock` says by when."""
    event = events.SafetySubmitted(**submission._asdict())
    return record(trial, by, event, about_subject(subject_id))


@problems.register
def _safety_submitted(event: events.SafetySubmitted, asked: Asked) -> Iterator[str]:
    known = {held.source for held in asked.subject.safety} if asked.subject else set()
    if event.report not in known:
        yield f"entry {event.report} is no safety report of this participant"
    if not event.authority.strip():
        yield "authority: nothing found, expected who was told"
    yield from no_time("submitted_at", event.submitted_at, asked.by.at)


def unreported(subject: Subject) -> tuple[AE, ...]:
    """Adverse events that the site marked as serious and did not report: each first report is of
    the earliest event with its words, as reported or as coded.
    """
    told = Counter(each.term.casefold() for each in subject.safety if each.follows is None)
    serious = [event for event in subject.records(AE) if event.serious == "Y"]
    distinct = {(each.decoded or each.term, str(each.start)): each for each in serious}
    left = []
    for event in sorted(distinct.values(), key=_began):
        names = (event.term.casefold(), event.decoded.casefold())
        found = next((name for name in names if told[name]), None)
        if found is None:
            left.append(event)
        else:
            told[found] -= 1
    return tuple(left)


def _began(event: AE) -> date:
    return event.start.earliest if event.start else date.max


def is_late(report: SafetyReport) -> bool:
    """Did it reach the sponsor after the time that a site has?"""
    return moment(report.received_at) - datetime.fromisoformat(report.aware_at) > TO_SPONSOR


def doubts_about_report(
    subject: Subject, report: events.SafetyReported, at: str
) -> Iterator[tuple[str, str]]:
    """What somebody should look at: a late report, a death that is not recorded, and what came when
    data were closed.
    """
    late = moment(at) - datetime.fromisoformat(report.aware_at)
    if late > TO_SPONSOR:
        hours = int(late.total_seconds() // 3600)
        yield "aware_at", f"reported {hours} hours after awareness, due within 24: please explain"
    if report.kind == "DEATH" and subject.died is None:
        yield "kind", "a death is reported, and none is recorded: please record it"
    is_fatal = report.kind == "DEATH" or "DEATH" in report.criteria
    if is_fatal != (report.outcome == "FATAL"):
        told = "a death" if is_fatal else "no death"
        yield "outcome", f"{report.outcome}, and {told} is reported: please check"
    if subject.locked or subject.left_with_data:
        yield "report", "reported after the data were closed: it enters the safety record alone"
