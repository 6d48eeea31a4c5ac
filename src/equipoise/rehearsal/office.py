"""Who records what, and when? Every step of a rehearsal goes through a session, on one clock that
only rises.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from equipoise.conduct.attribution import Outcome, Refused, Stamp
from equipoise.conduct.carry_out import Session
from equipoise.conduct.ports import Storage
from equipoise.ledger.entry import Entry

_OPENS = time(1, 0)  # 9 in the morning at the sites, in UTC
_EACH = timedelta(seconds=20)


class Unexpected(RuntimeError):
    """A command of the rehearsal was refused, or did nothing, where it had to be carried out."""


class Agenda:
    """What is to be done, by day; things of one day in the order in which they were put down."""

    def __init__(self) -> None:
        self._heap: list[tuple[date, int, Callable[[date], None]]] = []
        self._count = 0
        self.today = date.min

    def put(self, day: date, action: Callable[[date], None]) -> None:
        """Do this on a day; on today, if the day is past."""
        self._count += 1
        heapq.heappush(self._heap, (max(day, self.today), self._count, action))

    def work(self) -> None:
        """Do everything, including what is put down meanwhile."""
        while self._heap:
            self.today, _, action = heapq.heappop(self._heap)
            action(self.today)


class Office:
    """A session with everybody's stamps; salts and keys come from the seed, so the same seed gives
    the same bytes.
    """

    def __init__(self, storage: Storage, seed: int) -> None:
        self.session = Session(storage)
        self.seed = seed
        self._count = 0
        self._now = datetime.min

    def attempt(
        self,
        day: date,
        role: str,
        site: str | None,
        command: Callable[..., Outcome],
        *args: Any,
        **details: Any,
    ) -> Outcome:
        """Run a command, which may be refused."""
        return self.session.do(command, self._stamp(day, role, site), *args, **details)

    def do(
        self,
        day: date,
        role: str,
        site: str | None,
        command: Callable[..., Outcome],
        *args: Any,
        **details: Any,
    ) -> Entry:
        """Run a command that must succeed. Raises `Unexpected`, which names it and what was in the
        way.
        """
        outcome = self.attempt(day, role, site, command, *args, **details)
        if not isinstance(outcome, Entry):
            said = (
                "; ".join(outcome.reasons)
                if isinstance(outcome, Refused)
                else f"done before: {outcome}"
            )
            about = [arg for arg in args if isinstance(arg, str)]
            raise Unexpected(
                f"{command.__name__}({', '.join(about)}) on {day} by the {role}: {said}"
            )
        return outcome

    def _stamp(self, day: date, role: str, site: str | None) -> Stamp:
        self._count += 1
        self._now = max(datetime.combine(day, _OPENS), self._now + _EACH)
        digest = hashlib.sha256(f"{self.seed}|{self._count}".encode()).hexdigest()
        return Stamp(
            at=f"{self._now.isoformat()}Z",
            actor=f"{role}-{site}" if site else role,
            role=role,
            site=site,
            key=digest[:32],
            salt=digest[32:],
        )
