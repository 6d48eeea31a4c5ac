"""How is a command carried out? Decide on the trial as it stands, append the entry, move on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from equipoise.conduct.attribution import Attribution
from equipoise.conduct.ports import Storage
from equipoise.conduct.record import Outcome, Refused
from equipoise.ledger.entry import Entry
from equipoise.ledger.members import BadEvent
from equipoise.subject.fold import replay, step
from equipoise.subject.state import NoProtocol, Trial

Details = ParamSpec("Details")


class Session:
    """The trial of one storage, folded as it grows. A `Conflict` of the storage reaches the caller:
    read again.
    """

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.trial: Trial = replay(storage.read())

    def do(
        self,
        command: Callable[Concatenate[Trial, Attribution, Details], Outcome],
        by: Attribution,
        *args: Details.args,
        **details: Details.kwargs,
    ) -> Outcome:
        """Run a command of `conduct` with what it takes after trial and attribution; record what it
        decides.
        """
        try:
            decided = command(self.trial, by, *args, **details)
        except (BadEvent, NoProtocol) as refusal:
            return Refused((str(refusal),))
        if isinstance(decided, Entry):
            self.storage.append([decided])
            self.trial = step(self.trial, decided)
        return decided
