"""Where is a page, and what does it say after an act?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from equipoise.conduct.record import Outcome, Refused
from equipoise.surface.waiting import Kind, Waiting
from equipoise.web.who import Asking


def address(asked: Asking, page: str, *parts: Any) -> str:
    """The address of a page of this trial."""
    return reverse(page, args=[asked.served.id, *parts])


def form_of(asked: Asking, code: str, seq: int) -> str:
    """The address of the form that an entry holds, or the one that stands in its place; empty where
    it is none.
    """
    her = asked.subject(code)
    while seq in her.replaced:
        seq = her.replaced[seq]
    if (held := her.forms.get(seq)) is None:
        return ""
    return f"{address(asked, 'form', code, in_address(held.visit), held.form)}?entry={seq}"


def done(
    asked: Asking, outcome: Outcome, said: str, page: str, *parts: Any, query: str = ""
) -> HttpResponse:
    """On to the next page, which says what was done; the browser's back button records nothing
    twice.
    """
    if isinstance(outcome, Refused):
        for reason in outcome.reasons:
            messages.error(asked.request, reason)
    else:
        messages.success(asked.request, said)
    return redirect(address(asked, page, *parts) + query)


def in_address(visit: str) -> str:
    """A visit as it stands in an address: SCAN-2."""
    return visit.replace(" ", "-")


def of_address(visit: str) -> str:
    """The same, read back: SCAN 2."""
    name, hyphen, number = visit.rpartition("-")
    return f"{name} {number}" if hyphen and number.isdecimal() else visit


def where_it_waits(asked: Asking, one: Waiting) -> str:
    """The page where something is done about what waits."""
    match one.kind:
        case Kind.OVERDUE | Kind.DUE | Kind.PARTLY if one.forms:
            return address(asked, "form", one.subject, in_address(one.place), one.forms[0])
        case Kind.ANSWER | Kind.CLOSE:
            return where_it_is_asked(asked, one.subject, one.place) + f"#{one.place}"
        case Kind.REPORT:
            return address(asked, "safety", one.subject) + f"?event={one.place}"
        case Kind.SAFETY:
            return address(asked, "safety", one.subject) + f"#report-{one.place}"
        case Kind.SCREENING | Kind.READY | Kind.SIGN:
            return address(asked, one.place, one.subject)
    return address(asked, "subject", one.subject)


def where_it_is_asked(asked: Asking, code: str, query: str) -> str:
    """The form whose field a question is about, else the page of all questions."""
    about = asked.subject(code).queries[query].about
    return form_of(asked, code, about) or address(asked, "queries", code)
