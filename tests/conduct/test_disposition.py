"""How a part ends once, and what contradicts a death."""

from __future__ import annotations

import pytest

from asked import DAY, IN, NOBODY, READY, Asked, dose, ecog, once_told, therapy
from equipoise.conduct import data_entry, disposition
from equipoise.conduct.attribution import Correction
from equipoise.conduct.data_entry import FormData
from equipoise.ledger.entry import Entry
from story import Story


@pytest.fixture
def trial():
    return once_told()


def test_treatment_ends_once_or_by_correction():
    story = Story().begin().ready(READY, DAY)
    assert isinstance(story.randomize(READY, DAY), Entry)
    ended = {"ended_on": DAY, "cause": "toxicity"}
    first = story.done("2021-03-10", "investigator", disposition.end_treatment, READY, **ended)

    def said(correction: Correction | None) -> list[str]:
        return Asked(story).refused(
            disposition.end_treatment, READY, **ended, correction=correction
        )

    assert said(None) == [f"treatment ended on {DAY}, as entry {first.seq} says"]
    assert said(Correction(first.seq, "another day")) == []


def test_who_is_unknown_ends_nothing(trial):
    unknown = f"there is no subject {NOBODY}; screen first"

    assert trial.refused(disposition.end_treatment, NOBODY, ended_on=DAY, cause="x") == [
        unknown,
        f"{NOBODY} is not randomized",
    ]
    lost = {"ended_on": DAY, "cause": "LOST TO FOLLOW-UP"}
    assert trial.refused(disposition.end_study, NOBODY, **lost) == [unknown]
    died = {"died_on": "2021-03-10", "cause": "x"}
    assert trial.refused(disposition.record_death, NOBODY, **died) == [unknown]


def test_a_death_is_recorded_once_or_by_correction():
    story = Story().begin().ready(READY, DAY)
    died = {"died_on": "2021-03", "cause": "disease"}
    first = story.done("2021-04-10", "investigator", disposition.record_death, READY, **died)
    asked = Asked(story)

    assert asked.refused(disposition.record_death, READY, **died) == [
        f"death is recorded as of 2021-03 (entry {first.seq}); correct that entry"
    ]
    correction = Correction(first.seq, "another day")
    assert asked.refused(disposition.record_death, READY, **died, correction=correction) == []


def test_a_death_on_the_day_of_randomization_and_before(trial):
    before = {"died_on": "2021-03-09", "cause": "x"}
    same = {"died_on": "2021-03-10", "cause": "x"}

    assert trial.refused(disposition.record_death, IN, **before) == [
        "died_on: 2021-03-09 is before randomization (2021-03-10)"
    ]
    assert trial.refused(disposition.record_death, IN, **same) == []


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        (ecog("UNSCHEDULED 1", "2021-04-10"), False),
        (ecog("UNSCHEDULED 1", "2021-04-11"), True),
        (ecog("UNSCHEDULED 1", "2021-04"), False),  # perhaps before
        (dose("2021-04-11"), True),
        (
            FormData(
                "SURVIVAL_CONTACT",
                "SURVIVAL 1",
                {"date": "2021-04-11"},
                {"contact": [{"status": "ALIVE", "contact": "TELEPHONE"}]},
            ),
            True,
        ),
        (
            FormData(
                "SURVIVAL_CONTACT",
                "SURVIVAL 1",
                {"date": "2021-04-11"},
                {"contact": [{"status": "DEAD", "contact": "TELEPHONE"}]},
            ),
            False,
        ),
        (
            FormData(
                "HEMATOLOGY",
                "UNSCHEDULED 1",
                {"date": "2021-04-11"},
                {"result": [{"test": "NEUT", "value": {"missing": "NOT DONE"}}]},
            ),
            False,
        ),
        (
            FormData(
                "HEMATOLOGY",
                "UNSCHEDULED 1",
                {"date": "2021-04-11"},
                {"result": [{"test": "NEUT", "value": "2", "unit": "10*9/L"}]},
            ),
            True,
        ),
        (therapy("2021-04-11"), False),  # a plan, perhaps: not a sign of life
    ],
)
def test_a_sign_of_life_after_the_death_contradicts_it(typed, seen):
    story = Story().begin().ready(READY, DAY)
    assert isinstance(story.randomize(READY, DAY), Entry)
    entry = story.done("2021-05-01", "coordinator", data_entry.save_form, READY, typed)
    died = {"died_on": "2021-04-10", "cause": "x"}

    said = Asked(story).refused(disposition.record_death, READY, **died)

    assert said == (
        [f"data of a later day are recorded: entry {entry.seq} (2021-04-11)"] if seen else []
    )


def test_five_signs_of_life_are_named():
    story = Story().begin().ready(READY, DAY)
    saved = [
        story.done(
            "2021-05-01",
            "coordinator",
            data_entry.save_form,
            READY,
            ecog(f"UNSCHEDULED {n}", f"2021-04-1{n}"),
        )
        for n in range(1, 7)
    ]
    died = {"died_on": "2021-04-10", "cause": "x"}

    (said,) = Asked(story).refused(disposition.record_death, READY, **died)

    named = ", ".join(f"entry {e.seq} (2021-04-1{n})" for n, e in enumerate(saved[:5], start=1))
    assert said == f"data of a later day are recorded: {named}"
