"""Which records answered nothing, and why? Every record is used, or stands here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from equipoise.eligibility.attestation import nobody_may
from equipoise.eligibility.concerned import concerned
from equipoise.eligibility.evaluate import questions
from equipoise.protocol.model import Protocol
from equipoise.subject.records import AE, CM, DM, DV, EX, MH, TU, Record, Source
from equipoise.subject.records.faults import fault_of
from equipoise.subject.records.variables import write_record
from equipoise.subject.state import SetAside, Subject
from equipoise.terms.coded import coded
from equipoise.terms.codes import RESULT_WORDS
from equipoise.terms.verdict import Reason

_UNDATED = (AE, CM, DM, DV, EX, MH, TU)
"""Domains whose records answer without a day of their own."""
NOBODY_ASKS = "no criterion asks for it"
_READ = {
    Reason.UNIT_UNKNOWN: "its unit is not known",
    Reason.VALUE_UNREADABLE: "its value cannot be read",
    Reason.IMPLAUSIBLE: "its value is outside of the possible",
}


class LeftAside(NamedTuple):
    """A record that was not used as it stands: where it came from, what it says, and why."""

    source: Source
    shown: str
    reason: str

    @property
    def row(self) -> str:
        """The record as files name it: LB[4]; of a ledger, its entry."""
        if isinstance(self.source, int):
            return f"entry {self.source}"
        return f"{self.source[1]}[{self.source[2]}]"

    def __str__(self) -> str:
        return f"{self.row} {self.shown}: {self.reason}".replace(" :", ":")


def left_aside(protocol: Protocol, subject: Subject, index: date) -> tuple[LeftAside, ...]:
    """The records that no criterion could use, in their order. One that might have changed an
    answer has made that answer unknown; what kept the others out cannot.
    """
    used: set[int] = set()
    for criterion, asked in questions(protocol, subject, index):
        used.update(id(record) for record in concerned(criterion.rule, asked))
    asides = subject.asides
    found = [
        LeftAside(record.source, shown(record), why)
        for rows in subject.by_domain.values()
        for record in rows
        if (why := _decided(asides.get(id(record))) or _why(record, id(record) in used, index))
    ]
    nobody = [
        LeftAside(said.source, said.criterion, why)
        for said in subject.attestations
        if (why := nobody_may(said))
    ]
    return tuple(found + nobody)


def _decided(aside: SetAside | None) -> str:
    return f"set aside by {aside.actor}: {aside.reason}" if aside else ""


def _why(record: Any, is_asked: bool, index: date) -> str | None:
    if not is_asked:
        return NOBODY_ASKS
    return next(_faults(record, index), None)


def _faults(record: Any, index: date) -> Iterator[str]:
    if hasattr(record, "status") and (fault := fault_of(record)):
        yield fault.text
    reason = getattr(record, "why_missing", None)
    if reason in _READ and coded(record.original) not in RESULT_WORDS:
        yield _READ[reason]
    when = getattr(record, "date", None)
    if when is None:
        if not isinstance(record, _UNDATED):
            yield "no date"
    elif when.earliest > index and not isinstance(record, _UNDATED):
        yield f"after the day of asking, {index}"


_SHOWN = ("TESTCD", "ORRES", "ORRESU", "TRT", "TERM", "CAT", "DECOD", "GENSR", "CODON", "LNKID")


def shown(record: Record) -> str:
    """What a record says, in a few words: its test and result, its drug, its condition."""
    said = write_record(record)
    domain = type(record).__name__
    words = [said[f"{domain}{name}"] for name in _SHOWN if f"{domain}{name}" in said]
    return " ".join(words[:4])
