"""Was consent given, and not withdrawn?"""

from __future__ import annotations

from typing import Literal

from equipoise.protocol.criteria.kind import Rule


class Consent(Rule):
    """Informed consent was given and not withdrawn."""

    kind: Literal["consent"]

    def words(self) -> str:
        """Given, and still so."""
        return "consent given and not withdrawn"
