"""How does the ledger carry a protocol? As JSON without floats; no file is read for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from equipoise.protocol.model import Protocol
from equipoise.terms.canonical import canonical


def from_payload(payload: Mapping[str, Any]) -> Protocol:
    """The protocol as the ledger carries it. Raises ValueError for one that this version of the
    software does not know.
    """
    try:
        return Protocol.model_validate(payload)
    except ValidationError as unknown:
        first = unknown.errors()[0]
        field, count = ".".join(map(str, first["loc"])) or "the whole", unknown.error_count()
        raise ValueError(
            "the protocol in the ledger is not one of this version of the software"
            f" ({count} difference{'s' * (count != 1)}, the first: {field}: {first['msg']}): it was"
            " adopted under another version, which reads it"
        ) from None


def to_payload(protocol: Protocol) -> dict[str, Any]:
    """The protocol as JSON without floats, for the ledger; `from_payload` undoes it."""
    payload: dict[str, Any] = protocol.model_dump(mode="json", by_alias=True, exclude_none=False)
    return payload


def protocol_hash(protocol: Protocol) -> str:
    """SHA-256 of the canonical bytes of the protocol as the ledger carries it."""
    return hashlib.sha256(canonical(to_payload(protocol))).hexdigest()
