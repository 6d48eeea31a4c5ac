"""How is a command carried out? Decide on the trial as it stands, fold, append, and ask about what
deserves a question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Concatenate, ParamSpec

from equipoise.conduct.attribution import Attribution
from equipoise.conduct.data_management import Question, open_query
from equipoise.conduct.ports import Storage
from equipoise.conduct.questions import questions
from equipoise.conduct.record import Outcome, Refused
from equipoise.conduct.roles import SYSTEM
from equipoise.ledger.entry import BadEntry, Entry
from equipoise.ledger.members import BadEvent
from equipoise.subject.fold import step
from equipoise.subject.state import NoProtocol, Trial
from equipoise.terms.canonical import NotCanonical

Details = ParamSpec("Details")


class Session:
    """The trial of one storage, folded as it grows. A `Conflict` of the storage reaches the caller:
    read again.

    If writing was interrupted after an entry and before the queries that it opens, they are asked
    with the next command.
    """

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.trial, self._owed = _read(storage.read())

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
        self._ask_what_is_owed(by)
        try:
            decided = command(self.trial, by, *args, **details)
        except (BadEntry, BadEvent, NoProtocol, NotCanonical) as refusal:
            return Refused((str(refusal),))
        if isinstance(decided, Entry):
            after = step(self.trial, decided)
            asked = _asked(after, decided, questions(self.trial, decided, after), by.salt)
            self._append([decided, *asked])
        return decided

    def _ask_what_is_owed(self, by: Attribution) -> None:
        if self._owed is None:
            return
        about, asks = self._owed
        self._append(list(_asked(self.trial, about, asks, f"owed {by.salt}")))
        self._owed = None

    def _append(self, entries: list[Entry]) -> None:
        after = self.trial
        for entry in entries:
            after = step(after, entry)
        self.storage.append(entries)
        self.trial = after


def _read(entries: Iterable[Entry]) -> tuple[Trial, tuple[Entry, tuple[Question, ...]] | None]:
    """The trial, and the queries that the last entry of a person opens and that do not follow it,
    with that entry.
    """
    trial = before = after = Trial()
    last, opened = None, 0
    for entry in entries:
        if entry.role == SYSTEM:
            opened += 1
            trial = step(trial, entry)
            continue
        before, last, opened = trial, entry, 0
        trial = after = step(trial, entry)
    if last is None or last.gone:
        return trial, None
    owed = questions(before, last, after)[opened:]
    return trial, (last, owed) if owed else None


def _asked(trial: Trial, about: Entry, asks: Sequence[Question], secret: str) -> Iterator[Entry]:
    """The queries that an entry opens, asked by the system in the same moment."""
    for question in asks:
        salt = hashlib.sha256(f"{secret}|{question.query}".encode()).hexdigest()[:32]
        assert trial.head is not None
        system = Attribution(
            at=trial.head.at,
            actor=SYSTEM,
            role=SYSTEM,
            site=None,
            key=f"{about.key}:{question.query}",
            salt=salt,
        )
        opened = open_query(trial, system, about.subject or "", question)
        assert isinstance(opened, Entry), opened
        trial = step(trial, opened)
        yield opened
