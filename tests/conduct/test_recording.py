"""What holds of every entry: role, delegation, site, key, clock, lock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from asked import DAY, IN, READY, Asked, ecog, once_told
from equipoise.conduct import data_entry, data_management, disposition, enrolment, trial_setup
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Session
from equipoise.conduct.data_entry import FormData
from equipoise.conduct.data_management import Question
from equipoise.conduct.record import AlreadyDone, Outcome, Refused
from equipoise.conduct.trial_setup import Duty
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.entry import Entry
from equipoise.ledger.verified import Verified
from equipoise.store.memory import Memory
from equipoise.subject.as_of import recorded_by
from story import Story


@pytest.fixture
def trial():
    return once_told()


def test_a_role_does_only_what_is_open_to_it(trial):
    assert trial.refused(data_entry.save_form, READY, ecog(), role="monitor") == [
        (
            "FormSaved is not open to the role 'monitor'; it is to coordinator, investigator,"
            " subinvestigator"
        )
    ]


def test_a_site_has_its_own_people_and_the_center_has_all(trial):
    elsewhere = replace(trial.by("coordinator"), site="S02")
    monitor = replace(trial.by("monitor"), site="S02")
    question = Question("Q1", 1, "date", "sure?")

    assert data_entry.save_form(trial.trial, elsewhere, READY, ecog()) == Refused(
        (f"{READY} belongs to site S01, not to S02",)
    )
    assert isinstance(data_management.open_query(trial.trial, monitor, READY, question), Entry)


def test_the_clock_does_not_run_back(trial):
    head = trial.trial.head
    same = replace(trial.by("coordinator"), at=head.at)
    before = replace(same, at="2021-03-10T11:59:59Z")

    assert isinstance(data_entry.save_form(trial.trial, same, READY, ecog()), Entry)
    assert data_entry.save_form(trial.trial, before, READY, ecog()) == Refused(
        (
            (
                f"the clock runs back: {before.at} is before the last entry, {head.at}. If that"
                " one is wrong, correct the clock"
            ),
        )
    )


def test_after_the_lock_only_what_changes_no_data():
    story = Story().begin().ready(READY, DAY)
    story.close("2021-03-10")
    asked = Asked(story)
    forms = tuple(story.session.trial.subjects[READY].forms)
    signing = {"meaning": "REVIEWED", "about": forms[:1]}

    assert isinstance(asked.ask(data_management.sign, READY, **signing), Entry)
    assert asked.refused(data_entry.save_form, READY, ecog(on="2021-03-09")) == [
        (
            "FormSaved is not possible while the trial is locked; it is while closed to accrual or"
            " paused or recruiting or unlocked"
        )
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"actor": "Zhang Wei"}, "actor: found 'Zhang Wei', expected a code of 2 to 40"),
        ({"actor": "coordinator-09"}, "coordinator-09 holds no delegation as coordinator at S01"),
        ({"site": "S02"}, f"{READY} belongs to site S01, not to S02"),
        ({"site": "S09"}, "there is no site 'S09'; open it first"),
        ({"at": "2021-03-10T12:00:00.5Z"}, "at must be UTC like"),
        ({"role": "investigator"}, "coordinator-01 holds no delegation as investigator at S01"),
    ],
)
def test_who_acts_is_known_trained_delegated_and_at_the_site(trial, change, said):
    by = replace(trial.by("coordinator"), **change)

    outcome = data_entry.save_form(trial.trial, by, READY, ecog(on="2021-03-09"))

    assert isinstance(outcome, Refused)
    assert any(reason.startswith(said) for reason in outcome.reasons), outcome


def test_a_role_lapses_with_the_delegation_and_needs_training():
    story = Story().begin().ready(READY, DAY)
    trial = story.session.trial
    given = next(seq for seq, each in trial.delegations.items() if each.person == "coordinator-01")
    new = Duty("coordinator-07", "coordinator", "S01", DAY)
    story.done("2021-03-10", "sponsor", trial_setup.delegate, new)
    by = replace(story.attribution("2021-03-10", "coordinator"), actor="coordinator-07")
    untrained = data_entry.save_form(story.session.trial, by, READY, ecog(on="2021-03-09"))
    ends = {"ended_on": DAY}
    story.done("2021-03-10", "sponsor", trial_setup.end_delegation, given, **ends)

    def save(day: str, on: str) -> Outcome:
        return story.do(day, "coordinator", data_entry.save_form, READY, ecog(on=on))

    assert untrained == Refused(("coordinator-07 has no recorded training",))
    assert isinstance(save("2021-03-10", "2021-03-09"), Entry)
    assert "holds no delegation" in str(save("2021-03-11", "2021-03-11"))


@pytest.mark.parametrize(
    ("status", "saves", "screens"),
    [("ACTIVE", True, True), ("PAUSED", True, False), ("CLOSED", False, False)],
)
def test_a_site_works_from_its_green_light_until_it_is_closed(status, saves, screens):
    story = Story().begin().ready(READY, DAY)
    if status != "ACTIVE":
        change = {"since": DAY, "reason": "inspection"}
        story.done("2021-03-10", "sponsor", trial_setup.change_site, "S01", status, **change)
    asked = Asked(story)

    saved = asked.refused(data_entry.save_form, READY, ecog(on="2021-03-09"))
    screened = asked.refused(enrolment.screen, "S01-009", screened_on=DAY)

    assert (saved, screened) != ([], []) or status == "ACTIVE"
    assert (saved == []) is saves
    assert (screened == []) is screens
    died = {"died_on": "2021-03-10", "cause": "x"}
    assert asked.refused(disposition.record_death, READY, **died) == []  # safety comes first


def test_a_key_is_bound_to_what_was_asked_in_the_whole_trial(trial):
    by = trial.by("coordinator")
    story = Story().begin().ready(READY, DAY).ready(IN, DAY)
    saved = story.session.do(data_entry.save_form, by, READY, ecog(on="2021-03-09"))
    assert isinstance(saved, Entry)
    later = replace(by, at="2021-03-10T13:00:00Z", salt="cd" * 16)

    same = story.session.do(data_entry.save_form, later, READY, ecog(on="2021-03-09"))
    died = {"died_on": "2021-03-10", "cause": "x"}
    death = story.session.do(disposition.record_death, later, READY, **died)
    other = story.session.do(data_entry.save_form, later, IN, ecog(on="2021-03-09"))
    somebody = story.session.do(
        data_entry.save_form,
        replace(later, actor="coordinator-02"),
        READY,
        ecog(on="2021-03-09"),
    )

    assert same == AlreadyDone(saved.seq)
    for outcome in (death, other, somebody):
        assert isinstance(outcome, Refused)
        assert outcome.reasons[0].startswith(
            f"the key {by.key} was used for another command, entry {saved.seq}: nothing of this"
        )
        assert outcome.current == (saved.seq,)


def test_a_clock_set_wrong_is_mended_and_stays_visible():
    story = Story().begin().ready(READY, DAY)
    wrong = story.form("2199-01-01", READY, *ecog(on="2021-03-09"))
    by = replace(story.attribution("2021-03-10", "sponsor"), at="2021-03-11T08:00:00Z")
    too_far = replace(by, at="2021-03-09T08:00:00Z", key="k-far")

    def correct(by: Attribution, since: int) -> Outcome:
        return story.session.do(trial_setup.correct_clock, by, since, reason="wrong year")

    assert "nothing is back-dated" in str(correct(too_far, wrong.seq))
    assert "there is no entry 1 whose clock" in str(correct(replace(by, key="k-x"), 1))
    assert isinstance(correct(by, wrong.seq), Entry)
    later = replace(story.attribution("2021-03-11", "coordinator"), at="2021-03-11T09:00:00Z")
    assert isinstance(
        story.session.do(data_entry.save_form, later, READY, ecog("UNSCHEDULED 1", "2021-03-11")),
        Entry,
    )

    entries = story.storage.read()
    assert isinstance(verify_entries(entries), Verified)
    assert wrong.at.startswith("2199")
    assert recorded_by(entries, date(2021, 3, 11)) == entries
    assert recorded_by(entries, DAY) == entries[: wrong.seq - 1]


def test_a_refusal_reads_as_one_line():
    assert str(Refused(("one", "two"))) == "one; two"


def test_an_event_that_cannot_be_is_refused_by_the_session(trial):
    died = {"died_on": "in spring", "cause": "x"}
    by = trial.by("investigator")

    outcome = trial.story.session.do(disposition.record_death, by, READY, **died)

    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].startswith("DeathRecorded.died_on: ")


def test_queries_that_a_crash_cut_off_are_asked_with_the_next_command():
    story = Story().begin().ready(READY, DAY)
    rows = [{"test": "NEUT", "value": "310", "unit": "10*9/L"}] * 2
    typed = FormData("HEMATOLOGY", "SCREENING", {"date": "2021-03-10"}, {"result": rows})
    saved = story.done("2021-03-10", "coordinator", data_entry.save_form, READY, typed)
    whole = story.storage.read()
    assert [entry.type for entry in whole[-3:]] == ["FormSaved", "QueryOpened", "QueryOpened"]

    for kept in (len(whole) - 1, len(whole) - 2):
        story.session = Session(Memory(whole[:kept]))
        assert isinstance(verify_entries(whole[:kept]), Verified)  # nothing follows it yet
        after = story.session.do(
            data_entry.save_form, story.attribution("2021-03-10", "coordinator"), READY, ecog()
        )
        entries = story.session.storage.read()
        queries = story.session.trial.subjects[READY].queries.values()

        assert isinstance(after, Entry)
        assert [query.about for query in queries] == [saved.seq, saved.seq]
        assert isinstance(verify_entries(entries), Verified)
        assert entries[-1] == after
