"""What is known about one person, in the shape of SDTM: one frozen dataclass per domain.

Every attribute names its SDTM variable in the field's metadata; `read_record` and `write_record`
use nothing else, so forms, imports, the eligibility input and exports share one mapping.
"""

from equipoise.subject.records.events import AE, DM, DS, DV, MH
from equipoise.subject.records.findings import DD, GF, LB, QS, SS, VS
from equipoise.subject.records.interventions import CM, EX, PR
from equipoise.subject.records.record import Record, Source, place_of
from equipoise.subject.records.standard import (
    LONGEST_MM,
    STANDARD_UNITS,
    AnyRecord,
)
from equipoise.subject.records.tumors import RS, TR, TU
from equipoise.subject.records.variables import DOMAINS, read_record, variables, write_record

__all__ = [
    "AE",
    "CM",
    "DD",
    "DM",
    "DOMAINS",
    "DS",
    "DV",
    "EX",
    "GF",
    "LB",
    "LONGEST_MM",
    "MH",
    "PR",
    "QS",
    "RS",
    "SS",
    "STANDARD_UNITS",
    "TR",
    "TU",
    "VS",
    "AnyRecord",
    "Record",
    "Source",
    "place_of",
    "read_record",
    "variables",
    "write_record",
]
