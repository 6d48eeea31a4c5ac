"""Files that are no ledger, and ledgers that went through other hands."""

from __future__ import annotations

import gzip
import json

FOREIGN = {
    "one line without its end": b"no ledger at all",
    "text": b"Dear Dr. Huber,\n\nplease find enclosed\n",
    "text whose last line has no end": b"no ledger\nat all",
    "JSON of another kind": b'{"name": "Maria", "seq": 1}\n',
    "JSON lines of another kind": b'{"actor":"John Wayne","film":"Rio Bravo"}\n' * 3,
    "a JSON document without its end": json.dumps({"seq": 1, "hash": "ab"}, indent=1).encode(),
    "a list": b"[]",
    "a table": b"actor,at,hash,key\nu-1,2021-01-01,ab,k1\n",
    "a picture": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\n\x01\x02",
    "zeros": bytes(5000),
    "one letter": b"{",
    "a line end": b"\n",
    "a byte order mark alone": b"\xef\xbb\xbf",
    "nothing": b"",
}
"""By what they are, files of somebody else."""


def through_other_hands(ledger: bytes) -> dict[str, bytes]:
    """A ledger as editors and tools leave it, by what they did, none of it a ledger any more."""
    text = ledger.decode()
    return {
        "UTF-16": text.encode("utf-16"),
        "UTF-16 without its mark": text.encode("utf-16-le"),
        "UTF-16, other order": text.encode("utf-16-be"),
        "gzip": gzip.compress(ledger),
        "pretty": json.dumps(json.loads(text.splitlines()[0]), indent=1).encode(),
    }


def changed_on_the_way(ledger: bytes) -> dict[str, tuple[bytes, int, str]]:
    """A ledger that still says the same: what was done, its bytes, the entry, and what is told."""
    lines = ledger.count(b"\n")
    return {
        "CRLF": (ledger.replace(b"\n", b"\r\n"), 1, "the line ends are CRLF"),
        "a byte order mark": (b"\xef\xbb\xbf" + ledger, 1, "a byte order mark"),
        "blank lines at its end": (ledger + b"\n\n", lines + 1, "the line is empty"),
    }
