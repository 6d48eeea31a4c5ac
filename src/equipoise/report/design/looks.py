"""Where does the trial reject, at which look, and how long does it go on?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, isfinite

from equipoise.planning.boundaries import Boundary, Reached, Stopped
from equipoise.planning.declared_power import BY_FORMULA, ENUMERATED
from equipoise.planning.design import ComputedDesign
from equipoise.planning.simulated_design import SimulatedDesign, SimulatedStopping
from equipoise.protocol.model import Protocol
from equipoise.report.design.power import ticks
from equipoise.report.design.words import (
    TEST_OF,
    TEST_SENTENCES,
    both_words,
    estimate_words,
    labels_of,
    mean_words,
    shares_words,
    spending_words,
)
from equipoise.report.kit.charts import Line, LineChart, draw_lines
from equipoise.report.kit.formats import NONE, percent, points
from equipoise.report.kit.page import Figure, draw_twice
from equipoise.report.kit.table import Table
from equipoise.simulation.protocol_trials import scenario_words

HIGHEST_DRAWN = 8.0
"""|z| up to which a bound is drawn; beyond it a look practically never stops."""


def looks_blocks(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> list[str | Table | Figure]:
    """The bounds on every scale; and, if there are looks, drawn, and how often each stops."""
    blocks: list[str | Table | Figure] = [boundary_table(protocol, computed)]
    if computed.plan.looks:
        blocks.append(boundary_figure(computed.looks.boundaries))
    if computed.table:
        blocks.append(reached_table(protocol, computed))
    if computed.table and computed.plan.looks:
        blocks.append(stopping_table(protocol, computed, simulated))
        blocks.append(size_by_truth_table(protocol, computed, simulated))
    return blocks


# ------------------------------------------------------------------ bounds


def boundary_table(protocol: Protocol, computed: ComputedDesign) -> Table:
    """The bounds of each look as |z|, as p, and by the level that is spent."""
    rows = [
        [
            name,
            str(sum(bound.arms)),
            both_words(bound.arms),
            percent(bound.fraction),
            f"{bound.z:.3f}" if isfinite(bound.z) else NONE,
            _level(bound.p),
            _level(bound.spent),
        ]
        for name, bound in zip(_names(computed), computed.looks.boundaries, strict=True)
    ]
    taken = (
        f"{spending_words(protocol.design.spending)}."
        if computed.plan.looks
        else "The protocol declares no look before the end."
    )
    return Table(
        ["Analysis", "participants", "by arm", "of planned", "|z|", "p, two-sided", "level spent"],
        rows,
        caption="Boundaries for efficacy",
        note=(
            f"{taken} Each analysis is {TEST_OF[computed.plan.test]} at the p of its bound. By arm:"
            " experimental + control. No bound stops for futility: the protocol declares none."
        ),
        stack=True,
    )


def _level(level: float) -> str:
    return "< 0.0001" if level < 0.0001 else f"{level:.4f}"


def _names(computed: ComputedDesign) -> list[str]:
    return [*(f"look {place + 1}" for place in range(computed.plan.looks)), "end"]


def boundary_figure(boundaries: Sequence[Boundary]) -> Figure:
    """Both bounds by the participants judged."""
    drawn = [each for each in boundaries if each.z <= HIGHEST_DRAWN]
    top = ceil(max(each.z for each in drawn))
    sizes = [sum(each.arms) for each in drawn]
    lines = [
        Line(
            f"in favor of {arm}",
            sizes,
            [sign * each.z for each in drawn],
            dots=[(size, sign * each.z) for size, each in zip(sizes, drawn, strict=True)],
        )
        for arm, sign in (("the experimental arm", 1), ("control", -1))
    ]
    chart = LineChart(
        label="Boundaries by participants",
        x_title="participants judged",
        y_title="z at which the trial stops",
        x_ticks=ticks(sum(boundaries[-1].arms)),
        y_ticks=list(range(-top, top + 1)),
        lines=lines,
        y_words=lambda z: f"{z:g}".replace("-", "−"),
        limits=[0],
        marked=[(sum(boundaries[-1].arms), "planned end")],
    )
    rest = len(boundaries) - len(drawn)
    caption = "Outside the two lines the trial stops and rejects; looks are the dots."
    if rest:
        caption += f" Not drawn: bounds over {HIGHEST_DRAWN:g}, which practically never stop."
    return draw_twice(lambda width: draw_lines(chart, width), caption)


def reached_table(protocol: Protocol, computed: ComputedDesign) -> Table:
    """The bounds as differences of shares, in each scenario."""
    exact = computed.plan.test != "cmh"
    labels, rows = labels_of(protocol), list[list[str]]()
    for row in computed.table:
        rows.append([f"{labels[row.scenario]}: {percent(row.p_control)} in control"])
        for name, reached in zip(
            _names(computed), computed.looks.reached[row.scenario], strict=True
        ):
            cells = [*_events(reached), _points(reached.exact_difference)] if exact else []
            rows.append([name, *cells, _points(reached.difference)])
    head = ["control", "experimental from", "difference, points"] if exact else []
    note = f"{NONE}: not even everybody in the experimental arm would do. "
    if exact:
        note += (
            "With as many in control as come nearest to its share,"
            f" {TEST_OF[computed.plan.test]} rejects from so many in the experimental arm on. "
        )
    note += "By pooled z: the difference at exactly that share whose |z| is the bound."
    return Table(
        ["Analysis", *head, "by pooled z, points"],
        rows,
        caption="What has to be seen to reach them",
        note=note,
        stack=True,
    )


def _events(reached: Reached) -> list[str]:
    n_1, n_0 = reached.arms
    needed = NONE if reached.experimental is None else f"{reached.experimental} of {n_1}"
    return [f"{reached.control} of {n_0}", needed]


def _points(difference: float | None) -> str:
    return NONE if difference is None else points(difference)


# ------------------------------------------------------------------ stopping


Truth = tuple[str, Stopped, SimulatedStopping | None]


def _truths(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> Iterator[Truth]:
    """Each scenario, and before the first with its share in control the same without a
    difference.
    """
    labels, told = labels_of(protocol), set[float]()
    for row in computed.table:
        name, control = row.scenario, percent(row.p_control)
        if row.p_control not in told:
            told.add(row.p_control)
            yield (
                f"no difference (H0), {control} in both arms",
                computed.looks.without[name],
                simulated.without[name] if simulated else None,
            )
        yield (
            f"{labels[name]}: {shares_words(row)}",
            computed.looks.stopped[name],
            simulated.stopped[name] if simulated else None,
        )


def stopping_table(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> Table:
    """How often each look rejects, in whose favor, under each truth."""
    rows: list[list[str]] = []
    for label, stopped, drawn in _truths(protocol, computed, simulated):
        rows.append([label])
        so_far = 0.0
        for place, name in enumerate(_names(computed)):
            above, below = stopped.above[place], stopped.below[place]
            so_far += above + below
            rows.append([name, f"{above:.3f}", f"{below:.3f}", f"{so_far:.3f}"])
            if drawn:
                rows[-1] += [estimate_words(drawn.above[place]), estimate_words(drawn.below[place])]
    head = ["Rejects at", "for experimental", "for control", "so far"]
    head += ["for experimental, simulated", "for control, simulated"] if simulated else []
    return Table(head, rows, caption="Stopping by look", note=_how(computed, simulated), stack=True)


def _how(computed: ComputedDesign, simulated: SimulatedDesign | None) -> str:
    """Where the figures of stopping come from."""
    test = computed.plan.test
    how = f"by the {BY_FORMULA}" if test == "cmh" else ENUMERATED
    note = f"{TEST_SENTENCES[test]} at the p of each bound, {how}."
    if simulated:
        note += (
            f" Simulated: {simulated.trials} trials with the blocks and strata of the protocol; in"
            " brackets the Monte-Carlo standard error."
        )
    return note


def size_by_truth_table(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> Table:
    """How many participants are judged on average until the trial stops, under each truth."""
    rows = []
    for label, stopped, drawn in _truths(protocol, computed, simulated):
        rows.append([label, f"{stopped.power:.3f}", f"{stopped.expected:.1f}"])
        if drawn:
            rows[-1].append(mean_words(drawn.expected))
    head = ["If the truth is", "rejects at any look", "participants judged"]
    return Table(
        [*head, "participants judged, simulated"] if simulated else head,
        rows,
        caption=f"Expected size; planned are {sum(computed.plan.end)}",
        note=_how(computed, simulated),
        stack=True,
    )


# ------------------------------------------------------------------ duration


def duration_table(protocol: Protocol, simulated: SimulatedDesign) -> Table:
    """How long virtual trials take until they stop, and who has entered by then."""
    rows = [
        [
            scenario_words(protocol, name),
            f"{each.months.value:.1f} ({each.months.standard_error:.2f})",
            f"{each.months.q05:.1f} to {each.months.q95:.1f}",
            mean_words(each.entered),
        ]
        for name, each in simulated.durations.items()
    ]
    until = "the declared look that stops, or the end" if protocol.design.looks else "the end"
    return Table(
        ["If the truth is", "months", "in 90 % of trials", "entered by then"],
        rows,
        caption="Months from the opening of recruitment to the primary analysis, simulated",
        note=(
            f"{simulated.trials} virtual trials at the assumed rate of recruitment, until {until}:"
            f" {protocol.cutoff.primary_days_after_last_randomization} days after the last"
            " participant who is judged. Averages; in brackets the Monte-Carlo standard error."
        ),
        stack=True,
    )
