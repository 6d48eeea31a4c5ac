"""How do commands speak? Results on standard output, everything else on standard error, failures in
one message.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.output import OutputLost
from equipoise.cli.progress import Bars, Lines, Steps

QUIET_SECONDS = 2.0
"""How long a command that is mostly done at once says nothing about its progress."""

_CONTROLS = {
    code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"
} | {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
"""Characters that a terminal obeys (C0, C1), and those that turn the direction of text."""


def visible(text: str) -> str:
    """Text from files as it may be shown at a terminal: seen, and never obeyed."""
    return text.translate(_CONTROLS)


class Spoken(Console):
    """A console for text from files: no word of it is markup, an emoji or a control sequence."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, soft_wrap=True, markup=False, emoji=False)

    def render_str(self, text: str, **how: Any) -> Text:
        """Text before it is laid out: rich takes some control characters for nothing, and columns
        are as wide as what is seen.
        """
        return super().render_str(visible(text), **how)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Whatever else is printed, so that nothing passes by another way."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


out = Spoken()
err = Spoken(stderr=True)


def styled(*parts: str | tuple[str, str]) -> Text:
    """A line of which some parts have a style: (text, style). Only here is anything emphasized."""
    pairs = ((part, "") if isinstance(part, str) else part for part in parts)
    return Text.assemble(*((visible(text), style) for text, style in pairs))


def in_line(text: str) -> str:
    """What a file says never begins a line of the answer."""
    return text.replace("\n", "\\n")


def say_json(value: Any, *, indent: int | None = None) -> None:
    """JSON on standard output, in ASCII: whatever its encoding, nothing is lost or obeyed."""
    print(json.dumps(value, indent=indent, allow_nan=False, default=str))


def pour(table: str) -> None:
    """A table for programs on standard output: byte for byte, unless a person looks at it."""
    print(visible(table) if sys.stdout.isatty() else table, end="")


def fail(message: str, code: ExitCode = ExitCode.BAD_INPUT) -> NoReturn:
    """Say what is wrong, and stop."""
    err.print(styled(("error:", "bold red"), f" {message}"))
    raise typer.Exit(code)


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
