"""The trials that this server holds: each a folder with its ledger, and an allocator that answers
at a socket. A process keeps each trial folded, and catches up before every page.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings

from equipoise.conduct.carry_out import Session
from equipoise.conduct.ports import SealedAllocation, Storage
from equipoise.ledger.entry import Entry
from equipoise.store.allocator import RemoteAllocation
from equipoise.store.snapshots import Snapshots
from equipoise.store.sql_ledger.sqlite import SqliteLedger
from equipoise.subject.state import Trial
from equipoise.surface.waiting import WorkList
from equipoise.web.clock import day_at

TRIAL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
LEDGER, SOCKET, SNAPSHOT = "ledger.sqlite", "allocator.sock", "state.snapshot"
SEALED, KEY, LOG = "sealed.json", "sealed.key", "allocator.log"
_LONGEST_SOCKET = 100
"""Letters: Linux takes 107, others 103 (sun_path)."""
_PAUSE = 0.001
"""Seconds between two participants, in which pages are shown."""
_MANY = 2000
"""After so many entries that were folded at a start, the snapshot is kept anew."""


class Served:
    """One trial of this server."""

    def __init__(self, folder: Path) -> None:
        self.id, self.folder = folder.name, folder
        self.work = WorkList()
        self._session: Session | None = None
        self._opening = threading.Lock()

    @property
    def session(self) -> Session:
        """The session of this process, begun when the first page asks for it."""
        if self._session is None:
            with self._opening:
                if self._session is None:
                    self._session = self._begun()
        return self._session

    def _begun(self) -> Session:
        key = sha256(b"snapshot:" + settings.SECRET_KEY.encode()).digest()
        kept = Snapshots(self.folder / SNAPSHOT, key)
        before = kept.load()
        session = Session(storage_of(self.folder), kept)
        known = before.head.seq if before and before.head else 0
        if session.trial.head and session.trial.head.seq - known > _MANY:
            session.keep()
        threading.Thread(target=_read_all, args=(session, self.work), daemon=True).start()
        return session

    def read(self) -> Trial:
        """The trial as it stands now."""
        return self.session.caught_up()

    def entry(self, seq: int) -> Entry:
        """An entry with its content. Raises LookupError."""
        head = self.session.trial.head
        if head is None or not 0 < seq <= head.seq:
            raise LookupError(f"there is no entry {seq}")
        return self.session.storage.read(seq - 1, 1)[0]

    @property
    def sealed(self) -> SealedAllocation:
        """The allocator of this trial. Raises `NoAllocator` where none answers."""
        return RemoteAllocation(socket_of(self.folder))


def socket_of(folder: Path) -> Path:
    """Where the allocator of a trial answers: beside the trial, or, where the name would be longer
    than a socket may have, in a folder of our own among the temporary ones. Raises OSError if
    somebody else made that.
    """
    place = folder / SOCKET
    if len(os.fsencode(place)) <= _LONGEST_SOCKET:
        return place
    digest = sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
    private = Path(tempfile.gettempdir()) / f"equipoise-{digest}"
    private.mkdir(mode=0o700, exist_ok=True)
    held = private.lstat()
    if held.st_uid != os.getuid() or not stat.S_ISDIR(held.st_mode) or held.st_mode & 0o077:
        raise OSError(f"{private} was made by somebody else: take it away")
    return private / SOCKET


def _read_all(session: Session, work: WorkList) -> None:
    """A snapshot is read one participant at a time; those whom nobody has asked for yet are read
    beside the first pages, and what waits about them is found.
    """
    for code, site in session.trial.site_of.items():
        trial = session.trial
        if (subject := trial.subjects.get(code)) is not None:
            work.about(trial, subject, day_at(trial, site))
        time.sleep(_PAUSE)


def storage_of(folder: Path) -> Storage:
    """Where the ledger of a trial is kept: beside it, or in the database that the server was given,
    in a schema that bears the trial's name.
    """
    if url := os.environ.get("DATABASE_URL"):
        import psycopg

        from equipoise.store.sql_ledger.postgres import PostgresLedger

        connect: Callable[[], Any] = lambda: psycopg.connect(url, autocommit=True)  # noqa: E731
        return PostgresLedger(connect, schema_of(folder.name))
    return SqliteLedger(folder / LEDGER)


def schema_of(trial_id: str) -> str:
    """The schema of a trial's ledger."""
    return f"ledger_{trial_id.lower().replace('-', '_')}"


_SERVED: dict[Path, Served] = {}
_FINDING = threading.Lock()


def trials() -> list[Served]:
    """All trials of the folder that is served, by their names."""
    folders = (settings.DATA / "trials").glob("*")
    return [_served(each) for each in sorted(folders) if TRIAL_ID.fullmatch(each.name)]


def trial(trial_id: str) -> Served:
    """One of them. Raises LookupError."""
    folder = settings.DATA / "trials" / trial_id
    if not TRIAL_ID.fullmatch(trial_id) or not folder.is_dir():
        raise LookupError(f"there is no trial {trial_id}")
    return _served(folder)


def _served(folder: Path) -> Served:
    with _FINDING:
        if folder not in _SERVED:
            _SERVED[folder] = Served(folder)
        return _SERVED[folder]
