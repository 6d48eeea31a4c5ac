"""Which trial is it?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from equipoise.protocol.model import Protocol
from equipoise.protocol.yaml_file import load


def load_protocol(name: str | Path) -> Protocol:
    """The protocol of a file, or of a shipped trial by its id.

    Raises ProtocolError, with every error of the file and its place, or FileNotFoundError.
    """
    return load(str(name))


def protocol_schema() -> dict[str, Any]:
    """JSON Schema of a protocol as the ledger carries it: forms included, references resolved."""
    return Protocol.model_json_schema(by_alias=True)
