"""What may a data monitoring committee see? The open report pools the arms; the closed one is by
arm, and shows the primary endpoint only at a look that the protocol declares.

Made from the parts of the report, so that a number is the same in both.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from markupsafe import Markup

from equipoise.analysis.analyze import Analysis
from equipoise.analysis.interim import look_due
from equipoise.analysis.results.endpoints import BinaryEndpoint, SafetyEndpoint
from equipoise.analysis.results.trial import Results
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import as_of_words, day_words, percent, spoken
from equipoise.report.kit.page import Document, Figure, Section, draw_twice, write_document
from equipoise.report.kit.table import Cell, Table
from equipoise.report.trial import conduct_tables, primary
from equipoise.report.trial.adverse_event_table import adverse_event_table
from equipoise.report.trial.baseline_table import baseline_table
from equipoise.report.trial.consort import boxes_of, draw_consort
from equipoise.report.trial.pooled import ALL, pooled
from equipoise.report.trial.proportion_tables import comparison_table, proportion_table
from equipoise.report.trial.safety_review import review_words
from equipoise.report.trial.safety_tables import overview_table, shift_table
from equipoise.report.trial.stated import RANDOMIZED, SCREENED, about
from equipoise.report.trial.time_table import time_table
from equipoise.report.trial.visit_tables import overdue_table, visit_table

Block = str | Table | Figure
EVERYBODY = "all randomized, the arms as one"

_LINK = re.compile(r"</?a\b[^>]*>")


def write_committee_report(analysis: Analysis, *, closed: bool) -> str:
    """The report of the open or the closed session, as one HTML file without scripts."""
    results = analysis.results if closed else pooled(analysis.results)
    title = f"Report to the committee, {'closed' if closed else 'open'} session"
    return write_document(
        Document(
            title=f"{results.protocol.id}: {title[0].lower()}{title[1:]}",
            kicker=results.title,
            lead=[_lead(closed=closed)],
            sections=_sections(analysis, results, closed=closed),
            about=_about(results),
            banner="SIMULATED — no patient was treated" if results.simulated else "",
        )
    )


def _lead(*, closed: bool) -> str:
    if closed:
        return (
            "By arm, for the members of the committee and the statistician who reports to them;"
            " nobody who conducts the trial may see it."
        )
    return "The arms are pooled: nothing here tells one from the other, and nothing is of efficacy."


def _about(results: Results) -> list[tuple[str, str]]:
    ledger = results.ledger
    return [
        ("Protocol", f"version {results.protocol.version}, {results.protocol.hash[:12]}"),
        ("Cutoff", f"{day_words(results.cutoff)}: nothing clinical after it is counted"),
        ("As of", as_of_words(results.as_of)),
        ("Ledger", f"{ledger.entries} entries, head {ledger.head}"),
        ("State", results.status.lower()),
        ("Software", f"{results.software}, ledger of format {ledger.format}"),
    ]


def _sections(analysis: Analysis, results: Results, *, closed: bool) -> list[Section]:
    sections = [
        Section("accrual", "Accrual", _accrual(analysis, results, closed=closed)),
        Section("baseline", "At randomization", _baseline(analysis, results, closed=closed)),
        Section("safety", "Adverse events", _safety(analysis, results)),
        Section("visits", "Visits, expected and done", _visits(results)),
        Section("conduct", "Conduct", _conduct(analysis, results)),
    ]
    if closed:
        sections.append(Section("efficacy", "Primary endpoint", _efficacy(analysis)))
    return [
        replace(section, blocks=[_unlinked(block) for block in section.blocks])
        for section in sections
    ]


# ------------------------------------------------------------------ parts


def _accrual(analysis: Analysis, results: Results, *, closed: bool) -> list[Block]:
    protocol = analysis.trial.protocol
    said = about(SCREENED, "", results.cutoff)
    if not closed:
        return [*_months(analysis, results), _flow_table(results, said)]
    boxes = boxes_of(results, protocol, DrillDown())
    flow = draw_twice(lambda width: draw_consort(boxes, width), "Flow of participants.")
    return [*_months(analysis, results), replace(flow, about=said)]


def _months(analysis: Analysis, results: Results) -> list[Block]:
    """Randomized by calendar month, by the arms of the results; those of a committee in one."""
    arm_of = {name: row.arm for name, row in results.baseline.items()}
    by_month = Counter((f"{c.start:%Y-%m}", arm_of[n]) for n, c in analysis.courses.items())
    months = sorted({month for month, _ in by_month})
    if not months:
        return ["Nobody is randomized."]
    planned, so_far, rows = analysis.trial.protocol.design.participants, 0, []
    for month in months:
        counts = [by_month[month, arm] for arm in results.arms]
        so_far += sum(counts)
        share = percent(so_far / planned, 0)
        rows.append([month, *map(str, counts), f"{so_far} of {planned} ({share})"])
    head = ["Month", *(arm.label for arm in results.arms.values()), "So far, of planned"]
    said = about(RANDOMIZED if len(results.arms) > 1 else EVERYBODY, "", results.cutoff)
    return [Table(head, rows, caption="Randomized by month", about=said)]


def _flow_table(results: Results, said: str) -> Table:
    flow, arm = results.flow, results.flow.arms[ALL]
    rows: list[list[Cell]] = [
        ["Assessed for eligibility", str(flow.screened)],
        ["Not eligible", str(flow.not_eligible)],
        ["Declined", str(len(flow.declined))],
        ["Eligibility not known", str(flow.unknown)],
        ["Eligible, in screening", str(len(flow.eligible_not_randomized))],
        ["Randomized", str(flow.randomized)],
        ["Treated", str(len(arm.treated))],
        *(
            [f"Treatment ended: {spoken(why)}", str(len(n))]
            for why, n in arm.treatment_ended.items()
        ),
        *([f"Left the study: {spoken(why)}", str(len(n))] for why, n in arm.study_ended.items()),
        ["Died", str(len(arm.died))],
    ]
    return Table(["", "Participants"], rows, caption="Flow of participants", about=said)


def _baseline(analysis: Analysis, results: Results, *, closed: bool) -> list[Block]:
    if not results.flow.randomized:
        return ["Nobody is randomized, so there is nobody to describe."]
    shown = results if closed else replace(results, arms={})  # the column of all is there already
    table = baseline_table(shown, analysis.trial.protocol, DrillDown())
    said = about(RANDOMIZED if closed else EVERYBODY, "", results.cutoff)
    return [replace(table, caption="At randomization", about=said)]


def _safety(analysis: Analysis, results: Results) -> list[Block]:
    blocks: list[Block] = []
    for endpoint in results.endpoints.values():
        if isinstance(endpoint, SafetyEndpoint):
            blocks += _harms(endpoint, analysis, results)
    return [*blocks, review_words(results.safety_review, DrillDown())]


def _harms(endpoint: SafetyEndpoint, analysis: Analysis, results: Results) -> list[Block]:
    treated = sum(endpoint.n.values())
    if not treated:
        return ["Nobody has been treated."]
    if not endpoint.terms:
        return [f"No adverse event is recorded among {treated} treated participants."]
    who = analysis.trial.protocol.population(endpoint.population).definition
    said = about(who, f"worst grade by CTCAE {endpoint.ctcae}", results.cutoff)
    overview = overview_table(endpoint, results.arms, DrillDown())
    terms = adverse_event_table(endpoint, results.arms, DrillDown())
    shifts = shift_table(endpoint, results.arms, DrillDown())
    return [
        replace(overview, caption="Adverse events by kind", about=said),
        replace(terms, caption="Adverse events", about=said),
        *([replace(shifts, caption="Laboratory, worst grade", about=said)] if shifts else []),
    ]


def _visits(results: Results) -> list[Block]:
    visits, overdue = visit_table(results, DrillDown()), overdue_table(results)
    said = about(RANDOMIZED if len(results.arms) > 1 else EVERYBODY, "", results.cutoff)
    if not visits:
        return ["Nobody is randomized, so no visit was expected."]
    told = replace(visits, caption="Visits, expected and done", about=said)
    if not overdue:
        return [told, "Nobody is overdue at the cutoff."]
    return [told, replace(overdue, caption="Overdue at the cutoff", about=said)]


def _conduct(analysis: Analysis, results: Results) -> list[Block]:
    short = {criterion.id: criterion.short for criterion in analysis.trial.protocol.criteria}
    said = about("all randomized", "", results.cutoff)
    found = {
        "Eligibility, as known then and now": conduct_tables.eligibility_table(results, short),
        "Stratum, as randomized and as recorded": conduct_tables.strata_table(results),
    }
    tables = [replace(t, caption=c, about=said) for c, t in found.items() if t]
    return [*tables] or ["Nobody differs in eligibility or stratum from what was recorded then."]


def _efficacy(analysis: Analysis) -> list[Block]:
    """Only at a declared look; else that there is none, and why."""
    results, protocol = analysis.results, analysis.trial.protocol
    if not look_due(protocol, results.level):
        declared = "is reached" if protocol.design.looks else "is declared by the protocol"
        return [f"Not shown: no look at efficacy {declared}. Planned: {protocol.interim_words()}."]
    endpoint, drill_down = primary.primary_endpoint(results), DrillDown()
    who = protocol.population(protocol.primary.estimand.population).definition
    policy = endpoint.policy if isinstance(endpoint, BinaryEndpoint) else ""
    said = about(f"{who}, as far as this look counts them", policy, results.cutoff)
    tables = (
        [
            proportion_table(results, [endpoint], drill_down),
            comparison_table(results, endpoint, drill_down),
        ]
        if isinstance(endpoint, BinaryEndpoint)
        else [time_table(results, [endpoint], drill_down)]
    )
    return [
        *primary.primary_words(results, drill_down),
        *(replace(table, caption=endpoint.label, about=said) for table in tables),
    ]


# ------------------------------------------------------------------ links


def _unlinked(block: Block) -> Block:
    """Without what leads to participants and entries: this document has no appendix."""
    match block:
        case Table():
            return replace(
                block,
                head=[_plain(cell) for cell in block.head],
                rows=[[_plain(cell) for cell in row] for row in block.rows],
            )
        case Figure():
            return replace(block, wide=_bare(block.wide), narrow=_bare(block.narrow))
        case _:
            return _plain(block)


def _plain(cell: Cell) -> Cell:
    return _bare(cell) if isinstance(cell, Markup) else cell


def _bare(cell: Markup) -> Markup:
    return Markup(_LINK.sub("", cell))
