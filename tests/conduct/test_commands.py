"""Rules of conduct: what the commands refuse, and what they say."""

from datetime import date, timedelta

import numpy as np
import pytest

from equipoise.analysis.results.endpoints import Time
from equipoise.analysis.results.participants import EligibilityRow
from equipoise.conduct import (
    data_entry,
    data_management,
    disposition,
    enrolment,
    protocol_versions,
    randomization,
)
from equipoise.conduct.attribution import Correction
from equipoise.conduct.data_entry import FormData
from equipoise.conduct.data_management import Question
from equipoise.conduct.disposition import Withdrawal
from equipoise.conduct.edit_checks import doubts_about
from equipoise.conduct.enrolment import Consent, Judgement
from equipoise.conduct.record import AlreadyDone, Refused
from equipoise.conduct.redaction import Redacted, RedactionRequest, redact
from equipoise.ledger.chain import verify
from equipoise.ledger.entry import Entry
from equipoise.ledger.verified import Verified
from equipoise.protocol.yaml_file import load
from equipoise.subject.fold import replay
from equipoise.subject.records import DD, LB
from equipoise.terms.dates import parse_date
from story import Story, screening_forms

DAY = date(2021, 3, 10)


@pytest.fixture(scope="module")
def protocol():
    return load("NCT04509635")


@pytest.fixture
def story(protocol):
    return Story(protocol=protocol).begin()


def reasons(outcome):
    assert isinstance(outcome, Refused), outcome
    return " | ".join(outcome.reasons)


def test_entry_before_consent_is_refused(story):
    story.done(
        "2021-03-01", "coordinator", enrolment.screen, "S01-001", screened_on=date(2021, 3, 1)
    )

    refused = story.do(
        "2021-03-01",
        "coordinator",
        data_entry.save_form,
        "S01-001",
        FormData("ECOG", "SCREENING", {"date": "2021-03-01"}, {"score": [{"score": "1"}]}),
    )

    assert "entry before consent is refused" in reasons(refused)


@pytest.mark.parametrize(
    ("label", "asks"),
    [({}, True), ({"standard_of_care": "N"}, True), ({"standard_of_care": "Y"}, False)],
)
def test_earlier_results_are_asked_about_unless_labeled(story, label, asks):
    story.done(
        "2021-03-05", "coordinator", enrolment.screen, "S01-001", screened_on=date(2021, 3, 5)
    )
    story.done(
        "2021-03-05",
        "investigator",
        enrolment.record_consent,
        "S01-001",
        Consent(date(2021, 3, 5), "1.1"),
    )

    outcome = story.do(
        "2021-03-05",
        "coordinator",
        data_entry.save_form,
        "S01-001",
        FormData("ECOG", "SCREENING", {"date": "2021-03-04", **label}, {"score": [{"score": "1"}]}),
    )

    assert isinstance(outcome, Entry)
    assert [text for _, text in asked_about(story)] == (
        ["2021-03-04 is before consent (2021-03-05): is it a standard-of-care result?"] * asks
    )


def asked_about(story, who="S01-001"):
    """(field, text) of the queries of somebody."""
    queries = story.session.trial.subjects[who].queries.values()
    return [(query.field, query.text) for query in queries]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"NEUT": "1.49"}, "I09 not met", id="not met"),
        pytest.param({"NEUT": {"missing": "HEMOLYZED"}}, "I09 unknown", id="unknown"),
        pytest.param(
            {"signed": False}, "is not signed by an investigator", id="intention not signed"
        ),
        pytest.param({"free_days": 760}, "", id="randomized although the interval is long"),
    ],
)
def test_nobody_is_randomized_on_not_met_or_unknown(story, changes, said):
    outcome = story.ready("S01-001", DAY, **changes).randomize("S01-001", DAY)

    if said:
        assert said in reasons(outcome)
        assert story.session.trial.subjects["S01-001"].randomized is None
    else:
        assert isinstance(outcome, Entry)


def test_nobody_is_randomized_twice(story):
    story.ready("S01-001", DAY)
    assert isinstance(story.randomize("S01-001", DAY), Entry)

    assert "nobody is randomized twice" in reasons(story.randomize("S01-001", DAY))
    again = story.do(
        "2021-03-11",
        "coordinator",
        enrolment.screen,
        "S01-002",
        screened_on=date(2021, 3, 11),
        previous_subject="S01-001",
    )
    assert "already randomized" in reasons(again)


def test_a_repeated_command_is_harmless(story):
    by = story.attribution("2021-03-01", "coordinator")
    first = story.session.do(enrolment.screen, by, "S01-001", screened_on=date(2021, 3, 1))
    second = story.session.do(enrolment.screen, by, "S01-001", screened_on=date(2021, 3, 1))

    assert second == AlreadyDone(first.seq)
    assert len(story.storage.read()) == first.seq


def test_an_unknown_stratum_refuses(story):
    story.ready("S01-001", DAY)
    drugs = next(groups for form, _, groups in screening_forms(DAY) if form == "PRIOR_THERAPY")
    del drugs["drug"][0]["end"]
    held = next(
        seq
        for seq, saved in story.session.trial.subjects["S01-001"].forms.items()
        if saved.form == "PRIOR_THERAPY"
    )
    story.done(
        "2021-03-10",
        "coordinator",
        data_entry.save_form,
        "S01-001",
        FormData("PRIOR_THERAPY", "SCREENING", {}, drugs),
        correction=Correction(held, "date of the last dose is not known"),
    )

    assert "stratum ANTI_EGFR_FREE unknown" in reasons(story.randomize("S01-001", DAY))


def test_same_history_same_next_arm(protocol):
    arms = []
    for _ in range(2):
        story = Story(protocol=protocol).begin()
        for number in range(1, 7):
            story.ready(f"S01-{number:03}", DAY)
            story.randomize(f"S01-{number:03}", DAY)
        arms.append([s.randomized.arm for s in story.session.trial.subjects.values()])

    assert arms[0] == arms[1]
    assert set(arms[0]) == {"CETUXIMAB_CHEMOTHERAPY", "CHEMOTHERAPY"}


def test_a_correction_supersedes_with_a_reason_and_the_old_entry_stays(story):
    story.ready("S01-001", DAY)
    held = next(
        seq
        for seq, saved in story.session.trial.subjects["S01-001"].forms.items()
        if saved.form == "HEMATOLOGY"
    )
    values, groups = (
        {"date": "2021-03-08"},
        {"result": [{"test": "NEUT", "value": "2.2", "unit": "K/uL"}]},
    )

    silent = story.do(
        "2021-03-10",
        "coordinator",
        data_entry.save_form,
        "S01-001",
        FormData("HEMATOLOGY", "SCREENING", values, groups),
        correction=Correction(held, ""),
    )
    told = story.done(
        "2021-03-10",
        "coordinator",
        data_entry.save_form,
        "S01-001",
        FormData("HEMATOLOGY", "SCREENING", values, groups),
        correction=Correction(held, "typed from the wrong sheet"),
    )

    assert "a correction needs a reason" in reasons(silent)
    labs = [
        lab for lab in story.session.trial.subjects["S01-001"].records(LB) if lab.test == "NEUT"
    ]
    assert [(lab.original, lab.source) for lab in labs] == [("2.2", told.seq)]
    assert story.storage.read()[held - 1].payload["groups"]["result"][0]["value"] == "3.1"
    assert isinstance(verify(story.storage.read()), Verified)


def test_ineligible_after_randomization_stays_with_both_verdicts(story):
    from equipoise.analysis.analyze import analyze

    story.ready("S01-001", DAY)
    story.randomize("S01-001", DAY)
    held = next(
        seq
        for seq, saved in story.session.trial.subjects["S01-001"].forms.items()
        if saved.form == "ECOG"
    )
    story.done(
        "2021-03-12",
        "coordinator",
        data_entry.save_form,
        "S01-001",
        FormData("ECOG", "SCREENING", {"date": "2021-03-08"}, {"score": [{"score": "2"}]}),
        correction=Correction(held, "misread"),
    )

    results = analyze(story.known(date(2021, 6, 1))).results

    assert results.eligibility["S01-001"] == EligibilityRow(then=(), now=("I07",))
    assert results.flow.randomized == 1
    arm = story.session.trial.subjects["S01-001"].randomized.arm
    assert results.endpoints["DCR"].comparison.arms[arm].n == 1


@pytest.mark.parametrize(
    ("level", "form", "open_"),
    [
        ("TREATMENT", "TREATMENT", "asks"),
        ("TREATMENT", "ECOG", "fine"),
        ("VISITS", "ECOG", "asks"),
        ("VISITS", "SURVIVAL_CONTACT", "fine"),
        ("CONTACT", "SURVIVAL_CONTACT", "asks"),
        ("DATA", "SURVIVAL_CONTACT", "refused"),
    ],
)
def test_withdrawal_has_levels(story, level, form, open_):
    story.ready("S01-001", DAY)
    story.randomize("S01-001", DAY)
    records = len(story.session.trial.subjects["S01-001"].records(LB))
    story.done(
        "2021-04-01",
        "investigator",
        disposition.withdraw,
        "S01-001",
        Withdrawal(level, date(2021, 4, 1), "choice"),
    )
    groups = {
        "TREATMENT": {"dose": [{"drug": "CETUXIMAB", "dose": "500", "unit": "mg/m2"}]},
        "ECOG": {"score": [{"score": "1"}]},
        "SURVIVAL_CONTACT": {"contact": [{"status": "ALIVE", "contact": "TELEPHONE"}]},
    }[form]
    visit = "SURVIVAL 1" if form == "SURVIVAL_CONTACT" else "UNSCHEDULED 1"

    outcome = story.do(
        "2021-05-01",
        "coordinator",
        data_entry.save_form,
        "S01-001",
        FormData(form, visit, {"date": "2021-05-01"}, groups),
    )

    assert isinstance(outcome, Entry) is (open_ != "refused")
    about = [text for _, text in asked_about(story) if "after the withdrawal" in text]
    assert bool(about) is (open_ == "asks")
    assert len(story.session.trial.subjects["S01-001"].records(LB)) == records


@pytest.mark.parametrize(
    ("values", "groups", "said"),
    [
        ({"date": "2021-13-40"}, [{"test": "NEUT", "value": "2"}], "no calendar has"),
        ({"date": "next week"}, [{"test": "NEUT", "value": "2"}], "is not a date"),
        ({"date": "2031-01-01"}, [{"test": "NEUT", "value": "2"}], "lies in the future"),
        ({}, [{"test": "NEUT", "value": "2"}], "expected Date of sample"),
        ({"date": "2021-03-09"}, [{"test": "NEUT", "value": "-2"}], "expected a value from 0"),
        ({"date": "2021-03-09"}, [{"test": "NEUT", "value": "two"}], "expected a number"),
        (
            {"date": "2021-03-09"},
            [{"test": "NEUT", "value": "2", "unit": "furlongs"}],
            "found the unit 'furlongs'",
        ),
        ({"date": "2021-03-09"}, [{"test": "NEUT", "value": 2.0}], "expected text as typed"),
        (
            {"date": "2021-03-09"},
            [{"test": "NEUT", "value": {"missing": "LAZY"}}],
            "accepted are NOT DONE",
        ),
        (
            {"date": "2021-03-09", "moon": "full"},
            [{"test": "NEUT", "value": "2"}],
            "no field 'moon'",
        ),
    ],
)
def test_bad_input_says_where_what_and_what_was_expected(story, values, groups, said):
    story.ready("S01-001", DAY)
    before = len(story.storage.read())

    outcome = story.do(
        "2021-03-10",
        "coordinator",
        data_entry.save_form,
        "S01-001",
        FormData("HEMATOLOGY", "SCREENING", values, {"result": groups}),
    )

    assert said in reasons(outcome)
    assert "HEMATOLOGY" in reasons(outcome) or "FormSaved" in reasons(outcome)
    assert len(story.storage.read()) == before


def test_visits_that_recur_are_numbered(story):
    story.ready("S01-001", DAY)
    for visit, said in (
        ("SCAN", "SCAN 1, 2"),
        ("SCREENING 1", "expected SCREENING"),
        ("PARTY", "no visit 'PARTY'"),
    ):
        outcome = story.do(
            "2021-03-10",
            "coordinator",
            data_entry.save_form,
            "S01-001",
            FormData("ECOG", visit, {"date": "2021-03-10"}, {"score": [{"score": "1"}]}),
        )
        assert said in reasons(outcome)


@pytest.mark.parametrize(
    ("role", "command", "details"),
    [
        (
            "sponsor",
            data_entry.save_form,
            FormData("ECOG", "SCREENING", {"date": "2021-03-10"}, {"score": [{"score": "1"}]}),
        ),
        (
            "data_manager",
            data_entry.save_form,
            FormData("ECOG", "SCREENING", {"date": "2021-03-10"}, {"score": [{"score": "1"}]}),
        ),
    ],
)
def test_nobody_central_changes_what_a_site_records(story, role, command, details):
    story.ready("S01-001", DAY)

    assert "is not open to the role" in reasons(
        story.do("2021-03-10", role, command, "S01-001", details)
    )


def test_a_site_acts_only_for_its_own_participants(story):
    story.ready("S01-001", DAY)
    story.site = "S02"

    outcome = story.do(
        "2021-03-10",
        "coordinator",
        data_entry.save_form,
        "S01-001",
        FormData("ECOG", "SCREENING", {"date": "2021-03-10"}, {"score": [{"score": "1"}]}),
    )

    assert "belongs to site S01" in reasons(outcome)


def test_queries_are_opened_answered_and_closed_in_that_order(story):
    story.ready("S01-001", DAY)
    last = len(story.storage.read())
    question = Question("Q1", last, "score", "please check")

    story.done("2021-03-10", "data_manager", data_management.open_query, "S01-001", question)
    assert "expected answered" in reasons(
        story.do(
            "2021-03-10", "data_manager", data_management.close_query, "S01-001", "Q1", text="fine"
        )
    )
    assert "open queries: Q1" in reasons(
        story.do(
            "2021-03-10", "data_manager", data_management.request_lock, "S01-001", reason="clean"
        )
    )
    story.done(
        "2021-03-10", "coordinator", data_management.answer_query, "S01-001", "Q1", text="checked"
    )
    story.done(
        "2021-03-10", "data_manager", data_management.close_query, "S01-001", "Q1", text="fine"
    )
    request = ("2021-03-10", "data_manager", data_management.request_lock, "S01-001")
    asked = story.done(*request, reason="clean")
    lock = ("2021-03-10", "data_manager", data_management.lock, asked.seq)
    assert "another person must carry it out" in reasons(story.do(*lock, reason="clean"))
    story.done("2021-03-10", "statistician", *lock[2:], reason="clean")

    outcome = story.do(
        "2021-03-10",
        "coordinator",
        data_entry.save_form,
        "S01-001",
        FormData("ECOG", "SCREENING", {"date": "2021-03-10"}, {"score": [{"score": "1"}]}),
    )
    assert "are locked" in reasons(outcome)


def test_rescreening_is_one_person(story):
    from equipoise.analysis.analyze import analyze

    story.ready("S01-001", DAY, NEUT="1.0")
    story.done(
        "2021-03-10",
        "investigator",
        enrolment.fail_screening,
        "S01-001",
        failed_on=DAY,
        criteria=("I09",),
    )
    assert "screening failed" in reasons(story.randomize("S01-001", DAY))
    later = date(2021, 4, 10)
    story.done(
        "2021-04-02",
        "coordinator",
        enrolment.screen,
        "S01-002",
        screened_on=date(2021, 4, 2),
        previous_subject="S01-001",
    )

    flow = analyze(story.known(later)).results.flow

    assert (flow.screened, flow.rescreened) == (1, 1)


def test_the_list_is_opened_only_after_lock_and_must_match(story):
    story.ready("S01-001", DAY)
    story.randomize("S01-001", DAY)
    assert "it is while locked" in reasons(
        story.do("2021-06-01", "statistician", randomization.open_allocation, story.sealed)
    )
    story.close("2021-06-01")
    other = randomization.draw_allocation(story.protocol, np.random.default_rng(99), "cd" * 16)

    assert isinstance(
        story.do("2021-06-02", "statistician", randomization.open_allocation, other), Refused
    )
    assert isinstance(
        story.do("2021-06-02", "statistician", randomization.open_allocation, story.sealed), Entry
    )


def test_the_list_is_neither_in_the_ledger_nor_guessable_from_the_commitment(story):
    story.ready("S01-001", DAY)
    story.randomize("S01-001", DAY)
    stored = [entry for entry in story.storage.read() if entry.type == "AllocationCommitted"]

    assert set(stored[0].payload) == {"commitment", "leaves", "algorithm", "voided"}
    assert story.sealed.salt not in str([entry.payload for entry in story.storage.read()])
    (given,) = [e for e in story.storage.read() if e.type == "SubjectRandomized"]
    later = story.sealed.position(tuple(given.payload["stratum"]), 2)
    assert later.salt not in str([entry.payload for entry in story.storage.read()])


def test_an_amendment_that_asks_for_it_needs_a_new_consent(story):
    amended = story.protocol.model_copy(update={"version": "2.0"})
    story.ready("S01-001", DAY)
    story.done(
        "2021-03-10",
        "sponsor",
        protocol_versions.amend_protocol,
        amended,
        sites=("S01",),
        effective_on=DAY,
        reconsent=True,
    )

    assert "version 2.0 asks for a new consent" in reasons(story.randomize("S01-001", DAY))
    story.done(
        "2021-03-10",
        "investigator",
        enrolment.record_consent,
        "S01-001",
        Consent(DAY, "2.0"),
    )
    assert "came after eligibility was signed" in reasons(story.randomize("S01-001", DAY))
    story.confirm("S01-001", "2021-03-10")
    entry = story.randomize("S01-001", DAY)
    assert isinstance(entry, Entry)
    assert entry.protocol == "2.0"


def test_lost_to_follow_up_needs_documented_attempts(story):
    story.ready("S01-001", DAY)
    story.randomize("S01-001", DAY)
    end_study = ("2021-06-01", "investigator", disposition.end_study, "S01-001")
    end = {"ended_on": date(2021, 6, 1), "cause": "LOST TO FOLLOW-UP"}
    assert "documented attempts" in reasons(story.do(*end_study, **end))
    for number, status in enumerate(("ALIVE", "NOT REACHED"), 1):
        story.form(
            "2021-06-01",
            "S01-001",
            "SURVIVAL_CONTACT",
            f"SURVIVAL {number}",
            {"date": f"2021-05-{number}0"},
            {"contact": [{"status": status, "contact": "TELEPHONE"}]},
        )
        if status == "ALIVE":
            refused = story.do(
                "2021-06-01", "investigator", disposition.end_study, "S01-001", **end
            )
            assert "documented attempts" in reasons(refused)
    story.done(*end_study, **end)


def test_a_partial_date_of_death_is_kept_as_told(story):
    story.ready("S01-001", DAY)
    story.randomize("S01-001", DAY)
    story.done(
        "2021-09-01",
        "investigator",
        disposition.record_death,
        "S01-001",
        died_on="2021-08",
        cause="disease",
    )

    assert story.session.trial.subjects["S01-001"].died == parse_date("2021-08")


def test_codes_not_names(story):
    outcome = story.do(
        "2021-03-01", "coordinator", enrolment.screen, "Mrs. Smith", screened_on=date(2021, 3, 1)
    )

    assert "no name" in reasons(outcome)


def test_what_comes_after_a_death_is_saved_and_asked_about(story):
    story.ready("S01-001", DAY)
    story.randomize("S01-001", DAY)
    story.done(
        "2021-09-01",
        "investigator",
        disposition.record_death,
        "S01-001",
        died_on="2021-08-10",
        cause="disease",
    )

    row = {"therapy": "REGORAFENIB", "class": "OTHER TARGETED", "start": "2021-08-11"}
    late = story.done(
        "2021-09-10",
        "coordinator",
        data_entry.save_form,
        "S01-001",
        FormData("SUBSEQUENT_THERAPY", "UNSCHEDULED 1", {}, {"therapy": [row]}),
    )

    (query,) = story.session.trial.subjects["S01-001"].queries.values()
    death = story.session.trial.subjects["S01-001"].died_source
    assert "2021-08-11 is after the death of 2021-08-10" in query.text
    assert query.contradicts == (death, late.seq)
    assert story.session.trial.subjects["S01-001"].unresolved == {death, late.seq}


@pytest.mark.parametrize(
    ("told", "days"), [("2021-06", 113), ("2021-07", 114), ("2021-06-30", 113), ("2021", 113)]
)
def test_a_partial_date_of_death_is_the_earliest_that_the_contacts_allow(story, told, days):
    from equipoise.analysis.analyze import analyze

    story.ready("S01-001", DAY)
    story.randomize("S01-001", DAY)
    story.scan("S01-001", "2021-06-30", 1, "SD", "45")
    story.done(
        "2021-08-01",
        "investigator",
        disposition.record_death,
        "S01-001",
        died_on=told,
        cause="disease",
    )

    os = analyze(story.known(date(2021, 12, 31))).results.endpoints["OS"].rules["OS"]

    assert os.subjects["S01-001"].value == Time(days=days, event=True)


# ------------------------------------------------------------------ nobody enters by another door


def test_only_the_committed_list_allocates(story):
    story.ready("S01-001", DAY)
    story.sealed = randomization.draw_allocation(
        story.protocol, np.random.default_rng(99), "cd" * 16
    )

    assert "not the randomization list that was committed" in reasons(
        story.randomize("S01-001", DAY)
    )


def test_an_exhausted_list_refuses(story):
    short = story.sealed.__class__(
        story.sealed.strata, tuple(arms[:0] for arms in story.sealed.sequences), "ab" * 16
    )
    other = Story(protocol=story.protocol)
    other.sealed = short
    other.begin().ready("S01-001", DAY)

    assert "exhausted" in reasons(other.randomize("S01-001", DAY))


@pytest.mark.parametrize("days", [-2, 2])
def test_randomization_is_not_dated_back_or_forward(story, days):
    story.ready("S01-001", DAY)

    outcome = story.do(
        "2021-03-10",
        "investigator",
        randomization.randomize,
        "S01-001",
        randomized_on=DAY + timedelta(days),
        sealed=story.sealed,
    )

    assert "is not the day at the site, 2021-03-10" in reasons(outcome)


def test_the_earlier_code_of_somebody_screened_again_is_closed(story):
    story.ready("S01-001", DAY)
    again = {"screened_on": DAY, "previous_subject": "S01-001"}
    assert "has not ended" in reasons(
        story.do("2021-03-10", "coordinator", enrolment.screen, "S01-002", **again)
    )
    failed = story.done(
        "2021-03-10",
        "investigator",
        enrolment.fail_screening,
        "S01-001",
        failed_on=DAY,
        criteria=(),
    )
    story.done("2021-03-10", "coordinator", enrolment.screen, "S01-002", **again)
    refused = reasons(story.randomize("S01-001", DAY))

    assert "screening failed" in refused
    assert "screened again as S01-002" in refused
    assert failed.seq in story.session.trial.subjects["S01-001"].decisions


@pytest.mark.parametrize(
    ("command", "details", "said"),
    [
        (disposition.record_death, {"died_on": "2021-03-09", "cause": "disease"}, "died on"),
        (disposition.end_study, {"ended_on": DAY, "cause": "CHOICE"}, "left the study"),
        (disposition.withdraw, {"withdrawal": Withdrawal("VISITS", DAY, "choice")}, "withdrew"),
    ],
)
def test_who_died_or_left_is_not_randomized(story, command, details, said):
    story.ready("S01-001", DAY)
    story.done("2021-03-10", "investigator", command, "S01-001", **details)

    assert said in reasons(story.randomize("S01-001", DAY))


def test_only_an_investigator_signs_the_intention(story):
    story.ready("S01-001", DAY, signed=False)
    intended = next(e.seq for e in story.storage.read() if e.type == "ChemotherapyIntended")
    story.done(
        "2021-03-10",
        "statistician",
        data_management.sign,
        "S01-001",
        meaning="REVIEWED",
        about=(intended,),
    )

    assert "is not signed by an investigator" in reasons(story.randomize("S01-001", DAY))


# ------------------------------------------------------------------ corrections of decisions


def test_a_signature_is_about_entries_that_are_there(story):
    sign = ("2021-03-10", "sponsor", data_management.sign, None)
    last = story.session.trial.head.seq

    assert isinstance(story.do(*sign, meaning="APPROVED", about=(1,)), Entry)
    assert "there is no entry 0" in reasons(story.do(*sign, meaning="APPROVED", about=(0,)))
    assert f"there is no entry {last + 2}" in reasons(
        story.do(*sign, meaning="APPROVED", about=(last + 2,))
    )
    assert "at least one entry" in reasons(story.do(*sign, meaning="APPROVED", about=()))
    assert "found '', expected one of" in reasons(story.do(*sign, meaning="", about=(1,)))
    assert "is not signed in the role 'sponsor'" in reasons(
        story.do(*sign, meaning="DATA ENDORSED", about=(1,))
    )


def test_a_wrong_death_is_corrected_with_a_reason_and_then_redacted(story):
    story.ready("S01-001", DAY)
    story.randomize("S01-001", DAY)
    died = ("2021-06-01", "investigator", disposition.record_death, "S01-001")
    wrong = story.done(*died, died_on="2021-05-01", cause="x")
    again = {"died_on": "2021-05-10", "cause": "disease"}
    assert "correct that entry" in reasons(story.do(*died, **again))
    assert isinstance(_redact(story, wrong.seq), Refused)

    right = story.done(
        *died,
        **again,
        correction=Correction(wrong.seq, "typed the wrong day"),
    )
    redacted = _redact(story, wrong.seq)

    assert isinstance(redacted, Redacted)
    assert redacted.entries[-1].subject == redacted.entries[wrong.seq - 1].subject == "S01-001"
    for trial in (story.session.trial, replay(redacted.entries)):
        subject = trial.subjects["S01-001"]
        assert (subject.died, subject.died_source) == (parse_date("2021-05-10"), right.seq)
        assert [dd.source for dd in subject.records(DD)] == [right.seq]


def _redact(story, seq, *fields):
    session = story.session
    by = story.attribution("2021-06-03", "data_manager")
    request = RedactionRequest(seq, fields, "IDENTIFIER", "GDPR 17", "sponsor-01")
    return redact(
        session.trial,
        by,
        session.storage.read(),
        request,
        reason="a name was typed",
        same_results=lambda before, after: True,
    )


def test_a_redacted_query_does_not_stop_the_fold(story):
    story.ready("S01-001", DAY)
    opened = story.done(
        "2021-03-10",
        "data_manager",
        data_management.open_query,
        "S01-001",
        Question("Q1", 3, "score", "Mrs. Smith?"),
    )
    story.done(
        "2021-03-10", "coordinator", data_management.answer_query, "S01-001", "Q1", text="checked"
    )

    trial = replay(_redact(story, opened.seq, "/text").entries)

    query = trial.subjects["S01-001"].queries["Q1"]
    assert (query.status, query.text) == ("ANSWERED", "REDACTED")
    assert isinstance(_redact(story, opened.seq, "/query"), Refused)


def test_a_correction_that_holds_is_not_redacted(story):
    story.ready("S01-001", DAY)
    said = next(
        a for a in story.session.trial.subjects["S01-001"].attestations if a.criterion == "I08"
    )
    corrected = story.done(
        "2021-03-10",
        "investigator",
        enrolment.attest,
        "S01-001",
        Judgement("I08", False, DAY),
        correction=Correction(said.source, "seen again"),
    )

    assert "correct the entry first" in reasons(_redact(story, corrected.seq))
    assert isinstance(_redact(story, said.source), Redacted)


def test_a_person_who_was_screened_cannot_be_redacted_away(story):
    entry = story.done(
        "2021-03-01", "coordinator", enrolment.screen, "S01-001", screened_on=date(2021, 3, 1)
    )

    assert isinstance(_redact(story, entry.seq), Refused)


def test_an_attestation_corrects_only_its_own_criterion(story):
    story.ready("S01-001", DAY)
    other = next(
        a for a in story.session.trial.subjects["S01-001"].attestations if a.criterion == "I08"
    )

    outcome = story.do(
        "2021-03-10",
        "investigator",
        enrolment.attest,
        "S01-001",
        Judgement("I10", True, DAY),
        correction=Correction(other.source, "mistake"),
    )

    assert "attests another criterion" in reasons(outcome)


# ------------------------------------------------------------------ what cannot be so


def test_a_death_before_data_of_a_living_person_is_saved_and_asked_about(story):
    story.ready("S01-001", DAY)
    story.randomize("S01-001", DAY)
    scan = story.scan("S01-001", "2021-05-05", 1, "SD", "45")

    death = story.done(
        "2021-06-01",
        "investigator",
        disposition.record_death,
        "S01-001",
        died_on="2021-03-19",
        cause="x",
    )

    (query,) = story.session.trial.subjects["S01-001"].queries.values()
    assert f"entry {scan.seq} (2021-05-05)" in query.text
    assert query.contradicts == (scan.seq, death.seq)


def test_study_treatment_before_randomization_is_asked_about(story):
    story.ready("S01-001", DAY)
    dose = {"drug": "CETUXIMAB", "dose": "500", "unit": "mg/m2"}
    given = (
        "S01-001",
        FormData("TREATMENT", "FIRST_DOSE", {"date": "2021-03-10"}, {"dose": [dose]}),
    )

    story.done("2021-03-10", "coordinator", data_entry.save_form, *given)

    assert any("study treatment before randomization" in text for _, text in asked_about(story))


def test_rows_with_dates_of_their_own_after_a_withdrawal_are_asked_about(story):
    story.ready("S01-001", DAY)
    story.randomize("S01-001", DAY)
    story.done(
        "2021-04-01",
        "investigator",
        disposition.withdraw,
        "S01-001",
        Withdrawal("CONTACT", date(2021, 4, 1), "x"),
    )
    row = {"therapy": "REGORAFENIB", "class": "OTHER TARGETED", "start": "2021-04-20"}

    story.done(
        "2021-05-01",
        "coordinator",
        data_entry.save_form,
        "S01-001",
        FormData("SUBSEQUENT_THERAPY", "UNSCHEDULED 1", {}, {"therapy": [row]}),
    )

    assert any("after the withdrawal" in text for _, text in asked_about(story))


@pytest.mark.parametrize(
    ("version", "on", "accepted"), [("2.0", DAY, True), ("3.0", DAY, True), ("1.1", DAY, False)]
)
def test_consent_to_a_later_version_satisfies_an_earlier_request(story, version, on, accepted):
    story.ready("S01-001", DAY)
    for number, asks in (("2.0", True), ("3.0", False)):
        amended = story.protocol.model_copy(update={"version": number})
        story.done(
            "2021-03-10",
            "sponsor",
            protocol_versions.amend_protocol,
            amended,
            sites=(),
            effective_on=DAY,
            reconsent=asks,
        )
    story.done(
        "2021-03-10",
        "investigator",
        enrolment.record_consent,
        "S01-001",
        Consent(on, version),
    )
    story.confirm("S01-001", "2021-03-10")

    assert isinstance(story.randomize("S01-001", DAY), Entry) is accepted


def test_an_amendment_holds_from_its_day(story):
    story.ready("S01-001", DAY)
    amended = story.protocol.model_copy(update={"version": "2.0"})
    tomorrow = DAY + timedelta(1)
    story.done(
        "2021-03-10",
        "sponsor",
        protocol_versions.amend_protocol,
        amended,
        sites=(),
        effective_on=tomorrow,
        reconsent=False,
    )

    entry = story.form(
        "2021-03-10",
        "S01-001",
        "ECOG",
        "SCREENING",
        {"date": "2021-03-10"},
        {"score": [{"score": "1"}]},
    )

    assert entry.protocol == "1.1"


def test_a_late_first_dose_and_a_short_washout_are_asked_about(story):
    story.ready("S01-001", DAY)
    story.randomize("S01-001", DAY)
    subject, form = story.session.trial.subjects["S01-001"], story.protocol.form("TREATMENT")

    def asked(on):
        return [
            text
            for _, text in doubts_about(story.protocol, subject, form, {"date": on}, {"dose": []})
        ]

    assert asked("2021-03-13") == []
    assert "4 days after randomization, planned within 3" in asked("2021-03-14")[0]
    drugs = [
        {
            "line": "2",
            "setting": "METASTATIC",
            "drug": "X",
            "class": "OTHER",
            "outcome": "PROGRESSION",
            "end": "2021-03-01",
        }
    ]
    story.form("2021-03-10", "S01-001", "PRIOR_THERAPY", "UNSCHEDULED 1", {}, {"drug": drugs})
    subject = story.session.trial.subjects["S01-001"]
    assert "12 days since earlier treatment, washout is 14" in asked("2021-03-13")[0]


def test_correcting_the_morning_value_does_not_move_it_behind_the_afternoon(story):
    story.ready("S01-001", DAY)

    def neutrophils(value, hour, **more):
        rows = [{"test": "NEUT", "value": value, "unit": "10*9/L"}]
        return story.done(
            "2021-03-10",
            "coordinator",
            data_entry.save_form,
            "S01-001",
            FormData("HEMATOLOGY", "SCREENING", {"date": f"2021-03-10T{hour}"}, {"result": rows}),
            **more,
        )

    morning = neutrophils("2.0", "08:00")
    neutrophils("0.9", "15:00")
    neutrophils("2.1", "08:00", correction=Correction(morning.seq, "typed wrongly"))

    assert "I09 not met: NEUT 0.9" in reasons(story.randomize("S01-001", DAY))


def test_withdrawing_on_the_day_of_randomization_does_not_make_one_ineligible(story):
    from equipoise.analysis.analyze import analyze

    story.ready("S01-001", DAY)
    story.randomize("S01-001", DAY)
    story.done(
        "2021-03-10",
        "investigator",
        disposition.withdraw,
        "S01-001",
        Withdrawal("TREATMENT", DAY, "choice"),
    )

    assert analyze(story.known(DAY)).results.eligibility["S01-001"].now == ()
