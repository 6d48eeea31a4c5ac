"""Who may write? One at a time, by a lock on the file itself: it holds whatever name, folder or
machine's mount the file was reached by.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import portalocker
from portalocker import LockFlags

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_CLOSE = getattr(os, "O_CLOEXEC", 0)
_BINARY = getattr(os, "O_BINARY", 0)


class Taken(RuntimeError):
    """Somebody else holds the lock."""


class NoLock(OSError):
    """The system, or its file system there, has no lock."""


class LinkedFile(ValueError):
    """The file has a second name, so a copy that replaces one leaves the other as it was."""


@contextmanager
def for_reading(path: Path) -> Iterator[int | None]:
    """The open file, while nobody writes to it; None if there is none."""
    while True:
        try:
            handle = os.open(path, os.O_RDONLY | _CLOSE | _BINARY)
        except FileNotFoundError:
            yield None
            return
        try:
            with suppress(portalocker.LockException):  # a file system that knows no locks
                portalocker.lock(handle, LockFlags.SHARED)
            if _is_still(path, handle):
                yield handle
                return
        finally:
            os.close(handle)


@contextmanager
def for_writing(path: Path, *, wait: bool = True, mode: int = 0o640) -> Iterator[int]:
    """The open file, while nobody else reads or writes it. One that was made for it and that
    nothing was written to is taken away again. Raises `LinkedFile`, and `Taken` if it is not waited
    for.
    """
    while True:
        handle, is_new = _opened(path, mode)
        try:
            _lock(handle, path, wait=wait)
            if not _is_still(path, handle):  # replaced by a redacted copy while we waited
                continue
            _check_one_name(path, handle)
            yield handle
            return
        finally:
            if is_new and not os.fstat(handle).st_size and _is_still(path, handle):
                path.unlink()
            os.close(handle)


def _opened(path: Path, mode: int) -> tuple[int, bool]:
    """The file, and whether it was made just now."""
    flags = os.O_RDWR | os.O_APPEND | _NO_FOLLOW | _CLOSE | _BINARY
    if path.is_symlink():
        raise LinkedFile(f"{path} is a link, and nothing is written through one: name the file")
    with suppress(FileExistsError):
        return os.open(path, flags | os.O_CREAT | os.O_EXCL, mode), True
    return os.open(path, flags | os.O_CREAT, mode), False


def _lock(handle: int, path: Path, *, wait: bool) -> None:
    kind = LockFlags.EXCLUSIVE if wait else LockFlags.EXCLUSIVE | LockFlags.NON_BLOCKING
    try:
        portalocker.lock(handle, kind)
    except portalocker.AlreadyLocked:
        raise Taken(f"{path} is held by somebody else") from None
    except portalocker.LockException as refused:
        raise NoLock(
            f"nothing is written: the file system of {path.absolute().parent} keeps no two writers"
            f" apart ({refused}). Write to a local disk, or keep the ledger in PostgreSQL"
        ) from refused


def _is_still(path: Path, handle: int) -> bool:
    """Does the name still stand for the open file?"""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _check_one_name(path: Path, handle: int) -> None:
    if (names := os.fstat(handle).st_nlink) > 1:
        raise LinkedFile(
            f"{path} has {names} names (hard links), and nothing is written to such a file: a"
            " redaction would leave the others as they were. Copy it instead"
        )
