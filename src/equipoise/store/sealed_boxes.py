"""Where does the randomization list lie, so that nobody who enrolls can see the next arm? In a file
of boxes: one for each position, encrypted, so that one can be opened and the others stay shut.

Format `equipoise-sealed/1`: JSON; ChaCha20-Poly1305 (RFC 8439) with a key from a key file, or from
a passphrase by scrypt (RFC 7914). Each box is bound to commitment, stratum and position, and all
are of one length: neither where a box lies nor how long it is tells an arm.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import scrypt
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from equipoise.allocation.sealed_list import NoSuchPlace, Position, SealedList, of_card
from equipoise.ledger.events import AllocationOpened
from equipoise.store.files import sync_directory
from equipoise.terms.canonical import canonical

FORMAT = "equipoise-sealed/1"
OPENING = "opening"
_KEY_BYTES = 32
_COST = 2**17  # scrypt: 128 MiB and about half a second for each guess
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_CLOSE = getattr(os, "O_CLOEXEC", 0)


class Unsealed(Exception):
    """The list's file cannot be trusted or opened: others may read it, it was changed, or the key
    is another; the message says what to do.
    """


@dataclass(frozen=True)
class Secret:
    """What opens the boxes: 32 random bytes, or a passphrase. Its text form shows neither."""

    key: bytes = field(default=b"", repr=False)
    passphrase: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if bool(self.key) == bool(self.passphrase) or len(self.key) not in (0, _KEY_BYTES):
            raise ValueError(f"a list is sealed by a key of {_KEY_BYTES} bytes, or by a passphrase")

    def derived(self, told: Mapping[str, Any]) -> bytes:
        """The key, by what the file says of how it was made."""
        if (told["kdf"] == "file") != bool(self.key):
            raise Unsealed(f"the list was sealed by a {_HOW.get(told['kdf'], 'another way')}")
        if self.key:
            return self.key
        salt = bytes.fromhex(told["salt"])
        n, r, p = told["n"], told["r"], told["p"]
        most = 256 * n * r  # what scrypt needs, and as much again
        return scrypt(
            self.passphrase.encode(), salt=salt, n=n, r=r, p=p, maxmem=most, dklen=_KEY_BYTES
        )


_HOW = {"file": "key file", "scrypt": "passphrase"}


def create_key(path: Path) -> Secret:
    """A new key file, for its owner alone; an existing one is never replaced (FileExistsError)."""
    key = secrets.token_bytes(_KEY_BYTES)
    _write_once(path, key.hex().encode() + b"\n")
    return Secret(key=key)


def read_key(path: Path) -> Secret:
    """The key of a file. Raises `Unsealed` if others may read it, or it is no key."""
    content = _read_private(path).strip()
    try:
        return Secret(key=bytes.fromhex(content.decode("ascii")))
    except ValueError:
        raise Unsealed(f"{path} is no key file: expected {2 * _KEY_BYTES} digits") from None


class Card(NamedTuple):
    """What lies in an envelope (arm and code), and what stands on it."""

    site: str
    stratum: tuple[str, ...]
    number: int
    arm: str
    code: str


class SealedBoxes:
    """A randomization list in a file of boxes (`ports.SealedAllocation`). Each question opens one
    box; the others lie shut in memory too.
    """

    def __init__(self, path: Path | str, secret: Secret) -> None:
        self.path = Path(path)
        told = self._told()
        try:
            self.commitment: str = told["commitment"]
            self.leaves: int = told["leaves"]
            self.site: str | None = told["site"]
            self._boxes = {tuple(row["stratum"]): tuple(row["boxes"]) for row in told["strata"]}
            self._opening: str = told["opening"]
            self._key = secret.derived(told["key"])
        except (KeyError, TypeError, ValueError) as broken:
            raise self._no_list() from broken
        self._opened(self._opening, OPENING, 0)  # the key is the right one, or nothing goes on

    @classmethod
    def create(
        cls, path: Path | str, drawn: SealedList, secret: Secret, site: str | None = None
    ) -> SealedBoxes:
        """Write a list once, mode 0600; an existing file is never replaced (FileExistsError).
        `site` is that of an emergency list.
        """
        how: dict[str, Any] = {"kdf": "file"}
        if secret.passphrase:
            how = {"kdf": "scrypt", "n": _COST, "r": 8, "p": 1, "salt": secrets.token_hex(16)}
        key = ChaCha20Poly1305(secret.derived(how))
        shut = _Shut(key, drawn.commitment, drawn.leaves, site)
        texts = {
            (stratum, number): _shown(drawn.position(stratum, number))
            for stratum, arms in zip(drawn.strata, drawn.sequences, strict=True)
            for number in range(1, len(arms) + 1)
        }
        longest = max(map(len, texts.values()), default=0)
        content = {
            "format": FORMAT,
            "commitment": drawn.commitment,
            "leaves": drawn.leaves,
            "site": site,
            "key": how,
            "strata": [
                {
                    "stratum": list(stratum),
                    "boxes": [
                        shut.box(texts[stratum, number].ljust(longest), stratum, number)
                        for number in range(1, len(arms) + 1)
                    ],
                }
                for stratum, arms in sorted(zip(drawn.strata, drawn.sequences, strict=True))
            ],
            "opening": shut.box(canonical(_opening(drawn)), OPENING, 0),
        }
        _write_once(Path(path), canonical(content) + b"\n")
        return cls(path, secret)

    def position(self, stratum: tuple[str, ...], number: int) -> Position:
        """The arm at a position counted from 1, with its proof. Raises `NoSuchPlace` or
        `Unsealed`.
        """
        boxes = self._boxes.get(stratum)
        name = f"stratum ({', '.join(stratum)})"
        if boxes is None:
            raise NoSuchPlace(f"the list has no {name}. Was a stratification value added later?")
        if not 1 <= number <= len(boxes):
            raise NoSuchPlace(
                f"the list of {name} is exhausted: it has {len(boxes)} positions, {number} was"
                " asked for. Stop randomizing in this stratum and have the statistician extend the"
                " list"
            )
        arm, salt, leaf, proof = self._opened(boxes[number - 1], stratum, number)
        return Position(arm, salt, leaf, tuple(proof))

    def proof(self, stratum: tuple[str, ...], number: int, arm: str, salt: str) -> Position:
        """What shows that a card lay in its envelope. Raises `NoSuchPlace` or `Unsealed`."""
        return of_card(self.position(stratum, number), stratum, number, arm, salt)

    def cards(self) -> Iterator[Card]:
        """Every card of an emergency list, for who fills the envelopes."""
        for stratum, boxes in self._boxes.items():
            for number in range(1, len(boxes) + 1):
                held = self.position(stratum, number)
                yield Card(stratum[0], stratum[1:], number, held.arm, held.salt)

    def open(self) -> AllocationOpened:
        """The whole list with its salts, to be shown after closure."""
        told = self._opened(self._opening, OPENING, 0)
        return AllocationOpened(commitment=self.commitment, seed=told["seed"], list=told["list"])

    def _told(self) -> dict[str, Any]:
        try:
            told: dict[str, Any] = json.loads(_read_private(self.path))
            if told["format"] == FORMAT:
                return told
        except (ValueError, KeyError, TypeError):
            pass
        raise self._no_list()

    def _no_list(self) -> Unsealed:
        return Unsealed(f"{self.path} is not a sealed list ({FORMAT}): restore it from its copy")

    def _opened(self, box: str, stratum: object, number: int) -> Any:
        try:
            sealed = bytes.fromhex(box)
            bound = _bound(self.commitment, self.leaves, self.site, stratum, number)
            text = ChaCha20Poly1305(self._key).decrypt(sealed[:12], sealed[12:], bound)
        except (InvalidTag, ValueError, TypeError):
            raise Unsealed(
                f"{self.path}: a box does not open: the key is another, or the file was changed"
                " after it was sealed; restore its copy"
            ) from None
        return json.loads(text)


class _Shut:
    def __init__(
        self, key: ChaCha20Poly1305, commitment: str, leaves: int, site: str | None
    ) -> None:
        self._key, self._list = key, (commitment, leaves, site)

    def box(self, text: bytes, stratum: object, number: int) -> str:
        nonce = secrets.token_bytes(12)
        return (nonce + self._key.encrypt(nonce, text, _bound(*self._list, stratum, number))).hex()


def _bound(commitment: str, leaves: int, site: str | None, stratum: object, number: int) -> bytes:
    """What a box is bound to: it opens in its own place alone."""
    place = [*stratum] if isinstance(stratum, tuple) else stratum
    return canonical([FORMAT, commitment, leaves, site, place, number])


def _shown(position: Position) -> bytes:
    return canonical([position.arm, position.salt, position.leaf, [*position.proof]])


def _opening(drawn: SealedList) -> dict[str, Any]:
    event = drawn.open()
    return {"seed": event.seed, "list": event.list}


def _write_once(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CLOSE, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink()  # half a list would block the next attempt
        raise
    sync_directory(path.absolute().parent)


def _read_private(path: Path) -> bytes:
    handle = os.open(path, os.O_RDONLY | _NO_FOLLOW | _CLOSE)
    with os.fdopen(handle, "rb") as file:
        _check_owner(path, os.fstat(file.fileno()))
        return file.read()


def _check_owner(path: Path, status: os.stat_result) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if os.name == "posix" and mode & 0o077:
        raise Unsealed(
            f"{path} has mode {mode:04o}: others than its owner may have read it. Run chmod 600"
            f" {path}, find out who could, and report it as a protocol deviation"
        )
    if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
        raise Unsealed(
            f"{path} belongs to user {status.st_uid}, not to the one who runs this program"
        )
