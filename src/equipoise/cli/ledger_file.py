"""Which ledger does a command mean? The one in a file that is a ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equipoise.store.json_lines import JsonLines


def stored(ledger: Path) -> JsonLines:
    """The ledger in a file. Raises NoLedger, or FileNotFoundError."""
    from equipoise.store.json_lines import JsonLines
    from equipoise.store.recognize import check_is_ledger

    check_is_ledger(ledger)
    return JsonLines(ledger)
