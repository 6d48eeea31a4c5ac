"""What can this design not show? Its power, the day of its scans, and the questions it leaves
open.
"""

from __future__ import annotations

from equipoise.endpoints.catalogue import OVERALL_SURVIVAL
from equipoise.planning.operating_table import Needed, planned_table
from equipoise.planning.planned import planned_per_arm, ratio_of
from equipoise.planning.refusals import refusals
from equipoise.planning.scan_interval import counts_stable_disease, scan_timing
from equipoise.protocol.estimands import BinaryAnalysis, TimeToEventAnalysis
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.report.kit.formats import NONE, PLANNED_TESTS, PlannedTest, arms_words, percent
from equipoise.report.kit.table import Cell, Table
from equipoise.report.trial.declared import (
    by_scans,
    in_sentence,
    masking_limit,
    selected_by_ctdna,
)

TESTS: tuple[PlannedTest, ...] = ("cmh", "boschloo", "fisher", "pooled_z")
"""In the order in which they are read."""

NOMINAL = (
    "Secondary results",
    (
        "All p-values other than the one of the primary test are nominal. No correction was"
        " made for their number, and no claim rests on them."
    ),
)
SUBGROUPS = (
    "Subgroups",
    (
        "Nothing is tested within strata. Intervals that overlap, or one that excludes zero, say"
        " little about a difference between strata."
    ),
)


def _ctdna(status: str, by_stratum: bool) -> tuple[str, str]:
    text = (
        f"Everyone who enters is {status} in ctDNA. Without participants of another status nothing"
        " can be said about whether the test predicts the effect of treatment."
    )
    if by_stratum:
        text += " The effect by stratum is shown instead, as description."
    return "ctDNA as a predictive biomarker", text


def _shown_by_stratum(protocol: Protocol) -> bool:
    """Whether the report has an effect for each level of the strata."""
    binary = isinstance(protocol.primary.analysis, BinaryAnalysis)
    return binary and bool(protocol.randomization.strata)


def _survival(protocol: Protocol) -> tuple[str, str]:
    text = "The primary endpoint is no substitute for time or quality of life."
    if any(_treatment_policy(endpoint) for endpoint in protocol.endpoints):
        text += (
            " Overall survival follows the treatment policy: after progression treatment is free,"
            " the experimental drug included, so survival compares two orders of treatment, not"
            " treatment with none."
        )
    return "A benefit in survival", text


def _treatment_policy(endpoint: Endpoint) -> bool:
    analysis = endpoint.analysis
    return isinstance(analysis, TimeToEventAnalysis) and OVERALL_SURVIVAL.code in analysis.rules


def open_questions(protocol: Protocol) -> list[tuple[str, str]]:
    """Title and text of each question that this design leaves open."""
    masking, by_stratum = masking_limit(protocol), _shown_by_stratum(protocol)
    return [
        *(_ctdna(status, by_stratum) for status in selected_by_ctdna(protocol)),
        *([masking] if masking else []),
        *([_survival(protocol)] if by_scans(protocol) else []),
        NOMINAL,
        *([SUBGROUPS] if by_stratum else []),
    ]


def power_table(protocol: Protocol) -> Table | None:
    """What the planned size can find under each published effect, by test; None where no design is
    computed, or the scenarios say nothing.
    """
    if refusals(protocol) or not protocol.design.scenarios:
        return None
    design, scenarios = protocol.design, planned_table(protocol)
    tests = [test for test in TESTS if test in scenarios[0].power]
    sized = [test for test in tests if test != "pooled_z"]
    labels = {
        s.id: f"{s.label}: {percent(float(s.control))} in control, {percent(float(s.experimental))}"
        for s in design.scenarios
    }
    rows = [
        [
            labels[row.scenario],
            *(f"{row.power[test]:.2f}" for test in tests),
            *(_needed(row.needed.get(test)) for test in sized),
            arms_words(row.needed_by_formula) if row.needed_by_formula else NONE,
        ]
        for row in scenarios
    ]
    per_arm = "n per arm" if ratio_of(protocol) == (1, 1) else "n, experimental + control,"
    need = f"{per_arm} for {percent(float(design.power), 0)}"
    named = [PLANNED_TESTS[test] for test in (*tests, *sized)]
    head = ["If the truth is", *named, "by formula"]
    sizes = [
        f"{PLANNED_TESTS[test]} {row.size[test]:.3f}"
        for row in scenarios[:1]
        for test in tests
        if test in row.size
    ]
    n_1, n_0 = planned_per_arm(protocol)
    how = "CMH with strata of equal size, the rest" if "cmh" in tests else "all"
    note = (
        f"{n_1} against {n_0} participants, two-sided {design.alpha}; {how} enumerated."
        f" Largest true size: {', '.join(sizes)}."
    )
    if any(row.size.get("pooled_z", 0.0) > float(design.alpha) for row in scenarios):
        note += " The pooled z test errs more often than it says."
    over: list[tuple[Cell, int]] = [("", 1), ("Power", len(tests)), (need, len(sized) + 1)]
    return Table(head, rows, note=note, over=over)


def _needed(needed: Needed | None) -> str:
    return NONE if needed is None else arms_words(needed.first)


def timing_table(protocol: Protocol) -> Table | None:
    """How much the primary endpoint owes to the day of the first scan; None where stable disease
    does not reach it.
    """
    if not counts_stable_disease(protocol.primary):
        return None
    design = protocol.design
    median = float(design.control_median_pfs_months)
    rows = [
        [f"{week} weeks", percent(scan_timing(median, week), 0)] for week in design.first_scan_weeks
    ]
    note = (
        f"If progression-free survival is exponential with a median of {median:g} months: the share"
        " without progression at the first scan. The drug is the same in every row; only the"
        " calendar differs."
    )
    return Table(
        ["First scan at", f"Expected {in_sentence(protocol.primary.label)}"], rows, note=note
    )
