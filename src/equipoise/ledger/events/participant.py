"""What can happen to one participant?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from equipoise.ledger.events.happened import Happened
from equipoise.ledger.members import BadEvent, check_row
from equipoise.terms.dates import parse_date


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectScreened(Happened):
    """A person was given a subject number; a re-screened one is linked to the earlier number. SDTM:
    DM.
    """

    screened_on: date
    previous_subject: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecorded(Happened):
    """The subject, or who may speak for her, consented, first or again: after an amendment, or
    after a withdrawal that this takes back. `sub_consents` name what was agreed to beside
    (genetics, biobank). ICH E6(R3) 2.8; SDTM: DS, DM.RFICDTC.
    """

    consented_on: date
    version: str
    kind: Literal["INITIAL", "RECONSENT"]
    given_by: Literal["PARTICIPANT", "REPRESENTATIVE"] = "PARTICIPANT"
    witnessed: bool = False
    sub_consents: tuple[str, ...] = ()

    @classmethod
    def computed(cls) -> tuple[str, ...]:
        """The first one is known by there being none."""
        return ("kind",)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSaved(Happened):
    """A case report form was saved as typed; the protocol's mapping makes SDTM records of it. 21
    CFR 11.10(e).

    `values`: field to text, or to {"missing": reason}; `groups`: group to a list of such rows.
    """

    form: str
    visit: str
    values: dict[str, Any]
    groups: dict[str, Any]

    @classmethod
    def by_field(cls) -> tuple[str, ...]:
        """Answers go one by one."""
        return "values", "groups"

    def __post_init__(self) -> None:
        check_row(self.values, f"form {self.form}")
        for group, rows in self.groups.items():
            if not isinstance(rows, list | tuple):
                raise BadEvent(
                    f"form {self.form}, group {group}: expected a list of rows, found {rows!r}"
                )
            for number, row in enumerate(rows, 1):
                check_row(row, f"form {self.form}, group {group}, row {number}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSetAside(Happened):
    """An investigator decided, for the reason given, that a row of a form answers no criterion: the
    row of that number, from 1, among those of its domain in the entry. ICH E6(R3) 4.2.
    """

    about: int
    domain: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionAttested(Happened):
    """An investigator answered a criterion that rests on judgement. SDTM: IE; ICH E6(R3) 2.2."""

    criterion: str
    answer: bool
    attested_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ChemotherapyIntended(Happened):
    """The multidisciplinary team chose the regimen before the arm was known. SDTM: DS."""

    regimen: str
    decided_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningFailed(Happened):
    """The subject will not enter, for the criteria named. SDTM: DS, IE; CONSORT 2025 22a."""

    failed_on: date
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectWithdrew(Happened):
    """The subject withdrew from treatment, visits, all contact or further use of data. SDTM: DS;
    ICH E6(R3) 2.9.
    """

    level: Literal["TREATMENT", "VISITS", "CONTACT", "DATA"]
    withdrew_on: date
    cause: str

    @classmethod
    def free_text(cls) -> tuple[str, ...]:
        """Words of people."""
        return ("cause",)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentEnded(Happened):
    """Study treatment stopped for good. SDTM: DS."""

    ended_on: date
    cause: str

    @classmethod
    def free_text(cls) -> tuple[str, ...]:
        """Words of people."""
        return ("cause",)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEnded(Happened):
    """The subject's time in the study ended. SDTM: DS."""

    ended_on: date
    cause: str

    @classmethod
    def free_text(cls) -> tuple[str, ...]:
        """Words of people."""
        return ("cause",)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeathRecorded(Happened):
    """The subject died, on a day that may be known only by month or year. SDTM: DD, DM.DTHDTC."""

    died_on: str
    cause: str

    @classmethod
    def free_text(cls) -> tuple[str, ...]:
        """Words of people."""
        return ("cause",)

    def __post_init__(self) -> None:
        try:
            parse_date(self.died_on)
        except ValueError as broken:
            raise BadEvent(f"DeathRecorded.died_on: {broken}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOpened(Happened):
    """Somebody asked the site about one field of one entry. `contradicts` are the entries that
    cannot all be true: until it is closed, what rests on them is unresolved. ICH E6(R3) 4.2.
    """

    query: str
    about: int
    field: str
    text: str
    contradicts: tuple[int, ...] = ()

    @classmethod
    def free_text(cls) -> tuple[str, ...]:
        """Words of people."""
        return ("text",)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswered(Happened):
    """The site answered a query. ICH E6(R3) 4.2."""

    query: str
    text: str

    @classmethod
    def free_text(cls) -> tuple[str, ...]:
        """Words of people."""
        return ("text",)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryClosed(Happened):
    """The one who asked accepted the answer. ICH E6(R3) 4.2."""

    query: str
    text: str

    @classmethod
    def free_text(cls) -> tuple[str, ...]:
        """Words of people."""
        return ("text",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Happened):
    """Somebody signed entries, with a meaning, over the chain as it stood at `head`. 21 CFR 11.50,
    11.70.
    """

    meaning: str
    head: str
    about: tuple[int, ...]

    @classmethod
    def computed(cls) -> tuple[str, ...]:
        """The head is that of the moment."""
        return ("head",)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCancelled(Happened):
    """What an entry says never was: the death, the randomization or the form of somebody else. A
    physician signed so over the chain as it stood at `head`; the entry stays visible. ICH E6(R3)
    4.2; 21 CFR 11.10(e), 11.70.
    """

    cancelled: int
    head: str

    @classmethod
    def computed(cls) -> tuple[str, ...]:
        """The head is that of the moment."""
        return ("head",)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectTransferred(Happened):
    """The subject is seen at another site from now on; what was recorded stays with the old one,
    and so does the stratum. ICH E6(R3) 2.7.
    """

    to_site: str
    transferred_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyReported(Happened):
    """A site told the sponsor of a serious adverse event, a death or a pregnancy, or more about
    one. `aware_at` is when the site learned of it, with its offset from UTC: clocks run from there.
    `causality` and `action` are of each drug by its name. ICH E2A; ICH E2B(R3) G.k.8, G.k.9.i,
    E.i.7; Regulation (EU) 536/2014 41. SDTM: AEREL, AEACN, AEOUT.
    """

    report: str
    kind: Literal["SERIOUS ADVERSE EVENT", "DEATH", "PREGNANCY", "MEDICATION ERROR"]
    term: str
    onset: str
    criteria: tuple[str, ...]
    aware_at: str
    causality: dict[str, Any]
    action: dict[str, Any]
    outcome: str
    follows: int | None

    @classmethod
    def free_text(cls) -> tuple[str, ...]:
        """Words of people."""
        return ("term",)


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAssessed(Happened):
    """The sponsor judged a report beside the investigator, whose judgement is never downgraded:
    expectedness by the reference safety information in force at onset. Regulation (EU) 536/2014
    Annex III; ICH E2A.
    """

    report: int
    related: Literal["RELATED", "NOT RELATED", "NOT KNOWN"]
    expected: bool
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetySubmitted(Happened):
    """The sponsor told an authority of a reported event, or of what follows on it. `submitted_at`
    has its offset from UTC. Regulation (EU) 536/2014 42; 21 CFR 312.32(c).
    """

    report: int
    authority: str
    submitted_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationClassified(Happened):
    """A recorded deviation, the row of that number from 1 among the deviations of an entry, is
    important or not, and excludes from the per-protocol set or not. ICH E9 5.2.2; ICH E3 10.2;
    SDTM: DV.
    """

    about: int
    row: int
    importance: Literal["IMPORTANT", "NOT IMPORTANT"]
    excludes: bool
