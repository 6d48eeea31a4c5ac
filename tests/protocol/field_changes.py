"""Which changes are tried of each field, and of which protocol?

Of the shipped one, made small; where it leaves a block out, of one that has it. What cannot be seen
by changing one value alone is changed together with what it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from field_places import Place, at, extremes, file_values, loaded, other_values, places, put

Values = dict[str, Any]


def small() -> Values:
    """The shipped protocol with 12 participants and strong effects, so that designs are computed at
    once.
    """
    values = put(file_values(), ("design", "participants"), 12)
    for number, control in enumerate(("0.2", "0.3", "0.25")):
        scenario = values["design"]["scenarios"][number]
        strong = {**scenario, "control": control, "experimental": "0.9"}
        values = put(values, ("design", "scenarios", number), strong)
    return values


CONFIRMATION = {"min_days": 28, "intervening_ne_allowed": 1, "intervening_sd_allowed": False}
AT_MOST = {
    "id": "X02",
    "registered": None,
    "short": "not too many neutrophils",
    "from": "A-AGE",
    "rule": {"kind": "lab", "test": "NEUT", "at_most": "3 10*9/L", "within_days": 7},
}
BASES: Mapping[str, Callable[[Values], Values]] = {
    "shipped": lambda values: values,
    "confirmed": lambda values: put(values, ("assessment", "confirmation"), CONFIRMATION),
    "looks": lambda values: put(values, ("design", "looks"), [{"participants": 6}]),
    "at most": lambda values: put(
        values, ("eligibility", "added"), [*values["eligibility"]["added"], AT_MOST]
    ),
}
INSTEAD = {
    "Confirmation": "confirmed",
    "EarlyLook": "looks",
    "Design.spending": "looks",
    "LabLimit.at_most": "at most",
}
"""Class, or Class.field -> the protocol that has it, where the shipped one does not."""


@cache
def base(name: str) -> Values:
    return BASES[name](small())


@cache
def base_places(name: str) -> Mapping[str, tuple[Place, ...]]:
    """Class.field -> where it stands in a protocol."""
    by_field: dict[str, tuple[Place, ...]] = {}
    for place in places(loaded(base(name)), base(name)):
        by_field[place.field] = (*by_field.get(place.field, ()), place)
    return by_field


def base_of(field: str) -> str:
    return INSTEAD.get(field, INSTEAD.get(field.partition(".")[0], "shipped"))


# ------------------------------------------------------------------ changes


class Change(NamedTuple):
    """One change of a field: in words, of which protocol, and what its file says then."""

    words: str
    base: str
    values: Values


def changes(field: str, *, everywhere: bool = False) -> Iterator[Change]:
    """The changes of a field at its first place that the file writes; or everywhere, with the
    least values that there are.
    """
    name = base_of(field)
    values = base(name)
    there = base_places(name)[field]
    written = [place for place in there if at(values, place.path) is not None]
    for place in there if everywhere else (*written, *there)[:1]:
        where, stands = ".".join(map(str, place.path)), at(values, place.path)
        others = [*other_values(place.kind, place.value, stands)]
        for other in [*others, *extremes(stands)] if everywhere else others:
            yield Change(f"{where}: {other!r}", name, put(values, place.path, other))
    for words, change in TOGETHER.get(field, {}).items():
        yield Change(words, name, change(values))


def several(*parts: tuple[str, Any]) -> Callable[[Values], Values]:
    """Several values put at once, each at a path with dots."""

    def change(values: Values) -> Values:
        for path, new in parts:
            steps = tuple(int(step) if step.isdigit() else step for step in path.split("."))
            values = put(values, steps, new)
        return values

    return change


def of_choices(values: Values) -> Iterator[tuple[str, Any]]:
    for name, chosen in values["assessment"]["recist"]["choices"].items():
        yield name, (not chosen) if isinstance(chosen, bool) else 1 - chosen


BLIND = several(
    ("design.masking", "DOUBLE BLIND"), ("registration.design", "randomized, double blind")
)
FDA = "censoring.FDA"
NOT_TO_BE_SEEN_ALONE: Mapping[str, Mapping[str, Callable[[Values], Values]]] = {
    "Arm.ratio": {
        "2:1": several(("arms.0.ratio", 2), ("randomization.block_sizes", [3, 6])),
    },
    "Randomization.block_sizes": {
        "public": several(("randomization.block_sizes", [2])),
    },
    "Arm.role": {
        "exchanged": several(("arms.0.role", "control"), ("arms.1.role", "experimental")),
    },
    "Design.masking": {"with the words of the record": BLIND},
    "Endpoint.role": {
        "another primary": several(
            ("endpoints.0.role", "secondary"),
            ("endpoints.1.role", "primary"),
            ("endpoints.1.analysis.primary_test", "fisher"),
        ),
    },
    "Estimand.population": {
        "of the evaluable": several(("endpoints.0.estimand.population", "EVALUABLE")),
    },
    "CensoringRules.new_therapy": {
        "with its strategy": several(
            (f"{FDA}.new_therapy", "ignore"),
            (f"{FDA}.strategy.new anticancer therapy", "treatment policy"),
            ("endpoints.2.estimand.intercurrent.0.strategy", "treatment policy"),
            ("endpoints.4.estimand.intercurrent.0.strategy", "treatment policy"),
        ),
    },
    "CensoringRules.clinical_progression": {
        "with its strategy": several(
            (f"{FDA}.clinical_progression", "ignore"),
            (f"{FDA}.strategy.clinical progression", "treatment policy"),
        ),
    },
    "Genomic.resolved": {
        "another panel": lambda values: put(
            values,
            ("eligibility", "inclusion", 5, "rule", "resolved"),
            {
                name: member
                for name, member in {**values["molecular"]["RAS"], "mutated_at": "0.02"}.items()
                if name != "from"
            },
        ),
    },
    "ValueStratum.id": {
        "that of another": several(("randomization.strata.0.id", "ANTI_EGFR_FREE"))
    },
    "IntervalStratum.id": {"that of another": several(("randomization.strata.1.id", "IRINOTECAN"))},
    "Design.looks": {"one": several(("design.looks", [{"participants": 6}]))},
    "Conduct.safety_review_after": {"3": several(("conduct.safety_review_after", 3))},
    "Visit.anchor": {"of scans": several(("schedule.3.anchor", "first_dose"))},
    "Visit.unscheduled_fills": {"of scans": several(("schedule.3.unscheduled_fills", True))},
}
TOGETHER = {
    **NOT_TO_BE_SEEN_ALONE,
    "RecistRules.choices": {
        name: several((f"assessment.recist.choices.{name}", other))
        for name, other in of_choices(small())
    },
}
