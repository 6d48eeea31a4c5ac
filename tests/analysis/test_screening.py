"""The criteria of everybody, answered once: which day, which entries, and what the site decided."""

from datetime import date, timedelta

import pytest

from equipoise.analysis.analyze import analyze
from equipoise.conduct import enrolment
from equipoise.report.trial.page import write_report
from equipoise.report.trial.why import explain
from equipoise.subject.records import LB
from equipoise.terms.verdict import Verdict
from story import Story

DAY = date(2021, 3, 10)
WHO = "S01-001"


def screening(story: Story, cutoff: date):
    return analyze(story.known(cutoff)).screenings[WHO]


def fails(story: Story, *criteria: str) -> None:
    story.done(
        DAY.isoformat(),
        "investigator",
        enrolment.fail_screening,
        WHO,
        failed_on=DAY,
        criteria=criteria,
    )


def test_reasons_that_the_site_named_stand_after_those_that_the_records_show():
    story = Story().begin().ready(WHO, DAY, HGB="8.1")
    fails(story, "I07", "I09")

    answers = screening(story, DAY)

    assert answers.not_met == ("I09", "I07")
    assert answers.no_entry.criteria == ("I07", "I09")
    assert not answers.declined


def test_a_decision_after_the_cutoff_is_not_yet_known():
    story = Story().begin().ready(WHO, DAY)
    fails(story)

    assert screening(story, DAY).declined
    assert screening(story, DAY - timedelta(1)).no_entry is None


@pytest.mark.parametrize(("days", "answered_now"), [(0, True), (-1, False)])
def test_who_is_randomized_after_the_cutoff_is_asked_at_the_cutoff(days, answered_now):
    story = Story().begin().ready(WHO, DAY)
    story.randomize(WHO, DAY)

    answers = screening(story, DAY + timedelta(days))

    assert bool(answers.now) is answered_now
    assert len(answers.of_record) == len(story.protocol.criteria)


def test_an_answer_carries_the_records_of_the_parts_that_decided_it():
    story = Story().begin().ready(WHO, DAY, HGB="8.1")
    answers = {answer.id: answer for answer in screening(story, DAY).of_record}

    decided = answers["I09"]
    hemoglobin = [
        lab.source for lab in story.session.trial.subjects[WHO].records(LB) if lab.test == "HGB"
    ]
    assert decided.verdict is Verdict.NOT_MET
    assert "NEUT" not in decided.open_detail
    assert decided.open_evidence == tuple(hemoglobin)


def test_what_could_not_be_used_is_listed_in_why_and_in_the_report():
    story = Story().begin().ready(WHO, DAY, HGB="850")
    analysis, entries = analyze(story.known(DAY)), story.storage.read()

    (aside,) = analysis.screenings[WHO].not_used
    assert (aside.shown, aside.reason) == ("HGB 850 g/dL", "its value is outside of the possible")
    assert analysis.screenings[WHO].unknown == ("I09",)
    told = explain(analysis, entries, WHO, "ELIGIBILITY")
    assert f"not used: entry {aside.source} {aside.shown}: {aside.reason}" in told
    assert "Not used for eligibility" in write_report(analysis, entries)


def test_without_a_response_there_is_no_duration_and_labels_can_be_read():
    story = Story().begin().ready(WHO, DAY)
    story.randomize(WHO, DAY)
    story.scan(WHO, "2021-05-05", 1, "SD", "50")
    analysis, entries = analyze(story.known(date(2021, 6, 1))), story.storage.read()

    with pytest.raises(ValueError, match="S01-001 has no DOR: no response, so no duration"):
        explain(analysis, entries, WHO, "DOR")
    told = explain(analysis, entries, WHO, "PFS")
    assert any(line.startswith("Progression-free survival, FDA rules: ") for line in told)
    assert any(
        line.startswith("Overall survival: ") for line in explain(analysis, entries, WHO, "OS")
    )
