"""How are documents written so that nobody ever reads half of one, or two that do not belong together?"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def write_files(texts: Mapping[Path, str | bytes]) -> None:
    """Write all texts (or bytes) or leave what was there: every copy is on disk before the first takes its place."""
    copies = {path: path.with_name(path.name + ".writing") for path in texts}
    try:
        for path, copy in copies.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(copy, texts[path])
        for path, copy in copies.items():
            copy.replace(path)
    finally:
        for copy in copies.values():
            copy.unlink(missing_ok=True)


def _write(path: Path, text: str | bytes) -> None:
    with path.open("wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
