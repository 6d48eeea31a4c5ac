"""What does the planned size buy? Power computed and simulated, early looks, scans, assurance: as
text and page.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from equipoise.planning.design import ComputedDesign, SimulatedDesign
from equipoise.planning.scan_interval import scan_timing
from equipoise.protocol.model import Protocol
from equipoise.report.kit.charts import Line, LineChart, draw_lines
from equipoise.report.kit.page import Document, Figure, Section, draw_twice, write_document
from equipoise.report.kit.table import Table
from equipoise.simulation.operating_characteristics import Estimate
from equipoise.statistics.proportions import Test

TESTS: dict[Test, str] = {"fisher": "Fisher", "boschloo": "Boschloo", "pooled_z": "pooled z"}


def show_design(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> str:
    """Plain text of every table; without `simulated` the computed ones alone."""
    tables = [
        table
        for section in _sections(protocol, computed, simulated)
        for table in _tables_of(section)
    ]
    lines = [*_lead(protocol, computed), ""]
    for table in tables:
        lines += [*_plain(table), ""]
    return "\n".join(lines).rstrip()


def write_design(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> str:
    """The page, with figures."""
    return write_document(
        Document(
            title=f"{protocol.id}: what the design can show",
            kicker="The design of a randomized trial, computed from its protocol",
            lead=_lead(protocol, computed),
            sections=_sections(protocol, computed, simulated),
        )
    )


def _lead(protocol: Protocol, computed: ComputedDesign) -> list[str]:
    design, (n_1, n_0) = protocol.design, computed.per_arm
    powers = [row.power["boschloo"] for row in computed.table]
    return [
        (
            f"{protocol.id}: {design.participants} participants, {n_1} v {n_0}, two-sided"
            f" {design.alpha}; {protocol.primary.label.lower()}."
        ),
        (
            f"H0: {design.hypotheses.h0}. H1: {design.hypotheses.h1}. Looks at efficacy:"
            f" {_looks(protocol)}."
        ),
        (
            f"Boschloo's test has a power of {min(powers):.2f} to {max(powers):.2f} over the"
            " scenarios."
            if powers
            else "The protocol declares no scenario."
        ),
    ]


def _looks(protocol: Protocol) -> str:
    if not protocol.design.looks:
        return "none"
    sizes = ", ".join(str(look.participants) for look in protocol.design.looks)
    return f"at {sizes} participants, {_words(protocol.design.spending)}"


def _words(name: str) -> str:
    return (
        name.replace("_", " ")
        .replace("obrien fleming", "O'Brien-Fleming")
        .replace("pocock", "Pocock")
    )


def _sections(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> list[Section]:
    found = [
        Section(
            "power", "Power", [_power(protocol, computed, simulated), _curves(protocol, computed)]
        ),
        Section("size", "Participants needed", [_needed(protocol, computed)]),
    ]
    if computed.assurance:
        found.append(Section("assurance", "Assurance", [_assurance(protocol, computed)]))
    if simulated is not None:
        found.append(Section("looks", "What an early look costs", [_early(protocol, simulated)]))
    found.append(Section("scans", "The day of the first scan", _scans(protocol, simulated)))
    if simulated is not None:
        found.append(Section("assumed", "What the simulation assumes", [_assumed(simulated)]))
    return found


def _power(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> Table:
    head = ["If the truth is", "control", "experimental", *TESTS.values()]
    head += [f"{name}, simulated" for name in TESTS.values()] if simulated else []
    rows = []
    labels = {s.id: s.label for s in protocol.design.scenarios}
    for row in computed.table:
        cells = [labels[row.scenario], _percent(row.p_control), _percent(row.p_experimental)]
        cells += [f"{row.power[test]:.3f}" for test in TESTS]
        if simulated:
            cells += [_estimate(simulated.rejected[row.scenario][test]) for test in TESTS]
        rows.append(cells)
    if computed.table:
        sizes = [f"{computed.table[0].size[test]:.3f}" for test in TESTS]
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


def _needed(protocol: Protocol, computed: ComputedDesign) -> Table:
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


def _assurance(protocol: Protocol, computed: ComputedDesign) -> Table:
    rows = []
    for one in protocol.design.scenarios:
        if one.id in computed.assurance and one.control_observed and one.experimental_observed:
            counts = [
                f"{seen.events} of {seen.n}"
                for seen in (one.control_observed, one.experimental_observed)
            ]
            power = next(row.power["boschloo"] for row in computed.table if row.scenario == one.id)
            rows.append([one.label, *counts, f"{power:.3f}", f"{computed.assurance[one.id]:.3f}"])
    head = ["Earlier patients", "control", "experimental", "power at their shares", "assurance"]
    note = (
        "Assurance is the power of Boschloo's test averaged over what these counts leave open: a"
        " beta distribution for each arm (Jeffreys' prior)."
    )
    return Table(
        head, rows, caption="Power when the effect itself is uncertain", note=note, stack=True
    )


def _early(protocol: Protocol, simulated: SimulatedDesign) -> Table:
    half = protocol.design.participants // 2
    rows = []
    for name, look in simulated.early_looks.items():
        with_effect, without = look.simulated, look.simulated_without_effect
        rows.append(
            [
                _words(name) + (" *" if name == protocol.design.spending else ""),
                " / ".join(f"{bound:.3f}" for bound in look.bounds),
                f"{look.power_at_same_size:.3f}",
                f"+{100 * look.more_participants:.1f} %",
                _estimate(with_effect.stopped_for_efficacy[0]),
                _estimate(with_effect.rejected),
                _estimate(without.rejected),
                f"{with_effect.entered.value:.1f}",
            ]
        )
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
        " the experimental arm, 'reject' in either direction. The last four are virtual trials of"
        f" the two-clone tumor that look when {half} can be judged, by pooled z; 'entered' counts"
        " all who have come by then. The protocol "
        + (
            "takes its looks with the bounds marked *."
            if protocol.design.looks
            else "takes no look; * marks the bounds it would take."
        )
    )
    return Table(
        head, rows, caption="One early look at the primary endpoint", note=note, stack=True
    )


def _scans(protocol: Protocol, simulated: SimulatedDesign | None) -> list[str | Table | Figure]:
    median = float(protocol.design.control_median_pfs_months)
    weeks = protocol.design.first_scan_weeks
    head = ["First scan", f"control, exponential PFS of {median:g} months"]
    rows = [[f"week {week}", _percent(scan_timing(median, week))] for week in weeks]
    note = "The drug is the same in every row; the calendar differs."
    if simulated is not None:
        head += [
            "control, virtual tumors",
            "experimental",
            "power (Boschloo)",
            "power (PFS log-rank)",
        ]
        for row, interval in zip(rows, simulated.scan_intervals, strict=True):
            row += [_percent(interval.control.value), _percent(interval.experimental.value)]
            row += [_estimate(interval.boschloo), _estimate(interval.pfs_rejected)]
        note += (
            " Virtual tumors are scanned at that interval throughout, stable disease has to last to"
            " the first, and all rows are cut after the same follow-up."
        )
    return [
        Table(
            head,
            rows,
            caption="Disease control by the day of the first scan",
            note=note,
            stack=True,
        )
    ]


def _curves(protocol: Protocol, computed: ComputedDesign) -> Figure:
    labels = {s.id: s.label for s in protocol.design.scenarios}
    lines = [
        Line(labels[scenario], [one.per_arm for one in curve], [one.power for one in curve])
        for scenario, curve in list(computed.curves.items())[:4]
    ]
    last = max((one.per_arm for curve in computed.curves.values() for one in curve), default=20)
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


def _assumed(simulated: SimulatedDesign) -> Table:
    rows = [
        [name.replace("_", " "), str(assumed.value), assumed.source]
        for name, assumed in simulated.assumed.items()
    ]
    return Table(["Input", "value", "from"], rows, caption="Beyond the protocol", words=True)


def _percent(proportion: float) -> str:
    return f"{100 * proportion:.1f} %"


def _estimate(figure: Estimate) -> str:
    return f"{figure.value:.3f} ({figure.standard_error:.3f})"


def _tables_of(section: Section) -> Iterator[Table]:
    return (block for block in section.blocks if isinstance(block, Table))


def _plain(table: Table) -> list[str]:
    """A table as text: columns as wide as they must be, the first to the left, numbers to the
    right.
    """
    rows = [[str(cell) for cell in row] for row in (table.head, *table.rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.head))]
    left = len(widths) if table.words else 1
    found = [table.caption]
    for row in rows:
        cells = [
            cell.ljust(w) if i < left else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        found.append("  ".join(cells).rstrip())
    return [*found, *wrap(table.note, 110, initial_indent="  ", subsequent_indent="  ")]
