"""Who recorded this, when, what was there before, and why?"""

from __future__ import annotations

from django.http import Http404, HttpResponse

from equipoise.ledger.entry import Entry
from equipoise.subject.state import Subject
from equipoise.web.access import page, show
from equipoise.web.boxes import Change, changes, raw_of
from equipoise.web.entry_words import entry_words
from equipoise.web.grades import Grades, shown_results
from equipoise.web.who import Asking


@page
def entry(asked: Asking, code: str, seq: int) -> HttpResponse:
    """An entry with the ones it replaced and the ones that replaced it, in the order in which they
    were recorded.
    """
    her = asked.subject(code)
    try:
        chain = [asked.served.entry(each) for each in versions(her, seq)]
    except LookupError:
        raise Http404 from None
    if any(each.subject != her.id for each in chain):
        raise Http404
    context = {
        "her": her,
        "lines": [
            {"entry": each, "words": entry_words(each), "changes": _changes(asked, before, each)}
            for before, each in zip([None, *chain], chain, strict=False)
        ],
        "signatures": [s for s in her.signatures if s.about == chain[-1].seq],
        "broken": [s for s in her.signatures if s.about in {each.seq for each in chain[:-1]}],
        "seq": seq,
        "grades": _grades(asked, her, chain[-1].seq),
    }
    return show(asked, "entry.html", context)


def _grades(asked: Asking, her: Subject, seq: int) -> Grades | None:
    """Of the laboratory values in the entry that holds."""
    protocol = asked.trial.version_at(her.site, asked.today, her).protocol
    results = shown_results(protocol, her, seq)
    return Grades(protocol.ctcae, results) if results else None


def _changes(asked: Asking, before: Entry | None, entry: Entry) -> list[Change]:
    """What a form that was saved in the place of another has changed."""
    if before is None or {before.type, entry.type} != {"FormSaved"}:
        return []
    form = asked.trial.version(entry.protocol).protocol.form(entry.payload.get("form", ""))
    if form is None:
        return []
    one, other = (
        raw_of(form, each.payload.get("values", {}), each.payload.get("groups", {}))
        for each in (before, entry)
    )
    return changes(form, one, other)


def versions(her: Subject, seq: int) -> list[int]:
    """An entry, those before it in whose place it stands, and those in its place."""
    before = {new: old for old, new in her.replaced.items()}
    chain = [seq]
    while chain[0] in before:
        chain.insert(0, before[chain[0]])
    while chain[-1] in her.replaced:
        chain.append(her.replaced[chain[-1]])
    return chain
