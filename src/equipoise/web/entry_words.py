"""What does an entry say on a page? Of an allocation not where it stood on the list: who counts
positions can tell the next arm.
"""

from __future__ import annotations

from equipoise.ledger.entry import Entry
from equipoise.report.kit.payload_words import payload_words

_SHOWN_OF_AN_ALLOCATION = ("arm", "stratum", "randomized_on", "opened_at", "opened_by")


def entry_words(entry: Entry) -> str:
    """An entry in short."""
    if entry.type not in ("SubjectRandomized", "RandomizedOffline") or entry.redacted:
        return payload_words(entry)
    told = entry.payload
    said = (
        ", ".join(told[name]) if name == "stratum" else told[name]
        for name in _SHOWN_OF_AN_ALLOCATION
        if told.get(name)
    )
    return "; ".join(said)
