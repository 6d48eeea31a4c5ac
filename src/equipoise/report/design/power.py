"""What can the planned size show, and how many would it take? As computed, and as simulated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil, floor

from equipoise.planning.declared_power import BY_FORMULA, shown_tests
from equipoise.planning.design import ComputedDesign, EffectPower, SizePower
from equipoise.planning.operating_table import MOST_SEARCHED, Needed
from equipoise.planning.simulated_design import SimulatedDesign
from equipoise.protocol.design import Scenario
from equipoise.protocol.model import Protocol
from equipoise.report.design.words import (
    TEST_OF,
    both_words,
    estimate_words,
    labels_of,
    shares_words,
    strata_words,
)
from equipoise.report.kit.charts import Line, LineChart, draw_lines
from equipoise.report.kit.formats import NONE, PLANNED_TESTS, isolated, percent, points
from equipoise.report.kit.page import Figure, draw_twice
from equipoise.report.kit.table import Table

LINES_IN_A_CHART, MOST_TICKS = 4, 10
SHARE_TICKS = (0, 0.2, 0.4, 0.6, 0.8, 1.0)
EFFECT_TITLE = "difference in percentage points, experimental minus control"


def power_table(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> Table:
    """Power of each test in each scenario, as computed and as simulated."""
    tests = shown_tests(computed.plan.test)
    head = ["If the truth is", "control", "experimental", *_marked(computed)]
    head += [f"{PLANNED_TESTS[test]}, simulated" for test in tests] if simulated else []
    labels, rows = labels_of(protocol), []
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
    """Participants, in all and by arm, that reach the power asked for."""
    plan, labels = computed.plan, labels_of(protocol)
    tests = [test for test in shown_tests(plan.test) if test != "pooled_z"]
    rows: list[list[str]] = []
    for row in computed.table:
        rows.append([f"{labels[row.scenario]}: {shares_words(row)}"])
        for test in tests:
            star = " *" if test == plan.test else ""
            rows.append([PLANNED_TESTS[test] + star, *_needed(row.needed.get(test))])
        by_formula = row.needed_by_formula
        rows.append(["by formula", *_needed(by_formula and Needed(by_formula, None))])
    planned = f"planned: {sum(plan.end)} ({both_words(plan.end)})"
    return Table(
        ["Test", "participants", "by arm", "never missed from", "by arm"],
        rows,
        caption=f"Participants needed for a power of {plan.power:.12g}; {planned}",
        note=" ".join(_size_notes(computed)),
        stack=True,
    )


def _needed(needed: Needed | None) -> list[str]:
    """The first, and from which on it is never missed; in all and by arm."""
    both = (needed.first, needed.always_from) if needed else (None, None)
    return [
        cell
        for arms in both
        for cell in ([str(sum(arms)), both_words(arms)] if arms else [NONE] * 2)
    ]


def _size_notes(computed: ComputedDesign) -> Iterator[str]:
    yield (
        "The first number that reaches it, and the number from which on it is never missed again:"
        " exact power rises in a saw-tooth. By arm: experimental + control; * the declared test. By"
        " formula: the usual normal approximation."
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
            rows.append([isolated(scenario.label), *counts, f"{power[scenario.id]:.3f}", assured])
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
    plan, labels = computed.plan, labels_of(protocol)
    exact, (one, zero) = plan.test != "cmh", plan.ratio
    how = "exact power" if exact else "power by the normal approximation"
    power = {row.scenario: row.power[plan.test] for row in computed.table}
    on_the_curve = exact and not plan.looks
    chart = LineChart(
        label="Power by participants",
        x_title=f"participants in all, {one}:{zero} to the arms",
        y_title=f"{how} of {TEST_OF[plan.test]}" + (", once at the end" if plan.looks else ""),
        x_ticks=ticks(max(at.participants for curve in curves.values() for at in curve)),
        y_ticks=SHARE_TICKS,
        lines=[
            Line(
                labels[name],
                [at.participants for at in curve],
                [at.power for at in curve],
                dots=[(sum(plan.end), power[name])] if on_the_curve else [],
            )
            for name, curve in curves.items()
        ],
        limits=[plan.power],
        marked=[(sum(plan.end), f"planned: {sum(plan.end)} ({both_words(plan.end)})")],
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
    share in control; four in a figure. With looks also the participants judged on average.
    """
    curves = list(computed.by_effect.items())
    figures = []
    for first in range(0, len(curves), LINES_IN_A_CHART):
        part = dict(curves[first : first + LINES_IN_A_CHART])
        figures.append(_effect_figure(protocol, computed, part))
        if computed.plan.looks:
            figures.append(_expected_figure(protocol, computed, part))
    return figures


def _effect_figure(
    protocol: Protocol, computed: ComputedDesign, curves: dict[str, list[EffectPower]]
) -> Figure:
    plan, participants = computed.plan, sum(computed.plan.end)
    conditions = ["looks included"] if plan.looks else []
    conditions += ["by the normal approximation"] if plan.test == "cmh" else []
    chart = LineChart(
        label=f"Power of {TEST_OF[plan.test]} with {participants} participants, by effect",
        x_title=EFFECT_TITLE,
        y_title=", ".join(
            [f"power of {TEST_OF[plan.test]} with {participants} participants", *conditions]
        ),
        x_ticks=_effect_ticks(curves),
        y_ticks=SHARE_TICKS,
        lines=_effect_lines(protocol, curves, lambda at: at.power),
        limits=[plan.power],
    )
    caption = (
        f"Dashed: the power asked for, {plan.power:g}; the difference that is found with it can be"
        " read off where a line crosses. The dots are the scenarios."
    )
    return draw_twice(lambda width: draw_lines(chart, width), caption)


def _expected_figure(
    protocol: Protocol, computed: ComputedDesign, curves: dict[str, list[EffectPower]]
) -> Figure:
    participants = sum(computed.plan.end)
    chart = LineChart(
        label="Expected participants, by effect",
        x_title=EFFECT_TITLE,
        y_title="participants judged on average when the trial stops",
        x_ticks=_effect_ticks(curves),
        y_ticks=ticks(participants),
        lines=_effect_lines(protocol, curves, lambda at: at.expected),
        limits=[participants],
    )
    caption = f"Dashed: the planned {participants}. The dots are the scenarios."
    return draw_twice(lambda width: draw_lines(chart, width), caption)


def _effect_lines(
    protocol: Protocol,
    curves: dict[str, list[EffectPower]],
    which: Callable[[EffectPower], float],
) -> list[Line]:
    scenarios = {each.id: each for each in protocol.design.scenarios}
    drawn = []
    for name, curve in curves.items():
        own = float(scenarios[name].experimental) - float(scenarios[name].control)
        x, y = [100 * at.difference for at in curve], [which(at) for at in curve]
        dots = [(100 * at.difference, which(at)) for at in curve if at.difference == own]
        drawn.append(Line(_effect_words(scenarios[name]), x, y, dots=dots))
    return drawn


def _effect_words(scenario: Scenario) -> str:
    expected = points(float(scenario.experimental - scenario.control))
    control = percent(float(scenario.control))
    return f"{isolated(scenario.label)}: {control} in control, {expected} expected"


def _effect_ticks(curves: dict[str, list[EffectPower]]) -> list[int]:
    """Every ten points, from the least difference of all to the greatest."""
    seen = [10 * at.difference for curve in curves.values() for at in curve]
    return list(range(10 * floor(min(seen)), 10 * ceil(max(seen) - 1e-9) + 1, 10))


def ticks(last: int) -> list[int]:
    """Round numbers from 0 to the last or over it."""
    step = next(s for s in (10, 20, 50, 100, 200, 500, 1000) if last <= MOST_TICKS * s)
    return list(range(0, last + step, step))
