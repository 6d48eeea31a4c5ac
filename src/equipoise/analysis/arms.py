"""What does every comparison of the arms have in common?"""

from __future__ import annotations

from collections.abc import Mapping

from equipoise.protocol.model import Protocol

Arms = Mapping[str, str]


def confidence_of(protocol: Protocol) -> float:
    """The level of every interval: what the declared two-sided alpha leaves."""
    return float(1 - protocol.design.alpha)
