"""A file of lines that is only ever added to, each chained to the one before by its hash: who
changes a line, or takes one out, is found.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from equipoise.store.lock import for_writing
from equipoise.terms.canonical import canonical

_GENESIS = "0" * 64
PREV = "prev"


class LogBroken(Exception):
    """A log that was changed; the message names its line."""


class ChainedLog:
    """Lines of canonical JSON, for their owner alone; each holds the SHA-256 of the line before."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._end = (-1, "")

    def read(self) -> list[dict[str, Any]]:
        """What was told, in order, without its place in the chain. Raises `LogBroken`."""
        told, before = [], _GENESIS
        content = self.path.read_bytes() if self.path.exists() else b""
        content = content[: content.rfind(b"\n") + 1]  # what a crash cut off was never told
        for number, line in enumerate(content.splitlines(), 1):
            row = _row(line)
            if row is None or row.pop(PREV, None) != before:
                raise LogBroken(
                    f"{self.path}, line {number}: it is not as it was written, or a line before it"
                    " is missing"
                )
            before = sha256(line).hexdigest()
            told.append(row)
        self._end = (len(content), before)
        return told

    def add(self, told: dict[str, Any]) -> None:
        """Add a line, and wait for the disk."""
        with for_writing(self.path, mode=0o600) as handle:
            if os.fstat(handle).st_size != self._end[0]:
                self.read()
                os.ftruncate(handle, self._end[0])
            line = canonical({**told, PREV: self._end[1]})
            os.write(handle, line + b"\n")
            os.fsync(handle)
            self._end = (os.fstat(handle).st_size, sha256(line).hexdigest())


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
