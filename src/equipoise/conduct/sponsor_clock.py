"""By when must the sponsor tell an authority of a serious reaction, and is it overdue? The clock
runs from the sponsor's awareness, by the country of the site that reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from equipoise.subject.state import SafetyReport, Subject, Trial
from equipoise.terms.expedited_reporting import ReportingTimes, reporting_times
from equipoise.terms.time_zones import moment

_LIFE = {"DEATH", "LIFE-THREATENING"}


class Judged(StrEnum):
    """Is it a suspected unexpected serious adverse reaction?"""

    SUSAR = "SUSAR"
    OPEN = "not judged by the sponsor"


@dataclass(frozen=True, slots=True, kw_only=True)
class SponsorClock:
    """One serious event of a participant, under the entry of its first report. `since` is when the
    sponsor could suspect it; `due` is None where the times of the country are not known.
    `submitted` are the times at which an authority was told.
    """

    subject: str
    report: int
    term: str
    judged: Judged
    fatal: bool
    site: str
    country: str
    law: str
    since: datetime
    due: datetime | None
    follow_up_due: datetime | None
    submitted: tuple[datetime, ...]

    @property
    def next_due(self) -> datetime | None:
        """When an authority has to be told next: at first, then what follows on it; None where
        nothing is left to tell, or nobody knows when.
        """
        return (self.due, self.follow_up_due, None)[min(len(self.submitted), 2)]

    @property
    def is_told(self) -> bool:
        """Was everything told that the law of the country names?"""
        return len(self.submitted) >= (2 if self.follow_up_due else 1)

    def is_overdue(self, at: datetime) -> bool:
        """At that time, was it or what follows on it told too late, or not yet and due before?"""
        first, second = (*self.submitted, at, at)[:2]
        late = self.due is not None and first > self.due
        return late or (self.follow_up_due is not None and second > self.follow_up_due)


def sponsor_clocks(trial: Trial) -> tuple[SponsorClock, ...]:
    """Every serious event that is a SUSAR, or may be one until the sponsor has judged it."""
    return tuple(
        clock for subject in trial.subjects.values() for clock in clocks_of(trial, subject)
    )


def clocks_of(trial: Trial, subject: Subject) -> tuple[SponsorClock, ...]:
    """Those of one participant."""
    found = (_clock(trial, subject, reports) for reports in _events(subject))
    return tuple(clock for clock in found if clock)


def _events(subject: Subject) -> Iterator[list[SafetyReport]]:
    """The reports of each event, with what follows on it, in order of time."""
    first: dict[int, int] = {}
    for report in subject.safety:
        follows = report.follows
        first[report.source] = report.source if follows is None else first.get(follows, follows)
    for root in dict.fromkeys(first.values()):
        yield [report for report in subject.safety if first[report.source] == root]


def _clock(trial: Trial, subject: Subject, reports: list[SafetyReport]) -> SponsorClock | None:
    """That of one event; None if it is none that an authority is told of at once."""
    serious = [one for one in reports if one.criteria or one.kind in _SERIOUS]
    suspected = [one for one in serious if _is_suspected(subject, one)]
    judged = _judged(subject, reports)
    if judged is None or not (suspected or (serious and judged is Judged.OPEN)):
        return None
    begins = (suspected or serious)[0]
    since = moment(begins.received_at)
    fatal = [one for one in serious if one.kind == "DEATH" or _LIFE & set(one.criteria)]
    site = trial.sites.get(begins.site)
    times = reporting_times(site.country) if site else None
    alarm = max(since, moment(fatal[0].received_at)) if fatal else None
    due = _due(times, since, alarm)
    more = times.fatal_follow_up if times and alarm else None
    sources = {one.source for one in reports}
    return SponsorClock(
        subject=subject.id,
        report=reports[0].source,
        term=reports[0].term,
        judged=judged,
        fatal=bool(fatal),
        site=begins.site,
        country=site.country if site else "",
        law=times.law if times else "",
        since=since,
        due=due,
        follow_up_due=due + timedelta(days=more) if due and more else None,
        submitted=tuple(
            datetime.fromisoformat(sent.submitted_at)
            for sent in subject.submissions
            if sent.report in sources
        ),
    )


_SERIOUS = ("SERIOUS ADVERSE EVENT", "DEATH")


def _judged(subject: Subject, reports: list[SafetyReport]) -> Judged | None:
    """Unexpected once is a SUSAR; expected throughout is none; what is not judged stays open."""
    expected = {said.report: said.expected for said in subject.judgements}
    answers = [expected.get(one.source) for one in reports]
    if False in answers:
        return Judged.SUSAR
    return Judged.OPEN if None in answers else None


def _is_suspected(subject: Subject, report: SafetyReport) -> bool:
    """By the investigator or by the sponsor: neither takes back what the other suspects. A relation
    that is not known is not excluded (Regulation (EU) 536/2014 Annex III; ICH E2A III.A).
    """
    said = {report.related, *(o.related for o in subject.judgements if o.report == report.source)}
    return said != {"NOT RELATED"}


def _due(times: ReportingTimes | None, since: datetime, alarm: datetime | None) -> datetime | None:
    """What is fatal or life-threatening is due sooner, from when the sponsor knew that it was."""
    if times is None:
        return None
    due = since + timedelta(days=times.other)
    return min(due, alarm + timedelta(days=times.fatal)) if alarm else due


def measure_due(country: str, aware_at: str, *, breach: bool) -> datetime | None:
    """When a serious breach, or an urgent safety measure, is due; None where it is not known."""
    times = reporting_times(country)
    days = (times.serious_breach if breach else times.urgent_measure) if times else None
    return None if days is None else datetime.fromisoformat(aware_at) + timedelta(days=days)
