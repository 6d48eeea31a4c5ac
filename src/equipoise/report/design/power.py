"""What can the planned size show, and how many would it take? As computed, and as simulated."""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.planning.declared_power import BY_FORMULA, shown_tests
from equipoise.planning.design import ComputedDesign, EffectPower, SizePower
from equipoise.planning.operating_table import MOST_SEARCHED, Needed
from equipoise.planning.simulated_design import SimulatedDesign
from equipoise.protocol.design import Scenario
from equipoise.protocol.model import Protocol
from equipoise.report.design.words import (
    TEST_OF,
    estimate_words,
    per_arm_words,
    strata_words,
)
from equipoise.report.kit.charts import Line, LineChart, draw_lines
from equipoise.report.kit.formats import NONE, PLANNED_TESTS, arms_words, percent, points
from equipoise.report.kit.page import Figure, draw_twice
from equipoise.report.kit.table import Table

LINES_IN_A_CHART, MOST_TICKS = 4, 10


def power_table(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> Table:
    """Power of each test in each scenario, as computed and as simulated."""
    tests = shown_tests(computed.plan.test)
    head = ["If the truth is", "control", "experimental", *_marked(computed)]
    head += [f"{PLANNED_TESTS[test]}, simulated" for test in tests] if simulated else []
    labels = {s.id: s.label for s in protocol.design.scenarios}
    rows = []
    for row in computed.table:
        cells = [labels[row.scenario], percent(row.p_control), percent(row.p_experimental)]
        cells += [f"{row.power[test]:.3f}" for test in tests]
        if simulated:
            cells += [estimate_words(simulated.rejected[row.scenario][test]) for test in tests]
        rows.append(cells)
    size = computed.table[0].size
    sizes = [f"{size[test]:.3f}" if test in size else NONE for test in tests]
    empty = [""] * len(tests) if simulated else []
    rows.append(["true size (largest over all shares)", "", "", *sizes, *empty])
    note = " ".join(_power_notes(computed, simulated))
    return Table(head, rows, caption="Power of the two-sided test", note=note, stack=True)


def _marked(computed: ComputedDesign) -> list[str]:
    """Names of the tests; the declared one has a star."""
    declared = computed.plan.test
    return [
        PLANNED_TESTS[test] + (" *" if test == declared else "") for test in shown_tests(declared)
    ]


def _power_notes(computed: ComputedDesign, simulated: SimulatedDesign | None) -> Iterator[str]:
    plan = computed.plan
    yield "* the declared test. Computed: all tables of fixed arms, enumerated."
    if plan.test == "cmh":
        how = "by the normal approximation" if computed.how == BY_FORMULA else "enumerated too"
        yield f"CMH {how}, with {strata_words(plan.strata)} and the same shares in each."
    if plan.looks:
        yield "Every test is taken at the declared looks, at their levels."
    if "pooled_z" in shown_tests(plan.test):
        yield "The pooled z test errs more often than it says."
    if simulated:
        yield (
            f"Simulated: {simulated.trials} trials with the blocks and strata of the protocol,"
            " whose arms are not always of the ratio; in brackets the Monte-Carlo standard error."
        )


def size_table(protocol: Protocol, computed: ComputedDesign) -> Table:
    """Participants by arm that reach the power asked for."""
    plan, labels = computed.plan, {s.id: s.label for s in protocol.design.scenarios}
    tests = [test for test in shown_tests(plan.test) if test != "pooled_z"]
    rows = []
    for row in computed.table:
        formula = arms_words(row.needed_by_formula) if row.needed_by_formula else NONE
        needed = [_needed(row.needed.get(test)) for test in tests]
        rows.append([labels[row.scenario], *needed, formula])
    return Table(
        ["If the truth is", *(PLANNED_TESTS[test] for test in tests), "by formula"],
        rows,
        caption=f"{per_arm_words(plan)} for a power of {plan.power:.12g}",
        note=" ".join(_size_notes(computed)),
        stack=plan.ratio != (1, 1),
    )


def _needed(needed: Needed | None) -> str:
    if needed is None:
        return NONE
    always = f" ({arms_words(needed.always_from)})" if needed.always_from else ""
    return arms_words(needed.first) + always


def _size_notes(computed: ComputedDesign) -> Iterator[str]:
    yield (
        "The first number that reaches it, and in brackets the number from which on it is never"
        " missed again: exact power rises in a saw-tooth. By formula: the usual normal"
        " approximation."
    )
    if computed.plan.test == "cmh":
        yield "CMH is by the normal approximation, too."
    if any("fisher" not in row.needed for row in computed.table):
        yield f"{NONE}: not searched, as the formula gives none or over {MOST_SEARCHED} in all."
    if computed.more_for_looks is not None:
        yield (
            "All for one test at the end; the declared looks ask for"
            f" {100 * computed.more_for_looks:.1f} % more."
        )


def assurance_table(protocol: Protocol, computed: ComputedDesign) -> Table:
    """Power where the effect is known from counts only."""
    test = computed.plan.test
    power = {row.scenario: row.power[test] for row in computed.table}
    rows = []
    for scenario in protocol.design.scenarios:
        observed = (scenario.control_observed, scenario.experimental_observed)
        if scenario.id in computed.assurance:
            counts = [f"{seen.events} of {seen.n}" for seen in observed if seen]
            assured = f"{computed.assurance[scenario.id]:.3f}"
            rows.append([scenario.label, *counts, f"{power[scenario.id]:.3f}", assured])
    head = ["Earlier patients", "control", "experimental", "power at their shares", "assurance"]
    note = (
        f"Assurance is the power of {TEST_OF[test]} averaged over what these counts leave open: a"
        " beta distribution for each arm (Jeffreys' prior)."
    )
    if test == "cmh":
        note += " It is by the normal approximation."
    return Table(
        head, rows, caption="Power when the effect itself is uncertain", note=note, stack=True
    )


def power_figures(protocol: Protocol, computed: ComputedDesign) -> list[Figure]:
    """Power of the declared test by the number of participants, a line for each scenario; four in
    a figure.
    """
    curves = list(computed.curves.items())
    return [
        _power_figure(protocol, computed, dict(curves[first : first + LINES_IN_A_CHART]))
        for first in range(0, len(curves), LINES_IN_A_CHART)
    ]


def _power_figure(
    protocol: Protocol, computed: ComputedDesign, curves: dict[str, list[SizePower]]
) -> Figure:
    plan, labels = computed.plan, {s.id: s.label for s in protocol.design.scenarios}
    exact, (one, zero), (one_arm, other) = plan.test != "cmh", plan.ratio, plan.end
    how = "exact power" if exact else "power by the normal approximation"
    chart = LineChart(
        label="Power by participants",
        x_title=f"participants in all, {one}:{zero} to the arms",
        y_title=f"{how} of {TEST_OF[plan.test]}" + (", once at the end" if plan.looks else ""),
        x_ticks=_ticks(max(at.participants for curve in curves.values() for at in curve)),
        y_ticks=[0, 0.2, 0.4, 0.6, 0.8, 1.0],
        lines=[
            Line(labels[name], [at.participants for at in curve], [at.power for at in curve])
            for name, curve in curves.items()
        ],
        limits=[plan.power],
        marked=[(sum(plan.end), f"planned: {sum(plan.end)} ({one_arm} v {other})")],
    )
    caption = f"Dashed: the power asked for, {plan.power:g}, and the planned size."
    if exact:
        caption += (
            " Power does not rise evenly: one participant more can lose some, since the tables are"
            " discrete."
        )
    return draw_twice(lambda width: draw_lines(chart, width), caption)


def effect_figures(protocol: Protocol, computed: ComputedDesign) -> list[Figure]:
    """Power of the declared test at the planned size by the difference, a line for each scenario's
    share in control; four in a figure.
    """
    curves = list(computed.by_effect.items())
    return [
        _effect_figure(protocol, computed, dict(curves[first : first + LINES_IN_A_CHART]))
        for first in range(0, len(curves), LINES_IN_A_CHART)
    ]


def _effect_figure(
    protocol: Protocol, computed: ComputedDesign, curves: dict[str, list[EffectPower]]
) -> Figure:
    plan, scenarios = computed.plan, {s.id: s for s in protocol.design.scenarios}
    label = f"Power of {TEST_OF[plan.test]} with {sum(plan.end)} participants, by effect"
    chart = LineChart(
        label=label,
        x_title="difference in percentage points, experimental minus control",
        y_title=f"power of {TEST_OF[plan.test]} with {sum(plan.end)} participants",
        x_ticks=list(range(0, 61, 10)),
        y_ticks=[0, 0.2, 0.4, 0.6, 0.8, 1.0],
        lines=[
            Line(
                _effect_words(scenarios[name]),
                *_up_to([(100 * at.difference, at.power) for at in curve], 60),
            )
            for name, curve in curves.items()
        ],
        limits=[plan.power],
    )
    caption = (
        f"Dashed: the power asked for, {plan.power:g}. The difference that is found with it can be"
        " read off where a line crosses."
    )
    return draw_twice(lambda width: draw_lines(chart, width), caption)


def _effect_words(scenario: Scenario) -> str:
    expected = points(float(scenario.experimental - scenario.control))
    return f"{scenario.label}: {percent(float(scenario.control))} in control, {expected} expected"


def _up_to(curve: list[tuple[float, float]], last: float) -> tuple[list[float], list[float]]:
    kept = [(x, y) for x, y in curve if x <= last + 1e-9]
    return [x for x, _ in kept], [y for _, y in kept]


def _ticks(last: int) -> list[int]:
    """Round numbers from 0 to the last or over it."""
    step = next(s for s in (10, 20, 50, 100, 200, 500, 1000) if last <= MOST_TICKS * s)
    return list(range(0, last + step, step))
