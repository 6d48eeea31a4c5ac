"""Where does a look stop the trial, and how often?"""

from __future__ import annotations

from equipoise.planning.boundaries import Boundary, LookDesign, Stopped
from equipoise.protocol.model import Protocol
from equipoise.report.design.words import spending_words
from equipoise.report.kit.formats import NONE, percent, points
from equipoise.report.kit.table import Table


def boundary_table(protocol: Protocol, looks: LookDesign) -> Table:
    """The bounds of each look on every scale."""
    labels = {each.id: each.label for each in protocol.design.scenarios}
    head = ["Look", "participants", "|z|", "p, two-sided", "level spent", *labels.values()]
    last = len(looks.boundaries) - 1
    rows = [
        ["end" if place == last else str(place + 1), *_bound_cells(bound, list(labels))]
        for place, bound in enumerate(looks.boundaries)
    ]
    taken = (
        "The protocol takes these looks."
        if looks.declared
        else "The protocol takes no look; this is the one at half that its spending would take."
    )
    note = (
        f"{spending_words(protocol.design.spending)}. {taken} Under each scenario: the difference"
        " in percentage points, at its share in control, whose pooled z reaches the bound. No bound"
        " stops for futility: the protocol declares none."
    )
    return Table(head, rows, caption="Boundaries for efficacy", note=note, stack=True)


def _bound_cells(bound: Boundary, scenarios: list[str]) -> list[str]:
    return [
        f"{sum(bound.arms)} ({bound.arms[0]} + {bound.arms[1]})",
        f"{bound.z:.3f}",
        f"{bound.p:.4f}",
        f"{bound.spent:.4f}",
        *(
            NONE if bound.difference[each] is None else points(bound.difference[each])
            for each in scenarios
        ),
    ]


def stopping_table(protocol: Protocol, looks: LookDesign) -> Table:
    """How often each look stops, and how many participants that takes on average."""
    labels = {each.id: each.label for each in protocol.design.scenarios}
    stages = len(looks.boundaries)
    head = [
        "If the truth is",
        *(f"stops at look {place}" for place in range(1, stages)),
        "goes to the end",
        "power",
        "expected participants",
    ]
    rows = [
        ["no difference", *_stopped_cells(looks.without)],
        *([labels[name], *_stopped_cells(told)] for name, told in looks.scenarios.items()),
    ]
    note = (
        "Normal approximation, two-sided bounds. Power counts what passes in favor of the"
        " experimental arm, at any look; without a difference that is half of the level."
    )
    return Table(head, rows, caption="Stopping by look, and expected size", note=note, stack=True)


def _stopped_cells(told: Stopped) -> list[str]:
    *early, end = told.stopping
    return [*map(percent, early), percent(end), f"{told.power:.3f}", f"{told.expected:.1f}"]
