"""What does an entry of the ledger say, in short?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equipoise.ledger.entry import Entry
from equipoise.ledger.salted import REDACTED

LONGEST = 420
"""Letters of a payload that are shown; the ledger holds the rest."""


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
