"""What waits, and that it is looked for again when anything of it changes."""

from __future__ import annotations

from datetime import date

from equipoise.conduct import data_management
from equipoise.conduct.data_management import Question
from equipoise.surface.waiting import Kind, WorkList
from story import Story

HER = "S01-001"
LATER = date(2021, 5, 5)


def waits(story: Story, list_: WorkList, role: str, today: date) -> list[tuple[str, str]]:
    trial = story.session.trial
    found = list_.waiting(trial, trial.subjects.values(), role, today)
    return [(each.kind.value, each.place) for each in found]


def test_everything_that_changes_what_waits_is_seen() -> None:
    story, list_ = Story().begin(), WorkList()
    story.ready(HER, confirmed=False)
    day = date(2021, 3, 10)
    assert waits(story, list_, "coordinator", day) == [(Kind.READY, "randomize")]
    assert waits(story, list_, "monitor", day) == []

    story.confirm(HER, "2021-03-10")
    story.randomize(HER)
    assert (Kind.DUE, "FIRST_DOSE") in waits(story, list_, "coordinator", day)
    assert (Kind.DUE, "SCAN 1") not in waits(story, list_, "coordinator", day)
    assert (Kind.DUE, "SCAN 1") in waits(story, list_, "coordinator", LATER)  # another day

    story.scan(HER, "2021-05-05", 1, "SD", "45")
    assert (Kind.DUE, "SCAN 1") not in waits(story, list_, "coordinator", LATER)
    (seq,) = [s for s, f in story.session.trial.subjects[HER].forms.items() if f.visit == "SCAN 1"]
    question = Question("Q9", seq, "date", "is it the right day?")
    story.done("2021-05-06", "monitor", data_management.open_query, HER, question)
    assert (Kind.ANSWER, "Q9") in waits(story, list_, "coordinator", LATER)
    answer = data_management.answer_query
    story.done("2021-05-07", "coordinator", answer, HER, "Q9", text="yes")
    assert (Kind.ANSWER, "Q9") not in waits(story, list_, "coordinator", LATER)
    assert (Kind.CLOSE, "Q9") in waits(story, list_, "monitor", LATER)
    assert (Kind.SIGN, "sign") in waits(story, list_, "investigator", LATER)


def test_a_day_that_has_begun_in_the_east_is_not_found_anew_for_the_west() -> None:
    story, list_ = Story().begin(), WorkList()
    story.ready(HER, confirmed=False)
    trial = story.session.trial
    her = trial.subjects[HER]
    east, west = date(2021, 3, 11), date(2021, 3, 10)
    first = list_.about(trial, her, east)

    list_.about(trial, her, west)
    assert list_.about(trial, her, east) is first
    list_.about(trial, her, date(2021, 3, 14))
    assert list_.about(trial, her, east) is not first  # what nobody asks about any more is let go


def test_what_will_be_out_of_date_is_told_before() -> None:
    story, list_ = Story().begin(), WorkList()
    story.ready(HER, confirmed=False)  # the samples are of March 8th, their window is seven days
    trial = story.session.trial

    (found,) = list_.waiting(trial, trial.subjects.values(), "coordinator", date(2021, 3, 12))

    assert found.kind is Kind.READY
    assert found.by == date(2021, 3, 15)
    assert "until 2021-03-15, when I02, I07, I08, I09, I10 will be out of date" in found.text


def test_an_unknown_that_time_can_mend_is_named() -> None:
    story, list_ = Story().begin(), WorkList()
    story.ready(HER, confirmed=False, PLAT="182")

    (found,) = list_.waiting(
        story.session.trial, story.session.trial.subjects.values(), "coordinator", date(2021, 3, 30)
    )

    assert found.kind is Kind.SCREENING
    assert "I09" in found.text
