"""What does the planned size buy? The exact power of the trial as text."""

from __future__ import annotations

from equipoise.analysis.design import OperatingRow, Scenario, operating_table, scan_timing
from equipoise.protocol.model import Protocol
from equipoise.statistics.proportions import Test

TESTS: tuple[Test, ...] = ("fisher", "boschloo", "pooled_z")


def planned_per_arm(protocol: Protocol) -> tuple[int, int]:
    """(experimental, control) of the planned participants, by the ratio of the arms."""
    total = protocol.experimental.ratio + protocol.control.ratio
    experimental = protocol.design.participants * protocol.experimental.ratio // total
    return experimental, protocol.design.participants - experimental


def planned_table(protocol: Protocol) -> list[OperatingRow]:
    """The operating table of the planned size under the protocol's scenarios."""
    design = protocol.design
    scenarios = [Scenario(s.id, float(s.control), float(s.experimental)) for s in design.scenarios]
    return operating_table(*planned_per_arm(protocol), float(design.alpha), scenarios, float(design.power))


def show_design(protocol: Protocol) -> str:
    """Power, true size and needed participants by test, and what the day of the first scan does."""
    n_1, n_0 = planned_per_arm(protocol)
    design = protocol.design
    labels = {s.id: s.label for s in design.scenarios}
    rows = planned_table(protocol)
    lines = [
        f"{protocol.id}: {design.participants} participants, {n_1} v {n_0}, two-sided {design.alpha}; "
        f"{protocol.primary.label.lower()}, control -> experimental.",
        "",
        f"{'scenario':28} {'rates':>14} {'power: Fisher':>14} {'Boschloo':>9} {'pooled z':>9}",
    ]
    for row in rows:
        rates = f"{100 * row.p_control:.1f} -> {100 * row.p_experimental:.1f} %"
        power = [f"{row.power[test]:.3f}" for test in TESTS]
        lines.append(f"{labels[row.scenario]:28} {rates:>14} {power[0]:>14} {power[1]:>9} {power[2]:>9}")
    size = rows[0].size if rows else {}
    lines += [
        f"{'true size (largest)':28} {'':14} {size.get('fisher', 0):>14.3f} {size.get('boschloo', 0):>9.3f} "
        f"{size.get('pooled_z', 0):>9.3f}",
        "",
        f"Participants per arm for a power of {design.power}: the first number that reaches it",
        "(and the number from which on it is never missed again, as exact power rises in a saw-tooth)",
        f"{'':28} {'':>14} {'Fisher':>14} {'Boschloo':>9} {'z formula':>9}",
    ]
    for row in rows:
        fisher, boschloo = (f"{row.n_per_arm[t].first} ({row.n_per_arm[t].always_from})" for t in TESTS[:2])
        lines.append(f"{labels[row.scenario]:28} {'':>14} {fisher:>14} {boschloo:>9} {row.n_per_arm_by_formula:>9}")
    median = float(design.control_median_pfs_months)
    timing = [f"week {week}: {100 * scan_timing(median, week):.1f} %" for week in design.first_scan_weeks]
    lines += [
        "",
        f"The day of the first scan moves the control rate (exponential PFS, median {median} months):",
        f"{', '.join(timing)}.",
        "All figures are exact enumerations; the pooled z test exceeds its size and is shown only for comparison.",
    ]
    return "\n".join(lines)
