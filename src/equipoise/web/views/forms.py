"""A form of the case report book: asked as the protocol declares it, saved as typed, corrected with
a reason.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, NamedTuple

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from equipoise.conduct.attribution import Correction
from equipoise.conduct.data_entry import FormData, no_such_visit, save_form
from equipoise.conduct.record import Refused
from equipoise.ledger.entry import Entry
from equipoise.protocol.forms import Form
from equipoise.protocol.forms import problems as form_problems
from equipoise.protocol.model import Protocol
from equipoise.subject.state import Query, Subject
from equipoise.surface.reading_queries import ask_about_reading
from equipoise.web import boxes
from equipoise.web.access import can_do, page, show
from equipoise.web.asked_form import asked_form, every_box
from equipoise.web.beside import Questioned, with_questions
from equipoise.web.grades import (
    EVENTS,
    RESULTS,
    Grades,
    begun_with,
    proposal,
    shown_events,
    shown_results,
)
from equipoise.web.models import Draft
from equipoise.web.pages import address, done, in_address, of_address
from equipoise.web.typed import whole
from equipoise.web.views.queries import ACTS
from equipoise.web.views.record import versions
from equipoise.web.way import next_form, same_day, with_way
from equipoise.web.who import Asking

_CORRECTS = "corrects"


class _Place(NamedTuple):
    """Which form of whom, at which visit, and the entries of it that hold."""

    her: Subject
    visit: str
    form: Form
    saved: tuple[int, ...]
    protocol: Protocol

    @property
    def name(self) -> str:
        """What a draft is kept under."""
        return f"{self.her.id}/{self.visit}/{self.form.id}"


def _place(asked: Asking, code: str, visit: str, form_id: str) -> _Place:
    her, at = asked.subject(code), of_address(visit)
    protocol = asked.trial.version_at(her.site, asked.today, her).protocol
    declared = protocol.form(form_id)
    if declared is None or no_such_visit(protocol, at):
        raise Http404
    held = her.forms.items()
    saved = tuple(seq for seq, each in held if (each.form, each.visit) == (form_id, at))
    return _Place(her, at, declared, saved, protocol)


@page
def form(asked: Asking, code: str, visit: str, form_id: str) -> HttpResponse:
    """Fill in a form, or correct what was saved (`?entry=N`)."""
    place = _place(asked, code, visit, form_id)
    if asked.request.method == "POST" and "more" not in asked.request.POST:
        return _save(asked, place)
    if asked.request.method == "POST":
        return _shown(asked, place, _Said(_posted(asked), more=asked.request.POST["more"]))
    corrected = _corrected(asked, place)
    draft = Draft.objects.filter(user=asked.request.user, place=_drafted(asked, place)).first()
    kept_at: datetime | None = None
    if draft is not None:
        raw, kept_at = dict(draft.typed), draft.kept_at
        begun = whole(raw.pop(_CORRECTS, ""))
        raw = _with_proposal(asked, place, raw)
        return _shown(asked, place, _Said(raw, kept_at=kept_at, corrects=begun))
    if corrected is not None:
        raw = _raw_of(place.form, asked.served.entry(corrected))
    else:
        raw = boxes.only_given_before(place.form, _last(asked, place)) | _same_day(asked, place)
    return _shown(asked, place, _Said(_with_proposal(asked, place, raw), kept_at=kept_at))


def _with_proposal(asked: Asking, place: _Place, raw: dict[str, str]) -> dict[str, str]:
    """With the event that a laboratory value speaks for, if the address names one."""
    event = proposal(asked, place.protocol, place.her)
    return begun_with(place.form, raw, event) if event else raw


def _corrected(asked: Asking, place: _Place) -> int | None:
    """The entry that is to be corrected: the one named, or the only one there is."""
    named = asked.request.GET.get("entry") or asked.request.POST.get("corrects") or ""
    if (seq := whole(named)) in place.saved:
        return seq
    return place.saved[-1] if place.saved and not (place.form.repeats and named == "new") else None


def _raw_of(form: Form, entry: Entry) -> dict[str, str]:
    payload = entry.payload
    return boxes.raw_of(form, payload.get("values", {}), payload.get("groups", {}))


def _same_day(asked: Asking, place: _Place) -> dict[str, str]:
    """The day of the form from which one came on, at the same visit."""
    seq = whole(asked.request.GET.get("after", ""))
    held = place.her.forms.get(seq) if seq is not None else None
    other = asked.trial.protocol.form(held.form) if held and held.visit == place.visit else None
    if other is None or seq is None:
        return {}
    return same_day(place.form, other, asked.served.entry(seq))


def _last(asked: Asking, place: _Place) -> dict[str, str]:
    """What stands in the boxes of the last form of this kind: hers, else of one of her site what
    is the same for everybody.
    """
    before, is_hers = _before(asked, place)
    return before if is_hers else boxes.only_given_before(place.form, before)


def _before(asked: Asking, place: _Place) -> tuple[dict[str, str], bool]:
    """The last form of this kind, and whether it is hers."""
    corrected = _corrected(asked, place)
    if before := _latest(place.her, place.form.id, corrected):
        return _raw_of(place.form, asked.served.entry(before)), True
    if corrected is not None or "TR" in place.form.domains:
        return {}, False
    others = asked.subjects() if asked.is_of_a_site else ()
    latest = max((_latest(each, place.form.id) or 0 for each in others), default=0)
    return (_raw_of(place.form, asked.served.entry(latest)) if latest else {}), False


def _latest(her: Subject, form_id: str, corrected: int | None = None) -> int | None:
    """The entry of the last form of a kind by its day; before the one that is corrected, if one
    is.
    """
    end = her.forms[corrected].on if corrected is not None else None
    dated = [
        (each.on.earliest, seq)
        for seq, each in her.forms.items()
        if each.form == form_id and each.on and seq != corrected
    ]
    found = [(on, seq) for on, seq in dated if not end or on < end.earliest]
    return max(found)[1] if found else None


def _save(asked: Asking, place: _Place) -> HttpResponse:
    raw = _posted(asked)
    typed = boxes.typed_of(place.form, raw, asked.today)
    if typed.slips:
        return _shown(asked, place, _Said(raw, typed))
    data = FormData(place.form.id, place.visit, typed.values, typed.groups)
    outcome = asked.do(save_form, place.her.id, data, correction=_correction(asked))
    if isinstance(outcome, Refused):
        return _shown(asked, place, _Said(raw, typed, outcome))
    Draft.objects.filter(user=asked.request.user, place=_drafted(asked, place)).delete()
    if isinstance(outcome, Entry):
        ask_about_reading(asked.served.session, outcome, secrets.token_hex(32))
    said = _("%(form)s, %(visit)s: saved") % {"form": place.form.title, "visit": place.visit}
    if "TR" in place.form.domains:
        return done(asked, outcome, said, "tumors", place.her.id)
    if isinstance(outcome, Entry):
        to = None if outcome.supersedes else _onwards(asked, place, outcome)
        if to is None and RESULTS in place.form.domains:  # each value with its grade
            here = ("form", place.her.id, in_address(place.visit), place.form.id)
            return done(asked, outcome, said, *here, query=f"?entry={outcome.seq}")
        response = done(asked, outcome, said, "subject", place.her.id)
        return redirect(to) if to else response
    return done(asked, outcome, said, "subject", place.her.id)


def _onwards(asked: Asking, place: _Place, saved: Entry) -> str | None:
    """Where the next form of the visit is, as long as one is left."""
    her = asked.served.read().subjects[place.her.id]
    after = next_form(asked.trial.protocol, her, place.visit, place.form.id)
    if not after:
        return None
    to = address(asked, "form", her.id, in_address(place.visit), after)
    return f"{to}?after={saved.seq}"


def _correction(asked: Asking) -> Correction | None:
    stale = whole(asked.request.POST.get("corrects", ""))
    if stale is None:
        return None
    return Correction(stale, asked.request.POST.get("reason", "").strip())


def _posted(asked: Asking) -> dict[str, str]:
    return {
        name: value
        for name, value in asked.request.POST.items()
        if isinstance(value, str) and name.startswith(("h-", "g-", "rows-"))
    }


class _Said(NamedTuple):
    """What stands in the boxes: as it was typed and refused, with a row more in a group, or as a
    draft that was kept.
    """

    raw: dict[str, str]
    typed: boxes.Typed | None = None
    refused: Refused | None = None
    more: str = ""
    kept_at: datetime | None = None
    corrects: int | None = None
    """The entry that a draft was begun on: if another took its place, the save is refused."""


def _shown(asked: Asking, place: _Place, said: _Said) -> HttpResponse:
    problems = said.refused.reasons if said.refused else ()
    last = _last(asked, place)
    shown = asked_form(
        place.form, said.raw, problems=problems, typed=said.typed, last=last, more=said.more
    )
    corrected = _corrected(asked, place)
    here, elsewhere = _questions(asked, place, corrected)
    if corrected is None:
        begins, before = asked.request.method == "GET", _before(asked, place)[0]
    else:
        begins, before = False, _raw_of(place.form, asked.served.entry(corrected))
    shown = with_way(shown, before, begins=begins)
    shown, above = with_questions(shown, here, _groups(asked, corrected))
    is_refused = bool(said.refused or (said.typed and said.typed.slips))
    context = {
        "her": place.her,
        "visit": place.visit,
        "form": shown,
        "corrects": said.corrects if said.kept_at else corrected,
        "others": [seq for seq in place.saved if seq != corrected],
        "current": _current(asked, place, said.refused),
        "kept_at": said.kept_at,
        "reason": asked.request.POST.get("reason", ""),
        "asked_here": [each.query for each in here],
        "asked_above": above,
        "asked_elsewhere": elsewhere,
        "asks_about": corrected,
        "can": {name: asked.may(event) for name, event in ACTS.items()},
        "can_save": can_do(asked.who.role, "form"),
        "refused": is_refused,
        "grades": _grades(asked, place, corrected),
    }
    return show(asked, "form.html", context, 409 if is_refused else 200)


def _grades(asked: Asking, place: _Place, corrected: int | None) -> Grades | None:
    """On a form of results their grades, and on the form to which one comes on from there; on both
    and on that of adverse events, what is proposed.
    """
    entry = corrected if corrected is not None else whole(asked.request.GET.get("after", ""))
    saved = shown_results(place.protocol, place.her, entry) if entry is not None else ()
    if not saved and EVENTS not in place.form.domains:
        return None
    begun = asked.request.GET.get("propose")
    proposed = shown_events(asked, place.protocol, place.her, place.visit)
    events = tuple(each for each in proposed if each.event.key != begun)
    return Grades(place.protocol.ctcae, saved, events)


def _questions(
    asked: Asking, place: _Place, shown: int | None
) -> tuple[list[Questioned], list[Query]]:
    """The questions that are not closed: about the entry that is shown, or one that it corrected,
    and about other entries of the same form.
    """
    here, elsewhere = [], []
    for query in place.her.queries.values():
        latest = versions(place.her, query.about)[-1]
        if query.status == "CLOSED" or latest not in place.saved:
            continue
        if latest == shown:
            here.append(Questioned(query, _groups(asked, query.about) or {}))
        else:
            elsewhere.append(query)
    return here, elsewhere


def _groups(asked: Asking, seq: int | None) -> dict[str, Any] | None:
    return None if seq is None else dict(asked.served.entry(seq).payload.get("groups", {}))


def _current(asked: Asking, place: _Place, refused: Refused | None) -> list[dict[str, Any]]:
    """What somebody else has saved meanwhile, to be seen beside what was typed."""
    seqs = refused.current if refused else ()
    entries = [asked.served.entry(seq) for seq in seqs]
    return [
        {"entry": each, "form": asked_form(place.form, _raw_of(place.form, each))}
        for each in entries
        if each.type == "FormSaved"
    ]


@require_POST
@page
def draft(asked: Asking, code: str, visit: str, form_id: str) -> HttpResponse:
    """Keep what is being typed, and say beside each box that was left what was understood, or what
    would be wrong with it; nothing is recorded. What comes after the page was saved is no draft.
    """
    place = _place(asked, code, visit, form_id)
    if asked.is_done(save_form):
        return HttpResponse(status=204)
    raw = _posted(asked)
    begun = {_CORRECTS: asked.request.POST.get("corrects", "")}
    kept, _ = Draft.objects.update_or_create(
        user=asked.request.user, place=_drafted(asked, place), defaults={"typed": raw | begun}
    )
    typed = boxes.typed_of(place.form, raw, asked.today)
    found = form_problems(place.form, typed.values, typed.groups)
    shown = asked_form(place.form, raw, problems=found, typed=typed)
    here = asked.request.POST.get("here", "")
    left = [box for box in every_box(shown) if box.value and box.name != here]
    context = {"kept_at": kept.kept_at, "left": [each for each in left if each.kind != "fixed"]}
    return show(asked, "draft.html", context)


def _drafted(asked: Asking, place: _Place) -> str:
    return f"{asked.served.id}/{place.name}"
