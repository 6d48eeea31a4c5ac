"""What may people do? Each command records one event, or is refused with everything that is in the way.

Commands are pure: they read the trial as it stands and return the entry to append. `session.Session` carries them out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from equipoise.allocation.allocate import cells, levels
from equipoise.allocation.blocks import draw_list
from equipoise.allocation.sealed import SealedList, check_opening, seal
from equipoise.conduct.ports import SealedAllocation
from equipoise.conduct.stamp import Outcome, Refused, Stamp, outcome, version_for
from equipoise.eligibility import evaluate_all, overall
from equipoise.ledger import events
from equipoise.ledger.entry import canonical
from equipoise.protocol.criteria import asks_a_person
from equipoise.protocol.forms import Form, problems
from equipoise.protocol.load import to_payload
from equipoise.protocol.model import Protocol
from equipoise.subject.history import Subject, Trial
from equipoise.subject.records import DS
from equipoise.terms.dates import parse_date
from equipoise.terms.verdict import Verdict

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,19}")
UNSCHEDULED = "UNSCHEDULED"


# ------------------------------------------------------------------ the trial


def protocol_hash(protocol: Protocol) -> str:
    """SHA-256 of the canonical bytes of the protocol as the ledger carries it."""
    return hashlib.sha256(canonical(to_payload(protocol))).hexdigest()


def adopt_protocol(trial: Trial, stamp: Stamp, protocol: Protocol, *, simulated: bool) -> Outcome:
    """Begin the trial under a protocol."""
    event = events.ProtocolAdopted(
        protocol=to_payload(protocol), version=protocol.version, hash=protocol_hash(protocol), simulated=simulated
    )
    found = ["the ledger already holds a protocol; amend it"] if trial.versions else []
    return outcome(trial, stamp, event, found, version=protocol.version)


def amend_protocol(
    trial: Trial, stamp: Stamp, protocol: Protocol, *, sites: tuple[str, ...], effective_on: date, reconsent: bool
) -> Outcome:
    """A new version for some sites (none named: all) from a day on, with or without a new consent."""
    event = events.ProtocolAmended(
        protocol=to_payload(protocol), version=protocol.version, hash=protocol_hash(protocol), sites=sites,
        effective_on=effective_on, reconsent=reconsent,
    )  # fmt: skip
    found = []
    if protocol.version in {v.protocol.version for v in trial.versions}:
        found.append(f"version {protocol.version} exists; an amendment needs a new version")
    if trial.versions and protocol.id != trial.protocol.id:
        found.append(f"found the protocol of {protocol.id}, expected {trial.protocol.id}")
    return outcome(trial, stamp, event, found, version=protocol.version)


def draw_allocation(protocol: Protocol, rng: Any, salt: str) -> SealedList:
    """The whole randomization list, each stratum as long as the trial, to be sealed before first use."""
    design = protocol.randomization
    arms = tuple(arm.id for arm in protocol.arms)
    ratio = tuple(arm.ratio for arm in protocol.arms)
    strata = cells(design.strata)
    length = protocol.design.participants + max(design.block_sizes)
    sequences = draw_list(rng, arms=arms, ratio=ratio, block_sizes=design.block_sizes, strata=strata, length=length)
    return seal(sequences, salt=salt)


def commit_allocation(trial: Trial, stamp: Stamp, sealed: SealedAllocation) -> Outcome:
    """Publish the fingerprint of the list before the first randomization."""
    event = events.AllocationCommitted(
        commitment=sealed.commitment, algorithm=trial.protocol.randomization.method if trial.versions else ""
    )
    found = ["a list is already committed"] if trial.commitment else []
    if trial.allocated:
        found.append("somebody was randomized before the list was committed")
    return outcome(trial, stamp, event, found)


def open_allocation(trial: Trial, stamp: Stamp, sealed: SealedAllocation) -> Outcome:
    """Show the list after closure, so that anyone can check that the sequence was fixed in advance."""
    event = sealed.open()
    found = [] if trial.locked else ["the trial is not locked: an open list would show the arms to come"]
    if trial.commitment is None:
        found.append("no list was committed")
    elif mismatch := check_opening(trial.commitment, event, _allocations(trial)):
        found.append(str(mismatch))
    return outcome(trial, stamp, event, found)


def _allocations(trial: Trial) -> list[events.SubjectRandomized]:
    """What was allocated, in the order of the ledger."""
    randomized = sorted((s.randomized for s in trial.subjects.values() if s.randomized), key=lambda r: r.source)
    count: dict[tuple[str, ...], int] = {}
    found = []
    for one in randomized:
        count[one.stratum] = count.get(one.stratum, 0) + 1
        found.append(
            events.SubjectRandomized(
                arm=one.arm, stratum=one.stratum, list_position=count[one.stratum], randomized_on=one.on
            )
        )
    return found


# ------------------------------------------------------------------ before randomization


def screen(
    trial: Trial, stamp: Stamp, subject_id: str, *, screened_on: date, previous_subject: str | None = None
) -> Outcome:
    """Give a person a code; a person screened before is linked to the earlier code."""
    event = events.SubjectScreened(screened_on=screened_on, previous_subject=previous_subject)
    found = _not_in_future(stamp, screened_on, "screened_on")
    if not _CODE.fullmatch(subject_id):
        found.append(f"found {subject_id!r}, expected a code of 2 to 20 capital letters, digits and hyphens; no name")
    if subject_id in trial.subjects:
        found.append(f"the code {subject_id} is in use")
    if not stamp.site:
        found.append("a participant belongs to a site")
    if previous_subject is not None:
        found += _not_rescreenable(trial, previous_subject)
    version = trial.version_at(stamp.site or "", screened_on).protocol.version if trial.versions else ""
    return outcome(trial, stamp, event, found, subject=subject_id, version=version)


def _not_rescreenable(trial: Trial, previous: str) -> list[str]:
    earlier = trial.subjects.get(previous)
    if earlier is None:
        return [f"re-screening of {previous}: there is no such subject"]
    if earlier.randomized:
        return [f"re-screening of {previous}: already randomized; nobody is randomized twice"]
    if any(other.previous == previous for other in trial.subjects.values()):
        return [f"re-screening of {previous}: this has been done; link to the latest code"]
    return []


def record_consent(trial: Trial, stamp: Stamp, subject_id: str, *, consented_on: date, version: str) -> Outcome:
    """Informed consent to a protocol version, the first time or again after an amendment."""
    subject = trial.subjects.get(subject_id)
    kind: Literal["INITIAL", "RECONSENT"] = "RECONSENT" if subject and subject.consents else "INITIAL"
    event = events.ConsentRecorded(consented_on=consented_on, version=version, kind=kind)
    found = _not_open(trial, subject_id) + _not_in_future(stamp, consented_on, "consented_on")
    if version not in {v.protocol.version for v in trial.versions}:
        found.append(f"there is no protocol version {version!r}")
    return _for_subject(trial, stamp, subject_id, event, found, consented_on)


def attest(
    trial: Trial, stamp: Stamp, subject_id: str, criterion: str, *, answer: bool, attested_on: date,
    supersedes: int | None = None, reason: str | None = None,
) -> Outcome:  # fmt: skip
    """An investigator's judgement about a criterion that asks for one."""
    event = events.CriterionAttested(criterion=criterion, answer=answer, attested_on=attested_on)
    asked = [c.id for c in trial.protocol.criteria if asks_a_person(c.rule)]
    found = _not_open(trial, subject_id) + _no_consent(trial, subject_id)
    found += _not_in_future(stamp, attested_on, "attested_on")
    if criterion not in asked:
        found.append(f"criterion {criterion!r} asks for no judgement; those that do are {', '.join(asked)}")
    return _for_subject(trial, stamp, subject_id, event, found, attested_on, reason, supersedes)


def intend_chemotherapy(trial: Trial, stamp: Stamp, subject_id: str, regimen: str, *, decided_on: date) -> Outcome:
    """The regimen that the MDT will give whatever the arm, before anybody knows the arm."""
    event = events.ChemotherapyIntended(regimen=regimen, decided_on=decided_on)
    found = (
        _not_open(trial, subject_id) + _no_consent(trial, subject_id) + _not_in_future(stamp, decided_on, "decided_on")
    )
    offered = [r.id for r in trial.protocol.regimens]
    if regimen not in offered:
        found.append(f"found the regimen {regimen!r}, expected one of {', '.join(offered)}")
    subject = trial.subjects.get(subject_id)
    if subject and subject.randomized:
        found.append("the arm is known: an intention cannot be recorded any more")
    return _for_subject(trial, stamp, subject_id, event, found, decided_on)


def fail_screening(
    trial: Trial, stamp: Stamp, subject_id: str, *, failed_on: date, criteria: tuple[str, ...]
) -> Outcome:
    """The person will not enter. Criteria that block are named; none means the person declined."""
    event = events.ScreeningFailed(failed_on=failed_on, criteria=criteria)
    found = _not_open(trial, subject_id) + _not_in_future(stamp, failed_on, "failed_on")
    known = {c.id for c in trial.protocol.criteria}
    found += [f"there is no criterion {one!r}" for one in criteria if one not in known]
    if trial.subjects.get(subject_id, Subject(id="")).randomized:
        found.append("already randomized: an ineligible participant stays in the intention-to-treat population")
    return _for_subject(trial, stamp, subject_id, event, found, failed_on)


def randomize(trial: Trial, stamp: Stamp, subject_id: str, *, randomized_on: date, sealed: SealedAllocation) -> Outcome:
    """Allocate an arm. No waivers: every criterion must be met on the day, and every stratum known."""
    subject = trial.subjects.get(subject_id)
    if subject is None:
        return Refused((f"there is no subject {subject_id}",))
    version = trial.version_at(subject.site, randomized_on)
    findings = evaluate_all(version.protocol, subject, randomized_on)
    strata = levels(version.protocol.randomization.strata, subject, randomized_on)
    found = _not_open(trial, subject_id) + _not_in_future(stamp, randomized_on, "randomized_on")
    found += _not_ready(trial, subject, version.protocol, randomized_on)
    found += [
        f"{f.id} {f.verdict.value.replace('_', ' ')}: {f.detail}" for f in findings if f.verdict is not Verdict.MET
    ]
    found += [f"stratum {level.stratum} unknown ({level.detail})" for level in strata if level.value is None]
    if found or overall(findings) is not Verdict.MET:
        return outcome(trial, stamp, _no_allocation(randomized_on), found, subject=subject_id, findings=findings)
    stratum = tuple(level.value or "" for level in strata)
    position = trial.allocated.get(stratum, 0) + 1
    event = events.SubjectRandomized(
        arm=sealed.arm(stratum, position), stratum=stratum, list_position=position, randomized_on=randomized_on
    )
    return _for_subject(trial, stamp, subject_id, event, [], randomized_on)


def _no_allocation(on: date) -> events.SubjectRandomized:
    """What a refusal is about; it is never recorded."""
    return events.SubjectRandomized(arm="", stratum=(), list_position=0, randomized_on=on)


def _not_ready(trial: Trial, subject: Subject, protocol: Protocol, on: date) -> list[str]:
    found = []
    if trial.commitment is None:
        found.append("no randomization list was committed")
    if subject.randomized:
        found.append(f"already randomized on {subject.randomized.on}; nobody is randomized twice")
    if subject.screening_failed:
        found.append(f"screening failed on {subject.screening_failed.on}; screen again under a new code")
    intended = [ds for ds in subject.records(DS) if ds.decoded == "INTENDED CHEMOTHERAPY"]
    if protocol.randomization.requires_intended_chemotherapy:
        if not intended:
            found.append("the intended chemotherapy is not recorded; the MDT decides before the arm is known")
        elif intended[-1].source not in subject.signed:
            found.append(f"the intended chemotherapy (entry {intended[-1].source}) is not signed by an investigator")
    needed = [
        v
        for v in trial.versions
        if v.reconsent and v.effective_on <= on and subject.site in (v.sites or (subject.site,))
    ]
    if needed and needed[-1].protocol.version not in {version for _, version, _ in subject.consents}:
        found.append(f"version {needed[-1].protocol.version} asks for a new consent")
    return found


# ------------------------------------------------------------------ data


def save_form(
    trial: Trial, stamp: Stamp, subject_id: str, form_id: str, visit: str, values: Mapping[str, Any],
    groups: Mapping[str, Any], *, supersedes: int | None = None, reason: str | None = None,
) -> Outcome:  # fmt: skip
    """Save a form as typed. With `supersedes` and a reason it corrects an earlier entry, which stays in the ledger."""
    event = events.FormSaved(form=form_id, visit=visit, values=dict(values), groups=dict(groups))
    subject = trial.subjects.get(subject_id)
    found = _not_open(trial, subject_id) + _no_consent(trial, subject_id)
    protocol = trial.version(version_for(trial, subject_id, stamp.today)).protocol if trial.versions else None
    form = protocol.form(form_id) if protocol else None
    if protocol is None or form is None:
        known = ", ".join(f.id for f in protocol.forms) if protocol else "none"
        return outcome(trial, stamp, event, [*found, f"there is no form {form_id!r}; known are {known}"])
    found += _no_such_visit(protocol, visit)
    found += problems(form, values, groups)
    if subject is not None and not found:
        found += _untimely(stamp, subject, form, values, groups, protocol)
    if supersedes is not None:
        found += _not_correctable(subject, supersedes, form_id, reason)
    return _for_subject(trial, stamp, subject_id, event, found, stamp.today, reason, supersedes)


def _no_such_visit(protocol: Protocol, visit: str) -> list[str]:
    """Visits that recur are numbered (`SCAN 2`), so that two of them are never taken for one."""
    name, _, number = visit.partition(" ")
    recurs = {v.id: v.every_days is not None for v in protocol.schedule} | {UNSCHEDULED: True}
    if name not in recurs:
        return [f"there is no visit {name!r}; known are {', '.join(recurs)}"]
    if recurs[name] != number.isdigit() or (number and not number.isdigit()):
        return [f"found the visit {visit!r}, expected {name + ' 1, 2, …' if recurs[name] else name}"]
    return []


def _not_correctable(subject: Subject | None, supersedes: int, form_id: str, reason: str | None) -> list[str]:
    found = [] if reason else ["a correction needs a reason"]
    held = subject.forms.get(supersedes) if subject else None
    if held is None:
        found.append(f"entry {supersedes} is no current form of this participant")
    elif held[0] != form_id:
        found.append(f"entry {supersedes} is a {held[0]}, not a {form_id}")
    return found


def _untimely(
    stamp: Stamp, subject: Subject, form: Form, values: Mapping[str, Any], groups: Mapping[str, Any], protocol: Protocol
) -> list[str]:
    """Dates in the future, results from before consent without label, and data after withdrawal or death."""
    found = []
    for where, text in _dates(form, values, groups):
        if parse_date(text).earliest > stamp.today:
            found.append(f"{where}: {text} lies in the future")
        if subject.died and parse_date(text).earliest > subject.died.latest:
            found.append(f"{where}: {text} is after death ({subject.died})")
    main = values.get("date") or values.get("collected")
    if not isinstance(main, str):
        return found
    when = parse_date(main)
    consented = min(on for on, _, _ in subject.consents)
    label = protocol.conduct.earlier_results_label
    can_be_earlier = label in {field.id for field in form.header}
    if when.latest < consented and can_be_earlier and values.get(label) != "Y":
        found.append(f"{form.id}: {main} is before consent ({consented}); enter it only as a standard-of-care result")
    return found + _after_withdrawal(subject, form, when.latest)


_CLOSES = {"TREATMENT": ("TREATMENT",), "VISITS": None, "CONTACT": None, "DATA": None}
_STILL_OPEN = {"VISITS": ("SURVIVAL_CONTACT", "SUBSEQUENT_THERAPY")}


def _after_withdrawal(subject: Subject, form: Form, when: date) -> list[str]:
    """Data until the withdrawal stay; after it, only what its level leaves open (ICH E6(R3) 2.9)."""
    found = []
    for withdrawal in subject.withdrawals:
        closed = _CLOSES[withdrawal.what]
        is_closed = form.id in closed if closed else form.id not in _STILL_OPEN.get(withdrawal.what, ())
        if when > withdrawal.on and is_closed:
            found.append(f"{form.id}: {when} is after the withdrawal of {withdrawal.on} ({withdrawal.what.lower()})")
    return found


def _dates(form: Form, values: Mapping[str, Any], groups: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [(f"{form.id}.{f.id}", values.get(f.id)) for f in form.header if f.type in ("date", "day")]
    for group in form.groups:
        for number, row in enumerate(groups.get(group.id, ()), start=1):
            found += [
                (f"{form.id}.{group.id}[{number}].{f.id}", row.get(f.id))
                for f in group.fields
                if f.type in ("date", "day")
            ]
    return [(where, text) for where, text in found if isinstance(text, str) and text]


# ------------------------------------------------------------------ endings


def withdraw(
    trial: Trial, stamp: Stamp, subject_id: str, level: Literal["TREATMENT", "VISITS", "CONTACT", "DATA"], *,
    withdrew_on: date, cause: str,
) -> Outcome:  # fmt: skip
    """The participant withdraws from treatment, visits, all contact, or further use of data."""
    event = events.SubjectWithdrew(level=level, withdrew_on=withdrew_on, cause=cause)
    found = _not_open(trial, subject_id) + _not_in_future(stamp, withdrew_on, "withdrew_on")
    return _for_subject(trial, stamp, subject_id, event, found, withdrew_on)


def end_treatment(trial: Trial, stamp: Stamp, subject_id: str, *, ended_on: date, cause: str) -> Outcome:
    """Study treatment stopped for good."""
    event = events.TreatmentEnded(ended_on=ended_on, cause=cause)
    found = _not_open(trial, subject_id) + _not_randomized(trial, subject_id, ended_on)
    found += _not_in_future(stamp, ended_on, "ended_on")
    subject = trial.subjects.get(subject_id)
    if subject and subject.treatment_ended:
        found.append(f"treatment ended on {subject.treatment_ended.on}, as entry {subject.treatment_ended.source} says")
    return _for_subject(trial, stamp, subject_id, event, found, ended_on)


def end_study(trial: Trial, stamp: Stamp, subject_id: str, *, ended_on: date, cause: str) -> Outcome:
    """The participant's time in the study ended. Lost to follow-up needs documented attempts."""
    event = events.StudyEnded(ended_on=ended_on, cause=cause)
    found = _not_open(trial, subject_id) + _not_in_future(stamp, ended_on, "ended_on")
    subject = trial.subjects.get(subject_id)
    if subject and cause == "LOST TO FOLLOW-UP":
        found += _no_attempts(subject)
    return _for_subject(trial, stamp, subject_id, event, found, ended_on)


def _no_attempts(subject: Subject) -> list[str]:
    attempts = [seq for seq, (form, _) in subject.forms.items() if form == "SURVIVAL_CONTACT"]
    return (
        [] if attempts else ["lost to follow-up needs documented attempts: save a SURVIVAL_CONTACT (NOT REACHED) first"]
    )


def record_death(trial: Trial, stamp: Stamp, subject_id: str, *, died_on: str, cause: str) -> Outcome:
    """The participant died; the day may be known only by month or year."""
    event = events.DeathRecorded(died_on=died_on, cause=cause)
    found = _not_open(trial, subject_id) + _not_in_future(stamp, parse_date(died_on).earliest, "died_on")
    subject = trial.subjects.get(subject_id)
    if subject and subject.died:
        found.append(f"death is recorded as of {subject.died}")
    if subject and subject.randomized and parse_date(died_on).latest < subject.randomized.on:
        found.append(f"died_on: {died_on} is before randomization ({subject.randomized.on})")
    return _for_subject(trial, stamp, subject_id, event, found, parse_date(died_on).earliest)


# ------------------------------------------------------------------ what is in the way


def _for_subject(
    trial: Trial, stamp: Stamp, subject_id: str, event: events.Event, found: list[str], on: date,
    reason: str | None = None, supersedes: int | None = None,
) -> Outcome:  # fmt: skip
    version = version_for(trial, subject_id, on) if trial.versions else ""
    return outcome(
        trial, stamp, event, found, subject=subject_id, version=version, reason=reason, supersedes=supersedes
    )


def _not_open(trial: Trial, subject_id: str) -> list[str]:
    subject = trial.subjects.get(subject_id)
    if subject is None:
        return [f"there is no subject {subject_id}; screen first"]
    if subject.locked or subject.frozen or trial.frozen:
        what = "locked" if subject.locked else "frozen"
        return [f"the data of {subject_id} are {what}"]
    if any(w.what == "DATA" for w in subject.withdrawals):
        return [f"{subject_id} withdrew from further use of data"]
    return []


def _no_consent(trial: Trial, subject_id: str) -> list[str]:
    subject = trial.subjects.get(subject_id)
    needed = trial.protocol.conduct.consent_before_entry if trial.versions else True
    return (
        ["no consent is recorded: entry before consent is refused"]
        if needed and subject and not subject.consents
        else []
    )


def _not_in_future(stamp: Stamp, on: date, name: str) -> list[str]:
    return [f"{name}: {on} lies in the future (recorded at {stamp.at})"] if on > stamp.today else []


def _not_randomized(trial: Trial, subject_id: str, on: date) -> list[str]:
    subject = trial.subjects.get(subject_id)
    if subject is None or subject.randomized is None:
        return [f"{subject_id} is not randomized"]
    return [f"{on} is before randomization ({subject.randomized.on})"] if on < subject.randomized.on else []
