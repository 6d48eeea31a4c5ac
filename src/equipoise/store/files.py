"""How is a document written so that nobody ever reads half of it?"""

from __future__ import annotations

import os
from pathlib import Path


def write_file(path: Path, text: str) -> None:
    """Write the whole text or leave what was there: a temporary file beside it takes its place at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    copy = path.with_name(path.name + ".writing")
    try:
        with copy.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        copy.replace(path)
    finally:
        copy.unlink(missing_ok=True)
