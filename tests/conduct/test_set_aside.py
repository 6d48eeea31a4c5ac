"""A row that no criterion can use is set aside by an investigator, with a reason; one that keeps
somebody out is not.
"""

from datetime import date

import pytest

from equipoise.analysis.analyze import analyze
from equipoise.conduct.record import Refused
from equipoise.conduct.set_aside import FormRow, set_row_aside
from equipoise.eligibility import of_record
from equipoise.ledger.entry import Entry
from equipoise.report.trial.why import explain
from equipoise.subject.records import MH
from equipoise.terms.verdict import Verdict
from story import Story

DAY = date(2021, 3, 10)
WHO, ON = "S01-001", "2021-03-10"
REASON = "the code is that of her sister"


def with_code(code: str) -> tuple[Story, FormRow]:
    """Ready but for a code in the history that contradicts what was declared absent."""
    story = Story().begin().ready(WHO, DAY)
    other = {"category": "OTHER", "occurred": "Y", "term": "as told", "code": code}
    entry = story.form(
        ON, WHO, "MEDICAL_HISTORY", "UNSCHEDULED 1", {"date": ON}, {"condition": [other]}
    )
    return story, FormRow(entry.seq, "MH", 1)


def opens(story: Story) -> list[str]:
    trial = story.session.trial
    findings = of_record.at_screening(trial, trial.subjects[WHO], DAY).findings
    return [finding.id for finding in findings if finding.verdict is not Verdict.MET]


def test_what_is_set_aside_answers_nothing_and_is_listed_with_its_reason():
    story, place = with_code("G62.0")
    assert opens(story) == ["E07"]

    story.done(ON, "investigator", set_row_aside, WHO, place, reason=REASON)

    assert opens(story) == []
    assert isinstance(story.randomize(WHO, DAY), Entry)
    subject = story.session.trial.subjects[WHO]
    assert "G62.0" in {row.code for row in subject.records(MH)}  # other analyses see it
    analysis = analyze(story.known(DAY))
    told = explain(analysis, story.storage.read(), WHO, "ELIGIBILITY")
    assert any(
        line.startswith(f"not used: entry {place.entry}")
        and line.endswith(f"set aside by investigator-01: {REASON}")
        for line in told
    )


def refused(story: Story, place: FormRow, role: str = "investigator", reason: str = REASON) -> str:
    outcome = story.do(ON, role, set_row_aside, WHO, place, reason=reason)
    assert isinstance(outcome, Refused)
    return str(outcome)


def test_only_an_investigator_says_so_and_only_with_a_reason_about_a_row_that_is_there():
    story, place = with_code("G62.0")

    assert "is not open to the role 'coordinator'" in refused(story, place, "coordinator")
    assert "reason: nothing found" in refused(story, place, reason=" ")
    assert "has no row MH[2]" in refused(story, place._replace(row=2))
    assert "has no row LB[1]" in refused(story, place._replace(domain="LB"))
    assert "entry 2 is no form of S01-001" in refused(story, place._replace(entry=2))
    story.done(ON, "investigator", set_row_aside, WHO, place, reason=REASON)
    assert "is set aside already" in refused(story, place)


@pytest.mark.parametrize(
    ("changes", "form", "domain", "row", "criterion"),
    [
        ({"HGB": "8.1"}, "HEMATOLOGY", "LB", 3, "I09"),
        ({"ecog": "2"}, "ECOG", "QS", 1, "I07"),
    ],
)
def test_what_keeps_somebody_out_is_corrected_and_never_set_aside(
    changes, form, domain, row, criterion
):
    story = Story().begin().ready(WHO, DAY, **changes)
    forms = story.session.trial.subjects[WHO].forms
    entry = next(seq for seq, saved in forms.items() if saved.form == form)

    said = refused(story, FormRow(entry, domain, row))

    assert f"shows {criterion} not to be met" in said
    assert "if it is wrong, correct it" in said


def test_a_correction_takes_the_place_of_what_was_set_aside():
    story, place = with_code("G62.0")
    story.done(ON, "investigator", set_row_aside, WHO, place, reason=REASON)
    story.form(
        ON,
        WHO,
        "MEDICAL_HISTORY",
        "UNSCHEDULED 2",
        {"date": ON},
        {"condition": [{"category": "OTHER", "occurred": "Y", "code": "G62.1"}]},
    )

    assert opens(story) == ["E07"]  # another row is another question
