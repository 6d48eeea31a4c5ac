"""Who may do what? Roles and the commands open to them (21 CFR 11.10(d), (g); ICH E6(R3) 2 and
3).
"""

from __future__ import annotations

SITE = frozenset({"coordinator", "investigator"})
CENTRAL = frozenset({"data_manager", "monitor", "statistician", "sponsor"})

MAY: dict[str, frozenset[str]] = {
    "ProtocolAdopted": frozenset({"sponsor"}),
    "ProtocolAmended": frozenset({"sponsor"}),
    "AllocationCommitted": frozenset({"statistician"}),
    "AllocationOpened": frozenset({"statistician"}),
    "SubjectScreened": SITE,
    "ConsentRecorded": SITE,
    "FormSaved": SITE,
    "RowSetAside": frozenset({"investigator"}),
    "CriterionAttested": frozenset({"investigator"}),
    "ChemotherapyIntended": frozenset({"investigator"}),
    "SubjectRandomized": frozenset({"investigator"}),
    "ScreeningFailed": SITE,
    "SubjectWithdrew": SITE,
    "TreatmentEnded": SITE,
    "StudyEnded": SITE,
    "DeathRecorded": SITE,
    "QueryOpened": frozenset({"data_manager", "monitor", "system"}),
    "QueryAnswered": SITE,
    "QueryClosed": frozenset({"data_manager", "monitor"}),
    "Signed": frozenset({"investigator", "statistician", "sponsor"}),
    "Frozen": frozenset({"data_manager"}),
    "Locked": frozenset({"data_manager"}),
    "EntryRedacted": frozenset({"data_manager"}),
}
"""Event -> roles. No central role enters or changes what a site recorded."""


def may(role: str, event: str) -> bool:
    """Is the event open to the role?"""
    return role in MAY[event]
