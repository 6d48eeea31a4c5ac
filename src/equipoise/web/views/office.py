"""What the sponsor's office does: sites with their green light, people with their training and
roles, the state of the trial, its list and its assumptions.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from equipoise.conduct import randomization, trial_setup
from equipoise.conduct.confirmation import confirm_assumptions
from equipoise.conduct.record import Outcome, Refused
from equipoise.conduct.roles import EVERY, SITE
from equipoise.conduct.trial_setup import Duty, NewSite
from equipoise.store.allocator import NoAllocator
from equipoise.web.access import page, show
from equipoise.web.accounts import Made, create_account
from equipoise.web.models import User
from equipoise.web.pages import done
from equipoise.web.typed import day, whole
from equipoise.web.who import Asking

SITE_STATES = ("ACTIVE", "PAUSED", "CLOSED")
TRIAL_STATES = ("RECRUITING", "PAUSED", "CLOSED TO ACCRUAL", "ARCHIVED")


@page
def sites(asked: Asking) -> HttpResponse:
    """Take a site in, and give it its green light, a pause or its end."""
    posted = asked.request.POST
    refused: tuple[str, ...] = ()
    if asked.request.method == "POST":
        outcome = _opened(asked) if posted.get("act") == "open" else _changed(asked)
        if not isinstance(outcome, Refused):
            return done(asked, outcome, _("recorded"), "sites")
        refused = outcome.reasons
    context = {
        "sites": asked.trial.sites.values(),
        "states": SITE_STATES,
        "refused": refused,
    }
    return show(asked, "sites.html", context, 409 if refused else 200)


def _opened(asked: Asking) -> Outcome:
    posted = asked.request.POST
    cap = posted.get("cap", "").strip()
    if cap and whole(cap) is None:
        return Refused((f"found {cap!r}, expected how many the site may randomize, or nothing",))
    new = NewSite(
        posted.get("site", "").strip(),
        posted.get("country", "").strip().upper(),
        posted.get("time_zone", "").strip(),
        whole(cap),
    )
    return asked.do(trial_setup.open_site, new)


def _changed(asked: Asking) -> Outcome:
    posted = asked.request.POST
    since = _day(asked, "since")
    if isinstance(since, Refused):
        return since
    status: Any = posted.get("status", "")
    reason = posted.get("reason", "").strip()
    return asked.do(
        trial_setup.change_site, posted.get("site", ""), status, since=since, reason=reason
    )


def _day(asked: Asking, name: str) -> date | Refused:
    typed = asked.request.POST.get(name, "")
    try:
        return date.fromisoformat(day(typed, asked.today).text)
    except ValueError:
        return Refused((f"found {typed!r}, expected a whole day, such as 3 Apr 2021 or today",))


@page
def staff(asked: Asking) -> HttpResponse:
    """Who acts in which role: an account, the training, the delegation, and its end."""
    posted = asked.request.POST
    made: Made | None = None
    refused: tuple[str, ...] = ()
    if asked.request.method == "POST":
        outcome, made = _staffed(asked)
        if isinstance(outcome, Refused):
            refused = outcome.reasons
        elif made is None:
            return done(asked, outcome, _("recorded"), "staff")
    trial = asked.served.read()
    names = {user.username: user.get_full_name() for user in User.objects.all()}
    context = {
        "lines": [
            {"seq": seq, "duty": duty, "name": names.get(duty.person, "no account")}
            for seq, duty in trial.delegations.items()
        ],
        "trained": trial.trained,
        "roles": sorted(EVERY),
        "of_sites": sorted(SITE),
        "sites": sorted(trial.sites),
        "made": made,
        "refused": refused,
        "posted": defaultdict(str, posted.items() if refused else ()),
    }
    return show(asked, "staff.html", context, 409 if refused else 200)


def _staffed(asked: Asking) -> tuple[Outcome, Made | None]:
    posted = asked.request.POST
    if posted.get("act") == "end":
        ended = _day(asked, "ended_on")
        if isinstance(ended, Refused):
            return ended, None
        number = whole(posted.get("delegation", "")) or 0
        return asked.do(trial_setup.end_delegation, number, ended_on=ended), None
    return _delegated(asked)


def _delegated(asked: Asking) -> tuple[Outcome, Made | None]:
    """Training, if it is named, then the role; the account is made last, when both are recorded."""
    posted = asked.request.POST
    person, name = posted.get("person", "").strip(), posted.get("name", "").strip()
    starts = _day(asked, "starts_on")
    if isinstance(starts, Refused):
        return starts, None
    known = User.objects.filter(username__iexact=person).first()
    if known and known.username != person:
        return Refused((f"{person} differs from {known.username} by case alone",)), None
    is_new = known is None
    if is_new and not name:
        return Refused((f"{person} has no account: give the name that is printed beside it",)), None
    if training := posted.get("training", "").strip():
        trained = asked.do(trial_setup.train, person, training=training, trained_on=starts)
        if isinstance(trained, Refused):
            return trained, None
    role = posted.get("role", "")
    site = posted.get("site") or None
    outcome = asked.do(trial_setup.delegate, Duty(person, role, site, starts))
    if isinstance(outcome, Refused) or not is_new:
        return outcome, None
    try:
        return outcome, create_account(person, name)
    except ValueError as wrong:
        return Refused((str(wrong),)), None


@page
def steer(asked: Asking) -> HttpResponse:
    """Commit the list, confirm assumptions by name, and let the trial recruit, pause or close."""
    refused: tuple[str, ...] = ()
    if asked.request.method == "POST":
        try:
            outcome = _steered(asked)
        except NoAllocator as silent:
            outcome = Refused((str(silent),))
        if not isinstance(outcome, Refused):
            return done(asked, outcome, _("recorded"), "steer")
        refused = outcome.reasons
        for reason in refused:
            messages.error(asked.request, reason)
    protocol = asked.trial.protocol
    context = {
        "states": TRIAL_STATES,
        "unconfirmed": [
            (name, protocol.assumptions[name]) for name in asked.trial.unconfirmed(protocol)
        ],
        "lists": asked.trial.lists,
        "can": {
            "status": asked.may("TrialStatusChanged"),
            "list": asked.may("AllocationCommitted"),
            "confirm": asked.may("AssumptionsConfirmed"),
        },
    }
    return show(asked, "steer.html", context, 409 if refused else 200)


def _steered(asked: Asking) -> Outcome:
    posted = asked.request.POST
    match posted.get("act"):
        case "status":
            status: Any = posted.get("status", "")
            reason = posted.get("reason", "").strip()
            return asked.do(trial_setup.change_status, status, reason=reason)
        case "commit":
            return asked.do(randomization.commit_allocation, asked.served.sealed)
        case "confirm":
            version = asked.trial.protocol.version
            names = tuple(posted.getlist("assumptions"))
            return asked.do(confirm_assumptions, names, version=version)
    return Refused(("nothing was asked for",))
