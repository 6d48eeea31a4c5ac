"""Who may write? One at a time, by a lock on a file beside what is written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


class NoLock(RuntimeError):
    """This system cannot lock a file, so nothing is written; the message says what to do."""


class Taken(RuntimeError):
    """Somebody else holds the lock."""


def check_lock() -> None:
    """Raise `NoLock` where this system has none, before work is done that could not be kept."""
    if fcntl is None:
        raise NoLock(
            "nothing is written: this system has no lock that keeps two writers apart (Python's"
            " fcntl). Write on Linux or macOS; reading works everywhere"
        )


@contextmanager
def for_reading(lock: Path) -> Iterator[None]:
    """Wait for writers to finish. Where nobody can lock nobody writes, and no file is left behind
    by a reader.
    """
    handle = None
    if fcntl is not None:
        with suppress(OSError):  # no lock file was made yet, or this is a read-only copy
            handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    if fcntl is None or handle is None:
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


@contextmanager
def for_writing(lock: Path, *, wait: bool = True) -> Iterator[None]:
    """Nobody else reads or writes meanwhile. Raises `NoLock`, and `Taken` if it is not waited for.

    The lock is a file of its own: what it guards may be replaced as a whole.
    """
    check_lock()
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Taken(f"{lock} is held by somebody else") from None
        yield
    finally:
        os.close(handle)
