"""The report: its links lead somewhere, it loads nothing, and it shows the numbers of the
results.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from jsonschema import Draft202012Validator

from equipoise.analysis.analyze import analyze
from equipoise.analysis.known import Known
from equipoise.analysis.results.endpoints import TimeToEventEndpoint
from equipoise.analysis.results.json_form import write_results
from equipoise.analysis.results.schema import write_schema
from equipoise.conduct import enrolment
from equipoise.conduct.verify import verify_entries
from equipoise.protocol.yaml_file import load
from equipoise.rehearsal.rehearse import draw_sealed_list, rehearse
from equipoise.report.kit.drill_down import entry_anchor, subject_anchor
from equipoise.report.kit.formats import p_value, percent, points, points_span, proportion_span
from equipoise.report.trial.page import write_report
from equipoise.store.memory import Memory
from equipoise.subject.fold import replay
from small_trial import Diary, small_trial


class Page(HTMLParser):
    """Ids, links and the addresses that a browser would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.hrefs: list[str] = []
        self.loaded: list[str] = []
        self.figures = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.figures += tag == "svg"
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.hrefs.append(str(given["href"]))
        self.loaded += [str(given[name]) for name in ("src", "srcset", "data") if given.get(name)]
        self.loaded += [str(given["href"])] if tag in ("link", "use", "image") else []


@pytest.fixture(scope="module")
def report() -> str:
    return write_report(*small_trial())


@pytest.fixture(scope="module")
def page(report: str) -> Page:
    return Page(report)


def test_every_link_leads_to_one_place_of_the_page(page):
    assert len(page.ids) == len(set(page.ids))
    assert {href for href in page.hrefs if not href.startswith("#")} == set()
    assert {href[1:] for href in page.hrefs} <= set(page.ids)


def test_every_subject_has_a_section_that_something_leads_to(page):
    analysis, _ = small_trial()
    wanted = {subject_anchor(name) for name in analysis.trial.subjects}

    assert wanted <= set(page.ids)
    assert wanted <= {href[1:] for href in page.hrefs}


def test_every_source_of_a_value_is_an_entry_of_the_page(page):
    analysis, entries = small_trial()
    sources = set()
    for endpoint in analysis.results.endpoints.values():
        rule_sets = endpoint.rules.values() if isinstance(endpoint, TimeToEventEndpoint) else ()
        for part in (endpoint, *rule_sets):
            values = getattr(part, "subjects", {}).values()
            sources |= {source for value in values for source in value.source}
    sources |= {
        entry.seq for entry in entries if entry.type in ("SubjectRandomized", "ConsentRecorded")
    }

    assert {entry_anchor(source) for source in sources} <= set(page.ids)
    assert {entry_anchor(source) for source in sources} <= {href[1:] for href in page.hrefs}


def test_nothing_is_loaded_from_anywhere(report, page):
    assert page.loaded == []
    assert "url(" not in report
    assert "@import" not in report
    assert set(re.findall(r"https?://[^\s\"'<]+", report)) == {"http://www.w3.org/2000/svg"}


def test_a_simulated_trial_says_so_on_the_page_and_on_every_figure(report, page):
    assert page.figures > 10
    assert report.count('class="simulated"') == page.figures
    assert '<div class="banner" role="note">SIMULATED — no patient was treated</div>' in report


def test_a_real_trial_carries_no_such_mark():
    analysis, entries = small_trial()
    results = replace(analysis.results, simulated=False)
    real = write_report(replace(analysis, results=results), entries)

    assert "SIMULATED" not in real
    assert "no patient was treated" not in real


def test_the_numbers_of_the_primary_result_are_those_of_the_results(report):
    analysis, _ = small_trial()
    comparison = analysis.results.endpoints["DCR"].comparison

    shown = [
        points(comparison.difference),
        points_span(comparison.interval),
        p_value(comparison.tests["boschloo"]),
    ]
    for arm in comparison.arms.values():
        shown += [percent(arm.estimate), proportion_span(arm.interval)]
    primary = report[
        report.index('<section id="primary">') : report.index('<section id="secondary">')
    ]
    assert [one for one in shown if one not in primary] == []


def test_a_number_lists_as_many_subjects_as_it_says(report):
    analysis, _ = small_trial()
    for arm, flow in analysis.results.flow.arms.items():
        label = analysis.results.arms[arm].label
        title = re.escape(f"Randomized: {label}")
        rows = re.search(
            rf"<h4>{title} <span class=\"small\">\((\d+)\)</span></h4><ul>(.*?)</ul>", report
        )
        assert rows is not None
        assert int(rows[1]) == rows[2].count("<li>") == len(flow.randomized)


def test_the_same_analysis_gives_the_same_bytes(report):
    assert write_report(*small_trial()) == report


def test_every_assumption_is_shown_and_counted(report):
    assumptions = small_trial()[0].trial.protocol.assumptions

    assert f"<strong>{len(assumptions)} assumptions</strong>" in report
    assert [name for name in assumptions if f"<code>{name}</code>" not in report] == []


def test_a_rehearsed_trial_has_no_loose_ends():
    protocol, storage = load("NCT04509635"), Memory()
    played = rehearse(
        protocol,
        storage,
        draw_sealed_list(protocol, participants=6, seed=4),
        participants=6,
        seed=4,
    )
    entries = tuple(storage.read())
    verified = verify_entries(entries)
    analysis = analyze(Known(trial=replay(entries), cutoff=played.os_cutoff, verified=verified))

    page = Page(write_report(analysis, entries))

    assert {href[1:] for href in page.hrefs} <= set(page.ids)
    assert Draft202012Validator(json.loads(write_schema())).is_valid(
        json.loads(write_results(analysis.results))
    )


# ------------------------------------------------------------------ early and odd data


def report_of(story: Diary, cutoff: date = date(2022, 12, 31)) -> str:
    text = write_report(analyze(story.known(cutoff)), tuple(story.storage.read()))
    page = Page(text)
    assert {href[1:] for href in page.hrefs} <= set(page.ids)
    return text


def begun() -> Diary:
    story = Diary()
    story.begin()
    return story


def test_a_trial_in_which_nobody_was_screened():
    text = report_of(begun())

    assert "There is no primary result." in text
    assert "Nobody has been randomized by the cutoff" in text
    assert "Nobody has been treated." in text


def test_one_arm_is_empty_and_nobody_has_a_scan():
    story = begun().ready("S01-001")
    story.randomize("S01-001")
    text = report_of(story)

    assert "There is no primary result." in text
    assert re.search(
        r"Nobody has been randomized to (Chemotherapy alone|Cetuximab and chemotherapy)", text
    )
    assert "Nobody has a measured scan after baseline." in text
    assert "Nobody has responded." in text


def test_treated_without_any_adverse_event_is_not_taken_for_safety():
    story = begun().ready("S01-001")
    story.randomize("S01-001")
    story.form(
        "2021-03-11",
        "S01-001",
        "TREATMENT",
        "FIRST_DOSE",
        {"date": "2021-03-11"},
        {"dose": [{"drug": "IRINOTECAN", "dose": "180", "unit": "mg/m2"}]},
    )
    story.scan("S01-001", "2021-05-05", 1, "SD", "45")
    text = report_of(story)

    assert "No adverse event is recorded among 1 treated participants." in text
    assert "median not reached" in text


def test_text_of_the_ledger_is_escaped():
    story = begun().ready("S01-001")
    story.randomize("S01-001")
    story.form(
        "2021-03-11",
        "S01-001",
        "TREATMENT",
        "FIRST_DOSE",
        {"date": "2021-03-11"},
        {"dose": [{"drug": "IRINOTECAN", "dose": "180", "unit": "mg/m2"}]},
    )
    event = {
        "term": "x",
        "decoded": "<script>alert(1)</script>",
        "grade": "2",
        "serious": "N",
        "start": "2021-03-12",
    }
    story.form("2021-04-01", "S01-001", "ADVERSE_EVENTS", "CYCLE 1", {}, {"event": [event]})

    assert "<script>alert(1)" not in report_of(story)


def test_who_declined_stands_in_the_flow_and_in_the_appendix():
    story = begun().ready("S01-001")
    story.done(
        "2021-03-10",
        "investigator",
        enrolment.fail_screening,
        "S01-001",
        failed_on=date(2021, 3, 10),
        criteria=(),
    )
    text = report_of(story)

    assert "Declined: 1" in text
    assert '<span class="id">S01-001</span><span class="none">declined</span>' in text


def test_the_level_of_the_intervals_is_that_of_the_results():
    analysis, entries = small_trial()
    results = replace(analysis.results, confidence=0.9)
    text = write_report(replace(analysis, results=results), entries)

    assert "90 % interval" in text
    assert "95 % interval" not in text
