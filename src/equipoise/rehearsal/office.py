"""Who records what, and when? Every step of a rehearsal goes through a session, on one clock that
only rises.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Concatenate

from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Details, Session
from equipoise.conduct.ports import Storage
from equipoise.conduct.record import Outcome, Refused
from equipoise.ledger.entry import Entry
from equipoise.subject.state import Trial

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

    def work(self, until: date = date.max) -> None:
        """Do everything up to a day, including what is put down meanwhile."""
        while self._heap and self._heap[0][0] <= until:
            self.today, _, action = heapq.heappop(self._heap)
            action(self.today)


def actor_of(role: str, site: str | None) -> str:
    """The code of the one person who acts in a role."""
    return f"{role}-{site}" if site else role


class Office:
    """A session and everybody who acts in it; salts and keys come from the seed, so the same seed
    gives the same bytes.
    """

    def __init__(self, storage: Storage, seed: int) -> None:
        self.session = Session(storage)
        self.seed = seed
        self._count = 0
        self._now = datetime.min  # noqa: DTZ901  (all clocks here are UTC)

    def attempt(
        self,
        day: date,
        role: str,
        site: str | None,
        command: Callable[Concatenate[Trial, Attribution, Details], Outcome],
        *args: Details.args,
        **details: Details.kwargs,
    ) -> Outcome:
        """Run a command, which may be refused."""
        return self.session.do(command, self._attribution(day, role, site), *args, **details)

    def do(
        self,
        day: date,
        role: str,
        site: str | None,
        command: Callable[Concatenate[Trial, Attribution, Details], Outcome],
        *args: Details.args,
        **details: Details.kwargs,
    ) -> Entry:
        """Run a command that must succeed. Raises `Unexpected`, which names it and what was in the
        way.
        """
        outcome = self.attempt(day, role, site, command, *args, **details)
        if not isinstance(outcome, Entry):
            why = str(outcome) if isinstance(outcome, Refused) else f"done before: {outcome}"
            about = [arg for arg in args if isinstance(arg, str)]
            raise Unexpected(
                f"{command.__name__}({', '.join(about)}) on {day} by the {role}: {why}"
            )
        return outcome

    def _attribution(self, day: date, role: str, site: str | None) -> Attribution:
        self._count += 1
        self._now = max(datetime.combine(day, _OPENS), self._now + _EACH)
        digest = hashlib.sha256(f"{self.seed}|{self._count}".encode()).hexdigest()
        return Attribution(
            at=f"{self._now.isoformat()}Z",
            actor=actor_of(role, site),
            role=role,
            site=site,
            key=digest[:32],
            salt=digest[32:],
        )
