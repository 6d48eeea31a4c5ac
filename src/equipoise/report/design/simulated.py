"""What do virtual trials say of early looks, and what do they assume?"""

from __future__ import annotations

from equipoise.planning.early_looks import LookCost
from equipoise.planning.simulated_design import SimulatedDesign
from equipoise.protocol.model import Protocol
from equipoise.report.design.words import estimate_words, mean_words, spending_words
from equipoise.report.kit.table import Table
from equipoise.simulation.declared_test import primary_analysis


def looks_table(protocol: Protocol, simulated: SimulatedDesign) -> Table:
    """What one look at half of the participants costs and saves, by spending."""
    half = protocol.design.participants // 2
    rows = [_look_row(name, look, protocol) for name, look in simulated.early_looks.items()]
    head = [
        "One look at half",
        "|z| at the look / at the end",
        f"power, if {protocol.design.power} without",
        "more participants",
        "stop early",
        "reject",
        "reject, no effect",
        "entered",
    ]
    note = (
        "The first columns are computed for the normal approximation; the power is that of a trial"
        f" which would have {protocol.design.power} without the look. 'Stop early' is in favor of"
        " the experimental arm, 'reject' in either direction. The last four are virtual trials that"
        f" look when {half} can be judged, by {primary_analysis(protocol)}; 'entered' counts all"
        " who have come by then; in brackets the Monte-Carlo standard error. The protocol "
        + (
            "takes its looks with the bounds marked *."
            if protocol.design.looks
            else "takes no look; * marks the bounds it would take."
        )
    )
    return Table(
        head, rows, caption="One early look at the primary endpoint", note=note, stack=True
    )


def _look_row(name: str, look: LookCost, protocol: Protocol) -> list[str]:
    with_effect, without = look.simulated, look.simulated_without_effect
    return [
        spending_words(name) + (" *" if name == protocol.design.spending else ""),
        " / ".join(f"{bound:.3f}" for bound in look.bounds),
        f"{look.power_at_same_size:.3f}",
        f"+{100 * look.more_participants:.1f} %",
        estimate_words(with_effect.stopped_for_efficacy[0]),
        estimate_words(with_effect.rejected),
        estimate_words(without.rejected),
        mean_words(with_effect.entered),
    ]


def assumed_table(simulated: SimulatedDesign) -> Table:
    """What the simulation takes beyond the protocol, with its source."""
    rows = [
        [name.replace("_", " "), str(assumed.value), assumed.source]
        for name, assumed in simulated.assumed.items()
    ]
    return Table(["Input", "value", "from"], rows, caption="Beyond the protocol", words=True)
