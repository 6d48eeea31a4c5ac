"""The trial: its protocol in words, its sites and people; and everything that happened."""

from __future__ import annotations

from django.http import HttpResponse

from equipoise.ledger.entry import Entry
from equipoise.web.access import READERS, page, show
from equipoise.web.entry_words import entry_words
from equipoise.web.pages import address
from equipoise.web.typed import whole
from equipoise.web.who import Asking

AT_ONCE = 100


@page
def trial(asked: Asking) -> HttpResponse:
    """Versions, sites, people, and the assumptions that nobody has confirmed."""
    protocol = asked.trial.protocol
    context = {
        "protocol": protocol,
        "versions": asked.trial.versions,
        "sites": asked.trial.sites.values(),
        "delegations": asked.trial.delegations.items(),
        "unconfirmed": asked.trial.unconfirmed(protocol),
        "assumptions": protocol.assumptions,
    }
    return show(asked, "trial.html", context)


@page
def trail(asked: Asking) -> HttpResponse:
    """What was recorded, the latest first: of a site what concerns its own participants, and for
    who does not read the records of participants what concerns none.
    """
    head = asked.trial.head
    last = head.seq if head else 0
    before = whole(asked.request.GET.get("before", ""))
    end = last + 1 if before is None else min(before, last + 1)
    start = max(end - 1 - AT_ONCE, 0)
    read = asked.served.session.storage.read(start, end - 1 - start)
    shown = [
        {"entry": each, "words": entry_words(each), "to": _to(asked, each.subject, each.seq)}
        for each in reversed(read)
        if _is_open(asked, each)
    ]
    context = {"lines": shown, "earlier": start + 1 if start else 0, "head": head}
    return show(asked, "trail.html", context)


def _is_open(asked: Asking, entry: Entry) -> bool:
    if entry.subject is None:
        return not asked.is_of_a_site or entry.site == asked.who.site
    her = asked.trial.subjects.get(entry.subject)
    return asked.who.role in READERS and her is not None and asked.sees(her)


def _to(asked: Asking, code: str | None, seq: int) -> str:
    return address(asked, "entry", code, seq) if code in asked.trial.subjects else ""
