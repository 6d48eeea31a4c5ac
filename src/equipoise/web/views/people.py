"""Who is in the trial, and how did each come in or leave?"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from equipoise.conduct import disposition, enrolment
from equipoise.conduct.disposition import Withdrawal
from equipoise.conduct.enrolment import Consent
from equipoise.conduct.record import Outcome, Refused
from equipoise.subject.records import DM
from equipoise.subject.state import Subject
from equipoise.subject.visits import Status, VisitStatus, visits_of
from equipoise.surface.scans import Scan, scans_of
from equipoise.web.access import can_do, page, show
from equipoise.web.facts import facts
from equipoise.web.grades import Grades, shown_events
from equipoise.web.pages import address, done, in_address
from equipoise.web.timeline import draw_timeline
from equipoise.web.typed import day
from equipoise.web.views.record import versions
from equipoise.web.who import Asking

_LAST_NUMBER = re.compile(r"(\d+)$")


@page
def subjects(asked: Asking) -> HttpResponse:
    """The participants whom the person may see, a line each."""
    lines = [
        {
            "subject": each,
            "facts": facts(each),
            "open": sum(query.status != "CLOSED" for query in each.queries.values()),
        }
        for each in asked.subjects()
    ]
    return show(
        asked, "subjects.html", {"lines": lines, "can_screen": can_do(asked.who.role, "screen")}
    )


@page
def subject(asked: Asking, code: str) -> HttpResponse:
    """One participant: her visits with their forms, and what else is known."""
    her = asked.subject(code)
    visits = visits_of(asked.trial, her, asked.today)
    context = {
        "her": her,
        "visits": [_visit(asked, her, each) for each in visits] or [_screening(asked, her)],
        "beside": _beside(asked, her),
        "timeline": draw_timeline(her, visits, _scans(asked, her), asked.today),
        "next": next((v for v in visits if v.status in (Status.DUE, Status.OVERDUE)), None),
        "open": [query for query in her.queries.values() if query.status != "CLOSED"],
        "can": {name: can_do(asked.who.role, name) for name in _ACTS},
        "grades": _grades(asked, her),
    }
    return show(asked, "subject.html", context)


_ACTS = ("form", "consent", "randomize", "sign", "safety", "ends", "queries")


def _grades(asked: Asking, her: Subject) -> Grades:
    """The events that her laboratory values speak for."""
    protocol = asked.trial.version_at(her.site, asked.today, her).protocol
    return Grades(protocol.ctcae, events=shown_events(asked, protocol, her))


def _scans(asked: Asking, her: Subject) -> tuple[Scan, ...]:
    protocol = asked.trial.version_at(her.site, asked.today, her).protocol
    return scans_of(protocol, her, asked.today).visits


def _visit(asked: Asking, her: Subject, visit: VisitStatus) -> dict[str, Any]:
    declared = next((v for v in asked.trial.protocol.schedule if v.id == visit.visit), None)
    names = declared.forms if declared else visit.unscheduled
    return {"visit": visit, "forms": [_form(asked, her, visit.recorded, name) for name in names]}


def _screening(asked: Asking, her: Subject) -> dict[str, Any]:
    """Before randomization there is one visit: the one that ends with it."""
    first = asked.trial.protocol.schedule[0]
    return {
        "visit": {"recorded": first.id, "visit": first.id, "status": ""},
        "forms": [_form(asked, her, first.id, name) for name in first.forms],
    }


def _form(asked: Asking, her: Subject, visit: str, name: str) -> dict[str, Any]:
    saved = [seq for seq, f in her.forms.items() if (f.form, f.visit) == (name, visit)]
    declared = asked.trial.protocol.form(name)
    return {
        "title": declared.title if declared else name,
        "saved": [(seq, _state(her, seq)) for seq in saved],
        "to": address(asked, "form", her.id, in_address(visit), name),
        "is_asked": declared is None or declared.sex in (None, _sex(her)),
    }


def _state(her: Subject, seq: int) -> str:
    """Saved, signed, or changed since it was signed."""
    if seq in her.signed:
        return _("signed")
    earlier = versions(her, seq)
    return _("changed since it was signed") if her.signed & set(earlier) else _("saved")


def _sex(her: Subject) -> str | None:
    return next((dm.sex for dm in her.records(DM) if dm.sex), None)


def _beside(asked: Asking, her: Subject) -> list[dict[str, str]]:
    """Forms that can be filled in on a day beside the schedule."""
    used = sum(form.visit.startswith("UNSCHEDULED") for form in her.forms.values())
    visit = f"UNSCHEDULED-{used + 1}"
    return [
        {"title": form.title, "to": address(asked, "form", her.id, visit, form.id)}
        for form in asked.trial.protocol.forms
    ]


@page
def screen(asked: Asking) -> HttpResponse:
    """Give a person a code."""
    posted = asked.request.POST
    refused: tuple[str, ...] = ()
    if asked.request.method == "POST":
        code = posted.get("code", "").strip()
        outcome = _screened(asked, code)
        if not isinstance(outcome, Refused):
            return done(asked, outcome, _("%s is in screening") % code, "consent", code)
        refused = outcome.reasons
    context = {
        "refused": refused,
        "code": posted.get("code") or _next_code(asked),
        "on": posted.get("screened_on", "today"),
        "failed": [s for s in asked.subjects() if s.screening_failed and not s.randomized],
    }
    return show(asked, "screen.html", context, 409 if refused else 200)


def _screened(asked: Asking, code: str) -> Outcome:
    """A code of the own site, and of those who were screened before one of the own site: what is
    said of others would tell about them.
    """
    previous = asked.request.POST.get("previous") or None
    if not code.startswith(f"{asked.who.site}-"):
        return Refused((f"found {code!r}, expected a code that begins with {asked.who.site}-",))
    if previous is not None and previous not in {each.id for each in asked.subjects()}:
        return Refused((f"{previous}: nobody with this code was screened at {asked.who.site}",))
    return _on_a_day(
        asked,
        "screened_on",
        lambda on: asked.do(enrolment.screen, code, screened_on=on, previous_subject=previous),
    )


def _next_code(asked: Asking) -> str:
    """The code after the highest of the site."""
    codes = [code for code, site in asked.trial.site_of.items() if site == asked.who.site]
    numbers = [int(found[1]) for code in codes if (found := _LAST_NUMBER.search(code))]
    return f"{asked.who.site}-{max(numbers, default=0) + 1:03d}"


def _on_a_day(asked: Asking, name: str, act: Any) -> Outcome:
    """Something that happened on a day that was typed; refused where it is none."""
    typed = asked.request.POST.get(name, "")
    try:
        on = date.fromisoformat(day(typed, asked.today).text)
    except ValueError:
        return Refused((f"found {typed!r}, expected a whole day, such as 3 Apr 2021 or today",))
    outcome: Outcome = act(on)
    return outcome


@page
def consent(asked: Asking, code: str) -> HttpResponse:
    """Informed consent: to which version, when, by whom, witnessed or not."""
    her, posted = asked.subject(code), asked.request.POST
    refused: tuple[str, ...] = ()
    if asked.request.method == "POST":
        outcome = _on_a_day(
            asked,
            "consented_on",
            lambda on: asked.do(enrolment.record_consent, code, _consent(asked, on)),
        )
        if not isinstance(outcome, Refused):
            return done(asked, outcome, _("consent is recorded"), "subject", code)
        refused = outcome.reasons
    context = {
        "her": her,
        "refused": refused,
        "versions": [version.protocol.version for version in reversed(asked.trial.versions)],
        "on": posted.get("consented_on", "today"),
    }
    return show(asked, "consent.html", context, 409 if refused else 200)


def _consent(asked: Asking, on: date) -> Consent:
    posted = asked.request.POST
    given_by: Any = posted.get("given_by", "PARTICIPANT")
    return Consent(
        on=on,
        version=posted.get("version", ""),
        given_by=given_by,
        witnessed=posted.get("witnessed") == "on",
        sub_consents=tuple(filter(None, (x.strip() for x in posted.getlist("sub_consents")))),
    )


@page
def ends(asked: Asking, code: str) -> HttpResponse:
    """What ends something of her part in the trial: treatment, a level of participation, the study,
    or her life; each is asked apart.
    """
    her = asked.subject(code)
    refused: tuple[str, ...] = ()
    if asked.request.method == "POST":
        outcome = _ended(asked, code)
        if not isinstance(outcome, Refused):
            return done(asked, outcome, _("it is recorded"), "subject", code)
        refused = outcome.reasons
    context = {"her": her, "refused": refused}
    return show(asked, "ends.html", context, 409 if refused else 200)


def _ended(asked: Asking, code: str) -> Outcome:
    posted = asked.request.POST
    what, cause = posted.get("what", ""), posted.get("cause", "").strip()
    if what == "DEATH":
        on = day(posted.get("on", ""), asked.today).text
        return asked.do(disposition.record_death, code, died_on=on, cause=cause)
    level: Any = what.removeprefix("WITHDRAWAL ")
    acts = {
        "TREATMENT": lambda on: asked.do(disposition.end_treatment, code, ended_on=on, cause=cause),
        "STUDY": lambda on: asked.do(disposition.end_study, code, ended_on=on, cause=cause),
    }
    withdraw = lambda on: asked.do(disposition.withdraw, code, Withdrawal(level, on, cause))  # noqa: E731
    return _on_a_day(asked, "on", acts.get(what, withdraw))
