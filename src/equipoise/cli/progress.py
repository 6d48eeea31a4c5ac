"""How far is it? A bar on a terminal, and elsewhere a plain line every few seconds: nobody watches
silence.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Protocol

from rich.console import Console

from equipoise.cli.output import OutputLost

Count = Callable[[int, int], None]
"""Told how much of a step is done, of how much."""

EVERY_SECONDS = 5.0


class Steps(Protocol):
    """What a command does, one step after the other."""

    def step(self, what: str) -> Count:
        """A step begins, and what came before is done. What is returned may be called as it goes
        on.
        """
        ...

    def note(self, what: str) -> None:
        """Something to know while a step goes on."""
        ...

    def close(self) -> None:
        """The last step is done."""
        ...


class Lines:
    """A line when a step begins, and then with its counts and seconds as it goes on.

    A command that is done within `after` seconds says nothing.
    """

    def __init__(
        self, console: Console, *, after: float = 0.0, every: float = EVERY_SECONDS
    ) -> None:
        self._console, self._every = console, every
        self._talks_from = self._next = time.monotonic() + after
        self._what, self._counts, self._began, self._told = "", "", 0.0, True
        self._lost: OutputLost | None = None
        self._lock, self._done = Lock(), Event()
        self._clock = Thread(target=self._watch, daemon=True)
        self._clock.start()

    def step(self, what: str) -> Count:
        """A step begins: said at once, unless it is too early to talk."""
        with self._lock:
            self._what, self._counts, self._began = what, "", time.monotonic()
            self._told = False
            if self._began >= self._talks_from:
                self._tell()
        return self._count

    def note(self, what: str) -> None:
        """Said at once, after the step that it belongs to."""
        with self._lock:
            if not self._told:
                self._tell()
            self._say(what)

    def close(self) -> None:
        """No more lines."""
        self._done.set()
        self._clock.join()

    def _count(self, done: int, of: int) -> None:
        self._counts = f": {done} of {of}"
        if self._lost is not None:
            raise self._lost

    def _watch(self) -> None:
        """In a thread of its own: a step may be one long call."""
        while not self._done.wait(max(self._next - time.monotonic(), 0)):
            with self._lock:
                try:
                    if self._next <= time.monotonic():
                        self._tell()
                except OutputLost as lost:  # for the main thread
                    self._lost = lost
                    return

    def _tell(self) -> None:
        self._next = time.monotonic() + self._every
        if self._what:
            seconds = time.monotonic() - self._began
            self._say(self._what + self._counts + (f", {seconds:.0f} s" if self._told else ""))
            self._told = True

    def _say(self, line: str) -> None:
        self._next = time.monotonic() + self._every
        self._console.print(line, markup=False)


class Bars:
    """A bar for the step that goes on, with its counts and seconds; it goes when all is done."""

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[counts]}"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=console, transient=True)
        self._progress.start()

    def step(self, what: str) -> Count:
        """The bar of this step takes the place of the one before."""
        for earlier in self._progress.task_ids:
            self._progress.remove_task(earlier)
        task = self._progress.add_task(what, total=None, counts="")

        def count(done: int, of: int) -> None:
            self._progress.update(task, completed=done, total=of, counts=f"{done}/{of}")

        return count

    def note(self, what: str) -> None:
        """A line above the bar."""
        self._progress.console.print(what, markup=False)

    def close(self) -> None:
        """The bar goes."""
        self._progress.stop()
