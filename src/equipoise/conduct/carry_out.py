"""How is a command carried out? Decide on the trial as it stands, append the entry, move on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from equipoise.conduct.attribution import Outcome, Refused
from equipoise.conduct.ports import Storage
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import BadEvent
from equipoise.subject.state import Trial, replay, step


class Session:
    """The trial of one storage, folded as it grows. A `Conflict` of the storage reaches the caller:
    read again.
    """

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.trial: Trial = replay(storage.read())

    def do(self, command: Callable[..., Outcome], *args: Any, **details: Any) -> Outcome:
        """Run a command of `conduct.enrolment` or `conduct.data_management`; record what it
        decides.
        """
        try:
            decided = command(self.trial, *args, **details)
        except BadEvent as malformed:
            return Refused((str(malformed),))
        if isinstance(decided, Entry):
            self.storage.append([decided])
            self.trial = step(self.trial, decided)
        return decided
