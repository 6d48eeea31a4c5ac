"""Can everything that the protocol declares be obeyed? Each room is asked what it cannot.

A protocol is checked when it is loaded (shape, references, provenance) and here, since a room below
cannot know what one above can obey.
"""

from __future__ import annotations

import equipoise.allocation.refusals as allocation
import equipoise.analysis.refusals as analysis
import equipoise.conduct.refusals as conduct
import equipoise.endpoints.refusals as endpoints
import equipoise.planning.refusals as planning
import equipoise.rehearsal.refusals as rehearsal
import equipoise.simulation.refusals as simulation
import equipoise.subject.refusals as subject
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Refusal

ROOMS = (subject, allocation, endpoints, analysis, conduct, planning, simulation, rehearsal)
"""In the order in which a reader would ask: is it defined, analyzed, carried out, planned?"""


def refusals(protocol: Protocol) -> tuple[Refusal, ...]:
    """Everything declared that cannot be obeyed."""
    return tuple(refusal for room in ROOMS for refusal in room.refusals(protocol))
