"""How are documents written so that nobody ever reads half of one, or two that do not belong
together?
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from equipoise.terms.unicode_text import check_lines


def write_files(texts: Mapping[Path, str | bytes]) -> None:
    """Write all texts (or bytes) or leave what was there: every copy is on disk before the first
    takes its place.

    A link stays a link; a device or a pipe, which nothing can take the place of, is written last.
    """
    for path in texts:
        if path.is_dir():
            raise ValueError(f"{path} is a folder; name a file")
    devices = [path for path in texts if path.exists() and not path.is_file()]
    places = {path: path.resolve() for path in texts if path not in devices}
    copies = {path: place.with_name(place.name + ".writing") for path, place in places.items()}
    try:
        for path, copy in copies.items():
            with _told_of(path):
                make_folder(copy.parent)
                _write(copy, texts[path])
        for path, copy in copies.items():
            with _told_of(path):
                copy.replace(places[path])
        for folder in {place.parent for place in places.values()}:
            sync_directory(folder)
        for path in devices:
            with _told_of(path):
                path.write_bytes(_bytes(texts[path]))
    finally:
        for copy in copies.values():
            with suppress(OSError):
                copy.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, and make their names durable."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        sync_directory(made.parent)


def sync_directory(folder: Path) -> None:
    """Make a new or replaced name durable, not only the bytes behind it. Where no folder can be
    opened, as on Windows, nothing is done: its file system keeps names by itself.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system, mostly of a network, that has no such call
            raise
    finally:
        os.close(handle)


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """The reader knows the file, not the copy it is written to first."""
    try:
        yield
    except BrokenPipeError:  # a pipe whose reader left is no matter of the disk
        raise
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        if isinstance(error, FileExistsError | NotADirectoryError):
            why = f"{error.filename} is no folder"
        raise OSError(
            f"{path} cannot be written ({why}); what was there before still is"
        ) from error


def _bytes(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        return text
    if half := check_lines(text):
        raise ValueError(f"nothing is written: {half}")
    return text.encode("utf-8")


def _write(path: Path, text: str | bytes) -> None:
    with path.open("wb") as file:
        file.write(_bytes(text))
        file.flush()
        os.fsync(file.fileno())
