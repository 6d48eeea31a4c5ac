"""How is a command carried out? Decide on the trial as it stands, fold, append, and ask about what
deserves a question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Concatenate, ParamSpec

from equipoise.conduct.attribution import Attribution
from equipoise.conduct.data_management import open_query
from equipoise.conduct.ports import Storage
from equipoise.conduct.questions import questions
from equipoise.conduct.record import Outcome, Refused
from equipoise.conduct.roles import SYSTEM
from equipoise.ledger.entry import BadEntry, Entry
from equipoise.ledger.members import BadEvent
from equipoise.subject.fold import replay, step
from equipoise.subject.state import NoProtocol, Trial
from equipoise.terms.canonical import NotCanonical

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
        decides, and the queries that it opens.

        What cannot be folded is never appended: the fold comes first.
        """
        try:
            decided = command(self.trial, by, *args, **details)
        except (BadEntry, BadEvent, NoProtocol, NotCanonical) as refusal:
            return Refused((str(refusal),))
        if isinstance(decided, Entry):
            after = step(self.trial, decided)
            entries = [decided]
            for asked in _asked(self.trial, decided, after, by):
                after = step(after, asked)
                entries.append(asked)
            self.storage.append(entries)
            self.trial = after
        return decided


def _asked(before: Trial, decided: Entry, after: Trial, by: Attribution) -> Iterator[Entry]:
    """The queries that an entry opens, asked by the system in the same moment."""
    trial = after
    for number, question in enumerate(questions(before, decided, after), start=1):
        salt = hashlib.sha256(f"{by.salt}|{number}".encode()).hexdigest()[:32]
        system = Attribution(
            at=by.at,
            actor=SYSTEM,
            role=SYSTEM,
            site=None,
            key=f"{by.key}:{number}",
            salt=salt,
        )
        opened = open_query(trial, system, decided.subject or "", question)
        assert isinstance(opened, Entry), opened
        trial = step(trial, opened)
        yield opened
