"""Which entries of the ledger do the values of the report rest on, and what do they say?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from equipoise.ledger.entry import Entry
from equipoise.report.kit.drill_down import entry_anchor, source_link
from equipoise.report.kit.payload_words import payload_words
from equipoise.report.trial.appendix import MILESTONES, ParticipantSection


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry of the appendix."""

    anchor: str
    entry: Entry
    words: str


def referenced(persons: Iterable[ParticipantSection], entries: Sequence[Entry]) -> list[EntryLine]:
    """The entries that a value names, with those they replace, and the milestones of trial and
    subjects.
    """
    wanted = {seq for person in persons for seq in _named(person)}
    wanted |= {entry.seq for entry in entries if entry.subject is None and entry.type in MILESTONES}
    for entry in reversed(entries):  # a chain of corrections is walked back to its first entry
        if entry.seq in wanted and entry.supersedes:
            wanted.add(entry.supersedes)
    return [
        EntryLine(entry_anchor(entry.seq), entry, payload_words(entry))
        for entry in entries
        if entry.seq in wanted
    ]


def _named(person: ParticipantSection) -> set[int]:
    sources = {source for fact in person.facts for source in fact.sources}
    return {source for source in sources if isinstance(source, int)} | set(person.milestones)


def entry_cells(line: EntryLine) -> tuple[str, str, Markup]:
    """Who, where and the reason of an entry, for the table."""
    entry = line.entry
    why = (
        Markup(" <em>replaces {}: {}</em>").format(source_link(entry.supersedes), entry.reason)
        if entry.supersedes
        else Markup("")
    )
    return entry.role, entry.site or "", Markup("{}").format(line.words) + why
