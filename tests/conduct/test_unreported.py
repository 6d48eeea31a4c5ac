"""Which events that a site calls serious does the sponsor not know of?"""

from __future__ import annotations

from typing import Any

import pytest

from equipoise.conduct.attribution import Correction
from equipoise.conduct.data_entry import FormData, save_form
from equipoise.conduct.safety import Report, report_safety, unreported
from equipoise.subject.fold import replay
from story import Story

WHO, ON = "S01-001", "2021-03-10"
ILEUS = {
    "term": "bowel stands still",
    "decoded": "Ileus",
    "grade": "3",
    "serious": "Y",
    "start": ON,
}


@pytest.fixture
def story() -> Story:
    return Story(sites=("S01",)).begin().ready(WHO)


def entered(
    story: Story, *events: dict[str, Any], instead: int | None = None, visit: str = "UNSCHEDULED 1"
) -> int:
    typed = FormData("ADVERSE_EVENTS", visit, {"date": ON}, {"event": list(events)})
    why = Correction(instead, "seen again") if instead else None
    return story.done(ON, "coordinator", save_form, WHO, typed, correction=why).seq


def reported(story: Story, term: str, follows: int | None = None) -> int:
    aware = f"{ON}T03:00+00:00"
    kind, criteria = "SERIOUS ADVERSE EVENT", ("HOSPITALIZATION",)
    report = Report(term, kind, term, ON, criteria, aware, follows=follows)
    return story.done(ON, "investigator", report_safety, WHO, report).seq


def left(story: Story) -> list[str]:
    return [
        f"{each.term} {each.start}"
        for each in unreported(replay(story.storage.read()).subjects[WHO])
    ]


@pytest.mark.parametrize("term", ["bowel stands still", "Bowel Stands Still", "ileus"])
def test_a_report_in_its_words_or_its_code_settles_it(story: Story, term: str) -> None:
    entered(story, ILEUS)
    assert left(story) == [f"bowel stands still {ON}"]
    reported(story, term)
    assert left(story) == []


def test_another_report_does_not(story: Story) -> None:
    entered(story, ILEUS)
    reported(story, "pneumonia")
    assert left(story) == [f"bowel stands still {ON}"]


def test_what_is_not_serious_is_not_asked_for(story: Story) -> None:
    form = entered(story, ILEUS)
    entered(story, {**ILEUS, "serious": "N"}, instead=form)
    assert left(story) == []


def test_each_report_is_of_one_event_and_what_follows_on_it_of_none(story: Story) -> None:
    again = {**ILEUS, "start": "2021-03-02"}
    entered(story, ILEUS, again)
    first = reported(story, "ileus")
    reported(story, "ileus", follows=first)
    assert left(story) == [f"bowel stands still {ON}"]  # the earlier one is the reported one
    reported(story, "ileus")
    assert left(story) == []


def test_one_event_told_at_two_visits_is_one(story: Story) -> None:
    entered(story, ILEUS)
    entered(story, ILEUS, visit="UNSCHEDULED 2")
    reported(story, "ileus")
    assert left(story) == []
