"""A short true story for the tests: one trial adopted, one subject screened, entered and
corrected.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from equipoise.ledger.chain import append
from equipoise.ledger.entry import Entry, Header
from equipoise.ledger.events import (
    ConsentRecorded,
    Event,
    FormSaved,
    ProtocolAdopted,
    Signed,
    SubjectScreened,
)

BY_SITE: dict[str, Any] = {
    "at": "2026-03-01T08:30:00Z",
    "actor": "u-17",
    "role": "coordinator",
    "site": "S01",
    "protocol": "1.0",
}


def salt(number: int) -> str:
    """A different salt for each entry; real ones are random."""
    return f"{number:032x}"


def write(entries: list[Entry], event: Event, **members: Any) -> Entry:
    """Add an event to the story and return its entry."""
    number = len(entries) + 1
    head = entries[-1] if entries else None
    told = {**BY_SITE, "subject": "S01-001", "key": f"k{number}", "salt": salt(number), **members}
    salted = told.pop("salt")
    entries.append(append(head, event, Header(**told), salted))
    return entries[-1]


def form(neutrophils: str) -> FormSaved:
    """A laboratory form with one value, one that is missing and a group of rows."""
    return FormSaved(
        form="LB",
        visit="SCREENING",
        values={"NEUT": neutrophils, "PLAT": {"missing": "NOT_DONE"}},
        groups={"OTHER": [{"TEST": "胆红素", "VALUE": "12.0 µmol/L"}]},
    )


def story() -> list[Entry]:
    """Seven entries: protocol, screening, consent, a form, its correction, a signature, another
    form.
    """
    entries: list[Entry] = []
    adopted = ProtocolAdopted(
        protocol={"id": "NCT04509635"}, version="1.0", hash="ab", simulated=False
    )
    write(entries, adopted, subject=None, site=None, role="sponsor")
    write(entries, SubjectScreened(screened_on=date(2026, 3, 1), previous_subject=None))
    write(entries, ConsentRecorded(consented_on=date(2026, 3, 1), version="1.0", kind="INITIAL"))
    write(entries, form("15"))
    write(entries, form("1.5"), supersedes=4, reason="decimal point lost")
    write(
        entries,
        Signed(meaning="data are right", head=entries[-1].hash, about=(2, 3, 5)),
        role="investigator",
    )
    write(entries, form("1.7"), at="2026-03-08T09:00:00Z")
    return entries
