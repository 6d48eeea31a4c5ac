"""Is this file a ledger at all? Asked before anything is read of it, said of it or done to it."""

from __future__ import annotations

from pathlib import Path

from equipoise.ledger.entry import begins_as_entry, resembles_entry

_LONGEST_LINE = 1 << 24
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstandard",
}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"{\x00", b"\x00{")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class NoLedger(ValueError):
    """A file that is no ledger; the message says what stands there instead."""


def check_is_ledger(path: Path) -> None:
    """Raise NoLedger, or FileNotFoundError, unless the file begins with an entry, be it damaged."""
    if not path.exists():
        raise FileNotFoundError(f"there is no ledger {str(path)!r}; `equipoise demo` makes one")
    if path.is_dir():
        raise NoLedger(f"{path} is a folder, expected a ledger file")
    if not path.is_file():
        raise NoLedger(f"{path} is a device or a pipe, expected a ledger file")
    with path.open("rb") as file:
        first = file.readline(_LONGEST_LINE)
    if why := _foreign(first):
        raise NoLedger(f"{path} is no ledger: {why}")


def _foreign(first: bytes) -> str | None:
    """What a first line is, if it is no entry."""
    if not first:
        return "it is empty, and a ledger begins with the protocol that was adopted"
    for magic, name in _COMPRESSED.items():
        if first.startswith(magic):
            return f"it is compressed ({name}); unpack it first"
    if first.startswith(_UTF_16):
        return "it is text in UTF-16, as an editor may save it; a ledger is UTF-8, as written"
    line = first.removeprefix(BYTE_ORDER_MARK)
    if begins_as_entry(line) or resembles_entry(line):
        return None
    return "its first line is no entry"
