"""What can this design not show? Its power, the day of its scans, and the questions it leaves
open.
"""

from __future__ import annotations

from equipoise.planning.design import planned_per_arm, planned_table
from equipoise.planning.scan_interval import scan_timing
from equipoise.protocol.criteria.genomic import Genomic
from equipoise.protocol.criteria.kind import Rule
from equipoise.protocol.model import Protocol
from equipoise.report.kit.formats import PLANNED_TESTS, PlannedTest, percent
from equipoise.report.kit.table import Table

TESTS: tuple[PlannedTest, ...] = ("boschloo", "fisher", "pooled_z")

CTDNA = (
    "ctDNA as a predictive biomarker",
    (
        "Everyone who enters is RAS wild type in ctDNA. Without participants whose ctDNA is mutated"
        " nothing can be said about whether the test predicts the effect of treatment. The effect"
        " by stratum is shown instead, as description."
    ),
)

ALWAYS = (
    (
        "An open label",
        (
            "Participants, investigators and the readers of the scans know the arm. Response is"
            " read by the local team; the response derived from the measured lesions is set beside"
            " it, but the lesions are measured by the same people. Blinded central reading is not"
            " registered."
        ),
    ),
    (
        "A benefit in survival",
        (
            "Disease control is no substitute for time or quality of life. Overall survival follows"
            " the treatment policy: after progression treatment is free, the experimental drug"
            " included, so survival compares two orders of treatment, not treatment with none."
        ),
    ),
    (
        "Secondary results",
        (
            "All p-values other than the one of the primary test are nominal. No correction was"
            " made for their number, and no claim rests on them."
        ),
    ),
    (
        "Subgroups",
        (
            "The strata are too small for tests. Intervals that overlap, or one that excludes zero,"
            " say little about a difference between strata."
        ),
    ),
)


def selects_by_ctdna(protocol: Protocol) -> bool:
    """Whether everybody who enters has the same ctDNA status, so that the trial cannot say what the
    status is worth.
    """
    return any(_asks_plasma(criterion.rule) for criterion in protocol.criteria)


def _asks_plasma(rule: Rule) -> bool:
    if isinstance(rule, Genomic):
        return rule.specimen == "PLASMA"
    return any(_asks_plasma(part) for part in rule.parts())


def open_questions(protocol: Protocol) -> list[tuple[str, str]]:
    """Title and text of each question that this design leaves open."""
    return [*([CTDNA] if selects_by_ctdna(protocol) else []), *ALWAYS]


def power_table(protocol: Protocol) -> Table:
    """What the planned size can find under each published effect, by test."""
    design, scenarios = protocol.design, planned_table(protocol)
    labels = {
        s.id: f"{s.label}: {percent(float(s.control))} in control, {percent(float(s.experimental))}"
        for s in design.scenarios
    }
    rows = [
        [
            labels[row.scenario],
            *(f"{row.power[test]:.2f}" for test in TESTS),
            *(str(row.n_per_arm[test].first) for test in TESTS),
        ]
        for row in scenarios
    ]
    need = f"n per arm for {percent(float(design.power), 0)}"
    head = ["If the truth is", *(PLANNED_TESTS[test] for test in TESTS * 2)]
    sizes = [
        f"{PLANNED_TESTS[test]} {row.size[test]:.3f}" for row in scenarios[:1] for test in TESTS
    ]
    n_1, n_0 = planned_per_arm(protocol)
    note = (
        f"{n_1} against {n_0} participants, two-sided {design.alpha}; all enumerated. Largest true"
        f" size: {', '.join(sizes) or 'not computed'}. The pooled z test errs more often than it"
        " says."
    )
    return Table(head, rows, note=note, over=[("", 1), ("Power", 3), (need, 3)])


def timing_table(protocol: Protocol) -> Table:
    """How much the disease control rate owes to the day of the first scan."""
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
    return Table(["First scan at", "Expected disease control"], rows, note=note)
