"""What would this trial look like, from first visit to last contact? Virtual people through the
real commands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from equipoise.allocation.sealed_list import SealedList
from equipoise.conduct import (
    data_management,
    disposition,
    protocol_versions,
    randomization,
    trial_setup,
)
from equipoise.conduct.ports import SealedAllocation, Storage
from equipoise.ledger.entry import Entry
from equipoise.protocol.model import Protocol
from equipoise.rehearsal.data_desk import DataDesk
from equipoise.rehearsal.follow_up import plan
from equipoise.rehearsal.office import Agenda, Office, Unexpected
from equipoise.rehearsal.opening import open_trial
from equipoise.rehearsal.planned import Planned, StudyEnd
from equipoise.rehearsal.screening import Case, ScreeningDesk, again
from equipoise.rehearsal.screening_forms import Desk
from equipoise.rehearsal.story import BEYOND, Story, draw_story
from equipoise.rehearsal.summary import Rehearsal, months_later, summarize
from equipoise.rehearsal.survival import contact, death_steps
from equipoise.subject.state import Subject, Trial
from equipoise.terms.dates import DAYS_PER_MONTH
from equipoise.virtual.parameters import Parameters, read_parameters
from equipoise.virtual.person import draw_person

__all__ = ["Rehearsal", "Unexpected", "draw_sealed_list", "rehearse", "rehearse_until"]

Progress = Callable[[int, int], None]
_LAST_CONTACTS = 14  # days before the end in which those still followed are contacted
_LONGEST = 365 * 6
_CLEANING = 14  # days from the last entry to the lock


def draw_sealed_list(protocol: Protocol, *, participants: int, seed: int) -> SealedList:
    """The sealed list of a rehearsal: as the statistician draws it, with randomness and salt from
    the seed.
    """
    rng = np.random.default_rng([seed, 0])
    design = protocol.design.model_copy(
        update={"participants": max(participants, protocol.design.participants)}
    )
    return randomization.draw_allocation(
        protocol.model_copy(update={"design": design}), rng, rng.bytes(16).hex()
    )


def rehearse(
    protocol: Protocol,
    storage: Storage,
    sealed: SealedAllocation,
    *,
    participants: int,
    seed: int,
    progress: Progress | None = None,
) -> Rehearsal:
    """Play the whole trial into an empty storage, marked as simulated; the same seed gives the same
    bytes.

    Stops when `participants` are randomized and followed to the cutoff for survival. `progress` is
    called with (randomized, participants). Raises `Unexpected` when a command that must succeed is
    refused.
    """
    run = _Run(protocol, storage, sealed, participants, seed, progress)
    run.begin()
    run.agenda.work()
    run.close()
    return run.summary()


def rehearse_until(
    protocol: Protocol,
    storage: Storage,
    sealed: SealedAllocation,
    *,
    participants: int,
    seed: int,
    days: tuple[date, date],
) -> None:
    """As `rehearse`, of a trial that began on the first day and is under way on the second, which
    is the last that was recorded: everything that waits then is left to be done.
    """
    begun, until = days
    run = _Run(protocol, storage, sealed, participants, seed, None)
    run.start = begun
    run.begin()
    run.agenda.work(until)


@dataclass(slots=True)
class _Followed:
    """A randomized participant: her case, her story as it really is, and the day her record
    ends.
    """

    case: Case
    story: Story
    until: date = BEYOND


class _Run:
    """One rehearsal under way."""

    def __init__(
        self,
        protocol: Protocol,
        storage: Storage,
        sealed: SealedAllocation,
        participants: int,
        seed: int,
        progress: Progress | None,
    ) -> None:
        self.protocol, self.sealed = protocol, sealed
        self.participants, self.seed, self.progress = participants, seed, progress
        self.parameters: Parameters = read_parameters(protocol.id)
        self.agenda, self.office = Agenda(), Office(storage, seed)
        self.data = DataDesk(self.office, self.agenda, protocol, self.parameters, seed)
        self.screening = ScreeningDesk(self.data, sealed, self._follow, self._gone)
        self.arrivals = np.random.default_rng([seed, 3])
        self.codes: Counter[str] = Counter()
        self.persons = self.in_screening = 0
        self.followed: dict[str, _Followed] = {}
        self.start = date.fromisoformat(protocol.registration.start)
        self.last = BEYOND

    @property
    def trial(self) -> Trial:
        """The trial as it stands."""
        return self.office.session.trial

    def begin(self) -> None:
        """Adopt the protocol, commit the list, and wait for the first person."""
        self.office.do(
            self.start,
            "sponsor",
            None,
            protocol_versions.adopt_protocol,
            self.protocol,
            simulated=True,
        )
        open_trial(self.office, self.start, self.parameters.sites, self.sealed)
        self._next_arrival(self.start)

    # -------------------------------------------------------------- coming in

    def _next_arrival(self, day: date) -> None:
        """People come at a rate that makes a trial of any size last about as long as planned."""
        months = (
            self.parameters["screened_per_month"]
            * self.participants
            / self.protocol.design.participants
        )
        wait = self.arrivals.exponential(DAYS_PER_MONTH / months)
        self.agenda.put(day + timedelta(days=round(wait)), self._arrive)

    def _arrive(self, day: date) -> None:
        if len(self.followed) >= self.participants:
            return
        if self._has_place():
            self.persons += 1
            rng = np.random.default_rng([self.seed, 1, self.persons])
            person = draw_person(rng, self.protocol, self.parameters, day)
            self._screen(day, Desk(person, rng, self.protocol, self.parameters))
        self._next_arrival(day)

    def _has_place(self) -> bool:
        """Nobody is screened for a place that another may take."""
        return len(self.followed) + self.in_screening < self.participants

    def _screen(self, day: date, desk: Desk, previous: str | None = None) -> None:
        site = desk.person.site.id
        self.codes[site] += 1
        self.in_screening += 1
        case = Case(f"{site}-{self.codes[site]:03d}", desk, day, rescreened=previous is not None)
        self.screening.begin(day, case, previous)

    def _gone(self, case: Case, day: date) -> None:
        """Somebody failed screening; some come again under a new code."""
        self.in_screening -= 1
        if (desk := again(case)) is not None:
            back = day + timedelta(days=int(desk.rng.integers(21, 43)))
            self.agenda.put(back, lambda today: self._screen_again(today, desk, case.code))

    def _screen_again(self, day: date, desk: Desk, previous: str) -> None:
        if self._has_place():
            self._screen(day, desk, previous)

    # -------------------------------------------------------------- being followed

    def _follow(self, case: Case, entry: Entry) -> None:
        """The arm is known: everything that will happen to her can be drawn."""
        self.in_screening -= 1
        assert entry.payload is not None
        start = date.fromisoformat(entry.payload["randomized_on"])
        experimental = entry.payload["arm"] == self.protocol.experimental.id
        story = draw_story(case.desk, case.regimen, start, experimental=experimental)
        followed = _Followed(case, story)
        self.followed[case.code] = followed
        for planned in plan(case.desk, story, start + timedelta(days=_LONGEST)):
            self._put(followed, planned)
        if self.progress:
            self.progress(len(self.followed), self.participants)
        if len(self.followed) == self.participants:
            self._last_in(start)

    def _put(self, followed: _Followed, planned: Planned) -> None:
        self.agenda.put(planned.entered, lambda today: self._carry_out(today, followed, planned))

    def _carry_out(self, day: date, followed: _Followed, planned: Planned) -> None:
        """Record it, unless the participant's record was closed by then."""
        subject = self._subject(followed)
        if planned.day > min(followed.until, self.last) or any(
            w.what == "DATA" for w in subject.withdrawals
        ):
            return
        if planned.form is not None:
            self.data.save(day, subject.id, planned.form)
        if planned.decision is not None:
            self.office.do(day, planned.role, subject.site, planned.decision, subject.id)
        if planned.study_end is not None:
            self._end(day, followed, planned.study_end)

    def _end(self, day: date, followed: _Followed, end: StudyEnd) -> None:
        """The end of somebody's study, endorsed by the investigator (ICH E6(R3) 4.2)."""
        subject = self._subject(followed)
        if subject.study_ended:
            return
        investigator = (day, "investigator", subject.site)
        self.office.do(
            *investigator, disposition.end_study, subject.id, ended_on=end.on, cause=end.cause
        )
        about = tuple(sorted(self._subject(followed).forms))
        self.office.do(
            *investigator, data_management.sign, subject.id, meaning="DATA ENDORSED", about=about
        )
        followed.until = day

    def _subject(self, followed: _Followed) -> Subject:
        return self.trial.subjects[followed.case.code]

    # -------------------------------------------------------------- the end

    def _last_in(self, start: date) -> None:
        """From the last randomization on, the day of the end is known."""
        months = self.protocol.cutoff.os_months_after_last_randomization
        self.last = months_later(start, months)
        for followed in self.followed.values():
            before = int(self.arrivals.integers(0, _LAST_CONTACTS))
            self._put_last_contact(followed, self.last - timedelta(days=before))

    def _put_last_contact(self, followed: _Followed, day: date) -> None:
        self.agenda.put(day, lambda today: self._last_contact(today, followed))

    def _last_contact(self, day: date, followed: _Followed) -> None:
        """Is she alive? Who is out of reach is not asked."""
        subject = self._subject(followed)
        out_of_reach = any(ended.what in ("CONTACT", "DATA") for ended in subject.withdrawals)
        if subject.study_ended or subject.died or out_of_reach:
            return
        story = followed.story
        lost = story.contact_ends <= day
        if story.death <= day and not lost:
            for planned in death_steps(
                followed.case.desk, story.death, day, story.death.isoformat()
            ):
                self._carry_out(day, followed, planned)
            return
        status = "NOT REACHED" if lost else "ALIVE"
        told = contact(followed.case.desk, day, "UNSCHEDULED 104", status)
        self.data.save(day, subject.id, told)
        self._end(day, followed, StudyEnd(day, "LOST TO FOLLOW-UP" if lost else "END OF STUDY"))

    def close(self) -> None:
        """Before the analysis: the last queries are settled, the trial is locked, and the list is
        opened.
        """
        assert self.trial.head is not None
        day = date.fromisoformat(self.trial.head.at[:10]) + timedelta(days=_CLEANING)
        for code, query, status in self._pending():
            site = self.trial.subjects[code].site
            if status == "OPEN":
                text = "confirmed against the source"
                self.office.do(
                    day, "coordinator", site, data_management.answer_query, code, query, text=text
                )
            self.office.do(
                day, "data_manager", None, data_management.close_query, code, query, text="accepted"
            )
        self.data.classify_deviations(day)
        reason = "all data are in, and every query is closed"
        accrual = "the planned number of participants is randomized"
        self.office.do(
            day, "sponsor", None, trial_setup.change_status, "CLOSED TO ACCRUAL", reason=accrual
        )
        asked = self.office.do(
            day, "data_manager", None, data_management.request_lock, None, reason=reason
        )
        self.office.do(day, "statistician", None, data_management.lock, asked.seq, reason=reason)
        self.office.do(day, "statistician", None, randomization.open_allocation, self.sealed)

    def _pending(self) -> list[tuple[str, str, str]]:
        """(subject, query, status) of what is not closed."""
        return [
            (code, query.id, query.status)
            for code, subject in self.trial.subjects.items()
            for query in subject.queries.values()
            if query.status != "CLOSED"
        ]

    def summary(self) -> Rehearsal:
        """Counts from the trial as it stands."""
        entries = self.office.session.storage.read()
        return summarize(self.trial, entries, persons=self.persons, os_cutoff=self.last)
