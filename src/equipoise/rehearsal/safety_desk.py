"""What does a site do about a serious event in a rehearsal, and what the sponsor?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from equipoise.conduct.safety import (
    Assessment,
    Relation,
    Report,
    assess_safety,
    report_safety,
    unreported,
)
from equipoise.protocol.model import Protocol
from equipoise.rehearsal.adverse_events import OTHER, TESTED
from equipoise.rehearsal.office import Office
from equipoise.subject.regimen import suspects

_ACTIONS: Mapping[str, str] = {
    "NONE": "DOSE NOT CHANGED",
    "DELAYED": "DRUG INTERRUPTED",
    "REDUCED": "DOSE REDUCED",
    "STOPPED": "DRUG WITHDRAWN",
}
_OUTCOMES: Mapping[str, str] = {
    "RECOVERED": "RECOVERED/RESOLVED",
    "NOT RECOVERED": "NOT RECOVERED/NOT RESOLVED",
}


def report_all(office: Office, protocol: Protocol, day: date, code: str) -> None:
    """The site reports what it has marked as serious, on the day on which it has; the sponsor finds
    it in the safety information, so that no authority has to be told at once.
    """
    subject = office.session.trial.subjects[code]
    for number, event in enumerate(unreported(subject), len(subject.safety) + 1):
        drugs = suspects(subject, protocol)
        suspected = {drug for drug in drugs if _is_suspected(event.related, drug)}
        done = _ACTIONS[event.action]
        report = Report(
            report=f"{code}-{number}",
            kind="SERIOUS ADVERSE EVENT",
            term=event.term,
            onset=str(event.start),
            criteria=("HOSPITALIZATION",),
            aware_at=f"{day}T00:30+00:00",
            causality={d: "RELATED" if d in suspected else "NOT RELATED" for d in drugs},
            action={drug: done for drug in drugs if drug in suspected},
            outcome=_OUTCOMES[event.outcome],
        )
        told = office.do(day, "investigator", subject.site, report_safety, code, report)
        relation: Relation = "RELATED" if suspected else "NOT RELATED"
        judged = Assessment(told.seq, relation, expected=True, reference="label in force at onset")
        office.do(day, "safety", None, assess_safety, code, judged)


def _is_suspected(related: str, drug: str) -> bool:
    """Does the form suspect a drug: the one under test, or those of the chemotherapy?"""
    return related in ("BOTH", TESTED if drug == TESTED else OTHER)
