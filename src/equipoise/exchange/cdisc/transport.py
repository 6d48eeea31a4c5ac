"""Is this SAS transport file whole? Its bytes are counted against what its headers state.

Record layout: SAS Technical Support, TS-140 (version 5) and "Record layout of a SAS version 8 or 9
data set in SAS transport format".
"""

from __future__ import annotations

import struct

RECORD = 80
_NAMES_5 = b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!"
_NAMES_8 = b"HEADER RECORD*******NAMSTV8 HEADER RECORD!!!!!!!"
_ROWS_5 = b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!"
_ROWS_8 = b"HEADER RECORD*******OBSV8   HEADER RECORD!!!!!!!"
_DESCRIPTOR = 140


def check_transport(content: bytes, read: int) -> str:
    """What shows that the file was cut short, or nothing; `read` is the number of rows read."""
    if len(content) % RECORD:
        return f"{len(content)} bytes are no whole records of {RECORD}; was it cut short?"
    newer = _ROWS_8 in content
    opens = content.find(_ROWS_8 if newer else _ROWS_5)
    names = content.find(_NAMES_8 if newer else _NAMES_5)
    if opens < 0 or names < 0:
        return "its headers are not those of a transport file; was it cut short?"
    data = content[opens + RECORD :]
    if newer and (stated := _stated(content[opens : opens + RECORD])) is not None:
        if stated != read:
            return f"found {read} rows, and it states {stated}; was it cut short?"
        return ""
    return _left_over(data, _row_length(content, names))


def _stated(header: bytes) -> int | None:
    digits = header[len(_ROWS_8) : len(_ROWS_8) + 15].strip()
    return int(digits) if digits.isdigit() else None


def _row_length(content: bytes, names: int) -> int:
    """The sum of the lengths of the variables, from their descriptors."""
    header = content[names : names + RECORD]
    count = int(header[54:58] if header[54:58].strip().isdigit() else header[48:58])
    first = names + RECORD
    lengths = (
        struct.unpack(">h", content[at + 4 : at + 6])[0]
        for at in range(first, first + count * _DESCRIPTOR, _DESCRIPTOR)
    )
    return sum(lengths)


def _left_over(data: bytes, row: int) -> str:
    """Bytes after the last whole row may only be the blanks that fill the last record."""
    rest = len(data) % row if row else 0
    if rest and (rest >= RECORD or data[len(data) - rest :].strip(b" ")):
        whole = len(data) // row
        return f"{rest} bytes after the {whole} whole rows of {row} bytes; was it cut short?"
    return ""
