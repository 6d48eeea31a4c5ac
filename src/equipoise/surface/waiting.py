"""What waits for whom? Visits due and overdue, questions to answer, forms to complete and to sign,
open criteria that time can mend, and serious events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from equipoise.conduct.roles import DATA, ENTRY, SITE
from equipoise.conduct.safety import TO_SPONSOR, unreported
from equipoise.conduct.sponsor_clock import Judged, SponsorClock, clocks_of
from equipoise.eligibility import evaluate_all
from equipoise.protocol.model import Protocol
from equipoise.subject.conditions import SubjectStatus
from equipoise.subject.records.record import entry_number
from equipoise.subject.state import PHYSICIANS, Subject, Trial, Version
from equipoise.subject.visits import Status, VisitStatus, visits_of
from equipoise.terms.time_zones import zone
from equipoise.terms.verdict import Verdict


class Kind(StrEnum):
    """What somebody does about it."""

    REPORT = "serious event to report"
    SAFETY = "serious event"
    OVERDUE = "overdue"
    DUE = "due"
    PARTLY = "to complete"
    ANSWER = "query to answer"
    CLOSE = "answer to check"
    SCREENING = "screening"
    READY = "ready to randomize"
    SIGN = "to sign"


class Waiting(NamedTuple):
    """One thing to do: about whom, by when (None: no day is set), in words, and what names its
    place: a visit as it is recorded, or a query. `until` is the moment, on the clock of the site,
    where the hour matters.
    """

    kind: Kind
    subject: str
    text: str
    by: date | None = None
    place: str = ""
    forms: tuple[str, ...] = ()
    until: datetime | None = None

    @property
    def moment(self) -> datetime:
        """When it matters: the hour, else the end of the day."""
        if self.until is not None:
            return self.until
        return datetime.combine(self.by or date.max, time.max, UTC)


_VISITS = {Status.OVERDUE: Kind.OVERDUE, Status.DUE: Kind.DUE, Status.PARTLY: Kind.PARTLY}
_AHEAD = 7
"""So many days one looks ahead at what will be out of date."""
_IN_SCREENING = (SubjectStatus.SCREENED, SubjectStatus.CONSENTED)


class _Known(NamedTuple):
    """What waits about a participant, and what it was found from."""

    subject: Subject
    versions: tuple[Version, ...]
    locked: bool
    found: tuple[Waiting, ...]


_SEEN_BY: Mapping[Kind, frozenset[str]] = {
    **dict.fromkeys(
        (Kind.REPORT, Kind.OVERDUE, Kind.DUE, Kind.PARTLY, Kind.SCREENING, Kind.READY), SITE
    ),
    Kind.ANSWER: ENTRY,
    Kind.CLOSE: DATA | {"monitor"},
    Kind.SIGN: PHYSICIANS,
    Kind.SAFETY: frozenset({"safety"}),
}
"""Whose work each is."""
_DAYS_KEPT = 2
"""A day begins earlier in the east: so many days are asked about at a time."""


class WorkList:
    """What waits, found once for each participant and day until something of it changes: her
    record, the protocol, a lock.
    """

    def __init__(self) -> None:
        self._known: dict[date, dict[str, _Known]] = {}

    def waiting(
        self, trial: Trial, subjects: Iterable[Subject], role: str, today: date
    ) -> tuple[Waiting, ...]:
        """What waits for a role among these participants, the most urgent first."""
        mine = {kind for kind, roles in _SEEN_BY.items() if role in roles}
        found = [
            one for each in subjects for one in self.about(trial, each, today) if one.kind in mine
        ]
        order = list(Kind)
        return tuple(
            sorted(found, key=lambda one: (one.moment, order.index(one.kind), one.subject))
        )

    def about(self, trial: Trial, subject: Subject, today: date) -> tuple[Waiting, ...]:
        """What waits about one participant, whoever does it."""
        of_day = self._of_day(today)
        known = of_day.get(subject.id)
        if (
            known is None
            or known.subject is not subject
            or known.versions is not trial.versions
            or known.locked != trial.locked
        ):
            found = tuple(_about(trial, subject, today))
            known = of_day[subject.id] = _Known(subject, trial.versions, trial.locked, found)
        return known.found

    def _of_day(self, today: date) -> dict[str, _Known]:
        if today not in self._known:
            first = today - timedelta(days=_DAYS_KEPT)
            kept = {day: found for day, found in self._known.items() if day > first}
            self._known = kept | {today: {}}
        return self._known[today]


def _about(trial: Trial, subject: Subject, today: date) -> Iterator[Waiting]:
    yield from _visits(trial, subject, today)
    yield from _screening(trial, subject, today)
    yield from _queries(subject, "OPEN", Kind.ANSWER)
    yield from _queries(subject, "ANSWERED", Kind.CLOSE)
    yield from _to_sign(subject)
    yield from _to_report(subject)
    yield from _safety(trial, subject)


def _to_report(subject: Subject) -> Iterator[Waiting]:
    """What the site itself calls serious, by the day after the one on which it was asked."""
    for event in unreported(subject):
        form = subject.forms.get(entry_number(event.source))
        aware = (form.on if form else None) or event.start
        by = aware.latest + TO_SPONSOR if aware else None
        said = f"{event.term}: serious, and the sponsor has no report of it"
        yield Waiting(Kind.REPORT, subject.id, said, by, str(entry_number(event.source)))


def _safety(trial: Trial, subject: Subject) -> Iterator[Waiting]:
    """Serious events that an authority has to be told of, or may have to be, with the hour by the
    clock of the site that reported; then the reports that nobody has judged.
    """
    judged = {each.report for each in subject.judgements}
    clocks = {clock.report: clock for clock in clocks_of(trial, subject) if not clock.is_told}
    for clock in clocks.values():
        until, said = clock.next_due, f"{clock.term}: {_told_words(clock)}"
        if until is not None and (site := trial.sites.get(clock.site)):
            until = until.astimezone(zone(site.time_zone))
        by = until.date() if until else None
        yield Waiting(Kind.SAFETY, subject.id, said, by, str(clock.report), until=until)
    for report in subject.safety:
        if report.source not in judged | clocks.keys():
            said = f"{report.term}: to be assessed"
            yield Waiting(Kind.SAFETY, subject.id, said, place=str(report.source))


def _told_words(clock: SponsorClock) -> str:
    """What is to be done about it, and what is not known of its time."""
    act = "to be judged, and told to the authority as if it were a SUSAR until then"
    if clock.judged is Judged.SUSAR:
        act = "SUSAR, what follows on it" if clock.submitted else "SUSAR, the authority to be told"
    if clock.next_due is not None:
        return act
    return f"{act}; when it is due is not known here for {clock.country or 'no country'}"


def _visits(trial: Trial, subject: Subject, today: date) -> Iterator[Waiting]:
    for visit in visits_of(trial, subject, today):
        kind = _VISITS.get(visit.status)
        if kind is not None and visit.due is not None:
            yield Waiting(
                kind,
                subject.id,
                _visit_words(visit),
                visit.due.closes,
                visit.recorded,
                _forms(trial, visit),
            )


def _visit_words(visit: VisitStatus) -> str:
    assert visit.due is not None
    when = f"{visit.due.opens} to {visit.due.closes}"
    missing = f", missing {', '.join(visit.missing)}" if visit.missing else ""
    return f"{visit.recorded}, {when}{missing}"


def _forms(trial: Trial, visit: VisitStatus) -> tuple[str, ...]:
    """The forms that are missing; of a visit that nobody has begun all of them."""
    if visit.missing:
        return visit.missing
    declared = next((each for each in trial.protocol.schedule if each.id == visit.visit), None)
    return declared.forms if declared else ()


def _queries(subject: Subject, status: str, kind: Kind) -> Iterator[Waiting]:
    for query in subject.queries.values():
        if query.status == status:
            yield Waiting(kind, subject.id, query.text, place=query.id)


def _screening(trial: Trial, subject: Subject, today: date) -> Iterator[Waiting]:
    """Somebody who may still come in: what is open of the criteria, in short."""
    if subject.status not in _IN_SCREENING:
        return
    if not subject.consents:
        yield Waiting(Kind.SCREENING, subject.id, "consent is to be recorded", place="consent")
        return
    protocol = trial.version_at(subject.site, today, subject).protocol
    findings = evaluate_all(protocol, subject, today)
    unmet = [each.id for each in findings if each.verdict is Verdict.NOT_MET]
    unknown = [each.id for each in findings if each.verdict is Verdict.UNKNOWN]
    if unmet:
        yield Waiting(Kind.SCREENING, subject.id, f"not met: {', '.join(unmet)}", place="criteria")
    elif unknown:
        text = f"unknown: {', '.join(unknown)}"
        yield Waiting(Kind.SCREENING, subject.id, text, place="criteria")
    else:
        last, why = _holds_until(protocol, subject, today)
        text = f"every criterion is met{why}: confirm eligibility, then randomize"
        yield Waiting(Kind.READY, subject.id, text, last, "randomize")


def _holds_until(protocol: Protocol, subject: Subject, today: date) -> tuple[date, str]:
    """The last day, a week on at most, on which she could be randomized with what is recorded, and
    what will be out of date the day after.
    """
    for ahead in range(1, _AHEAD + 1):
        findings = evaluate_all(protocol, subject, today + timedelta(days=ahead))
        gone = [each.id for each in findings if each.verdict is not Verdict.MET]
        if gone:
            last = today + timedelta(days=ahead - 1)
            return last, f" until {last}, when {', '.join(gone)} will be out of date"
    return today + timedelta(days=_AHEAD), ""


def _to_sign(subject: Subject) -> Iterator[Waiting]:
    """Forms of visits whose data nobody has endorsed; one line for each participant."""
    endorsed = subject.signed
    left = [seq for seq in subject.forms if seq not in endorsed]
    if left and subject.randomized:
        yield Waiting(Kind.SIGN, subject.id, f"{len(left)} forms are not signed", place="sign")
