"""What if nobody takes what is printed: a reader closes its pipe early, or the disk is full?

Python, rich and typer each have an answer of their own, and the last two are exit code 1, which is
a verdict here. So what is printed goes through streams that say it in a way that none of them
catches.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any, TextIO

_NOBODY_READS = (errno.EPIPE, errno.EINVAL if os.name == "nt" else errno.EPIPE)


class OutputLost(BaseException):
    """Standard output or standard error could not be written; as KeyboardInterrupt, not for those
    who catch exceptions.
    """

    def __init__(self, name: str, error: OSError) -> None:
        super().__init__(f"{name} cannot be written ({(error.strerror or str(error)).lower()})")
        self.reader_left = error.errno in _NOBODY_READS


class _Raw(io.FileIO):
    """The bytes of one of the two streams, on their way to whoever reads them."""

    def __init__(self, descriptor: int, name: str) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._told_as = name

    def write(self, content: Any, /) -> int:
        """As a file's; a failure is `OutputLost`."""
        try:
            if (written := super().write(content)) is None:  # the reader of a pipe that never waits
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        except OSError as error:
            raise OutputLost(self._told_as, error) from None
        return written


def guard() -> None:
    """From now on a failure to print is `OutputLost`, whoever prints."""
    _occupy_closed()
    sys.stdout = _guarded(sys.stdout, 1, "standard output")
    sys.stderr = _guarded(sys.stderr, 2, "standard error")


def flush() -> None:
    """Everything printed so far leaves this process, or `OutputLost`."""
    sys.stdout.flush()
    sys.stderr.flush()


def discard() -> None:
    """What could not be printed is dropped: at its end Python would try once more, and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)


def _occupy_closed() -> None:
    """A descriptor that the caller closed (`>&-`) is opened so that writing to it fails; else the
    next file opened would be taken for it.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:  # the lowest free number is the one that is given
            os.open(os.devnull, os.O_RDONLY)


def _guarded(stream: TextIO | None, descriptor: int, name: str) -> TextIO:
    """The same stream through `_Raw`: encoding and buffering stay. A sign that the encoding lacks
    is shown as its number.
    """
    if stream is not None and not _writes_bytes(stream):
        return stream  # a console of Windows, or somebody's own
    return io.TextIOWrapper(
        io.BufferedWriter(_Raw(descriptor, name)),
        encoding=stream.encoding if stream else "utf-8",
        errors="backslashreplace",
        line_buffering=_at_each_line(stream),
    )


def _at_each_line(stream: TextIO | None) -> bool:
    """A terminal, and whoever asked for no buffering, sees each line when it is printed."""
    return isinstance(stream, io.TextIOWrapper) and (stream.line_buffering or stream.write_through)


def _writes_bytes(stream: TextIO) -> bool:
    buffer = getattr(stream, "buffer", None)
    return isinstance(getattr(buffer, "raw", buffer), io.FileIO)
