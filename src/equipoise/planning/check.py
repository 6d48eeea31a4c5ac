"""Can everything that the protocol declares be obeyed? Each room is asked what it cannot.

A protocol is checked when it is loaded (shape, references, provenance) and here, since a room below
cannot know what one above can obey.
"""

from __future__ import annotations

from equipoise.endpoints.catalogue import unknown_analyses
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Refusal, Use


def refusals(protocol: Protocol) -> tuple[Refusal, ...]:
    """Everything declared that cannot be obeyed, in the order in which a trial meets it."""
    return tuple(
        Refusal(Use.ANALYZED, *sentence.split(": ", 1)) for sentence in unknown_analyses(protocol)
    )
