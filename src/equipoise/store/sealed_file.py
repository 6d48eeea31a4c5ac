"""Where does the randomization list lie, so that nobody who enrolls can see the next arm?"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from equipoise.allocation.sealed_list import Position, SealedList, seal, sequences_of
from equipoise.ledger.events import AllocationOpened
from equipoise.store.files import sync_directory
from equipoise.terms.canonical import canonical


class Unsealed(Exception):
    """The list's file cannot be trusted: others may read it, or it was changed; the message says
    what to do.
    """


class SealedFile:
    """A randomization list in a file of its own that only its owner may read; never in the ledger
    or an export.

    Implements `ports.SealedAllocation`. Every question reads the file anew, so that no list lies
    about in memory.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    @classmethod
    def create(cls, path: Path | str, drawn: SealedList) -> SealedFile:
        """Write a list once, mode 0600; an existing file is never replaced (FileExistsError)."""
        content = {
            "commitment": drawn.commitment,
            "seed": drawn.seed,
            "secret": drawn.salt,
            "sizes": list(drawn.sizes),
            "sequences": [
                {"stratum": list(stratum), "arms": list(arms)}
                for stratum, arms in zip(drawn.strata, drawn.sequences, strict=True)
            ],
        }
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(canonical(content) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            Path(path).unlink()  # half a list would block the next attempt
            raise
        sync_directory(Path(path).absolute().parent)
        return cls(path)

    @property
    def commitment(self) -> str:
        """The fingerprint published before the first subject."""
        return self._read().commitment

    @property
    def leaves(self) -> int:
        """Of how many leaves it is the root."""
        return self._read().leaves

    def position(self, stratum: tuple[str, ...], number: int) -> Position:
        """The arm at a position counted from 1, with its proof. Raises `NoSuchPlace` or
        `Unsealed`.
        """
        return self._read().position(stratum, number)

    def open(self) -> AllocationOpened:
        """The whole list with its salt, to be shown after closure."""
        return self._read().open()

    def _read(self) -> SealedList:
        handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            self._check_owner(os.fstat(file.fileno()))
            return self._parse(file.read())

    def _check_owner(self, status: os.stat_result) -> None:
        mode = stat.S_IMODE(status.st_mode)
        if mode & 0o077:
            raise Unsealed(
                f"{self.path} has mode {mode:04o}: others than its owner may have read the next"
                f" arms. Run chmod 600 {self.path}, find out who could, and report it as a protocol"
                " deviation"
            )
        if status.st_uid != os.geteuid():
            raise Unsealed(
                f"{self.path} belongs to user {status.st_uid}, not to the one who runs this program"
            )

    def _parse(self, content: bytes) -> SealedList:
        try:
            kept = json.loads(content)
            drawn = seal(
                sequences_of(kept),
                salt=kept["secret"],
                seed=kept["seed"],
                sizes=tuple(kept["sizes"]),
            )
            same = kept["commitment"] == drawn.commitment
        except (ValueError, KeyError, TypeError) as broken:
            raise Unsealed(
                f"{self.path} is not a sealed list ({type(broken).__name__}): restore it from its"
                " copy"
            ) from None
        if not same:
            raise Unsealed(
                f"{self.path} was changed after it was sealed: its fingerprint differs; restore its"
                " copy"
            )
        return drawn
