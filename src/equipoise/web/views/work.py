"""What is to be done today?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from equipoise.surface.waiting import Kind, Waiting
from equipoise.web.access import can_do, page, show
from equipoise.web.pages import address, where_it_waits
from equipoise.web.typed import local_words
from equipoise.web.who import Asking
from equipoise.web.who import act_as as choose

FIRST = 50
"""So many lines of a kind; the rest is counted."""

_NAMES = {
    Kind.REPORT: _("Serious event to report"),
    Kind.SAFETY: _("Serious event"),
    Kind.OVERDUE: _("Overdue"),
    Kind.DUE: _("Due"),
    Kind.PARTLY: _("To complete"),
    Kind.ANSWER: _("Query to answer"),
    Kind.CLOSE: _("Answer to check"),
    Kind.SCREENING: _("Screening"),
    Kind.READY: _("Ready to randomize"),
    Kind.SIGN: _("To sign"),
}


@page
def work(asked: Asking) -> HttpResponse:
    """What is due, overdue, asked and unsigned, sorted by the day it matters."""
    list_ = asked.served.work
    found = list_.waiting(asked.trial, asked.subjects(), asked.who.role, asked.today)
    context = {"groups": _groups(asked, found), "can_screen": can_do(asked.who.role, "screen")}
    return show(asked, "work.html", context)


def _groups(asked: Asking, found: Sequence[Waiting]) -> list[dict[str, Any]]:
    order = list(Kind)
    by_kind = sorted(found, key=lambda one: order.index(one.kind))
    groups = []
    for kind, ones in groupby(by_kind, key=lambda one: one.kind):
        every = list(ones)
        lines = [
            {"waits": one, "to": where_it_waits(asked, one), **_time_left(asked, one)}
            for one in every[:FIRST]
        ]
        groups.append(
            {"kind": kind, "name": _NAMES[kind], "lines": lines, "more": len(every) - len(lines)}
        )
    return groups


def _time_left(asked: Asking, one: Waiting) -> dict[str, Any]:
    """How many days are left, fewer than none when it is late; of what has an hour whether that is
    over.
    """
    days = (one.by - asked.today).days if one.by else None
    over = one.until is not None and one.until < datetime.now(UTC)
    return {"days": days, "late": -(days or 0), "is_over": over, "until": local_words(one.until)}


@require_POST
@page
def act_as(asked: Asking) -> HttpResponse:
    """Act in another role from now on."""
    choose(asked, asked.request.POST.get("capacity", ""))
    return redirect(address(asked, "work"))
