"""How do results become a page that a person reads? One file with its figures, tables, subjects and
entries inside.
"""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Template
from markupsafe import Markup

from equipoise.analysis.analyze import Analysis
from equipoise.analysis.results.endpoints import BinaryEndpoint, SafetyEndpoint
from equipoise.ledger.entry import Entry
from equipoise.protocol.model import Protocol
from equipoise.report.kit.drill_down import DrillDown, source_links, subject_link
from equipoise.report.kit.formats import as_of_words, day_words, first_up, plural
from equipoise.report.kit.packed import packed_if_long
from equipoise.report.kit.page import draw_twice, environment, read_template, written_with
from equipoise.report.kit.table import Table
from equipoise.report.trial import (
    appendix,
    checklist,
    conduct_tables,
    limitations,
    primary,
    summary,
)
from equipoise.report.trial.adverse_event_table import adverse_event_table
from equipoise.report.trial.baseline_table import baseline_table
from equipoise.report.trial.consort import boxes_of, draw_consort
from equipoise.report.trial.declared import primary_reading
from equipoise.report.trial.efficacy import efficacy
from equipoise.report.trial.entries import entry_cells, referenced
from equipoise.report.trial.quality_tables import (
    deviation_table,
    recruitment_table,
    site_table,
)
from equipoise.report.trial.response_tables import concordance_table
from equipoise.report.trial.safety_review import review_words
from equipoise.report.trial.safety_tables import overview_table, shift_table, term_gap_table
from equipoise.report.trial.spider import HIGHEST, Spider, draw_spider
from equipoise.report.trial.stated import state
from equipoise.report.trial.swimmer import draw_swimmer
from equipoise.report.trial.treatment_tables import exposure_table, therapy_after_table
from equipoise.report.trial.visit_tables import overdue_table, visit_table
from equipoise.report.trial.waterfall import Waterfall, draw_waterfall

CONTENTS = (
    ("summary", "Summary"),
    ("assumed", "What is assumed"),
    ("flow", "Participants"),
    ("baseline", "At randomization"),
    ("primary", "Primary endpoint"),
    ("secondary", "Secondary endpoints"),
    ("tumors", "Tumors and courses"),
    ("treatment", "Treatment"),
    ("safety", "Adverse events"),
    ("visits", "Visits"),
    ("conduct", "Conduct"),
    ("limits", "What it cannot show"),
    ("checklist", "CONSORT 2025"),
    ("subjects", "Subjects"),
    ("entries", "Entries"),
)


def write_report(analysis: Analysis, entries: Sequence[Entry]) -> str:
    """The report as one HTML file; `entries` is the ledger that was analyzed. The same input gives
    the same bytes.
    """
    seen = [entry for entry in entries if entry.seq <= analysis.results.ledger.entries]
    drill_down = DrillDown()
    page: dict[str, object] = {
        **_front(analysis, drill_down),
        **_participants(analysis, drill_down),
        **efficacy(analysis, drill_down),
        **_courses(analysis),
        **_conduct(analysis, drill_down),
        **_design(analysis.trial.protocol),
        "exposure": exposure_table(analysis.results, drill_down),
        "therapy_after": therapy_after_table(analysis.results, drill_down),
        "safety": _safety(analysis, drill_down),
        "review": review_words(analysis.results.safety_review, drill_down),
        "visits": visit_table(analysis.results, drill_down),
        "overdue": overdue_table(analysis.results),
    }
    page["appendix"] = _appendix(analysis, seen, drill_down)
    return _page("report.html.j2").render(**state(page, analysis)) + "\n"


def _appendix(analysis: Analysis, seen: Sequence[Entry], drill_down: DrillDown) -> Markup:
    """Written last: by then it is known which lists the numbers of the page lead to."""
    persons = appendix.people(analysis, seen)
    told = _page("appendix.html.j2").render(
        persons=persons,
        entries=referenced(persons, seen),
        known=frozenset(person.id for person in persons),
        results=analysis.results,
        lists=list(drill_down.lists.values()),
    )
    return packed_if_long(told)


def _page(name: str) -> Template:
    own = environment().overlay()
    own.filters |= {
        "links": source_links,
        "cells": entry_cells,
        "first_up": first_up,
        "subject": lambda name, known: subject_link(name) if name in known else name,
    }
    return own.get_template(name)


def _front(analysis: Analysis, drill_down: DrillDown) -> dict[str, object]:
    results, protocol = analysis.results, analysis.trial.protocol
    shown = primary.primary_endpoint(results)
    early = summary.too_early(analysis)
    return {
        **written_with(_style(simulated=results.simulated), read_template("report.js")),
        "contents": CONTENTS,
        "results": results,
        "registration": protocol.registration,
        "cutoff": day_words(results.cutoff),
        "as_of": as_of_words(results.as_of),
        "early": early,
        "standing": [*early, *summary.not_locked(analysis)],
        "interim": protocol.interim_words(),
        "primary": shown,
        "policy": shown.policy if isinstance(shown, BinaryEndpoint) else "",
        "has_result": primary.has_result(shown),
        "estimand": protocol.primary.estimand,
        "population": protocol.population(protocol.primary.estimand.population).definition,
        "primary_words": primary.primary_words(results, drill_down),
        "secondary_words": summary.secondary_words(results),
        "sensitivity_range": summary.range_of_sensitivity(shown),
        "not_shown": summary.not_shown(analysis),
        "assumptions": protocol.assumptions,
        "to_check": sum(assumption.to_check for assumption in protocol.assumptions.values()),
        "assumption_table": assumption_table(protocol),
    }


def _style(*, simulated: bool) -> str:
    return read_template("report.css") + (read_template("simulated.css") if simulated else "")


def assumption_table(protocol: Protocol) -> Table:
    """Every assumption of the protocol."""
    mark = Markup('<br><span class="check">to check</span>')
    rows = [
        [
            Markup("<code>{}</code>{}").format(name, mark if assumption.to_check else ""),
            first_up(assumption.said),
            first_up(assumption.taken),
            first_up(assumption.why),
            first_up(assumption.otherwise),
        ]
        for name, assumption in protocol.assumptions.items()
    ]
    return Table(["Assumption", "The record says", "Taken", "Why", "Otherwise"], rows, words=True)


def _participants(analysis: Analysis, drill_down: DrillDown) -> dict[str, object]:
    results, protocol = analysis.results, analysis.trial.protocol
    boxes = boxes_of(results, protocol, drill_down)
    caption = (
        "Flow of participants. Somebody screened twice is one person. One person may fail several"
        " criteria, so the reasons may add up to more than those not eligible."
    )
    return {
        "randomized": results.flow.randomized,
        "consort": draw_twice(lambda width: draw_consort(boxes, width), caption),
        "baseline_table": baseline_table(results, protocol, drill_down),
    }


# ------------------------------------------------------------------ courses, safety, conduct,
# design


def _courses(analysis: Analysis) -> dict[str, object]:
    results, recist = analysis.results, analysis.trial.protocol.assessment.recist
    arms, simulated = results.arms, results.simulated
    changes, lanes = results.tumor_change, results.time_lines
    best = {name: each.value for name, each in results.best_responses[0].subjects.items()}
    bars = Waterfall(changes, best, arms, recist.pr_percent, simulated)
    legs = Spider(results.tumor_courses, arms, simulated)
    course = (
        "Thick: on treatment; thin: followed. Responses as read. Each lane leads to its"
        " participant."
    )
    return {
        "waterfall": (
            draw_twice(
                lambda width: draw_waterfall(bars, width),
                _waterfall_words(len(lanes) - len(changes)),
            )
            if changes
            else None
        ),
        "spider": (
            draw_twice(
                lambda width: draw_spider(legs, width),
                "Sum of diameters at each scan against baseline; each line leads to its"
                f" participant. Lines are cut off above +{HIGHEST} %.",
            )
            if legs.courses
            else None
        ),
        "swimmer": (
            draw_twice(lambda width: draw_swimmer(lanes, arms, simulated, width), course)
            if lanes
            else None
        ),
    }


def _waterfall_words(without: int) -> str:
    caption = (
        "Smallest sum of diameters after baseline against baseline; one bar for each participant. "
        "Colored by best overall response. A bar may shrink while the best response is"
        " progression: a new lesion counts too, and growth is counted from the smallest sum."
    )
    if not without:
        return caption
    who = plural(without, "participant")
    return f"{caption} Not drawn: {who} without a measured scan after baseline."


def _safety(analysis: Analysis, drill_down: DrillDown) -> list[dict[str, object]]:
    results, protocol = analysis.results, analysis.trial.protocol
    return [
        {
            "ctcae": endpoint.ctcae,
            "population": protocol.population(endpoint.population).definition,
            "terms": endpoint.terms,
            "treated": sum(endpoint.n.values()),
            "overview": overview_table(endpoint, results.arms, drill_down),
            "table": adverse_event_table(endpoint, results.arms, drill_down),
            "gaps": term_gap_table(endpoint),
            "shifts": shift_table(endpoint, results.arms, drill_down),
        }
        for endpoint in results.endpoints.values()
        if isinstance(endpoint, SafetyEndpoint)
    ]


def _conduct(analysis: Analysis, drill_down: DrillDown) -> dict[str, object]:
    results, protocol = analysis.results, analysis.trial.protocol
    n = results.flow.randomized
    who = f"all {n} randomized" if n else "nobody, as nobody is randomized"
    short = {criterion.id: criterion.short for criterion in protocol.criteria}
    return {
        "eligibility": conduct_tables.eligibility_table(results, short),
        "all_eligible": (
            f"Every criterion was met at randomization, and is met by what is known now, for {who}."
        ),
        "strata": conduct_tables.strata_table(results),
        "no_stratum_differs": (
            f"The stratum in which they were randomized is the one recorded for {who}."
        ),
        "disagreement": conduct_tables.disagreement_table(results),
        "concordance": concordance_table(results),
        "deviations": deviation_table(results, drill_down),
        "sites": site_table(results, drill_down),
        "recruitment": recruitment_table(results),
        "scans": sum(len(course.scans) for course in results.time_lines.values()),
        "primary_reading": primary_reading(protocol),
        "problems": [(subject_link(name), problem) for name, problem in results.problems.items()],
    }


def _design(protocol: Protocol) -> dict[str, object]:
    source = protocol.design.provenance("scenarios")
    return {
        "limits": limitations.open_questions(protocol),
        "planned": protocol.design.participants,
        "size_reason": (
            first_up(protocol.assumptions[source].otherwise) + "."
            if source in protocol.assumptions
            else ""
        ),
        "power": limitations.power_table(protocol),
        "timing": limitations.timing_table(protocol),
        "checklist": checklist.checklist_table(protocol, dict(CONTENTS)),
        "checklist_counts": checklist.counts(protocol),
        "checklist_source": checklist.SOURCE,
    }
