"""What is known of one person, and of the trial, at some entry of the ledger? The values; `fold`
makes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from equipoise.ledger import events
from equipoise.ledger.entry import Entry
from equipoise.protocol.model import Protocol
from equipoise.subject.changed import replace
from equipoise.subject.committed_lists import CommittedList, EmergencyList
from equipoise.subject.conditions import (
    Confirmed,
    Delegation,
    Freeze,
    Site,
    SubjectStatus,
    TrialStatus,
)
from equipoise.subject.keys import Keys
from equipoise.subject.records import DM, AnyRecord, Record, Source
from equipoise.terms.dates import PartialDate

PHYSICIANS = frozenset({"investigator", "subinvestigator"})
"""Roles that judge, attest and sign for a participant."""
SUBJECT_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,19}")
"""What a participant is called here; names never enter."""


@dataclass(frozen=True, slots=True)
class Attested:
    """A person's judgement about one criterion, and in which role, where that is told."""

    criterion: str
    answer: bool
    by: str
    on: date
    source: Source = 0
    role: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A question about an entry; `status` is OPEN, ANSWERED or CLOSED, `answer` what was answered
    last, in the entry `answered`.
    """

    id: str
    about: int
    field: str
    text: str
    status: str
    source: int
    contradicts: tuple[int, ...] = ()
    answer: str = ""
    answered: int | None = None


@dataclass(frozen=True, slots=True)
class Randomized:
    """The arm and the stratum as they were allocated; `opened_at` where an envelope gave them, when
    it was opened.
    """

    arm: str
    stratum: tuple[str, ...]
    list_position: int
    on: date
    source: Source
    version: str
    commitment: str = ""
    opened_at: str = ""


class Signature(NamedTuple):
    """Who signed an entry, in which role and with which meaning, and the entry that says so."""

    about: int
    by: str
    role: str
    meaning: str
    source: int


class Classified(NamedTuple):
    """A recorded deviation as somebody classified it; `results_seen` where results by arm had been
    seen before.
    """

    importance: str
    excludes: bool
    by: str
    role: str
    source: int
    results_seen: bool


class SafetyReport(NamedTuple):
    """A report to the sponsor: its number, what it is about, when the site learned of it, and the
    entry. `after_close` marks what came when results were locked or data withdrawn.
    """

    report: str
    kind: str
    term: str
    aware_at: str
    received_at: str
    source: int
    follows: int | None = None
    after_close: bool = False
    criteria: tuple[str, ...] = ()
    causality: tuple[tuple[str, str], ...] = ()
    action: tuple[tuple[str, str], ...] = ()
    outcome: str = "UNKNOWN"
    site: str = ""

    @property
    def related(self) -> str:
        """To any drug: one that is suspected is enough, and it is ruled out where each is (ICH E2A
        III.A).
        """
        said = {relation for _, relation in self.causality}
        if "RELATED" in said:
            return "RELATED"
        return "NOT RELATED" if said == {"NOT RELATED"} else "NOT KNOWN"


class SafetyJudgement(NamedTuple):
    """What the sponsor judged of a report, by its entry."""

    report: int
    related: str
    expected: bool
    source: int


class SafetySubmission(NamedTuple):
    """When which authority was told of a report, by its entry."""

    report: int
    authority: str
    submitted_at: str
    source: int


class Consented(NamedTuple):
    """Consent to a protocol version on a day."""

    on: date
    version: str
    source: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Something ended: treatment, study, or one level of participation."""

    what: str
    on: date
    cause: str
    source: int


@dataclass(frozen=True, slots=True)
class SavedForm:
    """A form that holds now: which, at which visit as it was recorded, the day it is about, and
    whose reading it is, where that is asked.

    `earlier` marks a result from before consent, which was collected and not made for the trial.
    """

    form: str
    visit: str
    on: PartialDate | None = None
    earlier: bool = False
    evaluator: str = ""


class SetAside(NamedTuple):
    """A row of a form that answers no criterion: its entry, domain and number; who decided so, and
    why.
    """

    about: int
    domain: str
    row: int
    actor: str
    reason: str

    @property
    def place(self) -> tuple[int, str, int]:
        """Which row it is."""
        return self.about, self.domain, self.row


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One participant as known at some entry of the ledger.

    `forms` and `decisions` name the entries that hold now, and so can be corrected; `first_entry`
    the one that a correction goes back to, and `replaced` what took the place of an entry, or
    cancelled it; `held` are deaths reported while results were locked, which count once they are
    unlocked.
    """

    id: str
    site: str = ""
    screened_on: date | None = None
    previous: str | None = None
    by_domain: Mapping[type[Record], tuple[Any, ...]] = field(default_factory=dict)
    attestations: tuple[Attested, ...] = ()
    consents: tuple[Consented, ...] = ()
    randomized: Randomized | None = None
    before_randomization: Subject | None = None
    cancelled_randomizations: tuple[Randomized, ...] = ()
    screening_failed: Ended | None = None
    withdrawals: tuple[Ended, ...] = ()
    treatment_ended: Ended | None = None
    study_ended: Ended | None = None
    died: PartialDate | None = None
    died_source: Source = 0
    queries: Mapping[str, Query] = field(default_factory=dict)
    forms: Mapping[int, SavedForm] = field(default_factory=dict)
    set_aside: tuple[SetAside, ...] = ()
    locked: bool = False
    redacted: tuple[int, ...] = ()
    decisions: Mapping[int, str] = field(default_factory=dict)
    first_entry: Mapping[int, int] = field(default_factory=dict)
    replaced: Mapping[int, int] = field(default_factory=dict)
    signatures: tuple[Signature, ...] = ()
    safety: tuple[SafetyReport, ...] = ()
    judgements: tuple[SafetyJudgement, ...] = ()
    submissions: tuple[SafetySubmission, ...] = ()
    classified: Mapping[tuple[int, int], Classified] = field(default_factory=dict)
    held: tuple[Entry, ...] = ()

    def records(self, domain: type[AnyRecord]) -> tuple[AnyRecord, ...]:
        """All current records of a domain, in the order in which they were entered."""
        return self.by_domain.get(domain, ())

    def row(self, entry: int, domain: str, row: int) -> Record | None:
        """The row of that number, from 1, among those of a domain in an entry, if there is one."""
        rows = [
            record
            for cls, held in self.by_domain.items()
            if cls.__name__ == domain
            for record in held
            if record.source == entry
        ]
        return rows[row - 1] if 1 <= row <= len(rows) else None

    def without_row(self, aside: SetAside) -> Subject:
        """The subject once a row was set aside."""
        return replace(self, set_aside=(*self.set_aside, aside))

    @property
    def status(self) -> SubjectStatus:
        """The last state that holds."""
        if self.died:
            return SubjectStatus.DEAD
        if self.study_ended:
            return SubjectStatus.OFF_STUDY
        if self.randomized:
            return SubjectStatus.RANDOMIZED
        if self.screening_failed:
            return SubjectStatus.SCREEN_FAILURE
        return SubjectStatus.CONSENTED if self.consents else SubjectStatus.SCREENED

    @property
    def left_with_data(self) -> bool:
        """Whether she withdrew from further use of her data."""
        return any(withdrawal.what == "DATA" for withdrawal in self.withdrawals)

    @property
    def without_death(self) -> Subject:
        """The subject as if no death were known."""
        return replace(self, died=None, died_source=0)

    @property
    def signed(self) -> frozenset[int]:
        """The entries that a physician endorsed."""
        return frozenset(one.about for one in self.signatures if one.role in PHYSICIANS)

    def signed_as(self, meaning: str) -> dict[int, int]:
        """The entries that a physician signed with a meaning, each with the latest signature."""
        return {
            one.about: one.source
            for one in self.signatures
            if one.meaning == meaning and one.role in PHYSICIANS
        }

    @property
    def unresolved(self) -> frozenset[int]:
        """Entries that contradict others, as long as nobody has answered."""
        asked = (query for query in self.queries.values() if query.status != "CLOSED")
        return frozenset(seq for query in asked for seq in query.contradicts)

    @property
    def resolved(self) -> Subject:
        """The subject without what contradicts itself: nothing rests on it until it is answered."""
        subject = self
        for seq in self.unresolved:
            subject = subject.without_entry(seq)
        return subject

    @property
    def born_after(self) -> date | None:
        """The first day on which she may have been born: nothing about her lies before it."""
        births = [dm.birth.earliest for dm in self.records(DM) if dm.birth]
        return min(births, default=None)

    @property
    def asides(self) -> dict[int, SetAside]:
        """The records that were set aside, by their identity."""
        found = ((self.row(*aside.place), aside) for aside in self.set_aside)
        return {id(record): aside for record, aside in found if record is not None}

    @property
    def for_eligibility(self) -> Subject:
        """The subject as criteria see it: without the rows that were set aside."""
        asides = self.asides
        if not asides:
            return self
        return replace(
            self,
            by_domain={
                domain: tuple(record for record in held if id(record) not in asides)
                for domain, held in self.by_domain.items()
            },
        )

    def with_records(
        self, added: Iterable[Record], without: int | None = None, **changes: Any
    ) -> Subject:
        """The subject with more records, without those of the entry that a correction replaces, and
        with other values of some fields.
        """
        rows = dict(self.by_domain)
        if without is not None:
            rows = {
                domain: tuple(row for row in held if row.source != without)
                for domain, held in rows.items()
            }
        by_domain: dict[type[Record], list[Record]] = {}
        for record in added:
            by_domain.setdefault(type(record), []).append(record)
        for domain, more in by_domain.items():
            rows[domain] = (*rows.get(domain, ()), *more)
        return replace(self, by_domain=rows, **changes)

    def without_entry(self, seq: int) -> Subject:
        """The subject without what one entry said, because another replaced it."""
        has_died = self.died is not None and self.died_source != seq
        return replace(
            self.with_records((), seq),
            forms={entry: what for entry, what in self.forms.items() if entry != seq},
            decisions={entry: what for entry, what in self.decisions.items() if entry != seq},
            attestations=tuple(said for said in self.attestations if said.source != seq),
            consents=tuple(consent for consent in self.consents if consent.source != seq),
            withdrawals=tuple(ended for ended in self.withdrawals if ended.source != seq),
            screening_failed=_unless(self.screening_failed, seq),
            treatment_ended=_unless(self.treatment_ended, seq),
            study_ended=_unless(self.study_ended, seq),
            died=self.died if has_died else None,
            died_source=self.died_source if has_died else 0,
        )


def _unless(ended: Ended | None, seq: int) -> Ended | None:
    return None if ended and ended.source == seq else ended


class NoProtocol(LookupError):
    """The ledger holds no protocol, or not the version asked for; the message is for whoever wrote
    to it.
    """


@dataclass(frozen=True, slots=True)
class Version:
    """A protocol version, and from when it holds at which sites (none named: at all)."""

    protocol: Protocol
    hash: str
    sites: tuple[str, ...]
    effective_on: date
    reconsent: bool


class Redaction(NamedTuple):
    """What was taken out of which entry, by whom, on whose decision, on which ground, when and by
    which entry.
    """

    entry: int
    fields: tuple[str, ...]
    by: str
    decided_by: str
    ground: str
    reason: str
    at: str
    source: int


class LockRequest(NamedTuple):
    """Who asked to lock or to unlock a scope, by which entry; `results_seen` where results by arm
    had been seen.
    """

    scope: str
    by: str
    source: int
    opens: bool
    results_seen: bool = False


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The trial as known at some entry of the ledger.

    `allocated` counts the positions of each stratum that are used of the list in force, `emergency`
    are the lists in envelopes by their commitment, `people` the codes by year of birth and sex
    (`likeness`), `site_of` where each participant is seen,
    `followed_by` links a subject code to that of the next screening, `days` are the first entry of
    each day of recording with its time.
    """

    versions: tuple[Version, ...] = ()
    subjects: Mapping[str, Subject] = field(default_factory=dict)
    simulated: bool = False
    founder: str = ""
    status: TrialStatus = TrialStatus.SET_UP
    sites: Mapping[str, Site] = field(default_factory=dict)
    trained: frozenset[str] = frozenset()
    delegations: Mapping[int, Delegation] = field(default_factory=dict)
    confirmed: tuple[Confirmed, ...] = ()
    lists: tuple[CommittedList, ...] = ()
    emergency: Mapping[str, EmergencyList] = field(default_factory=dict)
    allocated: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    closed: Mapping[str | tuple[str, ...], date] = field(default_factory=dict)
    people: Mapping[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)
    site_of: Mapping[str, str] = field(default_factory=dict)
    followed_by: Mapping[str, str] = field(default_factory=dict)
    freezes: Mapping[int, Freeze] = field(default_factory=dict)
    requests: Mapping[int, LockRequest] = field(default_factory=dict)
    unlocks: tuple[LockRequest, ...] = ()
    redactions: tuple[Redaction, ...] = ()
    keys: Keys = field(default_factory=Keys)
    public_keys: tuple[str, ...] = ()
    days: tuple[tuple[int, str], ...] = ()
    head: Entry | None = None

    @property
    def locked(self) -> bool:
        """Whether results rest on it."""
        return self.status in (TrialStatus.LOCKED, TrialStatus.ARCHIVED)

    @property
    def results_seen(self) -> bool:
        """Whether results by arm had been seen when somebody asked to unlock."""
        return any(unlock.results_seen for unlock in self.unlocks)

    @property
    def commitment(self) -> str | None:
        """That of the list in force."""
        return self.lists[-1].commitment if self.lists else None

    @property
    def opening(self) -> events.AllocationOpened | None:
        """The list in force, once it was opened."""
        return self.lists[-1].opening if self.lists else None

    @property
    def protocol(self) -> Protocol:
        """The latest version. Raises `NoProtocol` before one is adopted."""
        return self._adopted()[-1].protocol

    def unconfirmed(self, protocol: Protocol) -> tuple[str, ...]:
        """The assumptions of a version that rest on standard knowledge and that nobody confirmed as
        they read there.
        """
        return tuple(
            name
            for name, assumption in protocol.to_confirm.items()
            if not any(held.covers(name, assumption) for held in self.confirmed)
        )

    def version_at(self, site: str, on: date, subject: Subject | None = None) -> Version:
        """The version in force at a site on a day, and for a participant who had consented to it by
        then where it asks for a new consent. Raises `NoProtocol` before one is adopted.
        """
        versions = self._adopted()
        held = [
            place
            for place, version in enumerate(versions)
            if (not version.sites or site in version.sites) and version.effective_on <= on
        ]
        if subject is not None:
            agreed = self.consented_to(subject, on)
            held = [place for place in held if not versions[place].reconsent or place <= agreed]
        return versions[held[-1]] if held else versions[0]

    def consented_to(self, subject: Subject, on: date) -> int:
        """The place of the latest version that somebody had consented to by a day; -1: of none."""
        places = {held.protocol.version: place for place, held in enumerate(self.versions)}
        given = (places.get(each.version, -1) for each in subject.consents if each.on <= on)
        return max(given, default=-1)

    def version(self, name: str) -> Version:
        """The version with this name. Raises `NoProtocol`."""
        for version in self._adopted():
            if version.protocol.version == name:
                return version
        raise NoProtocol(f"the ledger holds no version {name!r} of the protocol")

    def _adopted(self) -> tuple[Version, ...]:
        if not self.versions:
            raise NoProtocol("the ledger holds no protocol yet: adopt one first")
        return self.versions
