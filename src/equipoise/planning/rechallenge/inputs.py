"""What does the answer on re-challenge rest on, and where does each value come from?"""

from __future__ import annotations

from typing import Any

from equipoise.planning.rechallenge.figures import Input
from equipoise.protocol.model import Protocol
from equipoise.virtual.parameters import Parameters
from equipoise.virtual.tumor import velo_fit

_PLAUSIBLE = "plausible for metastatic disease; the rehearsal draws the same"


def inputs_of(protocol: Protocol, p: Parameters) -> tuple[Input, ...]:
    """Every number the answer rests on, with where it comes from."""
    fit, panel = velo_fit(), protocol.molecular["RAS"]
    rows = [
        Input(row["label"], _written(row["value"]), row["status"], row["from"])
        for row in p.tables["rechallenge"].values()
    ]
    every = f"{protocol.scans.every} days, window {protocol.scans.after}"
    return (
        *rows,
        Input(
            "resistant fraction at that interval, log odds",
            f"mean {fit.resistant_logit:g}, SD {fit.resistant_sd:g}",
            "fitted",
            "two-clone tumor, ten parameters fitted to ten results of VELO: starting values, not"
            " truth",
        ),
        Input(
            "growth, chemotherapy and its fading, anti-EGFR, new lesions: logarithm of the rate"
            " per day",
            ", ".join(
                f"{number:g}"
                for number in (
                    fit.growth_log,
                    fit.chemotherapy_log,
                    fit.chemotherapy_fading_log,
                    fit.anti_egfr_log,
                    fit.new_lesion_log,
                )
            ),
            "fitted",
            "the same fit",
        ),
        Input(
            "death: log of the rate per day, power of the volume",
            f"{fit.death_log:g}, {fit.death_power:g}",
            "assumed",
            "overall survival of 8 to 12 months in the median",
        ),
        _number(p, "resistant_by_ras", "resistant clones whose resistance is a RAS variant"),
        _number(p, "tumor_fraction", "tumor fraction in plasma, median", _PLAUSIBLE),
        _number(p, "tumor_fraction_sd", "its SD of the logarithm", _PLAUSIBLE),
        Input(
            "allele fraction",
            "tumor fraction x clone fraction / 2",
            "assumed",
            "heterozygous, in diploid cells",
        ),
        Input(
            "tumor fraction from which a negative sample counts",
            _written(float(panel.tumor_fraction_at_least)),
            "protocol",
            f"{protocol.id}, panel RAS, {panel.provenance('tumor_fraction_at_least')}",
        ),
        Input("scans every", every, "protocol", f"{protocol.id}, schedule of visits"),
        _number(p, "leaves_per_month", "participants who leave, per month"),
    )


def _number(p: Parameters, name: str, label: str, reason: str = "") -> Input:
    """A number that virtual participants are drawn from; what its source is not said to be assumed
    was published.
    """
    source = p.sources[name]
    status = "assumed" if source.startswith("assumed") else "published"
    return Input(
        label, _written(p[name]), status, reason or source.removeprefix("assumed").lstrip(": ")
    )


def _written(value: Any) -> str:
    if isinstance(value, list):
        # A long even row is named by its ends.
        return (
            f"{value[0]:g} to {value[-1]:g}"
            if len(value) > 5
            else ", ".join(f"{number:g}" for number in value)
        )
    return f"{value:g}"
