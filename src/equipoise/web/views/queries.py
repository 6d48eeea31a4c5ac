"""Questions about a participant: ask, answer, accept."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from equipoise.conduct import data_management
from equipoise.conduct.data_management import Question, next_query
from equipoise.conduct.record import Outcome, Refused
from equipoise.subject.state import Subject
from equipoise.web.access import page, show
from equipoise.web.pages import done, form_of
from equipoise.web.typed import whole
from equipoise.web.who import Asking

ACTS = {"ask": "QueryOpened", "answer": "QueryAnswered", "close": "QueryClosed"}


@page
def queries(asked: Asking, code: str) -> HttpResponse:
    """All questions, the open ones first; each is answered in place."""
    her = asked.subject(code)
    if asked.request.method == "POST":
        outcome = _done(asked, her)
        response = done(asked, outcome, _("recorded"), "queries", code)
        if asked.request.POST.get("back") == "form" and (form := _form(asked, her)):
            return redirect(form)
        return response
    order = {"OPEN": 0, "ANSWERED": 1, "CLOSED": 2}
    held = sorted(her.queries.values(), key=lambda query: (order[query.status], query.source))
    context = {
        "her": her,
        "queries": held,
        "about": asked.request.GET.get("about", ""),
        "can": {name: asked.may(event) for name, event in ACTS.items()},
    }
    return show(asked, "queries.html", context)


def _form(asked: Asking, her: Subject) -> str:
    """The form on which somebody asked or answered."""
    posted = asked.request.POST
    query = her.queries.get(posted.get("query", ""))
    about = query.about if query else whole(posted.get("about", ""))
    return "" if about is None else form_of(asked, her.id, about)


def _done(asked: Asking, her: Subject) -> Outcome:
    posted = asked.request.POST
    text = posted.get("text", "").strip()
    name = posted.get("query", "")
    match posted.get("act"):
        case "answer":
            return asked.do(data_management.answer_query, her.id, name, text=text)
        case "close":
            return asked.do(data_management.close_query, her.id, name, text=text)
        case "ask" if (about := whole(posted.get("about", ""))) is not None:
            field = posted.get("field", "")
            text = text or posted.get(f"text:{field}", "").strip()  # of the box that it is beside
            question = Question(next_query(her, about), about, field, text)
            return asked.do(data_management.open_query, her.id, question)
    return Refused(("nothing was asked for",))
