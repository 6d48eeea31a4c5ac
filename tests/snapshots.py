"""Texts that a test holds to a file: any change of a word or a number shows as a difference.

`make snapshots` writes them anew; the change is then read in the diff of the commit.
"""

from __future__ import annotations

import os
from difflib import unified_diff
from itertools import islice
from pathlib import Path

SHOWN = 40
"""Lines of a difference that are shown; the rest is in the file once it is written."""


def assert_snapshot(file: Path, text: str) -> None:
    """Fail unless the file holds this text; with UPDATE_SNAPSHOTS write it."""
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    stored = file.read_text(encoding="utf-8") if file.exists() else ""
    if stored != text:
        lines = unified_diff(stored.splitlines(), text.splitlines(), "stored", "now", lineterm="")
        difference = "\n".join(islice(lines, SHOWN))
        raise AssertionError(f"{file.name} differs; `make snapshots` keeps it\n{difference}")
