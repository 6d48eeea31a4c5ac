"""Who may record what, where, and in which state of trial, site and participant? One row for each
event; every command goes through it, and `verify` once more (21 CFR 11.10(d), (g)).
"""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.conduct.roles import (
    DATA,
    ENTRY,
    SITE,
    SPONSOR,
    STAFFING,
    STATISTICIAN,
    SYSTEM,
)
from equipoise.subject.conditions import SiteStatus, SubjectStatus, TrialStatus
from equipoise.subject.state import PHYSICIANS

Roles = frozenset[str]
_T, _S, _P = TrialStatus, SiteStatus, SubjectStatus

ALWAYS = frozenset(TrialStatus)
BEFORE_ARCHIVE = ALWAYS - {_T.ARCHIVED}
UNTIL_LOCK = ALWAYS - {_T.LOCKED, _T.ARCHIVED}
RUNNING = UNTIL_LOCK - {_T.SET_UP}
RECRUITING = frozenset({_T.RECRUITING})
LOCKED = frozenset({_T.LOCKED})
ANY_SITE = frozenset(SiteStatus)
HAS_WORKED = ANY_SITE - {_S.OPENED}
FOLLOWS = frozenset({_S.ACTIVE, _S.PAUSED})
WORKS = frozenset({_S.ACTIVE})
ANYBODY = frozenset(SubjectStatus)
RANDOMIZED = frozenset({_P.RANDOMIZED, _P.OFF_STUDY, _P.DEAD})
IN_SCREENING = frozenset({_P.SCREENED, _P.CONSENTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What must hold for an event.

    `roles` may record it, in these states of the trial (`trial`), of the site of who acts (`site`;
    central roles have none) and of the participant (`subject`; None: it is about none, or names a
    new one). `shut` is whether a lock of her data, or her withdrawal from their use, is in the way;
    `consent` whether it needs consent; `days` are members that no participant can have before birth
    and nobody in the future.
    """

    roles: Roles
    trial: frozenset[TrialStatus] = RUNNING
    site: frozenset[SiteStatus] = FOLLOWS
    subject: frozenset[SubjectStatus] | None = None
    shut: bool = False
    consent: bool = False
    days: tuple[str, ...] = ()


# fmt: off
GUARDS: dict[str, Guard] = {
    # the trial
    "ProtocolAdopted": Guard(roles=SPONSOR, trial=frozenset({_T.SET_UP})),
    "ProtocolAmended": Guard(roles=SPONSOR, trial=BEFORE_ARCHIVE),
    "TrialStatusChanged": Guard(roles=SPONSOR, trial=BEFORE_ARCHIVE),
    "AssumptionsConfirmed": Guard(
        roles=SPONSOR | STATISTICIAN | PHYSICIANS, trial=BEFORE_ARCHIVE, site=ANY_SITE),
    "AllocationCommitted": Guard(roles=STATISTICIAN, trial=UNTIL_LOCK),
    "AllocationOpened": Guard(roles=STATISTICIAN, trial=LOCKED),
    "EmergencyListCommitted": Guard(roles=STATISTICIAN, trial=UNTIL_LOCK),
    "EnvelopesCounted": Guard(
        roles=ENTRY | {"monitor", "pharmacist", "statistician"}, trial=BEFORE_ARCHIVE,
        site=ANY_SITE),
    "AllocationClosed": Guard(roles=SPONSOR, trial=UNTIL_LOCK),
    "KeyPublished": Guard(roles=STAFFING, trial=BEFORE_ARCHIVE),
    "ClockCorrected": Guard(roles=STAFFING, trial=ALWAYS),
    # sites and people
    "SiteOpened": Guard(roles=STAFFING, trial=UNTIL_LOCK),
    "SiteStatusChanged": Guard(roles=STAFFING, trial=BEFORE_ARCHIVE),
    "StaffTrained": Guard(roles=STAFFING, trial=BEFORE_ARCHIVE, days=("trained_on",)),
    "RoleDelegated": Guard(roles=STAFFING, trial=BEFORE_ARCHIVE),
    "DelegationEnded": Guard(roles=STAFFING, trial=BEFORE_ARCHIVE),
    # coming in
    "SubjectScreened": Guard(roles=ENTRY, trial=RECRUITING, site=WORKS, days=("screened_on",)),
    "ConsentRecorded": Guard(roles=ENTRY, subject=ANYBODY - {_P.DEAD}, days=("consented_on",)),
    "CriterionAttested": Guard(
        roles=PHYSICIANS, subject=ANYBODY, shut=True, consent=True, days=("attested_on",)),
    "ChemotherapyIntended": Guard(
        roles=PHYSICIANS, subject=IN_SCREENING, shut=True, consent=True, days=("decided_on",)),
    "SubjectRandomized": Guard(
        roles=SITE, trial=RECRUITING, site=WORKS, subject=ANYBODY, shut=True, consent=True,
        days=("randomized_on",)),
    "RandomizedOffline": Guard(
        roles=SITE, site=HAS_WORKED, subject=ANYBODY, shut=True, consent=True,
        days=("randomized_on",)),
    "ScreeningFailed": Guard(roles=ENTRY, subject=ANYBODY, shut=True, days=("failed_on",)),
    # data
    "FormSaved": Guard(roles=ENTRY, subject=ANYBODY, shut=True, consent=True),
    "RowSetAside": Guard(roles=PHYSICIANS, subject=ANYBODY, shut=True, consent=True),
    "DeviationClassified": Guard(roles=DATA | STATISTICIAN | SPONSOR, subject=ANYBODY),
    "QueryOpened": Guard(
        roles=DATA | {"monitor", "safety", SYSTEM}, trial=ALWAYS - {_T.SET_UP}, subject=ANYBODY),
    "QueryAnswered": Guard(
        roles=ENTRY, trial=ALWAYS - {_T.SET_UP}, site=HAS_WORKED, subject=ANYBODY),
    "QueryClosed": Guard(
        roles=DATA | {"monitor", "safety"}, trial=ALWAYS - {_T.SET_UP}, subject=ANYBODY),
    "Signed": Guard(
        roles=PHYSICIANS | {"statistician", "sponsor"}, trial=ALWAYS - {_T.SET_UP},
        site=HAS_WORKED),
    "EntryCancelled": Guard(roles=PHYSICIANS, site=HAS_WORKED, subject=ANYBODY),
    "EntryRedacted": Guard(roles=DATA, trial=ALWAYS),
    # her part in the trial
    "SubjectWithdrew": Guard(
        roles=ENTRY, trial=BEFORE_ARCHIVE, site=HAS_WORKED, subject=ANYBODY,
        days=("withdrew_on",)),
    "TreatmentEnded": Guard(roles=ENTRY, subject=RANDOMIZED, shut=True, days=("ended_on",)),
    "StudyEnded": Guard(roles=ENTRY, subject=ANYBODY, shut=True, days=("ended_on",)),
    "SubjectTransferred": Guard(
        roles=STAFFING | {"data_manager"}, subject=ANYBODY, days=("transferred_on",)),
    # safety comes before every lock
    "DeathRecorded": Guard(
        roles=ENTRY, trial=ALWAYS, site=HAS_WORKED, subject=ANYBODY, days=("died_on",)),
    "SafetyReported": Guard(
        roles=ENTRY, trial=ALWAYS, site=HAS_WORKED, subject=ANYBODY, days=("onset",)),
    "SafetyAssessed": Guard(
        roles=frozenset({"safety", "sponsor"}), trial=ALWAYS, subject=ANYBODY),
    "SafetySubmitted": Guard(
        roles=frozenset({"safety", "sponsor"}), trial=ALWAYS, subject=ANYBODY),
    # closing
    "Frozen": Guard(roles=DATA, trial=RUNNING),
    "Unfrozen": Guard(roles=DATA, trial=RUNNING),
    "LockRequested": Guard(roles=DATA | STATISTICIAN, trial=RUNNING),
    "Locked": Guard(roles=DATA | STATISTICIAN, trial=RUNNING),
    "UnlockRequested": Guard(roles=DATA | STATISTICIAN | SPONSOR, trial=RUNNING | LOCKED),
    "Unlocked": Guard(roles=DATA | STATISTICIAN | SPONSOR, trial=RUNNING | LOCKED),
}
# fmt: on


def may(role: str, event: str) -> bool:
    """Is the event open to the role?"""
    return role in GUARDS[event].roles
