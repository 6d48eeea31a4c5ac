"""Which entries of the ledger do the values of the report rest on, and what do they say?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from equipoise.ledger.entry import Entry
from equipoise.ledger.salted import REDACTED
from equipoise.report.kit.drill_down import entry_anchor, source_link
from equipoise.report.trial.appendix import MILESTONES, ParticipantSection

LONGEST = 420
"""Letters of a payload that are shown; the ledger holds the rest."""


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


def payload_words(entry: Entry) -> str:
    """What an entry says, in short."""
    if entry.redacted:
        return "content redacted; the hash chain still holds"
    if entry.type in ("ProtocolAdopted", "ProtocolAmended"):
        return f"version {entry.payload['version']}, hash {entry.payload['hash'][:12]}"
    words = _form_words(entry.payload) if entry.type == "FormSaved" else _pairs(entry.payload)
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rsplit(" ", 1)[0] + " …"


def _form_words(payload: Mapping[str, Any]) -> str:
    named = (payload.get("form", REDACTED), payload.get("visit", REDACTED))
    parts = [", ".join(named), _pairs(payload.get("values", {}))]
    for rows in payload.get("groups", {}).values():
        parts += [
            " ".join(_plain(value) for value in row.values() if value not in (None, ""))
            for row in rows
        ]
    return "; ".join(part for part in parts if part)


def _pairs(values: Mapping[str, Any]) -> str:
    filled = {key: value for key, value in values.items() if value not in (None, "", [], {})}
    return ", ".join(f"{key.replace('_', ' ')} {_plain(value)}" for key, value in filled.items())


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return f"missing: {value['missing']}" if "missing" in value else _pairs(value)
    if isinstance(value, list | tuple):
        return " / ".join(_plain(part) for part in value)
    return (
        {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    )


def entry_cells(line: EntryLine) -> tuple[str, str, Markup]:
    """Who, where and the reason of an entry, for the table."""
    entry = line.entry
    why = (
        Markup(" <em>replaces {}: {}</em>").format(source_link(entry.supersedes), entry.reason)
        if entry.supersedes
        else Markup("")
    )
    return entry.role, entry.site or "", Markup("{}").format(line.words) + why
