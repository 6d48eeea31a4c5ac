"""What was seen of one lesion at one visit? The words for it, and the names that lesions go by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from equipoise.assessments.recist.target_rules import GONE, NOT_EVALUATED, TOO_SMALL
from equipoise.terms.locations import NODES

TARGET, NON_TARGET, NEW = "TARGET", "NON-TARGET", "NEW"
ROLES = (TARGET, NON_TARGET, NEW)
STATES = {
    "GONE": "GONE",
    "ABSENT": "GONE",
    "DISAPPEARED": "GONE",
    "TOO SMALL": "TOO SMALL",
    "TOO SMALL TO MEASURE": "TOO SMALL",
    "NOT EVALUATED": "NOT EVALUATED",
    "NOT EVALUABLE": "NOT EVALUATED",
    "NE": "NOT EVALUATED",
    "NOT DONE": "NOT EVALUATED",
    "PRESENT": "PRESENT",
    "NON-CR/NON-PD": "PRESENT",
    "UNEQUIVOCAL PROGRESSION": "PROGRESSION",
    "PD": "PROGRESSION",
    "UNEQUIVOCAL": "UNEQUIVOCAL",
    "EQUIVOCAL": "EQUIVOCAL",
}
"""Spellings of a lesion's state and the one word used for it here."""
FITTING = {
    TARGET: ("GONE", "TOO SMALL", "NOT EVALUATED"),
    NON_TARGET: ("PRESENT", "GONE", "PROGRESSION", "NOT EVALUATED"),
    NEW: ("UNEQUIVOCAL", "EQUIVOCAL", "GONE", "NOT EVALUATED"),
}
"""The states that a lesion of each role can be in, beside a diameter."""
LENGTH_OF = {"GONE": GONE, "TOO SMALL": TOO_SMALL, "NOT EVALUATED": NOT_EVALUATED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One lesion at one visit: a length in thousandths of a millimeter (targets) or a state of
    FITTING.
    """

    visit: str
    date: date
    lesion: str
    role: str
    organ: str = ""
    node: bool = False
    length: int | None = None
    state: str = ""
    source: Any = None
    where: str = ""  # how an error message names the place, "row 7"

    @property
    def code(self) -> int:
        """The value for the array of targets."""
        return self.length if self.length is not None else LENGTH_OF[self.state]

    @property
    def place(self) -> str:
        """The organ as RECIST counts organs: all lymph nodes are one (3.2)."""
        return NODES if self.node else self.organ


class LesionError(ValueError):
    """The lesions cannot be assessed as recorded; the message says where, what was found and what
    to do.
    """
