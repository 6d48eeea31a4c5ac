"""How are documents written so that nobody ever reads half of one, or two that do not belong
together?
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path


def write_files(texts: Mapping[Path, str | bytes]) -> None:
    """Write all texts (or bytes) or leave what was there: every copy is on disk before the first
    takes its place.
    """
    copies = {path: path.with_name(path.name + ".writing") for path in texts}
    for path in texts:
        if path.is_dir():
            raise ValueError(f"{path} is a folder; name a file")
    try:
        for path, copy in copies.items():
            with _told_of(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(copy, texts[path])
        for path, copy in copies.items():
            with _told_of(path):
                copy.replace(path)
    finally:
        for copy in copies.values():
            with suppress(OSError):
                copy.unlink(missing_ok=True)


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """The reader knows the file, not the copy it is written to first."""
    try:
        yield
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise OSError(
            f"{path} cannot be written ({why}); what was there before still is"
        ) from error


def _write(path: Path, text: str | bytes) -> None:
    with path.open("wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
