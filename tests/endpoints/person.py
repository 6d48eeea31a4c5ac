"""One randomized person by records alone: domain, SDTM variables, in the order of entry."""

from dataclasses import replace
from datetime import date
from typing import Any

from equipoise.subject.records import read_record
from equipoise.subject.state import Randomized, Subject
from equipoise.terms.dates import parse_date

START = date(2021, 3, 10)
RANDOMIZATION = 100
"""The position of the randomization in the ledger; records have 1, 2, 3..."""
EXPERIMENTAL, CONTROL = "CETUXIMAB_CHEMOTHERAPY", "CHEMOTHERAPY"
Row = tuple[str, dict[str, Any]]


def person(*rows: Row, arm: str = EXPERIMENTAL, died: str = "") -> Subject:
    """Randomized on 10 March 2021; `died` a date, possibly partial."""
    records = [read_record(domain, row, place) for place, (domain, row) in enumerate(rows, 1)]
    allocated = Randomized(
        arm=arm, stratum=(), list_position=1, on=START, source=RANDOMIZATION, version="1.1"
    )
    subject = Subject(id="S01-001", randomized=allocated).with_records(records)
    return replace(subject, died=parse_date(died), died_source=99) if died else subject


def dose(day: str, drug: str = "CETUXIMAB", given: str = "500") -> Row:
    return "EX", {"EXTRT": drug, "EXDOSE": given, "EXSTDTC": day}


def response(day: str, said: str = "SD", test: str = "OVRLRESP") -> Row:
    return "RS", {"RSTESTCD": test, "RSORRES": said, "RSEVAL": "LOCAL MDT", "RSDTC": day}


def measured(day: str, status: str = "") -> Row:
    row = {"TRLNKID": "T1", "TRTESTCD": "LDIAM", "TRDTC": day}
    return "TR", row | ({"TRSTAT": status} if status else {"TRORRES": "50", "TRORRESU": "mm"})


def therapy(day: str) -> Row:
    return "CM", {
        "CMTRT": "REGORAFENIB",
        "CMCAT": "SUBSEQUENT ANTICANCER THERAPY",
        "CMSTDTC": day,
    }


def contact(day: str, status: str = "ALIVE") -> Row:
    return "SS", {"SSTESTCD": "SURVSTAT", "SSORRES": status, "SSDTC": day}
