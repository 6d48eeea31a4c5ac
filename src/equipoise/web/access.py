"""Who may open which page? One row for each page of a trial; what may be recorded from it stands in
`conduct.guards`, which every command asks again.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from equipoise.conduct.guards import GUARDS
from equipoise.conduct.roles import ENTRY, EVERY, SITE, SPONSOR, STAFFING, STATISTICIAN
from equipoise.subject.state import PHYSICIANS
from equipoise.web.facts import arm_of, facts
from equipoise.web.who import Asking, asking

Arguments = ParamSpec("Arguments")
READERS = SITE | {"monitor", "data_manager", "safety", "auditor"}
"""Who reads the record of a participant; roles of a site that of their own."""


class Page(NamedTuple):
    """The roles that may open a page, and the events that can be recorded from it."""

    roles: frozenset[str]
    events: tuple[str, ...] = ()


# fmt: off
PAGES: dict[str, Page] = {
    "work": Page(EVERY),
    "act_as": Page(EVERY),
    "trial": Page(EVERY),
    "sites": Page(STAFFING, ("SiteOpened", "SiteStatusChanged")),
    "staff": Page(STAFFING, ("StaffTrained", "RoleDelegated", "DelegationEnded")),
    "steer": Page(
        SPONSOR | STATISTICIAN | PHYSICIANS,
        ("TrialStatusChanged", "AllocationCommitted", "AssumptionsConfirmed")),
    "trail": Page(READERS | STAFFING),
    "subjects": Page(READERS),
    "screen": Page(ENTRY, ("SubjectScreened",)),
    "subject": Page(READERS),
    "consent": Page(ENTRY, ("ConsentRecorded",)),
    "criteria": Page(READERS),
    "attest": Page(PHYSICIANS, ("CriterionAttested",)),
    "intend": Page(PHYSICIANS, ("ChemotherapyIntended",)),
    "fail": Page(ENTRY, ("ScreeningFailed",)),
    "randomize": Page(SITE, ("SubjectRandomized",)),
    "notice": Page(READERS),
    "form": Page(READERS, ("FormSaved",)),
    "draft": Page(ENTRY),
    "tumors": Page(READERS),
    "plasma": Page(READERS),
    "entry": Page(READERS),
    "queries": Page(READERS, ("QueryOpened", "QueryAnswered", "QueryClosed")),
    "sign": Page(PHYSICIANS, ("Signed",)),
    "safety": Page(READERS, ("SafetyReported", "SafetyAssessed", "SafetySubmitted")),
    "ends": Page(ENTRY, ("SubjectWithdrew", "TreatmentEnded", "StudyEnded", "DeathRecorded")),
}
# fmt: on


def can_do(role: str, page: str) -> bool:
    """May something be recorded from a page in this role?"""
    row = PAGES[page]
    return role in row.roles and any(role in GUARDS[event].roles for event in row.events)


def page(
    view: Callable[Concatenate[Asking, Arguments], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, Arguments], HttpResponse]:
    """A page of a trial, for those whom its row names; the view is asked by a person in a role."""
    name = view.__name__
    row = PAGES[name]

    @_signed_in
    @wraps(view)
    def shown(
        request: HttpRequest, trial_id: str, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponse:
        asked = asking(request, trial_id)
        if asked is None:
            return render(request, "web/no_role.html", {"trial_id": trial_id}, status=403)
        if asked.who.role not in row.roles:
            raise PermissionDenied
        response = view(asked, *args, **kwargs)
        response["Cache-Control"] = "no-store"  # nothing of her is left in a browser
        return response

    return shown


def _signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whoever is not signed in does so first; a part of a page says that it cannot be had."""
    whole_page = login_required(view)

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("HX-Request") and not request.user.is_authenticated:
            return HttpResponse(status=401)
        return whole_page(request, *args, **kwargs)

    return shown


def show(asked: Asking, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page with what every page of a trial shows, and every one about a participant, `her`."""
    key = asked.request.POST.get("key") or secrets.token_hex(16)
    open_to = {name for name, row in PAGES.items() if asked.who.role in row.roles}
    posted = defaultdict(str, asked.request.POST.items())
    shown = {"asked": asked, "key": key, "open_to": open_to, "posted": posted, **context}
    shown["may_report"] = asked.may("SafetyReported")
    if her := context.get("her"):
        shown |= {"facts": facts(her), "arm": arm_of(asked.trial, her)}
    return render(asked.request, f"web/{template}", shown, status=status)
