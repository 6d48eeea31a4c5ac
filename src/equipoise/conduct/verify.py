"""Does a ledger hold: every byte as it was written, and every entry one that could be recorded when
it was?

The chain finds what was changed after it was written. Who owns the file can write it anew, so every
rule is asked again of every entry: who, where, when, in which state, by which position of the list
(21 CFR 11.10(a), (c), (e)).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import equipoise.conduct.every_rule  # noqa: F401  (brings them)
from equipoise.conduct.asked import Asked, Context
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.questions import questions
from equipoise.conduct.randomization import allocations
from equipoise.conduct.record import governing_version, in_the_way
from equipoise.conduct.redaction import ERASES
from equipoise.ledger import chain
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import (
    AllocationOpened,
    ContentGone,
    EntryRedacted,
    Event,
    ProtocolAdopted,
    ProtocolAmended,
    QueryOpened,
    event_of,
)
from equipoise.ledger.members import BadEvent
from equipoise.ledger.verified import Broken, Fault, Meaning, Verified
from equipoise.protocol.payload import from_payload
from equipoise.subject.fold import step
from equipoise.subject.state import Trial
from equipoise.terms.collector import uncollected


def verify_lines(lines: Iterable[bytes], anchor: str | None = None) -> Verified | Broken:
    """The finding about stored lines, each with its newline.

    `anchor` is a head kept elsewhere; without one, a ledger that was cut short, or written anew by
    the rules, cannot be told from a whole one.
    """
    held = held_by(lines, anchor)
    return held if isinstance(held, Broken) else held.finding


class Held(NamedTuple):
    """A ledger that holds: the finding, its entries, and the trial after the last one."""

    finding: Verified
    entries: Sequence[Entry]
    trial: Trial


def held_by(lines: Iterable[bytes], anchor: str | None = None) -> Held | Broken:
    """As `verify_lines`, with what was read on the way."""
    read = chain.read_lines(lines)
    if isinstance(read, Broken):
        return read
    finding = chain.verify_read(read, anchor)
    return finding if isinstance(finding, Broken) else _replayed(finding, read)


def verify_entries(entries: Sequence[Entry], anchor: str | None = None) -> Verified | Broken:
    """As `verify_lines`, for entries that are in no file yet."""
    finding = chain.verify(entries, anchor)
    return finding if isinstance(finding, Broken) else replayed(finding, entries)


def replayed(finding: Verified, entries: Iterable[Entry]) -> Verified | Broken:
    """Ask every rule of every entry again, each on the trial as it stood before it."""
    held = _replayed(finding, list(entries))
    return held if isinstance(held, Broken) else held.finding


def _replayed(finding: Verified, entries: Sequence[Entry]) -> Held | Broken:
    replay = Replay(erased=_erased(entries))
    with uncollected():
        for entry in entries:
            if fault := replay.fault(entry):
                return Broken(entry.seq, *fault)
    opened = replay.opened
    given = sum(len(allocations(replay.trial, commitment)) for commitment in opened)
    told = replace(
        finding, allocations=given if opened else None, unchecked=tuple(replay.unchecked)
    )
    return Held(told, entries, replay.trial)


def verify_more(replay: Replay, appended: Sequence[Entry]) -> Broken | None:
    """Ask the rules of what was appended to a ledger that was verified up to the head of `replay`,
    which moves on; None if it holds. A redaction among it changes an older line: then the whole is
    verified anew, and ValueError says so.
    """
    if any(entry.type == "EntryRedacted" for entry in appended):
        raise ValueError("an older entry was redacted: verify the whole ledger")
    for entry in appended:
        fault = chain.fault_after(replay.trial.head, entry)
        if entry.gone and not fault:
            why = "its content is missing and no later entry logs a redaction"
            fault = Fault(why, Meaning.ERASED)
        if fault := fault or replay.fault(entry):
            return Broken(entry.seq, *fault)
    return None


def _erased(entries: Sequence[Entry]) -> frozenset[str]:
    """Participants whose records were taken out though others rested on them."""
    logs = (event_of(entry) for entry in entries if entry.type == "EntryRedacted")
    return frozenset(
        entries[log.redacted - 1].subject or ""
        for log in logs
        if isinstance(log, EntryRedacted) and log.ground in ERASES
    )


class Replay:
    """A ledger read entry by entry; `trial` is the state after the last one. Of participants who
    were erased only the guards are asked.
    """

    def __init__(self, erased: frozenset[str] = frozenset()) -> None:
        self.trial = Trial()
        self.erased = erased
        self.unchecked: list[int] = []
        self.opened: list[str] = []
        self._due: list[QueryOpened] = []

    def fault(self, entry: Entry) -> Fault | None:
        """Why the entry could not have been recorded, if so; else it is folded."""
        if not self.trial.versions and entry.type != "ProtocolAdopted":
            return _impossible(
                f"found {entry.type}, expected ProtocolAdopted: a ledger begins with its protocol"
            )
        try:
            event = event_of(entry)
        except ContentGone:
            self.unchecked.append(entry.seq)
            self.trial = step(self.trial, entry)
            return None
        except BadEvent as broken:
            return _impossible(str(broken))
        return self._fault(entry, event)

    def _fault(self, entry: Entry, event: Event) -> Fault | None:
        before = self.trial
        if why := self._unasked(event, entry):
            return Fault(why, Meaning.UNASKED)
        if why := _unreadable(event):
            return Fault(why, Meaning.UNREADABLE)
        try:
            if obstacles := self._obstacles(entry, event):
                return _impossible(f"{entry.type} could not be recorded: {'; '.join(obstacles)}")
            self.trial = step(before, entry)
        except (ValueError, LookupError) as broken:  # content that no command would have written
            return _impossible(f"{entry.type} cannot be read: {broken}")
        if isinstance(event, AllocationOpened):
            self.opened.append(event.commitment)
        self._due += _expected(before, entry, self.trial)
        return None

    def _obstacles(self, entry: Entry, event: Event) -> tuple[str, ...]:
        """What is in the way of an entry as it stands, were it asked for now. Of what was redacted
        the rules that need its content cannot be asked.
        """
        asked = _asked(self.trial, entry)
        expected = governing_version(event, asked)
        found = [] if entry.gone else _wrong_version(entry, expected)
        if self.trial.keys.get(entry.key) is not None:
            found.append(f"its key {entry.key} was used before")
        if entry.gone or entry.subject in self.erased:
            self.unchecked.append(entry.seq)
            return (*found, *in_the_way(event, asked, lambda _event, _asked: ()))
        return (*found, *in_the_way(event, asked))

    def _unasked(self, event: Event, entry: Entry) -> str | None:
        """The questions that an entry opens follow it; nobody takes them out."""
        if not self._due:
            return None
        expected = self._due.pop(0)
        if isinstance(event, QueryOpened) and _same_query(event, expected):
            return None
        return (
            f"found {entry.type}, expected the query {expected.query} about entry"
            f" {expected.about}, which that entry opens"
        )


def _unreadable(event: Event) -> str | None:
    """Why this release does not know the protocol that an entry carries."""
    if isinstance(event, ProtocolAdopted | ProtocolAmended):
        try:
            from_payload(event.protocol)
        except ValueError as unknown:
            return str(unknown)
    return None


def _impossible(why: str) -> Fault:
    return Fault(why, Meaning.IMPOSSIBLE)


def _same_query(found: QueryOpened, expected: QueryOpened) -> bool:
    """The wording may differ from one release to the next."""
    same = (found.query, found.about, found.field, found.contradicts)
    return same == (expected.query, expected.about, expected.field, expected.contradicts)


def _expected(before: Trial, entry: Entry, after: Trial) -> list[QueryOpened]:
    if entry.gone:
        return []
    return [
        QueryOpened(
            query=asked.query,
            about=asked.about,
            field=asked.field,
            text=asked.text,
            contradicts=asked.contradicts,
        )
        for asked in questions(before, entry, after)
    ]


def _asked(trial: Trial, entry: Entry) -> Asked:
    by = Attribution(
        at=entry.at,
        actor=entry.actor,
        role=entry.role,
        site=entry.site,
        key=entry.key,
        salt="",
    )
    context = Context(
        subject=entry.subject,
        version=entry.protocol if trial.versions else None,
        reason=entry.reason,
        supersedes=entry.supersedes,
    )
    return Asked(trial, by, context)


def _wrong_version(entry: Entry, expected: str | None) -> list[str]:
    if expected is None or entry.protocol == expected:
        return []
    return [f"it names version {entry.protocol} of the protocol, expected {expected}"]
