"""How does a stored line lie in tables, and how does it come back byte for byte?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from equipoise.ledger.as_written import read_as_written
from equipoise.ledger.entry import Entry, entry_of, members_of
from equipoise.ledger.salted import Gone
from equipoise.terms.canonical import canonical_again
from equipoise.terms.collector import uncollected

EntryRow = tuple[int, str, str, str, int, str]
"""seq, hash, prev, type, number of fields, the canonical JSON of the hashed members."""
FieldRow = tuple[int, int, str, str]
"""seq, place from 1, path, the canonical JSON of the field."""


class Rows(NamedTuple):
    """One entry as rows; `gone` are those of its fields that an earlier redaction left."""

    entry: EntryRow
    contents: tuple[FieldRow, ...]
    gone: tuple[FieldRow, ...]


def rows_of(entry: Entry) -> Rows:
    """The rows of an entry."""
    numbered = list(enumerate(entry.fields, start=1))
    text = canonical_again(members_of(entry)).decode()
    head = (entry.seq, entry.hash, entry.prev, entry.type, len(numbered), text)
    texts = [canonical_again(list(field)).decode() for field in entry.fields]
    rows = [
        ((entry.seq, place, field.path, texts[place - 1]), isinstance(field, Gone))
        for place, field in numbered
    ]
    return Rows(
        head,
        tuple(row for row, is_gone in rows if not is_gone),
        tuple(row for row, is_gone in rows if is_gone),
    )


def line_from(entry: str, hashed: str, fields: Iterable[str]) -> bytes:
    """The line that the rows came from."""
    payload = ",".join(fields)
    return f'{{"entry":{entry},"hash":"{hashed}","payload":[{payload}]}}\n'.encode()


def lines_from(
    entries: Iterable[tuple[int, str, str]], fields: Iterable[tuple[int, str]]
) -> Iterator[bytes]:
    """Lines from (seq, hash, entry) in order and (seq, field) in order."""
    by_entry = groupby(fields, key=itemgetter(0))
    current = next(by_entry, None)
    for seq, hashed, entry in entries:
        own: Iterable[str] = ()
        if current and current[0] == seq:
            own = [field for _, field in current[1]]
            current = next(by_entry, None)
        yield line_from(entry, hashed, own)


def entries_from(lines: Iterable[bytes]) -> list[Entry]:
    """The entries of stored lines."""
    with uncollected():
        return [read_as_written(line) or entry_of(line) for line in lines]
