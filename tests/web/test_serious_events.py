"""Serious events with their clock: on the work list of who watches over safety, by the hour."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from equipoise.conduct.safety import Report, report_safety
from on_pages import AT, HER, text_of
from story import Story
from trial_unit import Unit, today

OTHER = "S01-002"


@pytest.fixture
def at_work(unit: Unit) -> Unit:
    for code in (HER, OTHER):
        unit.story.ready(code)
        unit.story.randomize(code)
    return unit


def days_ago(number: int) -> date:
    return today() - timedelta(days=number)


def reported(story: Story, code: str, when: date, term: str, *criteria: str) -> int:
    """The site is aware in the morning, and the sponsor at noon UTC."""
    aware = f"{when}T03:00+00:00"
    report = Report(
        term, "SERIOUS ADVERSE EVENT", term, "", criteria, aware, {"CETUXIMAB": "RELATED"}
    )
    return story.done(when.isoformat(), "investigator", report_safety, code, report).seq


def lines(browser: Any) -> list[str]:
    """Those about serious events, in their order."""
    page = browser.get().content.decode()
    found = re.search(r"<h2[^>]*>Serious event.*?</section>", page, re.DOTALL)
    return re.findall(r"<li>.*?</li>", found[0], re.DOTALL) if found else []


def test_each_shows_until_when_and_the_most_urgent_is_first(at_work: Unit) -> None:
    late = reported(at_work.story, OTHER, days_ago(20), "sepsis", "LIFE-THREATENING")
    reported(at_work.story, HER, days_ago(2), "pneumonia", "HOSPITALIZATION")

    first, second = lines(at_work.browser("safety-01"))

    assert "sepsis" in first
    assert '<span class="late">! overdue since ' in first
    assert "(Asia/Shanghai)" in first  # where it was reported, not where the server stands
    assert f'href="/t/{at_work.id}/subjects/{OTHER}/events/#report-{late}"' in first
    assert "pneumonia" in second
    assert "until " in second
    assert "late" not in second
    assert lines(at_work.browser("coordinator-01")) == []


def test_the_hour_is_that_of_the_site(at_work: Unit) -> None:
    """The sponsor knows at noon UTC; fifteen days later it is eight in the evening in Shanghai."""
    reported(at_work.story, HER, date(2021, 6, 1), "ileus", "HOSPITALIZATION")

    (line,) = lines(at_work.browser("safety-01"))

    assert "overdue since 16 Jun 2021, 20:00 (Asia/Shanghai)" in line


def test_it_goes_when_it_is_told_and_judged(at_work: Unit) -> None:
    report = reported(at_work.story, HER, days_ago(1), "ileus", "HOSPITALIZATION")
    safety = at_work.browser("safety-01")
    judged = {"act": "assess", "report": str(report), "related": "RELATED", "expected": "no"}

    refused = safety.post(f"{AT}events/", **judged)
    assert refused.status_code == 409
    assert "reference: nothing found" in text_of(refused)
    assert safety.post(f"{AT}events/", **judged, reference="IB 4").status_code == 302
    (line,) = lines(safety)
    assert "SUSAR, the authority to be told" in line
    told = {"act": "submit", "report": str(report), "authority": "NMPA"}
    refused = safety.post(f"{AT}events/", **told, told_day="today", told_time="nine")
    assert "expected a day and a time" in text_of(refused)
    safety.post(f"{AT}events/", **told, told_day="today", told_time="00:00")

    assert lines(safety) == []
    assert "everything is told" in text_of(safety.get(f"{AT}events/"))
    (submission,) = at_work.subject(HER).submissions
    assert submission.submitted_at.endswith("+08:00")


def test_who_reports_does_not_judge(at_work: Unit) -> None:
    report = reported(at_work.story, HER, days_ago(1), "ileus", "HOSPITALIZATION")
    coordinator, safety = at_work.browser("coordinator-01"), at_work.browser("safety-01")
    for browser, own, other in (
        (coordinator, "Report to the sponsor", "Judge a report"),
        (safety, "Judge a report", "Report to the sponsor"),
    ):
        shown = text_of(browser.get(f"{AT}events/"))
        assert own in shown
        assert other not in shown
    typed = {"act": "assess", "report": str(report), "expected": "yes", "reference": "IB 4"}

    assert coordinator.post(f"{AT}events/", **typed).status_code == 409
    assert at_work.subject(HER).judgements == ()


def test_a_serious_event_is_one_click_from_every_page_about_her(at_work: Unit) -> None:
    from web_pages import POSTED_ONLY, address, patterns

    coordinator = at_work.browser("coordinator-01")
    for name, pattern in patterns().items():
        if "<slug:code>" not in pattern or name in POSTED_ONLY:
            continue
        page = coordinator.client.get(address(at_work, name, HER))
        if page.status_code == 200:
            link = f'<a href="/t/{at_work.id}/{AT}events/">Report a serious event</a>'
            assert link in page.content.decode(), name


def test_what_the_site_calls_serious_waits_until_it_is_reported(at_work: Unit) -> None:
    coordinator = at_work.browser("coordinator-01")
    on = days_ago(1).isoformat()
    event = {"term": "ileus", "decoded": "Ileus", "grade": "3", "serious": "Y", "start": on}
    saved = coordinator.fill(
        HER, "UNSCHEDULED 1", "ADVERSE_EVENTS", {"date": on}, {"event": [event]}
    )
    assert saved.status_code == 302, text_of(saved)

    (line,) = lines(coordinator)
    assert "ileus: serious, and the sponsor has no report of it" in line
    assert ">today<" in line
    (link,) = re.findall(r'href="/t/[^/]+/([^"]*)"', line)
    begun = coordinator.get(link).content.decode()
    assert re.search(r'<input id="term"[^>]* value="ileus"', begun)
    assert re.search(rf'<input id="onset"[^>]* value="{on}"', begun)
    assert lines(at_work.browser("safety-01")) == []

    told = {"kind": "SERIOUS ADVERSE EVENT", "term": "Ileus", "criteria": "HOSPITALIZATION"}
    coordinator.post(f"{AT}events/", **told, aware_day="yesterday", aware_time="00:01")
    assert lines(coordinator) == []
