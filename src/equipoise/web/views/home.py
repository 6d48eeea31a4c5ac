"""Which trials are there for who signed in?"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render

from equipoise.web import trials
from equipoise.web.who import asking


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The trials in which the person has a role; of one alone its work list."""
    mine = [each.id for each in trials.trials() if asking(request, each.id)]
    if len(mine) == 1:
        return redirect("work", mine[0])
    return render(request, "web/home.html", {"mine": mine, "has_report": _report().exists()})


def alive(request: HttpRequest) -> HttpResponse:
    """A page asks before it sends what was typed: is the server there, and who is signed in? A
    token for the form comes with it, since signing in again makes a new one.
    """
    who = request.user.get_username() if request.user.is_authenticated else ""
    answer = JsonResponse({"who": who, "token": get_token(request) if who else ""})
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
def finished(_request: HttpRequest) -> HttpResponse:
    """The report of the finished simulated trial that the demo was made with. It has its own style,
    script and policy in the page.
    """
    if not _report().exists():
        raise Http404
    response = HttpResponse(_report().read_bytes(), "text/html; charset=utf-8")
    response._csp_exempt = True  # noqa: SLF001  (as django-csp has it)
    return response


def _report() -> Path:
    folder: Path = settings.DATA
    return folder / "finished" / "report.html"
