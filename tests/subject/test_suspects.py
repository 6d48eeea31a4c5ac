"""Which drugs may have done harm: those given; before a first dose those that may be."""

from __future__ import annotations

from equipoise.subject.regimen import suspects
from story import Story

WHO = "S01-001"
DAY = "2021-03-10"


def of(story: Story) -> tuple[str, ...]:
    trial = story.session.trial
    return suspects(trial.subjects[WHO], trial.protocol)


def test_before_a_dose_it_is_what_was_intended_and_what_is_tested():
    story = Story().begin().ready(WHO, regimen="IRINOTECAN")

    assert of(story) == ("CETUXIMAB", "IRINOTECAN")


def test_where_nothing_was_intended_it_is_everything_that_the_protocol_names():
    story = Story().begin()
    story.ready(WHO, regimen="IRINOTECAN")
    her = story.session.trial.subjects[WHO]
    nobody = type(her)(id=her.id, site=her.site)

    assert set(suspects(nobody, story.protocol)) == {
        *("CETUXIMAB", "IRINOTECAN", "OXALIPLATIN", "LEUCOVORIN", "FLUOROURACIL"),
        "TRIFLURIDINE/TIPIRACIL",
    }


def test_once_she_was_treated_it_is_what_she_was_given_however_it_was_typed():
    story = Story().begin().ready(WHO, regimen="FOLFIRI")
    story.randomize(WHO)
    dose = {"dose": "1", "unit": "mg/m2"}
    rows = [{"drug": name, **dose} for name in ("Irinotecan", "IRINOTECAN", "bevacizumab")]
    story.form(DAY, WHO, "TREATMENT", "FIRST_DOSE", {"date": DAY}, {"dose": rows})

    assert of(story) == ("IRINOTECAN", "BEVACIZUMAB")
