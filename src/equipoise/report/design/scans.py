"""What does the day of the first scan decide? By a formula where it holds, and by simulation."""

from __future__ import annotations

from equipoise.planning.scan_interval import ScanInterval, counts_stable_disease, scan_timing
from equipoise.planning.simulated_design import SimulatedDesign
from equipoise.protocol.model import Protocol
from equipoise.report.design.words import estimate_words, percent_words
from equipoise.report.kit.formats import NONE, percent
from equipoise.report.kit.table import Table
from equipoise.simulation.declared_test import primary_analysis


def scan_blocks(protocol: Protocol, simulated: SimulatedDesign | None) -> list[str | Table]:
    """The table of the declared days, and a sentence where the formula does not hold for the
    primary endpoint; nothing where no day is declared.
    """
    weeks = protocol.design.first_scan_weeks
    intervals = simulated.scan_intervals if simulated else []
    if not weeks:
        return []
    if counts_stable_disease(protocol.primary):
        return [_table(protocol, intervals, formula=True)]
    median = f"{protocol.design.control_median_pfs_months:g}"
    sentence = (
        f"{protocol.primary.label} does not count stable disease, so it is not the proportion"
        f" without an event at the first scan: the declared median of {median} months in control"
        " is not used."
    )
    return [sentence, *([_table(protocol, intervals, formula=False)] if intervals else [])]


def _table(protocol: Protocol, intervals: list[ScanInterval], *, formula: bool) -> Table:
    median = float(protocol.design.control_median_pfs_months)
    weeks = protocol.design.first_scan_weeks
    head, rows = ["First scan"], [[f"week {week}"] for week in weeks]
    note = "The drug is the same in every row; the calendar differs."
    if formula:
        head.append(f"control, exponential PFS of {median:g} months")
        for row, week in zip(rows, weeks, strict=True):
            row.append(percent(scan_timing(median, week)))
    if intervals:
        head += ["control, virtual participants", "experimental"]
        head += [f"power ({primary_analysis(protocol)})", "power (PFS log-rank)"]
        for row, interval in zip(rows, intervals, strict=True):
            pfs = interval.pfs_rejected
            row += [percent_words(interval.control), percent_words(interval.experimental)]
            row += [estimate_words(interval.rejected), estimate_words(pfs) if pfs else NONE]
        note += (
            " Virtual participants are scanned at that interval throughout, stable disease has to"
            " last to the first, and all rows are cut after the same follow-up; in brackets the"
            " Monte-Carlo standard error."
        )
    caption = f"{protocol.primary.label} by the day of the first scan"
    return Table(head, rows, caption=caption, note=note, stack=True)
