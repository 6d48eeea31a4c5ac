"""What can the planned size show, and how many would it take? As computed, and as simulated."""

from __future__ import annotations

from equipoise.planning.design import ComputedDesign, SimulatedDesign
from equipoise.protocol.model import Protocol
from equipoise.report.design.words import estimate_words
from equipoise.report.kit.charts import Line, LineChart, draw_lines
from equipoise.report.kit.formats import PLANNED_TESTS, percent
from equipoise.report.kit.page import Figure, draw_twice
from equipoise.report.kit.table import Table


def power_table(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> Table:
    """Power of each test in each scenario, as enumerated and as simulated."""
    head = ["If the truth is", "control", "experimental", *PLANNED_TESTS.values()]
    head += [f"{name}, simulated" for name in PLANNED_TESTS.values()] if simulated else []
    rows = []
    labels = {s.id: s.label for s in protocol.design.scenarios}
    for row in computed.table:
        cells = [labels[row.scenario], percent(row.p_control), percent(row.p_experimental)]
        cells += [f"{row.power[test]:.3f}" for test in PLANNED_TESTS]
        if simulated:
            cells += [
                estimate_words(simulated.rejected[row.scenario][test]) for test in PLANNED_TESTS
            ]
        rows.append(cells)
    if computed.table:
        sizes = [f"{computed.table[0].size[test]:.3f}" for test in PLANNED_TESTS]
        rows.append(
            [
                "true size (largest over all shares)",
                "",
                "",
                *sizes,
                *([""] * 3 if simulated else []),
            ]
        )
    note = (
        "Computed: all tables of fixed arms, enumerated. The pooled z test errs more often than it"
        " says."
    )
    if simulated:
        note += (
            f" Simulated: {simulated.trials} trials with the blocks and strata of the protocol,"
            " whose arms are not always equal; in brackets the Monte-Carlo standard error."
        )
    return Table(head, rows, caption="Power of the two-sided test", note=note, stack=True)


def size_table(protocol: Protocol, computed: ComputedDesign) -> Table:
    """Participants per arm that reach the power asked for."""
    labels = {s.id: s.label for s in protocol.design.scenarios}
    rows = [
        [
            labels[row.scenario],
            *(
                f"{row.n_per_arm[test].first} ({row.n_per_arm[test].always_from})"
                for test in ("fisher", "boschloo")
            ),
            str(row.n_per_arm_by_formula),
        ]
        for row in computed.table
    ]
    note = (
        "The first number that reaches it, and in brackets the number from which on it is never"
        " missed again: exact power rises in a saw-tooth. The formula is the usual normal"
        " approximation."
    )
    head = ["If the truth is", "Fisher", "Boschloo", "z formula"]
    return Table(
        head,
        rows,
        caption=f"Participants per arm for a power of {protocol.design.power}",
        note=note,
    )


def assurance_table(protocol: Protocol, computed: ComputedDesign) -> Table:
    """Power where the effect is known from counts only."""
    power = {row.scenario: row.power["boschloo"] for row in computed.table}
    rows = []
    for scenario in protocol.design.scenarios:
        observed = (scenario.control_observed, scenario.experimental_observed)
        if scenario.id in computed.assurance:
            counts = [f"{seen.events} of {seen.n}" for seen in observed if seen]
            assured = f"{computed.assurance[scenario.id]:.3f}"
            rows.append([scenario.label, *counts, f"{power[scenario.id]:.3f}", assured])
    head = ["Earlier patients", "control", "experimental", "power at their shares", "assurance"]
    note = (
        "Assurance is the power of Boschloo's test averaged over what these counts leave open: a"
        " beta distribution for each arm (Jeffreys' prior)."
    )
    return Table(
        head, rows, caption="Power when the effect itself is uncertain", note=note, stack=True
    )


def power_figure(protocol: Protocol, computed: ComputedDesign) -> Figure:
    """Power by the number of participants, a line for each scenario."""
    labels = {s.id: s.label for s in protocol.design.scenarios}
    lines = [
        Line(labels[scenario], [at.per_arm for at in curve], [at.power for at in curve])
        for scenario, curve in list(computed.curves.items())[:4]
    ]
    last = max((at.per_arm for curve in computed.curves.values() for at in curve), default=20)
    chart = LineChart(
        label="Power by participants per arm",
        x_title="participants per arm",
        y_title="exact power of Boschloo's test",
        x_ticks=list(range(10, last + 1, 10)),
        y_ticks=[0, 0.2, 0.4, 0.6, 0.8, 1.0],
        lines=lines,
        limits=[float(protocol.design.power)],
    )
    caption = (
        "Power does not rise evenly: one participant more can lose some, since the tables are"
        " discrete."
    )
    return draw_twice(lambda width: draw_lines(chart, width), caption)
