"""Is a stored line exactly what this program writes, hashes included? The common case, found out in
one pass over its bytes; what is in the way of any other line is told by `chain`.
"""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from equipoise.ledger.entry import FORMAT, Entry
from equipoise.ledger.salted import (
    DIGEST,
    REASON,
    REDACTED,
    SALT,
    BadField,
    StoredFields,
    check_layout,
)
from equipoise.terms.canonical import is_plain

_TEXT = rb'"[^"\\]+"'  # one with an escape is read the long way
_TEXT_OR_NULL = rb"(?:null|" + _TEXT + rb")"
_HEX = rb'"[0-9a-f]{64}"'
_NUMBER = rb"[1-9]\d*"
_MEMBERS = re.compile(
    rb'\{"actor":%b,"at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ","format":%d,"key":%b,"payload_digest":%b,'
    rb'"prev":%b,"protocol":%b,"role":%b,"seq":%b,"site":%b,"software":%b,"subject":%b,'
    rb'"supersedes":(?:null|%b),"type":%b\}'
    % (
        _TEXT,
        FORMAT,
        _TEXT,
        _HEX,
        _HEX,
        _TEXT,
        _TEXT,
        _NUMBER,
        _TEXT_OR_NULL,
        _TEXT,
        _TEXT_OR_NULL,
        _NUMBER,
        _TEXT,
    )
)
"""The hashed members of an entry that holds, in the order in which they are written."""
_SORTED = orjson.OPT_SORT_KEYS


def read_as_written(line: bytes) -> Entry | None:
    """The entry of a line that is, byte for byte, what was written and hashed. None for any other,
    whatever is wrong with it: then `entry_of` and `chain` say what.
    """
    try:
        stored = orjson.loads(line)
        members, hashed, payload = stored["entry"], stored["hash"], stored["payload"]
        text = orjson.dumps(members, option=_SORTED)
        texts, digest = _checked(payload)
    except (ValueError, KeyError, TypeError, BadField):
        return None
    is_whole = (
        _MEMBERS.fullmatch(text) is not None
        and sha256(text).hexdigest() == hashed
        and members["payload_digest"] == digest
        and line == b'{"entry":%b,"hash":"%b","payload":[%b]}\n' % (text, hashed.encode(), texts)
    )
    return _entry(members, hashed, payload, texts) if is_whole else None


def _checked(payload: list[Any]) -> tuple[bytes, str]:
    """The canonical bytes of the fields one after the other, and the root over their digests.
    Raises `BadField`, ValueError or TypeError.
    """
    texts: list[bytes] = []
    digests: list[bytes] = []
    check_layout([stored[0] for stored in payload])
    for stored in payload:
        text = orjson.dumps(stored, option=_SORTED)
        texts.append(text)
        if len(stored) == 3:
            _, salt, value = stored
            if not SALT.fullmatch(salt) or (type(value) is not str and not is_plain(value)):
                raise BadField(salt)
            digests.append(sha256(text).digest())
        else:
            _, digest = stored
            if not DIGEST.fullmatch(digest):
                raise BadField(digest)
            digests.append(bytes.fromhex(digest))
    return b",".join(texts), sha256(b"".join(digests)).hexdigest()


def _entry(members: dict[str, Any], hashed: str, payload: list[Any], texts: bytes) -> Entry | None:
    """The entry, made without asking again what the bytes have shown; None where its members do not
    go together.
    """
    try:
        datetime.fromisoformat(members["at"])
    except ValueError:
        return None
    reason: str | None = None
    gone = tuple([field[0] for field in payload if len(field) == 2])
    last = payload[-1] if payload else [""]  # no path of a payload comes after this one
    if last[0] == REASON:
        reason = REDACTED if len(last) == 2 else last[2]
        if not reason:
            return None
    earlier = members["supersedes"]
    if earlier is not None and (reason is None or earlier >= members["seq"]):
        return None
    return Entry.of_whole(members, hashed, StoredFields(b"[%b]" % texts), reason, gone)
