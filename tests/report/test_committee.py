"""What a committee sees: the open report holds nothing that tells the arms apart, the closed one is
by arm, and efficacy is shown only at a look that the protocol declares.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from equipoise.analysis.analyze import Analysis, analyze
from equipoise.analysis.interim import look_due
from equipoise.analysis.results.json_form import write_results
from equipoise.protocol.design import EarlyLook
from equipoise.protocol.yaml_file import load
from equipoise.report.documents.page_parts import read_page
from equipoise.report.documents.parts import Grid, plain
from equipoise.report.trial.committee import write_committee_report
from equipoise.report.trial.page import write_report
from equipoise.report.trial.pooled import ALL, pooled
from small_trial import Diary, small_trial

PROTOCOL = load("NCT04509635")
LABELS = [arm.label for arm in PROTOCOL.arms]


def report(*, closed: bool, analysis: Analysis | None = None) -> str:
    return write_committee_report(analysis or small_trial()[0], closed=closed)


def table(html: str, title: str) -> Grid:
    return next(grid for grid in read_page(html).tables if grid.title == title)


def cells(grid: Grid) -> list[list[str]]:
    return [[plain(cell) for cell in row] for row in grid.rows]


def with_looks(*sizes: int, level: float | None) -> Analysis:
    """The same trial under a protocol that declares looks, of which some level is left."""
    analysis, _ = small_trial()
    looks = tuple(EarlyLook(participants=size) for size in sizes)
    design = PROTOCOL.design.model_copy(update={"looks": looks})
    protocol = PROTOCOL.model_copy(update={"design": design})
    version = analysis.trial.versions[-1]
    trial = replace(analysis.trial, versions=(replace(version, protocol=protocol),))
    return replace(analysis, trial=trial, results=replace(analysis.results, level=level))


# ------------------------------------------------------------------ open


def test_the_open_report_names_no_arm():
    html = report(closed=False)

    assert [label for label in LABELS if label in html] == []
    assert [arm.id for arm in PROTOCOL.arms if arm.id in html] == []
    assert "experimental" not in html.split("</style>")[1]


def test_the_open_report_is_the_same_whoever_was_given_what():
    analysis, _ = small_trial()
    results = analysis.results
    one, other = results.arms
    swap = {one: other, other: one}
    swapped = replace(
        results,
        flow=replace(
            results.flow, arms={arm: results.flow.arms[swap[arm]] for arm in results.arms}
        ),
        baseline={n: replace(row, arm=swap[row.arm]) for n, row in results.baseline.items()},
        visits=replace(
            results.visits,
            schedule={
                n: replace(row, arms={arm: row.arms[swap[arm]] for arm in row.arms})
                for n, row in results.visits.schedule.items()
            },
        ),
        endpoints={
            n: replace(
                e,
                n={arm: e.n[swap[arm]] for arm in e.n},
                terms={t: {arm: by[swap[arm]] for arm in by} for t, by in e.terms.items()},
                serious={arm: e.serious[swap[arm]] for arm in e.serious},
            )
            if n == "SAFETY"
            else e
            for n, e in results.endpoints.items()
        },
    )

    other_way = replace(analysis, results=swapped)
    assert report(closed=True, analysis=other_way) != report(closed=True)
    assert report(closed=False, analysis=other_way) == report(closed=False)


def test_the_open_report_is_made_from_results_without_efficacy():
    results = pooled(small_trial()[0].results)

    assert list(results.endpoints) == ["SAFETY"]
    assert list(results.arms) == [ALL]
    assert (results.tumor_change, results.time_lines, results.disagreements) == ({}, {}, ())
    assert results.level is None


def test_pooled_counts_are_the_sums_of_the_arms():
    closed, opened = report(closed=True), report(closed=False)
    by_arm = {row[0]: row for row in cells(table(closed, "Adverse events"))}

    for term, pooled_any, *grades in cells(table(opened, "Adverse events")):
        first, second = by_arm[term][1:7], by_arm[term][7:13]
        assert count(pooled_any) == count(first[0]) + count(second[0])
        for at, grade in enumerate(grades, start=1):
            assert count(grade) == count(first[at]) + count(second[at])
    whole = cells(table(opened, "At randomization"))
    assert [row[-1] for row in cells(table(closed, "At randomization"))] == [r[-1] for r in whole]


def count(shown: str) -> int:
    return int(shown.split(maxsplit=1)[0]) if shown.strip("·") else 0


def test_accrual_is_counted_by_month_up_to_everybody():
    rows = cells(table(report(closed=False), "Randomized by month"))
    by_arm = cells(table(report(closed=True), "Randomized by month"))

    assert sum(int(row[1]) for row in rows) == small_trial()[0].results.flow.randomized == 12
    assert rows[-1][-1] == "12 of 50 (24 %)"
    assert [int(row[1]) for row in rows] == [int(row[1]) + int(row[2]) for row in by_arm]


def test_nothing_of_an_arm_is_left_in_the_results_that_the_open_report_is_made_of():
    """The ids of arms stand in no key and no value; nor do differences between them."""
    analysis = small_trial()[0]
    told = write_results(pooled(analysis.results))

    for arm in analysis.results.arms:
        assert f'"{arm}"' in write_results(analysis.results)
        assert f'"{arm}"' not in told
    found = json.loads(told)
    assert found["best_responses"] == []
    assert found["exposure"] == found["therapy_after"] == found["deviations"] == {}
    assert all(each["gap"] is None for each in found["endpoints"]["SAFETY"]["kinds"].values())


# ------------------------------------------------------------------ closed


def test_a_number_of_the_closed_report_is_that_of_the_report():
    whole = read_page(write_report(*small_trial())).tables
    closed = read_page(report(closed=True)).tables

    for anchor, first, title in (
        ("baseline", "", "At randomization"),
        ("safety", "Participants with", "Adverse events by kind"),
        ("safety", "Term", "Adverse events"),
    ):
        there = next(g for g in whole if g.anchor == anchor and g.headings()[0] == first)
        here = next(grid for grid in closed if grid.title == title)
        assert (here.headings(), cells(here)) == (there.headings(), cells(there))


@pytest.mark.parametrize(
    ("looks", "level", "shown"),
    [((), 0.05, False), ((8,), None, False), ((8,), 0.01, True), ((8, 20), 0.002, True)],
)
def test_efficacy_is_shown_only_at_a_declared_look(looks, level, shown):
    analysis = with_looks(*looks, level=level)
    html = report(closed=True, analysis=analysis)
    told = next(part for part in html.split("<section ") if 'id="efficacy"' in part)

    assert look_due(analysis.trial.protocol, level) is shown
    assert ("Difference, experimental minus control" in html) is shown
    assert ("Not shown: no look at efficacy" in told) is not shown
    assert "Hazard ratio" not in html
    assert "Difference" not in report(closed=False, analysis=analysis)


def test_no_document_of_a_committee_leads_to_a_participant():
    for closed in (True, False):
        html = report(closed=closed)
        links = set(re.findall(r'href="([^"]*)"', html))
        assert {link[1:] for link in links} <= set(re.findall(r'id="([^"]*)"', html))


# ------------------------------------------------------------------ early


@cache
def nobody() -> Analysis:
    story = Diary()
    story.begin()
    return analyze(story.known(date(2022, 12, 31)))


@cache
def one_alone() -> Analysis:
    story = Diary()
    story.begin()
    story.ready("S01-001")
    story.randomize("S01-001")
    return analyze(story.known(date(2022, 12, 31)))


@pytest.mark.parametrize("closed", [True, False])
def test_a_trial_without_participants_says_so(closed):
    html = report(closed=closed, analysis=nobody())

    for said in ("Nobody is randomized.", "nobody to describe", "Nobody has been treated."):
        assert said in html


@pytest.mark.parametrize("closed", [True, False])
def test_an_empty_arm_is_shown_with_nobody_in_it(closed):
    html = report(closed=closed, analysis=one_alone())

    assert "1 of 50 (2 %)" in html
    assert ("n = 0" in html) is closed
