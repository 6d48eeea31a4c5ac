"""Serious events: reported from the participant's page, in every state of the trial."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from smtplib import SMTPException
from typing import Any
from zoneinfo import ZoneInfo

from django.core.mail import mail_managers
from django.http import HttpResponse
from django.utils.translation import gettext as _

from equipoise.conduct.record import Outcome, Refused
from equipoise.conduct.safety import (
    ACTIONS,
    CRITERIA,
    OUTCOMES,
    RELATIONS,
    Assessment,
    Report,
    Submission,
    assess_safety,
    report_safety,
    submit_safety,
    unreported,
)
from equipoise.conduct.sponsor_clock import SponsorClock, clocks_of
from equipoise.ledger.entry import Entry
from equipoise.subject.regimen import suspects
from equipoise.subject.state import SafetyReport, Subject
from equipoise.terms.time_zones import zone
from equipoise.web.access import page, show
from equipoise.web.access_log import tell
from equipoise.web.pages import done
from equipoise.web.typed import day, local_words, whole
from equipoise.web.who import Asking


@page
def safety(asked: Asking, code: str) -> HttpResponse:
    """What was reported, and a new report or one that follows another."""
    her, posted = asked.subject(code), asked.request.POST
    refused: tuple[str, ...] = ()
    if asked.request.method == "POST":
        act = posted.get("act", "report")
        outcome = _ACTS.get(act, _reported)(asked, her)
        if not isinstance(outcome, Refused):
            said = _("recorded") if act in _ACTS else _("the report is recorded")
            if isinstance(outcome, Entry) and act not in _ACTS:
                said = _mailed(asked, her)
            return done(asked, outcome, said, "safety", code)
        refused = outcome.reasons
    context = {
        "her": her,
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
        "reports": _with_clocks(asked, her),
        "can": {name: asked.may(event) for name, event in _EVENTS.items()},
    }
    if asked.request.method != "POST":
        context["posted"] = _begun(her, asked.request.GET.get("event", ""))
    return show(asked, "safety.html", context, 409 if refused else 200)


def _begun(her: Subject, entry: str) -> dict[str, str]:
    """What a report begins with that is about a form's event, by its entry."""
    begun: dict[str, str] = defaultdict(str)
    for event in unreported(her):
        if str(event.source) == entry:
            begun |= {"term": event.term, "onset": str(event.start or "")}
    return begun


def _drugs(asked: Asking, her: Subject) -> tuple[str, ...]:
    return suspects(her, asked.trial.version_at(her.site, asked.today, her).protocol)


_EVENTS = {"report": "SafetyReported", "assess": "SafetyAssessed", "submit": "SafetySubmitted"}


def _with_clocks(
    asked: Asking, her: Subject
) -> list[tuple[SafetyReport, str, dict[str, Any] | None]]:
    """Each report, when the site was aware, and where it is the first of its event the clock of the
    sponsor, in words and hours of the site.
    """
    clocks = {clock.report: clock for clock in clocks_of(asked.trial, her)}
    here = zone(_zone_of(asked, her))
    return [
        (
            each,
            local_words(datetime.fromisoformat(each.aware_at).astimezone(here)),
            _clock(asked, clocks.get(each.source)),
        )
        for each in her.safety
    ]


def _clock(asked: Asking, clock: SponsorClock | None) -> dict[str, Any] | None:
    if clock is None:
        return None
    site = asked.trial.sites.get(clock.site)
    here = zone(site.time_zone if site else "UTC")
    due = clock.next_due.astimezone(here) if clock.next_due else None
    return {
        "judged": str(clock.judged),
        "law": clock.law,
        "until": local_words(due),
        "is_over": due is not None and due < datetime.now(UTC),
        "told": [local_words(sent.astimezone(here)) for sent in clock.submitted],
    }


def _assessed(asked: Asking, her: Subject) -> Outcome:
    posted = asked.request.POST
    related: Any = posted.get("related", "NOT KNOWN")
    assessment = Assessment(
        report=whole(posted.get("report", "")) or 0,
        related=related,
        expected=posted.get("expected") == "yes",
        reference=posted.get("reference", "").strip(),
    )
    return asked.do(assess_safety, her.id, assessment)


def _submitted(asked: Asking, her: Subject) -> Outcome:
    posted = asked.request.POST
    told = f"{posted.get('told_day', '')} {posted.get('told_time', '')}"
    try:
        at = _moment(asked, told, _zone_of(asked, her))
    except ValueError:
        return Refused((f"told on: found {told!r}, expected a day and a time such as 14:30",))
    report = whole(posted.get("report", "")) or 0
    submission = Submission(report, posted.get("authority", "").strip(), at)
    return asked.do(submit_safety, her.id, submission)


_ACTS = {"assess": _assessed, "submit": _submitted}


def _zone_of(asked: Asking, her: Subject) -> str:
    site = asked.trial.sites.get(her.site)
    return site.time_zone if site else "UTC"


def _mailed(asked: Asking, her: Subject) -> str:
    """Tell whoever is on duty; the report stands in the ledger whether the mail leaves or not."""
    try:
        mail_managers(
            f"{asked.served.id}: serious event", f"{her.id} at {her.site}: a report was recorded"
        )
    except (OSError, SMTPException):
        tell("MAIL NOT SENT", asked.person, about=her.id)
        return _(
            "the report is recorded, but the mail did not leave: tell the sponsor by telephone"
        )
    return _("the report is recorded and sent")


def _reported(asked: Asking, her: Subject) -> Outcome:
    posted = asked.request.POST
    kind: Any = posted.get("kind", "SERIOUS ADVERSE EVENT")
    drugs = _drugs(asked, her)
    follows = posted.get("follows", "")
    aware = f"{posted.get('aware_day', '')} {posted.get('aware_time', '')}"
    try:
        aware_at = _moment(asked, aware, _zone_of(asked, her))
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
