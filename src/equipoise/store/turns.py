"""Whose turn is it in this process? Who came first is first: a lock of the system lets whoever
happens to be awake go ahead, and some wait for seconds.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary


class Turns:
    """A lock that is handed from each holder to whoever has waited longest."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_taken = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn; it ends with the block."""
        self._wait()
        try:
            yield
        finally:
            self._pass_on()

    def _wait(self) -> None:
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        try:
            mine.acquire()  # released by who goes before
        except BaseException:  # Ctrl-C while waiting: the turn goes to the next
            with self._guard:
                if mine in self._waiting:
                    self._waiting.remove(mine)
                    raise
            self._pass_on()
            raise

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


_all: WeakValueDictionary[str, Turns] = WeakValueDictionary()
_all_guard = threading.Lock()


def turns_of(place: str) -> Turns:
    """The turns of one ledger, the same for everybody in this process who names it."""
    with _all_guard:
        return _all.setdefault(place, Turns())
