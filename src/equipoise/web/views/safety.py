"""Serious events: reported from the participant's page, in every state of the trial."""

from __future__ import annotations

from datetime import datetime
from smtplib import SMTPException
from typing import Any
from zoneinfo import ZoneInfo

from django.core.mail import mail_managers
from django.http import HttpResponse

from equipoise.conduct.record import Outcome, Refused
from equipoise.conduct.safety import (
    ACTIONS,
    CRITERIA,
    OUTCOMES,
    RELATIONS,
    Report,
    report_safety,
)
from equipoise.ledger.entry import Entry
from equipoise.subject.regimen import suspects
from equipoise.subject.state import Subject
from equipoise.web.access import can_do, page, show
from equipoise.web.access_log import tell
from equipoise.web.facts import facts
from equipoise.web.pages import done
from equipoise.web.typed import day, whole
from equipoise.web.who import Asking


@page
def safety(asked: Asking, code: str) -> HttpResponse:
    """What was reported, and a new report or one that follows another."""
    her, posted = asked.subject(code), asked.request.POST
    refused: tuple[str, ...] = ()
    if asked.request.method == "POST":
        outcome = _reported(asked, her)
        if not isinstance(outcome, Refused):
            said = "the report is recorded"
            if isinstance(outcome, Entry):
                said = _mailed(asked, her)
            return done(asked, outcome, said, "safety", code)
        refused = outcome.reasons
    context = {
        "her": her,
        "facts": facts(her),
        "refused": refused,
        "criteria": CRITERIA,
        "chosen": posted.getlist("criteria"),
        "relations": RELATIONS,
        "actions": ACTIONS,
        "outcomes": OUTCOMES,
        "drugs": [
            (drug, posted.get(f"causality-{drug}", ""), posted.get(f"action-{drug}", ""))
            for drug in _drugs(asked, her)
        ],
        "can_report": can_do(asked.who.role, "safety"),
    }
    return show(asked, "safety.html", context, 409 if refused else 200)


def _drugs(asked: Asking, her: Subject) -> tuple[str, ...]:
    return suspects(her, asked.trial.version_at(her.site, asked.today, her).protocol)


def _mailed(asked: Asking, her: Subject) -> str:
    """Tell whoever is on duty; the report stands in the ledger whether the mail leaves or not."""
    try:
        mail_managers(
            f"{asked.served.id}: serious event", f"{her.id} at {her.site}: a report was recorded"
        )
    except (OSError, SMTPException):
        tell("MAIL NOT SENT", asked.person, about=her.id)
        return "the report is recorded, but the mail did not leave: tell the sponsor by telephone"
    return "the report is recorded and sent"


def _reported(asked: Asking, her: Subject) -> Outcome:
    posted = asked.request.POST
    kind: Any = posted.get("kind", "SERIOUS ADVERSE EVENT")
    drugs = _drugs(asked, her)
    follows = posted.get("follows", "")
    site = asked.trial.sites.get(her.site)
    aware = f"{posted.get('aware_day', '')} {posted.get('aware_time', '')}"
    try:
        aware_at = _moment(asked, aware, site.time_zone if site else "UTC")
    except ValueError:
        return Refused((f"aware since: found {aware!r}, expected a day and a time such as 14:30",))
    report = Report(
        report=posted.get("report", "").strip() or f"{her.id}-{posted.get('key', '')[:8]}",
        kind=kind,
        term=posted.get("term", "").strip(),
        onset=day(posted.get("onset", ""), asked.today).text,
        criteria=tuple(posted.getlist("criteria")),
        aware_at=aware_at,
        causality={drug: posted.get(f"causality-{drug}", "NOT KNOWN") for drug in drugs},
        action={drug: posted.get(f"action-{drug}", "UNKNOWN") for drug in drugs},
        outcome=posted.get("outcome", "UNKNOWN"),
        follows=whole(follows),
    )
    return asked.do(report_safety, her.id, report)


def _moment(asked: Asking, typed: str, zone: str) -> str:
    """A day and a time at the site, with the offset of its zone."""
    when, _, clock = typed.rpartition(" ")
    local = datetime.fromisoformat(f"{day(when, asked.today).text}T{clock}")
    return local.replace(tzinfo=ZoneInfo(zone)).isoformat(timespec="minutes")
