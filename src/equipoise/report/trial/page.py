"""How do results become a page that a person reads? One file with its figures, tables, subjects and
entries inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from equipoise.analysis.analyze import Analysis
from equipoise.ledger.entry import Entry
from equipoise.protocol.model import Protocol
from equipoise.report.kit.drill_down import Behind, source_links, subject_link
from equipoise.report.kit.formats import (
    RULES,
    confidence,
    day_words,
    first_up,
    p_equals,
    plural,
    ratio,
    span,
)
from equipoise.report.kit.page import Figure, draw_twice, environment, read_template
from equipoise.report.kit.table import Table
from equipoise.report.trial import appendix, summary, tables
from equipoise.report.trial import limitations as limits
from equipoise.report.trial.consort import draw_consort, flow_of
from equipoise.report.trial.figures import draw_forest, draw_swimmer, draw_waterfall
from equipoise.report.trial.survival_figure import Curves, draw_survival

CONTENTS = (
    ("summary", "Summary"),
    ("assumed", "What is assumed"),
    ("flow", "Participants"),
    ("baseline", "At randomization"),
    ("primary", "Primary endpoint"),
    ("secondary", "Secondary endpoints"),
    ("tumors", "Tumors and courses"),
    ("safety", "Adverse events"),
    ("conduct", "Conduct"),
    ("limits", "What it cannot show"),
    ("subjects", "Subjects"),
    ("entries", "Entries"),
)


def write_report(analysis: Analysis, entries: Sequence[Entry]) -> str:
    """The report as one HTML file; `entries` is the ledger that was analyzed. The same input gives
    the same bytes.
    """
    seen = [entry for entry in entries if entry.seq <= analysis.results["ledger"]["entries"]]
    behind = Behind()
    persons = appendix.people(analysis, seen)
    page = {
        **_front(analysis, behind),
        **_participants(analysis, behind),
        **_efficacy(analysis, behind),
        **_courses(analysis),
        **_conduct(analysis),
        **_design(analysis.trial.protocol),
        "safety": _safety(analysis.results, behind),
        "persons": persons,
        "entries": appendix.referenced(persons, seen),
        "known": frozenset(person.id for person in persons),
    }
    return _page().render(**page, lists=list(behind.lists.values())) + "\n"


def _page() -> Template:
    own = environment().overlay()
    own.filters |= {
        "links": source_links,
        "cells": appendix.entry_cells,
        "first_up": first_up,
        "subject": lambda name, known: subject_link(name) if name in known else name,
    }
    return own.get_template("report.html.j2")


def _front(analysis: Analysis, behind: Behind) -> dict[str, Any]:
    results, protocol = analysis.results, analysis.trial.protocol
    primary = results["endpoints"][protocol.primary.id]
    return {
        "css": Markup(read_template("report.css")),
        "js": Markup(read_template("report.js")),
        "contents": CONTENTS,
        "results": results,
        "registration": protocol.registration,
        "cutoff": day_words(results["cutoff"]),
        "as_of": day_words(results["as_of"]),
        "early": summary.too_early(analysis),
        "standing": [*summary.too_early(analysis), *summary.not_locked(analysis)],
        "interim": protocol.design.interim,
        "primary": primary,
        "estimand": protocol.primary.estimand,
        "primary_words": summary.primary_words(results, float(protocol.design.alpha), behind),
        "secondary_words": summary.secondary_words(results),
        "sensitivity_range": summary.range_of_sensitivity(primary),
        "not_shown": summary.not_shown(results, limits.selects_by_ctdna(protocol)),
        "assumptions": protocol.assumptions,
        "to_check": sum(one.to_check for one in protocol.assumptions.values()),
        "assumption_table": assumption_table(protocol),
    }


def assumption_table(protocol: Protocol) -> Table:
    """Every assumption of the protocol."""
    mark = Markup('<br><span class="check">to check</span>')
    rows = [
        [
            Markup("<code>{}</code>{}").format(name, mark if one.to_check else ""),
            first_up(one.said),
            first_up(one.taken),
            first_up(one.why),
            first_up(one.otherwise),
        ]
        for name, one in protocol.assumptions.items()
    ]
    return Table(["Assumption", "The record says", "Taken", "Why", "Otherwise"], rows, words=True)


def _participants(analysis: Analysis, behind: Behind) -> dict[str, Any]:
    results, protocol = analysis.results, analysis.trial.protocol
    flow = flow_of(results, protocol, behind)
    roles = {arm: about["role"] for arm, about in results["arms"].items()}
    caption = (
        "Flow of participants. Somebody screened twice is one person. One person may fail several"
        " criteria, so the reasons may add up to more than those not eligible."
    )
    return {
        "randomized": results["flow"]["randomized"],
        "consort": draw_twice(
            lambda width: draw_consort(flow, roles, results["simulated"], width), caption
        ),
        "baseline_table": tables.baseline_table(results, protocol, behind),
    }


# ------------------------------------------------------------------ efficacy


def _efficacy(analysis: Analysis, behind: Behind) -> dict[str, Any]:
    results, protocol = analysis.results, analysis.trial.protocol
    found, primary = results["endpoints"], protocol.primary.id
    binary = [e.id for e in protocol.endpoints if e.analysis.kind == "binary" and e.id != primary]
    timed = [e.id for e in protocol.endpoints if e.analysis.kind == "time_to_event"]
    return {
        "primary_table": tables.proportion_table(results, [primary], behind),
        "primary_comparison": tables.comparison_table(results, found[primary], behind),
        "sensitivity": tables.sensitivity_table(results, found[primary], behind),
        "forest": _forest(results, found[primary], protocol, behind),
        "secondary_binary": [
            {
                "label": found[one]["label"],
                "table": tables.proportion_table(results, [one], behind),
                "comparison": tables.comparison_table(results, found[one], behind),
            }
            for one in binary
        ],
        "time_table": tables.time_table(results, timed, behind),
        "survival": [
            _survival(results, one, rules, behind)
            for one in timed
            for rules in found[one]
            if rules in RULES
        ],
    }


def _forest(
    results: Mapping[str, Any], found: Mapping[str, Any], protocol: Protocol, behind: Behind
) -> Figure:
    rows = {"All randomized": found, **found["by_stratum"]}
    values = {
        n: f"{'reached' if one['value'] else 'not reached'}: {one['why']}"
        for n, one in found["subjects"].items()
    }
    hrefs = (
        {"All randomized": behind.href(f"{found['label']}: all randomized", values)}
        if values
        else {}
    )
    for position, stratum in enumerate(protocol.randomization.strata):
        for level in stratum.levels:
            inside = {
                n: values[n]
                for n, one in results["baseline"].items()
                if one["stratum"][position] == level
            }
            name = f"{stratum.label}: {level}"
            hrefs |= {name: behind.href(f"{found['label']}, {name}", inside)} if inside else {}
    arms = tuple(
        {"id": arm.id, "label": arm.label} for arm in (protocol.experimental, protocol.control)
    )
    caption = (
        f"Difference of the {found['label'].lower()} in percentage points with"
        f" {confidence(results)} intervals (Miettinen-Nurminen), experimental minus control, beside"
        " participants who reached it of those randomized, experimental v control. Descriptive:"
        " nothing is tested."
    )
    return draw_twice(
        lambda width: draw_forest(rows, (arms[0], arms[1]), hrefs, results["simulated"], width),
        caption,
    )


def _survival(results: Mapping[str, Any], one: str, rules: str, behind: Behind) -> dict[str, Any]:
    endpoint = results["endpoints"][one]
    found, people = endpoint[rules], tables.subject_arms(results)
    title = f"{endpoint['label']}{', ' + RULES[rules] if RULES[rules] else ''}"
    if not found["subjects"]:
        who = "Nobody has responded." if one == "DOR" else "Nobody is randomized."
        return {"title": title, "figure": None, "empty": f"{who} There is no curve."}
    hrefs = {}
    for arm, about in results["arms"].items():
        if notes := tables.time_notes(found, results, arm):
            hrefs[arm] = behind.href(f"{title}: {about['label']}", notes)
    origin = "first response" if rules == "DOR" else "randomization"
    curves = Curves(title, found, results["arms"], people, hrefs, origin, results["simulated"])
    return {
        "title": title,
        "figure": draw_twice(
            lambda width: draw_survival(curves, width),
            _effect_words(found, rules, confidence(results)),
        ),
    }


def _effect_words(found: Mapping[str, Any], rules: str, sure: str) -> str:
    shown = (
        f"Kaplan-Meier estimate with pointwise {sure} intervals (log-log, shaded); ticks are"
        " censored participants. "
    )
    if rules == "DOR":
        return (
            shown + "Responders only: they are no randomized groups, so the arms are not compared."
        )
    if found["hazard_ratio"] is None:
        why = (
            "an arm is empty"
            if found.get("note") == "an arm is empty"
            else "these times do not let it be estimated"
        )
        tested = (
            f" {first_up(found['test'])} {p_equals(found['p_value'])}, nominal."
            if found["test"]
            else ""
        )
        return f"{shown}No hazard ratio: {why}.{tested}"
    return (
        f"{shown}Hazard ratio {ratio(found['hazard_ratio'])} ({sure} interval"
        f" {span(found['interval'], ratio)}), {found['test']} {p_equals(found['p_value'])},"
        " nominal."
    )


# ------------------------------------------------------------------ courses, safety, conduct,
# design


def _courses(analysis: Analysis) -> dict[str, Any]:
    results, recist = analysis.results, analysis.trial.protocol.assessment.recist
    arms, simulated = results["arms"], results["simulated"]
    changes, lanes = results["tumor_change"], results["time_lines"]
    without = len(lanes) - len(changes)
    caption = (
        "Smallest sum of diameters after baseline against baseline; one bar for each participant. "
        "A bar may shrink while the best response is progression: a new lesion counts too."
    )
    if without:
        caption += (
            f" Not drawn: {plural(without, 'participant')} without a measured scan after baseline."
        )
    limit = (recist.pd_percent, recist.pr_percent)
    course = (
        "Thick: on treatment; thin: followed. Responses as read. Each lane leads to its"
        " participant."
    )
    return {
        "waterfall": (
            draw_twice(lambda w: draw_waterfall(changes, arms, limit, simulated, w), caption)
            if changes
            else None
        ),
        "swimmer": (
            draw_twice(lambda w: draw_swimmer(lanes, arms, simulated, w), course) if lanes else None
        ),
    }


def _safety(results: Mapping[str, Any], behind: Behind) -> list[dict[str, Any]]:
    return [
        {
            "found": found,
            "treated": sum(found["n"].values()),
            "table": tables.adverse_event_table(found, results["arms"], behind),
        }
        for found in results["endpoints"].values()
        if "terms" in found
    ]


def _conduct(analysis: Analysis) -> dict[str, Any]:
    results, protocol = analysis.results, analysis.trial.protocol
    n = results["flow"]["randomized"]
    who = f"all {n} randomized" if n else "nobody, as nobody is randomized"
    return {
        "eligibility": tables.eligibility_table(
            results, {c.id: c.short for c in protocol.criteria}
        ),
        "all_eligible": (
            f"Every criterion was met at randomization, and is met by what is known now, for {who}."
        ),
        "strata": tables.strata_table(results),
        "no_stratum_differs": (
            f"The stratum in which they were randomized is the one recorded for {who}."
        ),
        "disagreement": tables.disagreement_table(results),
        "scans": sum(len(one["scans"]) for one in results["time_lines"].values()),
        "reader": protocol.assessment.reader.lower().replace("mdt", "MDT"),
        "problems": [
            (subject_link(name), problem) for name, problem in results["problems"].items()
        ],
    }


def _design(protocol: Protocol) -> dict[str, Any]:
    source = protocol.design.provenance("scenarios")
    return {
        "limits": limits.limits(protocol),
        "planned": protocol.design.participants,
        "size_reason": (
            first_up(protocol.assumptions[source].otherwise) + "."
            if source in protocol.assumptions
            else ""
        ),
        "power": limits.power_table(protocol),
        "timing": limits.timing_table(protocol),
    }
