"""What does a virtual trial take beyond the protocol, and from where?"""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.protocol.model import Protocol
from equipoise.virtual.parameters import read_parameters


@dataclass(frozen=True, slots=True)
class Assumed:
    """An input that no protocol declares, and its source."""

    value: float | str
    source: str


def assumed_inputs(protocol: Protocol) -> dict[str, Assumed]:
    """What the virtual trial takes beyond the protocol, each with its source."""
    p = read_parameters(protocol.id)
    names = (
        "screened_per_month",
        "randomized_of_screened",
        "leaves_per_month",
        "scan_missed",
        "scan_late",
        "new_therapy_after_progression",
        "crossover",
    )
    inputs = {name: Assumed(p[name], p.sources[name]) for name in names}
    fitted = (
        "fitted to ten results of VELO with ten parameters (starting values); survival after"
        " progression assumed"
    )
    return inputs | {
        "crossover_begins": Assumed(
            "14 to 60 days after progression", "assumed, as in a rehearsal"
        ),
        "strata": Assumed(
            "equal shares", "assumed; strata change the allocation alone, not the tumor"
        ),
        "tumor": Assumed("two clones", fitted),
    }
