"""How a part ends once, and what contradicts a death."""

from __future__ import annotations

from datetime import date

import pytest

from asked import DAY, IN, NOBODY, READY, Asked, dose, ecog, once_told, therapy
from equipoise.conduct import data_entry, disposition, enrolment
from equipoise.conduct.attribution import Correction
from equipoise.conduct.data_entry import FormData
from equipoise.conduct.disposition import Withdrawal
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.entry import Entry
from equipoise.ledger.verified import Verified
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

    assert said(None) == [
        f"treatment ended on {DAY}, as entry {first.seq} says; correct that entry"
    ]
    assert said(Correction(first.seq, "another day")) == []


def test_who_is_unknown_ends_nothing(trial):
    unknown = f"there is no subject {NOBODY}; screen first"

    assert trial.refused(disposition.end_treatment, NOBODY, ended_on=DAY, cause="x") == [unknown]
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

    assert trial.asks(disposition.record_death, IN, **before) == [
        "2021-03-09 is before randomization (2021-03-10): which is right?"
    ]
    assert trial.asks(disposition.record_death, IN, **same) == []


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

    said = Asked(story).asks(disposition.record_death, READY, **died)

    why = f"data of a later day are recorded: entry {entry.seq} (2021-04-11)."
    assert said == ([f"{why} Is the death or the person wrong?"] if seen else [])


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

    (said,) = Asked(story).asks(disposition.record_death, READY, **died)

    named = ", ".join(f"entry {e.seq} (2021-04-1{n})" for n, e in enumerate(saved[:5], start=1))
    assert said.startswith(f"data of a later day are recorded: {named}.")


ENDED = {"ended_on": DAY, "cause": "CHOICE"}


@pytest.mark.parametrize(
    ("command", "details", "said"),
    [
        (disposition.end_study, ENDED, "the study ended on 2021-03-10, as entry {} says"),
        (
            disposition.withdraw,
            {"withdrawal": Withdrawal("VISITS", DAY, "choice")},
            "withdrew from it on 2021-03-10, as entry {} says",
        ),
        (
            enrolment.fail_screening,
            {"failed_on": DAY, "criteria": ()},
            "screening failed on 2021-03-10, as entry {} says",
        ),
    ],
)
def test_nothing_ends_twice(command, details, said):
    story = Story().begin().ready(READY, DAY)
    first = story.done("2021-03-10", "investigator", command, READY, **details)
    asked = Asked(story)

    (again,) = asked.refused(command, READY, **details)

    assert again.startswith(said.format(first.seq))
    correction = Correction(first.seq, "another day")
    assert asked.refused(command, READY, **details, correction=correction) == []


def test_doses_after_treatment_ended_are_asked_about_whichever_comes_first():
    story = Story().begin().ready(READY, DAY)
    assert isinstance(story.randomize(READY, DAY), Entry)
    given = story.done("2021-04-20", "coordinator", data_entry.save_form, READY, dose("2021-04-11"))
    ended = {"ended_on": date(2021, 4, 10), "cause": "toxicity"}

    (said,) = Asked(story).asks(disposition.end_treatment, READY, **ended)
    assert said == f"doses after it are recorded: entry {given.seq} (2021-04-11)"

    end = story.done("2021-04-20", "investigator", disposition.end_treatment, READY, **ended)
    later = dose("2021-04-12")
    (first, *_) = [t for t in Asked(story).asks(data_entry.save_form, READY, later) if "dose" in t]
    assert f"is after the end of treatment of 2021-04-10 (entry {end.seq})" in first


def test_what_never_was_is_cancelled_by_a_physician_with_a_reason():
    story = Story().begin().ready(READY, DAY)
    given = story.randomize(READY, DAY)
    assert isinstance(given, Entry)
    cancel = (disposition.cancel, READY, given.seq)
    asked = Asked(story)
    assert asked.refused(*cancel, reason="the wrong person") == []
    assert asked.refused(*cancel, reason=" ") == [
        "reason: nothing found, expected why it never was"
    ]
    assert asked.refused(*cancel, reason="x", role="coordinator") == [
        (
            "EntryCancelled is not open to the role 'coordinator'; it is to investigator,"
            " subinvestigator"
        )
    ]
    assert asked.refused(disposition.cancel, READY, 1, reason="x") == [
        f"entry 1 is nothing of {READY} that can be cancelled"
    ]

    about = {"reason": "the wrong person"}
    story.done("2021-03-10", "investigator", disposition.cancel, READY, given.seq, **about)

    subject = story.session.trial.subjects[READY]
    assert subject.randomized is None
    assert [each.source for each in subject.cancelled_randomizations] == [given.seq]
    assert "was cancelled; screen the person under a new code" in str(story.randomize(READY, DAY))
    assert isinstance(verify_entries(story.storage.read()), Verified)


def test_somebody_is_seen_at_another_site_which_then_records():
    story = Story().begin().ready(READY, DAY)
    moves = {"transferred_on": DAY}
    asked = Asked(story)
    assert asked.refused(disposition.transfer, READY, "S09", **moves, role="sponsor") == [
        "there is no site 'S09'"
    ]
    assert asked.refused(disposition.transfer, READY, "S01", **moves, role="sponsor") == [
        f"{READY} belongs to site S01 already"
    ]
    story.done("2021-03-10", "sponsor", disposition.transfer, READY, "S02", **moves)

    old = asked.refused(data_entry.save_form, READY, ecog(), role="coordinator")
    story.site = "S02"

    assert old == [f"{READY} belongs to site S02, not to S01"]
    assert asked.refused(data_entry.save_form, READY, ecog(), role="coordinator") == []
