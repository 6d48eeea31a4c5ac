"""Which heads were signed, and kept elsewhere? A chain that was cut short, or written anew by every
rule, still has hashes that agree; a head that somebody else keeps it no longer has.

A witness file is added to and never edited: one line of canonical JSON for each head. It belongs on
another machine, with another person, than the ledger.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from equipoise.store.files import sync_directory
from equipoise.terms.canonical import canonical

_SIGNED = ("at", "entries", "head", "public_key", "trial")


class WitnessError(ValueError):
    """A key or a witness file that cannot be used; the message says what to do."""


class SignedHead(NamedTuple):
    """A head of a ledger of so many entries, at a time (UTC), signed by a key (Ed25519, RFC 8032);
    key and signature are hexadecimal.
    """

    trial: str
    entries: int
    head: str
    at: str
    public_key: str
    signature: str

    @property
    def signed(self) -> bytes:
        """The bytes that the signature is over: everything but itself."""
        return _statement(self._asdict())

    def holds(self) -> bool:
        """Is the signature that of its key?"""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public_key))
            key.verify(bytes.fromhex(self.signature), self.signed)
        except (InvalidSignature, ValueError):
            return False
        return True


def _statement(told: Mapping[str, Any]) -> bytes:
    return canonical({name: told[name] for name in _SIGNED})


def create_key(path: Path) -> str:
    """Make a key for signing heads, as PEM that only its owner may read, and return its public
    part. An existing file is never replaced (FileExistsError).
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    sync_directory(path.resolve().parent)
    return public_part(key)


def check_place(path: Path, ledger: Path) -> None:
    """Raise WitnessError for a key that would lie with the ledger."""
    if path.resolve().parent == ledger.resolve().parent:
        raise WitnessError(
            f"{path} lies in the folder of the ledger: who can write there could sign any head;"
            " keep the key elsewhere"
        )


def read_key(path: Path, ledger: Path) -> Ed25519PrivateKey:
    """The key of a file that nobody else may read, and that does not lie with the ledger. Raises
    WitnessError.
    """
    check_place(path, ledger)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise WitnessError(f"{path} can be read by others: run chmod 600 {path}, or make a new key")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as broken:
        raise WitnessError(f"{path} is no private key as PEM without a passphrase") from broken
    if not isinstance(key, Ed25519PrivateKey):
        raise WitnessError(f"{path} is a key of another kind, expected Ed25519")
    return key


def public_part(key: Ed25519PrivateKey) -> str:
    """The public key, hexadecimal."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def sign_head(
    key: Ed25519PrivateKey, *, trial: str, entries: int, head: str, at: str
) -> SignedHead:
    """Sign the head of a ledger."""
    told: dict[str, Any] = {
        "trial": trial,
        "entries": entries,
        "head": head,
        "at": at,
        "public_key": public_part(key),
    }
    return SignedHead(**told, signature=key.sign(_statement(told)).hex())


def add_witness(path: Path, head: SignedHead) -> None:
    """Add a signed head to a witness file, and wait until the disk has it."""
    line = canonical(head._asdict()) + b"\n"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    with os.fdopen(handle, "ab") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    sync_directory(path.resolve().parent)


def read_witness(path: Path) -> Iterator[SignedHead]:
    """The heads of a witness file, each with a signature that holds. Raises WitnessError with the
    line.
    """
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            head = SignedHead(**json.loads(line))
            holds = head.holds()
        except (ValueError, TypeError, KeyError):
            raise WitnessError(f"{path}, line {number}: this is no signed head") from None
        if not holds:
            raise WitnessError(f"{path}, line {number}: the signature does not hold")
        yield head


def missing_head(
    witnessed: Sequence[SignedHead], trial: str, hashes: Sequence[str], keys: Sequence[str]
) -> str | None:
    """The first witnessed head that the ledger does not have where it should, in a sentence; None
    if it has all. `hashes` are those of its entries, `keys` the public keys that it published.
    """
    for each in witnessed:
        told = f"a head of {each.entries} entries was signed at {each.at}"
        if each.trial != trial:
            return f"{told} for {each.trial}: this is the ledger of {trial}"
        if each.public_key not in keys:
            return f"{told} by a key that the ledger does not publish: {each.public_key[:16]}…"
        if each.entries > len(hashes):
            return f"{told}, and the ledger has {len(hashes)}: it was rolled back"
        if hashes[each.entries - 1] != each.head:
            return f"{told}, and entry {each.entries} is another one now: it was written anew"
    return None
