"""Can what a protocol declares be obeyed?"""

from __future__ import annotations

from equipoise.planning.check import refusals
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Refusal, Use, require


def check_protocol(protocol: Protocol) -> tuple[Refusal, ...]:
    """What is declared and cannot be obeyed, each with what the protocol cannot be used for; none
    if it can be analyzed, conducted, designed, simulated and rehearsed.
    """
    return refusals(protocol)


def require_uses(protocol: Protocol, *uses: Use) -> None:
    """Raise CannotObey if anything declared stands in the way of an analysis, or of a use."""
    require(refusals(protocol), Use.ANALYZED, *uses)
