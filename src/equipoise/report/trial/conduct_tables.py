"""How was the trial conducted? Whoever was not eligible, in another stratum, or read otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from equipoise.analysis.results.trial import Results
from equipoise.report.kit.drill_down import source_links, subject_link
from equipoise.report.kit.formats import listed
from equipoise.report.kit.table import Cell, Table


def eligibility_table(results: Results, short: Mapping[str, str]) -> Table | None:
    """Whose eligibility was not proven then, or is not proven now; None when there is nobody."""

    def named(ids: Sequence[str]) -> str:
        return listed([f"{name} ({short.get(name, '')})" for name in ids]) if ids else "all met"

    rows: list[list[Cell]] = [
        [subject_link(name), named(criteria.then), named(criteria.now)]
        for name, criteria in results.eligibility.items()
        if criteria.then or criteria.now
    ]
    head = ["Participant", "Not met or unknown at randomization", "Not met as known now"]
    return Table(head, rows, words=True) if rows else None


def strata_table(results: Results) -> Table | None:
    """Whose stratum as randomized is not what the records say; None when there is nobody."""
    rows: list[list[Cell]] = [
        [subject_link(name), " / ".join(stratum.as_randomized), " / ".join(stratum.actual)]
        for name, stratum in results.strata.items()
        if stratum.differs
    ]
    head = ["Participant", "As randomized (used in the analysis)", "As recorded now"]
    return Table(head, rows, words=True) if rows else None


def disagreement_table(results: Results) -> Table | None:
    """Where the reader and the lesions do not say the same."""
    rows: list[list[Cell]] = [
        [subject_link(row.subject), str(row.day), row.read, row.derived, source_links(row.source)]
        for row in results.disagreements
    ]
    head = ["Participant", "Day", "As read", "From the lesions", "Entries"]
    return Table(head, rows) if rows else None
