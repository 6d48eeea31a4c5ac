"""Who recorded this, when, what was there before, and why?"""

from __future__ import annotations

from django.http import Http404, HttpResponse

from equipoise.ledger.entry import Entry
from equipoise.report.trial.entries import payload_words
from equipoise.subject.state import Subject
from equipoise.web.access import page, show
from equipoise.web.views.people import facts
from equipoise.web.who import Asking


@page
def entry(asked: Asking, code: str, seq: int) -> HttpResponse:
    """An entry with the ones it replaced and the ones that replaced it, in the order in which they
    were recorded.
    """
    her = asked.subject(code)
    try:
        chain = [asked.served.entry(each) for each in _versions(her, seq)]
    except LookupError:
        raise Http404 from None
    if any(each.subject != her.id for each in chain):
        raise Http404
    context = {
        "her": her,
        "facts": facts(her),
        "lines": [{"entry": each, "words": _words(each)} for each in chain],
        "signatures": [each for each in her.signatures if each.about == seq],
        "seq": seq,
    }
    return show(asked, "entry.html", context)


def _versions(her: Subject, seq: int) -> list[int]:
    """An entry, those before it in whose place it stands, and those in its place."""
    before = {new: old for old, new in her.replaced.items()}
    chain = [seq]
    while chain[0] in before:
        chain.insert(0, before[chain[0]])
    while chain[-1] in her.replaced:
        chain.append(her.replaced[chain[-1]])
    return chain


def _words(entry: Entry) -> str:
    return payload_words(entry)
