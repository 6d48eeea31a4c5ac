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
    return inputs | {
        "crossover_begins": Assumed(
            "14 to 60 days after progression", "assumed, as in a rehearsal"
        ),
        "strata": Assumed(
            "equal shares", "assumed; strata change the allocation alone, not the tumor"
        ),
        "tumor": Assumed(str(p.tables["tumor"]), p.sources["tumor"]),
        **_hardly_shown(protocol),
    }


def _hardly_shown(protocol: Protocol) -> dict[str, Assumed]:
    """What a protocol declares and virtual participants do not show, or hardly: obeyed all the
    same.
    """
    assessment, masking = protocol.assessment, protocol.design.masking.lower()
    return {
        "masking": Assumed("changes nobody's conduct", f"assumed; the trial is {masking}"),
        "reader": Assumed(
            "reads what the lesions show",
            f"assumed; so {assessment.reader} and the derived response, declared as"
            f" {assessment.derived}, differ in one thing: a new lesion that was equivocal at first"
            " dates progression back in the derived response alone, and the declared date of"
            " progression counts there alone",
        ),
        "progression": Assumed(
            "always shown by a scan",
            "assumed; so the declared rule for clinical progression changes nothing",
        ),
        "new_therapy": Assumed(
            "none before progression",
            "assumed; so the declared rule for new anticancer therapy changes nothing",
        ),
        "baseline_scan": Assumed(
            "everybody has one",
            "assumed; so the declared rule for a missing one changes nothing",
        ),
    }
