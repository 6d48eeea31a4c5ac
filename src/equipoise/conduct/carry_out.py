"""How is a command carried out? Decide on the trial as it stands, fold, append, and ask about what
deserves a question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from typing import Concatenate, NamedTuple, ParamSpec

from equipoise.conduct.attribution import Attribution
from equipoise.conduct.data_management import Question, open_query
from equipoise.conduct.ports import Head, Kept, RolledBack, Storage, Writing
from equipoise.conduct.questions import questions
from equipoise.conduct.record import Outcome, Refused
from equipoise.conduct.roles import SYSTEM
from equipoise.ledger.entry import BadEntry, Entry
from equipoise.ledger.events import EntryRedacted, event_of
from equipoise.ledger.members import BadEvent
from equipoise.subject.fold import step
from equipoise.subject.state import NoProtocol, Trial
from equipoise.terms.canonical import NotCanonical
from equipoise.terms.collector import keep_for_good, uncollected

Details = ParamSpec("Details")


_AT_ONCE = 5000
"""So many entries of a long ledger are held at a time."""
_LONG = 20_000


class Session:
    """The trial of one storage, folded as it grows, for any number of threads; other processes may
    write to the same storage.

    A command is carried out while nobody else writes: catch up, decide, fold, append. If writing
    was interrupted after an entry and before the queries that it opens, they are asked with the
    next command.

    `kept` is a snapshot to start from, where one is kept: what was appended since is folded, and
    `keep` renews it. Raises `RolledBack` when the ledger holds less than the snapshot.
    """

    def __init__(self, storage: Storage, kept: Kept | None = None) -> None:
        self.storage = storage
        self._kept = kept
        begun = kept.load() if kept else None
        self._reading = _Reading(trial=begun, is_whole=True) if begun else _Reading()
        self._catch_up(storage)
        if self._reading.head.seq > _LONG:
            keep_for_good()

    @property
    def trial(self) -> Trial:
        """The trial as it was read last."""
        return self._reading.trial

    def over(self, storage: Storage) -> Session:
        """The same trial over another storage that holds the same entries, which are not folded
        again. Raises `RolledBack` if it holds others.
        """
        other = copy(self)
        other.storage = storage
        other.caught_up()
        return other

    def caught_up(self) -> Trial:
        """The trial with what others have recorded meanwhile. Raises `RolledBack`."""
        return self._catch_up(self.storage).trial

    def keep(self) -> None:
        """Renew the snapshot, if one is kept and no query is owed."""
        if self._kept is not None and self._reading.owed() is None:
            self._kept.save(self.trial)

    def do(
        self,
        command: Callable[Concatenate[Trial, Attribution, Details], Outcome],
        by: Attribution,
        *args: Details.args,
        **details: Details.kwargs,
    ) -> Outcome:
        """Run a command of `conduct` with what it takes after trial and attribution; record what it
        decides, and the queries that it opens.

        What cannot be folded is never appended: the fold comes first. Raises `RolledBack`.
        """
        with self.storage.writing() as ledger:
            reading, owed = self._catch_up(ledger), []
            asks = reading.owed()
            if asks:
                owed = list(_asked(reading.trial, asks.about, asks.asks, f"owed {by.salt}"))
                reading = reading.after(owed)
            try:
                decided = command(reading.trial, by, *args, **details)
            except (BadEntry, BadEvent, NoProtocol, NotCanonical) as refusal:
                decided = Refused((str(refusal),))
            if isinstance(decided, Entry):
                before, reading = reading.trial, reading.after([decided])
                opened = questions(before, decided, reading.trial)
                asked = list(_asked(reading.trial, decided, opened, by.salt))
                owed += [decided, *asked]
                reading = reading.after(asked)
            if owed:
                ledger.append(owed)
        self._reading = reading._replace(is_whole=True)
        return decided

    def _catch_up(self, ledger: Storage | Writing) -> _Reading:
        """Fold what was appended since. A redaction of what was folded with its content: then all
        is read anew. What was read is returned: another thread may have read less, and kept that.
        """
        with uncollected():
            reading = self._reading = self._caught_up(ledger)
        return reading

    def _caught_up(self, ledger: Storage | Writing) -> _Reading:
        reading = self._reading
        appended = ledger.read(reading.head.seq, _AT_ONCE)
        head = ledger.head()
        while not appended and head.seq > reading.head.seq:  # added while this one looked
            appended = ledger.read(reading.head.seq, _AT_ONCE)
        first = appended[0].prev if appended else head.hash
        if first != reading.head.hash:
            raise RolledBack(_rolled_back(reading.head))
        gone: set[tuple[int, str]] = set()
        while appended:
            gone.update((entry.seq, path) for entry in appended for path in entry.gone)
            if any(_redacts(entry) - gone for entry in appended):
                if self._kept is not None:
                    self._kept.forget()
                reading, appended = _Reading(), ledger.read(0, _AT_ONCE)
                gone.clear()
                continue
            reading = reading.after(appended)
            is_last = len(appended) < _AT_ONCE
            appended = [] if is_last else ledger.read(reading.head.seq, _AT_ONCE)
        return reading


class _Owed(NamedTuple):
    about: Entry
    asks: tuple[Question, ...]


class _Reading(NamedTuple):
    """A trial as it was read: with its last entry by a person, the trial before and after that one,
    and how many queries of the system followed; `is_whole` if all that it opens are known to.
    """

    trial: Trial = Trial()
    last: Entry | None = None
    before: Trial = Trial()
    then: Trial = Trial()
    opened: int = 0
    is_whole: bool = False

    @property
    def head(self) -> Head:
        last = self.trial.head
        return Head(last.seq, last.hash) if last else Head()

    def after(self, entries: Iterable[Entry]) -> _Reading:
        trial, last, before, then, opened, _ = self
        for entry in entries:
            if entry.role == SYSTEM:
                trial, opened = step(trial, entry), opened + 1
            else:
                before, last, opened = trial, entry, 0
                trial = then = step(trial, entry)
        return _Reading(trial, last, before, then, opened)

    def owed(self) -> _Owed | None:
        """The queries that the last entry of a person opens and that do not follow it."""
        if self.is_whole or self.last is None or self.last.gone:
            return None
        asks = questions(self.before, self.last, self.then)[self.opened :]
        return _Owed(self.last, asks) if asks else None


def _redacts(entry: Entry) -> set[tuple[int, str]]:
    """The fields that an entry says were taken out, each with its entry."""
    if entry.type != "EntryRedacted":
        return set()
    event = event_of(entry)
    assert isinstance(event, EntryRedacted)
    return {(event.redacted, path) for path in event.fields}


def _rolled_back(head: Head) -> str:
    return (
        f"the ledger no longer holds entry {head.seq} (hash {head.hash[:12]}…), which was read"
        " before: it was cut back, replaced or forked. Nothing was recorded. Compare it with signed"
        " heads and backups (`equipoise verify --witness`) before anybody goes on"
    )


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
