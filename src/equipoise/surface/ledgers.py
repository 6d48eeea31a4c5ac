"""What does a ledger file hold, and does it hold at all?"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from equipoise.conduct.attribution import Attribution
from equipoise.conduct.verify import held_by, verify_lines
from equipoise.ledger.entry import BadEntry, Entry, entry_of
from equipoise.ledger.verified import Broken, Verified
from equipoise.store.files import make_folder, sync_directory
from equipoise.store.json_lines import JsonLines, WriteFailed
from equipoise.store.lock import NoLock, for_writing
from equipoise.store.places import shown, stored
from equipoise.subject.fold import replay
from equipoise.subject.state import Trial

_HEAD = re.compile(r"[0-9a-f]{64}")


class BrokenLedger(ValueError):
    """A ledger that does not verify; the message names the first entry that does not."""


class Ledger(NamedTuple):
    """All entries of a ledger, that they hold, and, where it was read on the way, the trial."""

    entries: Sequence[Entry]
    verified: Verified
    folded: Trial | None = None

    @property
    def trial(self) -> Trial:
        """The trial after the last entry."""
        return self.folded or replay(self.entries)


def verify(path: str | Path, anchor: str | None = None) -> Verified | Broken:
    """Does the ledger hold together? `anchor` is a head kept elsewhere; without one, a
    ledger that was cut short or written anew cannot be told from a whole one.

    Raises NoLedger for a file that is none, or FileNotFoundError.
    """
    _check_anchor(anchor)
    return verify_lines(_drained(stored(path).lines()), anchor)


def read_ledger(path: str | Path, anchor: str | None = None) -> Ledger:
    """The entries of a ledger that verifies. Raises BrokenLedger, NoLedger or FileNotFoundError."""
    _check_anchor(anchor)
    store = stored(path)
    held = held_by(_drained(store.lines()), anchor)
    if isinstance(held, Broken):
        raise BrokenLedger(
            f"{shown(path)}: entry {held.seq}: {held.why}. A ledger that does not verify is"
            " neither analyzed nor redacted"
        )
    return Ledger(held.entries, held.finding, held.trial)


def _drained(lines: list[bytes]) -> Iterator[bytes]:
    """Each line, which is let go once it was read: a long ledger is held once, not twice."""
    lines.reverse()
    while lines:
        yield lines.pop()


def write_ledger(ledger: Ledger, path: str | Path) -> None:
    """Write a rehearsal whole, or not at all. Raises ValueError where there is anything but an
    earlier rehearsal.
    """
    place = Path(path)
    check_place(place)
    fresh = place.with_name(f"{place.name}.{secrets.token_hex(4)}")
    try:
        make_folder(place.parent)
        JsonLines(fresh).append_many(ledger.entries)
        fresh.replace(place)
        sync_directory(place.parent)
    except NoLock:
        raise
    except OSError as refused:
        why = refused.why if isinstance(refused, WriteFailed) else str(refused.strerror).lower()
        raise OSError(f"{place} cannot be written ({why})") from refused
    finally:
        fresh.unlink(missing_ok=True)


def check_place(path: Path) -> None:
    """May a rehearsal be written there? Never in the place of a ledger that may hold real data."""
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise ValueError(f"{folder} is a file, expected a folder")
    if not os.access(folder, os.W_OK):
        raise OSError(f"{path} cannot be written (permission denied)")
    if path.is_dir() or (path.exists() and not _is_rehearsal(path)):
        raise ValueError(f"{path} exists and is not a rehearsal; choose another folder")
    with for_writing(folder / f".{secrets.token_hex(8)}"):
        pass  # else it would be found out at the end


def recover(path: str | Path) -> Path | None:
    """Move an incomplete last line, left by an interrupted write, to a file beside the ledger,
    which is returned; None if the last line is whole.

    Raises NoLedger, or DamagedFile if the entries before that line do not hold.
    """
    store = stored(path)
    return store.recover() if isinstance(store, JsonLines) else None


def acting(actor: str, role: str, site: str | None) -> Attribution:
    """Somebody acts now: the server's clock, a key and a salt of its own."""
    return Attribution(
        at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        actor=actor,
        role=role,
        site=site,
        key=secrets.token_hex(16),
        salt=secrets.token_hex(16),
    )


def _check_anchor(anchor: str | None) -> None:
    """A head that was mistyped says nothing about the ledger."""
    if anchor is not None and not _HEAD.fullmatch(anchor):
        raise ValueError(
            f"anchor: found {anchor!r}, expected a head, 64 digits and letters from a to f"
        )


def _is_rehearsal(path: Path) -> bool:
    """Does the file begin with a protocol adopted for a simulation?"""
    with path.open("rb") as file:
        first = file.readline()
    try:
        entry = entry_of(first)
    except BadEntry:
        return False
    return entry.type == "ProtocolAdopted" and entry.payload.get("simulated") is True
