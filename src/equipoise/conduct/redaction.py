"""May fields of an entry be taken out? Only if the state and the results stay as they are, whoever
asks; logged with who, on whose decision, on which ground and why; every hash stays valid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal

from equipoise.conduct.asked import Asked, Context, problems
from equipoise.conduct.attribution import ACTOR_CODE, Attribution
from equipoise.conduct.preconditions import without_reason
from equipoise.conduct.record import AlreadyDone, Refused, record
from equipoise.ledger import chain
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import EntryRedacted
from equipoise.ledger.salted import REDACTED, Kept
from equipoise.subject.fold import replay
from equipoise.subject.keys import Keys
from equipoise.subject.state import Query, Subject, Trial

Ground = Literal["IDENTIFIER", "ENTERED UNLAWFULLY", "ERASURE"]
SameResults = Callable[[Sequence[Entry], Sequence[Entry]], bool]
"""Are the results of two ledgers the same? The edge asks `analysis`, and says yes or no."""
ERASES = frozenset({"ENTERED UNLAWFULLY", "ERASURE"})
"""Grounds on which content goes though results change, as long as none are locked."""


@dataclass(frozen=True, slots=True)
class RedactionRequest:
    """Which fields of which entry are to go (none named: all), on which ground (with the law), and
    who decided it.
    """

    entry: int
    fields: tuple[str, ...]
    ground: Ground
    legal_basis: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """The ledger without the content, to take the place of the one stored; its last entry is the
    log. `signers` had signed the entry, and are to be told.
    """

    entries: tuple[Entry, ...]
    signers: tuple[str, ...]

    @property
    def log(self) -> Entry:
        """The entry that says what was taken out, by whom and why."""
        return self.entries[-1]


def redact(
    trial: Trial,
    by: Attribution,
    entries: Sequence[Entry],
    request: RedactionRequest,
    *,
    reason: str,
    same_results: SameResults,
) -> Redacted | Refused | AlreadyDone:
    """Take fields of an entry out (ICH E6(R3) 4.2; GDPR 17); `entries` are all of the trial."""
    target = entries[request.entry - 1] if 1 <= request.entry <= len(entries) else None
    if target is None:
        return Refused((f"there is no entry {request.entry}; the ledger has {len(entries)}",))
    paths = request.fields or tuple(
        field.path for field in target.fields if isinstance(field, Kept)
    )
    event = EntryRedacted(
        redacted=request.entry,
        fields=paths,
        ground=request.ground,
        legal_basis=request.legal_basis,
        decided_by=request.decided_by,
        signers=_signers(trial, target),
    )
    context = Context(subject=target.subject, reason=reason or None)
    decided = record(trial, by, event, context)
    obstacles = [*(decided.reasons if isinstance(decided, Refused) else ())]
    obstacles += _missing(target, paths)
    if not obstacles:
        obstacles += _changes(trial, entries, target, paths, event, same_results)
    if obstacles:
        return Refused(tuple(obstacles))
    if not isinstance(decided, Entry):
        return decided
    return Redacted(tuple(chain.redact(entries, decided)), event.signers)


@problems.register
def _entry_redacted(event: EntryRedacted, asked: Asked) -> Iterator[str]:
    yield from without_reason(asked, "the content is to go")
    if not 1 <= event.redacted <= asked.last_seq:
        yield f"there is no entry {event.redacted}"
    if not event.fields:
        yield "no field is named"
    if not event.legal_basis.strip():
        yield "legal_basis: nothing found, expected the law or the rule that asks for it"
    if not ACTOR_CODE.fullmatch(event.decided_by):
        yield f"decided_by: found {event.decided_by!r}, expected the code of a person"
    elif event.decided_by == asked.by.actor:
        yield "who carries a redaction out does not decide it: name another person"


def _missing(target: Entry, paths: Sequence[str]) -> Iterator[str]:
    kept = {field.path for field in target.fields if isinstance(field, Kept)}
    for path in paths:
        if path in target.gone:
            yield f"{path} of entry {target.seq} was redacted before"
        elif path not in kept:
            yield f"entry {target.seq} has no field {path}; it has {', '.join(sorted(kept))}"


def _signers(trial: Trial, target: Entry) -> tuple[str, ...]:
    subject = trial.subjects.get(target.subject or "")
    signed = subject.signatures if subject else ()
    return tuple(dict.fromkeys(each.by for each in signed if each.about == target.seq))


def _changes(
    trial: Trial,
    entries: Sequence[Entry],
    target: Entry,
    paths: Sequence[str],
    event: EntryRedacted,
    same_results: SameResults,
) -> Iterator[str]:
    """Does a replay without the fields tell the same trial, and the same results?"""
    place = target.seq - 1
    without = chain.without_fields(target, paths)
    after = [*entries[:place], without, *entries[place + 1 :]]
    if _tells(trial, after) and same_results(entries, after):
        return
    if event.ground in ERASES and target.subject is not None:
        if trial.locked:
            yield "results are locked and would change: unlock them first, with two people"
        return
    more = f" and {len(paths) - 3} more fields" if len(paths) > 3 else ""
    yield (
        f"the state of the trial or its results rest on {', '.join(paths[:3])}{more} of entry"
        f" {target.seq}:"
        " correct the entry first, then take out what was corrected"
        + ("; results are locked, so unlock them before" if trial.locked else "")
    )


def _tells(trial: Trial, after: Sequence[Entry]) -> bool:
    """Is the trial still told by the entries, if they tell one at all?"""
    try:
        return same_state(trial, replay(after))
    except (ValueError, LookupError):
        return False


def same_state(before: Trial, after: Trial) -> bool:
    """Do two folds differ in nothing but text that was taken out?"""
    return _same(_bare(before), _bare(after))


def _bare(trial: Trial) -> Trial:
    """Without what tells of entries and not of people."""
    subjects = {
        name: replace(
            held,
            redacted=(),
            first_entry={seq: held.first_entry[seq] for seq in held.forms},
        )
        for name, held in trial.subjects.items()
    }
    return replace(trial, head=None, keys=Keys(), redactions=(), subjects=subjects)


def _same(before: Any, after: Any) -> bool:
    if before is after:
        return True
    if isinstance(before, str) and isinstance(after, str):
        return after in (before, REDACTED)
    if type(before) is not type(after):
        return False
    if isinstance(before, Subject | Trial | Query) or is_dataclass(before):
        return all(
            _same(getattr(before, field.name), getattr(after, field.name))
            for field in fields(before)
        )
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(
            _same(value, after[name]) for name, value in before.items()
        )
    if isinstance(before, tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    return bool(before == after)
