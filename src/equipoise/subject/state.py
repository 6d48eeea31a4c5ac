"""What is known of one person, and of the trial, at some entry of the ledger? The values; `fold`
makes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from equipoise.ledger import events
from equipoise.ledger.entry import Entry
from equipoise.protocol.model import Protocol
from equipoise.subject.records import AnyRecord, Record, Source
from equipoise.terms.dates import PartialDate

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
    """A question about an entry; `status` is OPEN, ANSWERED or CLOSED."""

    id: str
    about: int
    field: str
    text: str
    status: str
    source: int


@dataclass(frozen=True, slots=True)
class Randomized:
    """The arm and the stratum as they were allocated."""

    arm: str
    stratum: tuple[str, ...]
    list_position: int
    on: date
    source: Source
    version: str


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
    """A form that holds now: which, at which visit as it was recorded, and the day it is about.

    `earlier` marks a result from before consent, which was collected and not made for the trial.
    """

    form: str
    visit: str
    on: PartialDate | None = None
    earlier: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One participant as known at some entry of the ledger.

    `forms` and `decisions` name the entries that hold now, and so can be corrected; `first_entry`
    the one that a correction goes back to; `signed` those that an investigator endorsed; `keys`
    makes a repeated command harmless.
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
    screening_failed: Ended | None = None
    withdrawals: tuple[Ended, ...] = ()
    treatment_ended: Ended | None = None
    study_ended: Ended | None = None
    died: PartialDate | None = None
    died_source: Source = 0
    queries: Mapping[str, Query] = field(default_factory=dict)
    signed: tuple[int, ...] = ()
    forms: Mapping[int, SavedForm] = field(default_factory=dict)
    set_aside: tuple[SetAside, ...] = ()
    frozen: bool = False
    locked: bool = False
    redacted: tuple[int, ...] = ()
    decisions: Mapping[int, str] = field(default_factory=dict)
    first_entry: Mapping[int, int] = field(default_factory=dict)
    keys: Mapping[str, int] = field(default_factory=dict)

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

    def with_records(self, added: Iterable[Record], without: int | None = None) -> Subject:
        """The subject with more records, and without those of the entry that a correction
        replaces.
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
        return replace(self, by_domain=rows)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The trial as known at some entry of the ledger."""

    versions: tuple[Version, ...] = ()
    subjects: Mapping[str, Subject] = field(default_factory=dict)
    simulated: bool = False
    commitment: str | None = None
    opening: events.AllocationOpened | None = None
    allocated: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    keys: Mapping[str, int] = field(default_factory=dict)
    frozen: bool = False
    locked: bool = False
    head: Entry | None = None

    @property
    def protocol(self) -> Protocol:
        """The latest version. Raises `NoProtocol` before one is adopted."""
        return self._adopted()[-1].protocol

    def version_at(self, site: str, on: date) -> Version:
        """The version in force at a site on a day. Raises `NoProtocol` before one is adopted."""
        versions = self._adopted()
        held = [v for v in versions if (not v.sites or site in v.sites) and v.effective_on <= on]
        return held[-1] if held else versions[0]

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
