"""The shipped protocol with several of its parts declared otherwise, drawn by a seed.

A part is changed as its writer would: with what belongs to it, so that it can be obeyed; or, now
and then, without, so that it has to be refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from field_changes import Values, several, small

Change = Callable[[Values], Values]
Options = Mapping[str, Change]

DCR, ORR, PFS = "endpoints.0", "endpoints.1", "endpoints.2"
FDA, STRATA = "censoring.FDA", "randomization.strata"
PRIMARY = ("endpoints.0.role", "secondary")


def confirmation(days: int, not_evaluable: int, *, stable: bool) -> Change:
    return several(
        (
            "assessment.confirmation",
            {
                "min_days": days,
                "intervening_ne_allowed": not_evaluable,
                "intervening_sd_allowed": stable,
            },
        )
    )


def months(*limits: int) -> Change:
    """The interval without anti-EGFR in levels between these limits."""
    opens: Sequence[int | None] = (None, *limits)
    levels = {
        f"level {number}": {
            **({"at_least": opens[number]} if opens[number] is not None else {}),
            **({"below": limits[number]} if number < len(limits) else {}),
        }
        for number in range(len(opens))
    }
    return several((f"{STRATA}.1.levels", levels))


def one_stratum(values: Values) -> Values:
    randomization = values["randomization"]
    left = {**randomization, "strata": randomization["strata"][:1]}
    kept = {name: why for name, why in values["assumptions"].items() if name != "A-INTERVAL"}
    return {**values, "randomization": left, "assumptions": kept}


def rules(switch: str, choice: str, *strategies: tuple[str, str]) -> Change:
    """A switch of the FDA rules, with the strategies that say the same."""
    return several((f"{FDA}.{switch}", choice), *strategies)


THERAPY_COUNTS = rules(
    "new_therapy",
    "ignore",
    (f"{FDA}.strategy.new anticancer therapy", "treatment policy"),
    (f"{PFS}.estimand.intercurrent.0.strategy", "treatment policy"),
    ("endpoints.4.estimand.intercurrent.0.strategy", "treatment policy"),
)
PARTS: Mapping[str, Options] = {
    "primary": {
        "ORR": several(
            PRIMARY, (f"{ORR}.role", "primary"), (f"{ORR}.analysis.primary_test", "fisher")
        ),
        "PFS": several(PRIMARY, (f"{PFS}.role", "primary")),
    },
    "responses": {
        "CR, PR": several((f"{DCR}.responses", ["CR", "PR"])),
        "CR": several((f"{DCR}.responses", ["CR"])),
    },
    "confirmation": {
        "after 28 days": confirmation(28, 1, stable=False),
        "after 120 days": confirmation(120, 0, stable=True),
    },
    "reader": {"independent": several(("assessment.reader", "INDEPENDENT ASSESSOR"))},
    "derived": {"primary": several(("assessment.derived", "primary"))},
    "blinded": {"yes": several(("assessment.blinded", True))},
    "clinical progression": {
        "ignored": rules(
            "clinical_progression",
            "ignore",
            (f"{FDA}.strategy.clinical progression", "treatment policy"),
        ),
        "event": rules(
            "clinical_progression", "event", (f"{FDA}.strategy.clinical progression", "composite")
        ),
    },
    "new therapy": {"ignored": THERAPY_COUNTS},
    "missed visits": {"ignored": rules("missed_visits", "ignore")},
    "progression dated": {"by the scan": rules("progression_date", "scan")},
    "strata": {
        "one": one_stratum,
        "three levels": months(4, 8),
        "limit moved": months(2),
    },
    "ratio": {
        "2:1": several(("arms.0.ratio", 2), ("randomization.block_sizes", [3, 6])),
        "1:2": several(("arms.1.ratio", 2), ("randomization.block_sizes", [6])),
    },
    "alpha": {
        "0.01": several(("design.alpha", "0.01")),
        "0.1": several(("design.alpha", "0.1")),
    },
    "test": {
        "Fisher": several((f"{DCR}.analysis.primary_test", "fisher")),
        "CMH": several((f"{DCR}.analysis.primary_test", "cmh")),
    },
    "population": {
        "evaluable": several((f"{DCR}.estimand.population", "EVALUABLE")),
        "per protocol": several((f"{DCR}.estimand.population", "PER_PROTOCOL")),
    },
    "masking": {
        "double": several(
            ("design.masking", "DOUBLE BLIND"), ("registration.design", "randomized, double blind")
        ),
    },
}
"""Part of the protocol -> how else it may be declared."""
CONTRADICTIONS: Options = {
    "masking": several(("design.masking", "SINGLE BLIND")),
    "ratio": several(("arms.0.ratio", 2), ("randomization.block_sizes", [4])),
    "new therapy": rules("new_therapy", "ignore"),
    "clinical progression": rules("clinical_progression", "event"),
    "strata": months(4, 4),
    "population": several((f"{DCR}.estimand.population", "SAFETY")),
    "responses": several((f"{DCR}.responses", [])),
    "primary": several((f"{PFS}.role", "primary")),
}
"""Part of the protocol -> how it contradicts the others."""


class Drawn(NamedTuple):
    """A changed protocol: how each changed part is declared, and which part contradicts."""

    parts: Mapping[str, Change]
    words: Mapping[str, str]
    contradicts: str | None

    def values(self, without: str | None = None) -> Values:
        """What the file says; with one of the changed parts as it was."""
        values = small()
        for name, change in self.parts.items():
            values = values if name == without else change(values)
        return values


def draw(seed: int) -> Drawn:
    """About half of the parts changed; of every third protocol one part contradicts."""
    rng = np.random.default_rng(seed)
    parts: dict[str, Change] = {}
    words: dict[str, str] = {}
    for name, options in PARTS.items():
        if rng.random() < 0.5:
            words[name] = str(rng.choice(list(options)))
            parts[name] = options[words[name]]
    contradicts = str(rng.choice(list(CONTRADICTIONS))) if seed % 3 == 0 else None
    if contradicts:
        parts[contradicts] = CONTRADICTIONS[contradicts]
        words[contradicts] = "in contradiction"
    return Drawn(parts, words, contradicts)
