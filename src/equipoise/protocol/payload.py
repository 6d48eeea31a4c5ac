"""How does the ledger carry a protocol? As JSON without floats; no file is read for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from equipoise.protocol.model import Protocol
from equipoise.terms.canonical import canonical


def from_payload(payload: Mapping[str, Any]) -> Protocol:
    """The protocol as the ledger carries it."""
    return Protocol.model_validate(payload)


def to_payload(protocol: Protocol) -> dict[str, Any]:
    """The protocol as JSON without floats, for the ledger; `from_payload` undoes it."""
    payload: dict[str, Any] = protocol.model_dump(mode="json", by_alias=True, exclude_none=False)
    return payload


def protocol_hash(protocol: Protocol) -> str:
    """SHA-256 of the canonical bytes of the protocol as the ledger carries it."""
    return hashlib.sha256(canonical(to_payload(protocol))).hexdigest()
