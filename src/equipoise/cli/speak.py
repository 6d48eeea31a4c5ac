"""How do commands speak? Results on standard output, everything else on standard error, failures in
one message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.output import OutputLost
from equipoise.cli.progress import Bars, Lines, Steps

QUIET_SECONDS = 2.0
"""How long a command that is mostly done at once says nothing about its progress."""

_CONTROLS = {
    code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"
} | {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
"""Characters that a terminal obeys (C0, C1), and those that turn the direction of text."""


class Spoken(Console):
    """A console on which text from files is seen and never obeyed."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """What is printed, with control characters of the text shown as such."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(segment.text.translate(_CONTROLS), segment.style)


out = Spoken(highlight=False, soft_wrap=True)
err = Spoken(stderr=True, highlight=False, soft_wrap=True)


def fail(message: str, code: ExitCode = ExitCode.BAD_INPUT) -> NoReturn:
    """Say what is wrong, and stop."""
    err.print(f"[bold red]error:[/] {_plain(message)}")
    raise typer.Exit(code)


def _plain(message: str) -> str:
    """Text from files is shown as it is: rich would read `[x]` as markup."""
    return message.replace("[", "\\[")


@contextmanager
def readable_failures() -> Iterator[None]:
    """Turn every failure that a person can do something about into one message; the rest are our
    mistakes.
    """
    try:
        yield
    except typer.Exit:  # a RuntimeError too, but said already
        raise
    except BrokenPipeError as error:  # `-o /dev/stdout`
        raise OutputLost("the output", error) from None
    except OSError as error:
        fail(told(error))
    except EOFError:  # typer would take it for somebody who answered nothing, and exit 1
        fail("a file ended before it should")
    except (ValueError, RuntimeError) as error:
        fail(str(error))
    except Exception as error:
        # A LookupError itself is worded by us; a key or index that is not there is our mistake.
        if type(error) is LookupError or type(error).__module__.startswith("equipoise."):
            fail(str(error))
        raise


@contextmanager
def progress(*, after: float = 0.0) -> Iterator[Steps]:
    """What a long command does, told on standard error: a bar on a terminal, elsewhere lines.

    A command that mostly takes no time names the seconds `after` which it begins to talk.
    """
    from equipoise.compiled import watched

    talkative = err.is_terminal and not err.is_dumb_terminal
    steps: Steps = Bars(err) if talkative else Lines(err, after=after)
    compiles = partial(steps.note, "compiling to machine code (once; it is kept for later runs)")
    try:
        with watched(compiles):
            yield steps
    finally:
        steps.close()


def told(error: OSError) -> str:
    """Once what is in the way, and where, without the number of the system."""
    if error.strerror is None:  # worded by us
        return str(error)
    place = "" if error.filename is None else str(error.filename)
    if isinstance(error, FileNotFoundError) and place:
        return f"there is no file {place!r}"
    why = error.strerror[:1].lower() + error.strerror[1:]
    return f"{place}: {why}" if place else why


def read_text(path: Path) -> str:
    """A file's text; bytes that are no UTF-8 text are refused with their place."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not a text file in UTF-8 (byte {error.start})") from None
    except IsADirectoryError:
        raise ValueError(f"{path} is a folder, expected a file") from None
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
