"""What each kind of event leaves behind: the state after it, after its correction, and after its
redaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from equipoise.ledger import events
from equipoise.ledger.chain import append, without_fields
from equipoise.ledger.entry import Entry, Header
from equipoise.ledger.events import Event
from equipoise.protocol.payload import protocol_hash, to_payload
from equipoise.protocol.yaml_file import load
from equipoise.subject.conditions import Delegation, Freeze, Site, SiteStatus, TrialStatus
from equipoise.subject.fold import DECISIONS, replay
from equipoise.subject.records import DD, DM, DS, QS
from equipoise.subject.state import (
    Attested,
    CommittedList,
    Consented,
    Ended,
    LockRequest,
    Query,
    Randomized,
    SavedForm,
    Signature,
    Subject,
    Trial,
    Version,
)
from equipoise.terms.dates import parse_date
from happened import ON, frozen, locked, randomized

WHO = "S01-001"
DAY, NEXT = date(2021, 3, 10), date(2021, 3, 11)
PROTOCOL = load("NCT04509635")
AMENDED = PROTOCOL.model_copy(update={"version": "2.0"})
ADOPTED = events.ProtocolAdopted(
    protocol=to_payload(PROTOCOL), version="1.1", hash=protocol_hash(PROTOCOL), simulated=True
)


@dataclass
class Told:
    """A ledger written event by event, without the rules of conduct."""

    entries: list[Entry] = field(default_factory=list)

    def say(self, event: Event, subject: str | None = WHO, **header: Any) -> Entry:
        usual = {
            "at": "2021-03-10T12:00:00Z",
            "actor": "investigator-01",
            "role": "investigator",
            "site": "S01",
            "subject": subject,
            "protocol": "1.1",
            "key": f"k{len(self.entries) + 1}",
        }
        head = self.entries[-1] if self.entries else None
        self.entries.append(append(head, event, Header(**{**usual, **header}), "ab" * 16))
        return self.entries[-1]

    def correct(self, entry: Entry, event: Event) -> Entry:
        return self.say(event, supersedes=entry.seq, reason="mistyped")

    def redact(self, entry: Entry) -> None:
        paths = [each.path for each in entry.fields]
        self.entries[entry.seq - 1] = without_fields(entry, paths)

    @property
    def trial(self) -> Trial:
        return replay(self.entries)

    @property
    def subject(self) -> Subject:
        return self.trial.subjects[WHO]


@pytest.fixture
def told():
    """A trial with one participant: entries 1 and 2."""
    story = Told()
    story.say(ADOPTED, None)
    story.say(events.SubjectScreened(screened_on=DAY, previous_subject="S01-000"))
    return story


# ------------------------------------------------------------------ the trial


def test_nothing_was_told():
    assert replay([]) == Trial()
    assert Trial().head is None


def test_a_trial_begins_under_its_first_version(told):
    trial = told.trial

    assert trial.versions == (Version(PROTOCOL, protocol_hash(PROTOCOL), (), DAY, False),)
    assert trial.protocol == PROTOCOL
    assert (trial.simulated, trial.founder, trial.locked) == (True, "investigator-01", False)
    assert trial.status is TrialStatus.SET_UP
    assert trial.head == told.entries[-1]


def test_a_real_trial_is_not_simulated():
    story = Told()
    story.say(replace(ADOPTED, simulated=False), None)

    assert not story.trial.simulated


@pytest.mark.parametrize(
    ("site", "on", "version"),
    [
        ("S01", DAY, "1.1"),
        ("S01", NEXT, "2.0"),
        ("S02", NEXT, "1.1"),
        ("S01", date(2021, 3, 9), "1.1"),  # before the trial: its first version
    ],
)
def test_an_amendment_holds_at_its_sites_from_its_day(told, site, on, version):
    told.say(amendment(("S01",)), None)
    trial = told.trial

    assert trial.versions[1] == Version(AMENDED, "aa" * 32, ("S01",), NEXT, True)
    assert trial.version_at(site, on).protocol.version == version
    assert trial.version("2.0") == trial.versions[1]
    assert trial.protocol == AMENDED


def test_an_amendment_without_sites_holds_at_all(told):
    told.say(amendment(()), None)

    assert told.trial.version_at("S02", NEXT).protocol == AMENDED


def amendment(sites: tuple[str, ...]) -> events.ProtocolAmended:
    return events.ProtocolAmended(
        protocol=to_payload(AMENDED),
        version="2.0",
        hash="aa" * 32,
        sites=sites,
        effective_on=NEXT,
        reconsent=True,
    )


def test_a_list_is_committed_and_opened(told):
    commitment = "cc" * 32
    opened = events.AllocationOpened(commitment=commitment, seed="1", list={"sequences": []})
    first = {"commitment": commitment, "leaves": 9, "algorithm": "blocks", "voided": 0}
    told.say(events.AllocationCommitted(**first), None)
    assert (told.trial.commitment, told.trial.opening) == (commitment, None)

    told.say(opened, None)

    assert (told.trial.commitment, told.trial.opening) == (commitment, opened)
    assert told.trial.lists == (CommittedList(commitment, 9, "1.1", 3, opened),)


def test_a_new_list_begins_anew_and_the_old_one_stays(told):
    first = {"commitment": "cc" * 32, "leaves": 9, "algorithm": "blocks", "voided": 0}
    told.say(events.AllocationCommitted(**first), None)
    told.say(randomized("A", ("X",), 1, DAY))
    told.say(events.AllocationCommitted(**first | {"commitment": "dd" * 32, "voided": 7}), None)

    assert told.trial.allocated == {}
    assert [each.commitment for each in told.trial.lists] == ["cc" * 32, "dd" * 32]


def test_a_trial_is_frozen_and_locked(told):
    freeze = told.say(frozen(WHO), None)
    assert told.trial.freezes == {freeze.seq: Freeze((), (WHO,), ON)}

    told.say(events.Unfrozen(frozen=freeze.seq), None)
    assert told.trial.freezes == {}

    asked = told.say(events.LockRequested(scope="TRIAL"), None)
    assert told.trial.requests == {
        asked.seq: LockRequest("TRIAL", "investigator-01", asked.seq, opens=False)
    }
    told.say(events.Locked(scope="TRIAL", requested=asked.seq), None)

    assert (told.trial.locked, told.trial.status) == (True, TrialStatus.LOCKED)
    assert (told.trial.requests, told.subject.locked) == ({}, False)


def test_a_trial_is_unlocked_and_says_what_had_been_seen(told):
    told.say(locked(), None)
    asked = told.say(events.UnlockRequested(scope="TRIAL", results_seen=True), None)
    told.say(events.Unlocked(scope="TRIAL", requested=asked.seq), None)

    assert (told.trial.locked, told.trial.status) == (False, TrialStatus.UNLOCKED)
    (unlock,) = told.trial.unlocks
    assert (unlock.results_seen, unlock.source) == (True, asked.seq)


def test_a_death_reported_under_a_lock_counts_once_it_is_open(told):
    told.say(locked(), None)
    died = told.say(events.DeathRecorded(died_on="2021-04", cause="disease"))
    assert (told.subject.died, told.subject.held) == (None, (died,))

    asked = told.say(events.UnlockRequested(scope="TRIAL", results_seen=False), None)
    told.say(events.Unlocked(scope="TRIAL", requested=asked.seq), None)

    assert (told.subject.died, told.subject.died_source) == (parse_date("2021-04"), died.seq)
    assert told.subject.held == ()


def test_a_signature_of_the_trial_changes_only_head_and_keys(told):
    before = told.trial
    told.say(events.Signed(meaning="approved", head="", about=(1,)), None)
    after = told.trial

    assert after.head == told.entries[-1]
    assert after.keys.get("k3").seq == 3
    assert replace(after, head=before.head, keys=before.keys) == before


def test_a_key_is_one_in_the_whole_trial(told):
    told.say(frozen(WHO), None)

    assert [told.trial.keys.get(f"k{seq}").seq for seq in (1, 2, 3)] == [1, 2, 3]
    assert told.trial.keys.get("k4") is None


def test_what_was_redacted_of_the_trial_keeps_its_key(told):
    told.redact(told.say(frozen(WHO), None))

    assert told.trial.freezes == {}
    assert told.trial.keys.get("k3").seq == 3


def test_only_entries_that_are_asked_for_are_told(told):
    told.say(locked(WHO))

    trial = replay(told.entries, lambda entry: entry.seq != 3)

    assert not trial.subjects[WHO].locked
    assert trial.head == told.entries[1]


def test_a_site_is_opened_and_works_with_its_green_light(told):
    told.say(
        events.SiteOpened(opened_site="S01", country="CHN", time_zone="Asia/Shanghai", cap=3), None
    )
    opened = Site("S01", "CHN", "Asia/Shanghai", SiteStatus.OPENED, date.min, 3)
    assert told.trial.sites == {"S01": opened}

    told.say(events.SiteStatusChanged(changed_site="S01", status="ACTIVE", since=DAY), None)
    told.say(randomized("A", ("X",), 1, DAY))

    active = replace(opened, status=SiteStatus.ACTIVE, since=DAY, randomized=1)
    assert told.trial.sites == {"S01": active}


def test_somebody_is_trained_delegated_and_no_longer_delegated(told):
    told.say(events.StaffTrained(person="c-01", training="GCP", trained_on=DAY), None)
    duty = {"person": "c-01", "delegated_role": "coordinator", "at_site": "S01"}
    given = told.say(events.RoleDelegated(**duty, starts_on=DAY, ends_on=None), None)
    held = Delegation("c-01", "coordinator", "S01", DAY, None)
    assert (told.trial.trained, told.trial.delegations) == ({"c-01"}, {given.seq: held})

    told.say(events.DelegationEnded(delegation=given.seq, ended_on=NEXT), None)

    assert told.trial.delegations == {given.seq: replace(held, ends_on=NEXT)}


def test_arms_and_strata_close(told):
    told.say(events.AllocationClosed(arm="A", stratum=None, closed_from=DAY), None)
    told.say(events.AllocationClosed(arm=None, stratum=("X", "Y"), closed_from=NEXT), None)

    assert told.trial.closed == {"A": DAY, ("X", "Y"): NEXT}


def test_the_state_of_a_trial_changes(told):
    told.say(events.TrialStatusChanged(status="RECRUITING"), None)

    assert told.trial.status is TrialStatus.RECRUITING


def test_a_key_for_heads_is_published(told):
    told.say(events.KeyPublished(public_key="ab" * 32), None)

    assert told.trial.public_keys == ("ab" * 32,)


def test_days_of_recording_are_marked_by_their_first_entry(told):
    told.say(locked(WHO), at="2021-03-11T08:00:00Z")
    told.say(locked(WHO), at="2021-03-11T09:00:00Z")

    assert told.trial.days == ((1, "2021-03-10T12:00:00Z"), (3, "2021-03-11T08:00:00Z"))


# ------------------------------------------------------------------ a person


def test_a_person_is_screened(told):
    assert told.subject == Subject(id=WHO, site="S01", screened_on=DAY, previous="S01-000")
    assert told.trial.followed_by == {"S01-000": WHO}


def test_nobody_is_at_a_site_that_no_entry_names(told):
    for who, event in (
        ("S01-002", events.SubjectScreened(screened_on=DAY, previous_subject=None)),
        ("S01-003", locked("S01-003")),
    ):
        told.say(event, who, site=None)
        assert told.trial.subjects[who].site == ""


def test_a_judgement_names_who_gave_it(told):
    entry = told.say(events.CriterionAttested(criterion="I02", answer=True, attested_on=DAY))

    assert told.subject.attestations == (Attested("I02", True, "investigator-01", DAY, entry.seq),)
    assert told.subject.decisions == {entry.seq: "CriterionAttested"}


def test_an_arm_is_given(told):
    before = told.subject
    entry = told.say(randomized("CHEMOTHERAPY", ("IRI", "SHORT"), 4, DAY))
    arm = Randomized("CHEMOTHERAPY", ("IRI", "SHORT"), 4, DAY, entry.seq, "1.1", "cc" * 32)

    assert told.subject.randomized == arm
    assert told.subject.before_randomization == before
    assert told.subject.decisions == {}  # never corrected
    assert [ds.decoded for ds in told.subject.records(DS)] == ["RANDOMIZED"]


def test_a_cancelled_arm_leaves_a_trace_and_keeps_its_position(told):
    given = told.say(randomized("X", ("A",), 1, DAY))
    arm = told.subject.randomized
    cancelled = told.say(events.EntryCancelled(cancelled=given.seq, head="aa"), reason="of another")

    assert (told.subject.randomized, told.subject.cancelled_randomizations) == (None, (arm,))
    assert told.subject.replaced == {given.seq: cancelled.seq}
    assert told.trial.allocated == {("A",): 1}
    assert told.subject.records(DS) == ()


def test_somebody_is_seen_at_another_site(told):
    told.say(events.SubjectTransferred(to_site="S02", transferred_on=DAY))

    assert told.subject.site == "S02"


def test_a_safety_report_is_kept_and_says_whether_data_were_closed(told):
    report = events.SafetyReported(
        report="R1",
        kind="SERIOUS ADVERSE EVENT",
        term="sepsis",
        onset="2021-03",
        criteria=("HOSPITALIZATION",),
        aware_at="2021-03-10T18:00+08:00",
        causality={"CETUXIMAB": "RELATED"},
        action={"CETUXIMAB": "DRUG INTERRUPTED"},
        outcome="RECOVERING/RESOLVING",
        follows=None,
    )
    told.say(report)
    told.say(locked(WHO))
    told.say(replace(report, report="R2"))

    first, second = told.subject.safety
    assert (first.report, first.received_at) == ("R1", "2021-03-10T12:00:00Z")
    assert (first.after_close, second.after_close) == (False, True)


def test_a_consent_takes_an_earlier_withdrawal_back(told):
    told.say(events.SubjectWithdrew(level="DATA", withdrew_on=DAY, cause="choice"))
    told.say(events.SubjectWithdrew(level="VISITS", withdrew_on=date(2021, 3, 12), cause="choice"))
    told.say(events.ConsentRecorded(consented_on=NEXT, version="1.1", kind="RECONSENT"))

    assert [left.what for left in told.subject.withdrawals] == ["VISITS"]


def test_allocations_are_counted_by_stratum(told):
    for place, (who, stratum) in enumerate(
        [("S01-001", ("A",)), ("S01-002", ("B",)), ("S01-003", ("A",))], start=1
    ):
        told.say(randomized("X", stratum, place, DAY), who)

    assert told.trial.allocated == {("A",): 2, ("B",): 1}


ENDS = [
    pytest.param(
        events.ScreeningFailed(failed_on=DAY, criteria=("I07", "I09")),
        "screening_failed",
        Ended("SCREENING", DAY, "I07, I09", 3),
        id="screening failed",
    ),
    pytest.param(
        events.TreatmentEnded(ended_on=DAY, cause="toxicity"),
        "treatment_ended",
        Ended("TREATMENT", DAY, "toxicity", 3),
        id="treatment ended",
    ),
    pytest.param(
        events.StudyEnded(ended_on=DAY, cause="choice"),
        "study_ended",
        Ended("STUDY", DAY, "choice", 3),
        id="study ended",
    ),
]


@pytest.mark.parametrize(("event", "name", "expected"), ENDS)
def test_something_ends_once_and_its_correction_takes_its_place(told, event, name, expected):
    first = told.say(event)
    assert getattr(told.subject, name) == expected

    second = told.correct(first, event)

    assert getattr(told.subject, name) == replace(expected, source=second.seq)
    assert told.subject.decisions == {second.seq: second.type}
    assert [ds.source for ds in told.subject.records(DS)] == [second.seq]


@pytest.mark.parametrize(("event", "name", "expected"), ENDS)
def test_a_correction_that_was_redacted_leaves_nothing(told, event, name, expected):
    first = told.say(event)
    other = told.say(events.SubjectWithdrew(level="VISITS", withdrew_on=DAY, cause="choice"))
    second = told.correct(first, event)
    told.redact(second)

    assert getattr(told.subject, name) is None
    assert told.subject.redacted == (second.seq,)
    assert told.subject.decisions == {other.seq: "SubjectWithdrew"}
    assert [ended.source for ended in told.subject.withdrawals] == [other.seq]
    assert told.subject.replaced == {first.seq: second.seq}


def test_what_was_redacted_is_gone_and_nothing_else_is(told):
    told.say(events.ConsentRecorded(consented_on=DAY, version="1.1", kind="INITIAL"))
    before = told.subject
    ended = told.say(events.StudyEnded(ended_on=DAY, cause="a name"))
    told.redact(ended)

    assert told.subject == replace(before, redacted=(4,))


def test_of_several_consents_the_corrected_one_goes(told):
    first, second = (
        told.say(events.ConsentRecorded(consented_on=on, version="1.1", kind="INITIAL"))
        for on in (DAY, NEXT)
    )
    third = told.correct(
        first, events.ConsentRecorded(consented_on=NEXT, version="2.0", kind="INITIAL")
    )

    assert told.subject.consents == (
        Consented(NEXT, "1.1", second.seq),
        Consented(NEXT, "2.0", third.seq),
    )


def test_of_several_withdrawals_the_corrected_one_goes(told):
    first, second = (
        told.say(events.SubjectWithdrew(level=level, withdrew_on=DAY, cause="choice"))
        for level in ("TREATMENT", "VISITS")
    )
    assert [ended.what for ended in told.subject.withdrawals] == ["TREATMENT", "VISITS"]
    third = told.correct(
        first, events.SubjectWithdrew(level="DATA", withdrew_on=NEXT, cause="asked")
    )

    assert told.subject.withdrawals == (
        Ended("VISITS", DAY, "choice", second.seq),
        Ended("DATA", NEXT, "asked", third.seq),
    )


def test_of_several_judgements_the_corrected_one_goes(told):
    first, second = (
        told.say(events.CriterionAttested(criterion=name, answer=True, attested_on=DAY))
        for name in ("I02", "I08")
    )
    third = told.correct(
        first, events.CriterionAttested(criterion="I02", answer=False, attested_on=NEXT)
    )

    assert [(said.criterion, said.answer, said.source) for said in told.subject.attestations] == [
        ("I08", True, second.seq),
        ("I02", False, third.seq),
    ]


def test_an_intention_is_a_record_and_a_decision(told):
    entry = told.say(events.ChemotherapyIntended(regimen="FOLFIRI", decided_on=DAY))

    assert [(ds.term, ds.source) for ds in told.subject.records(DS)] == [("FOLFIRI", entry.seq)]
    assert told.subject.decisions == {entry.seq: "ChemotherapyIntended"}


def test_a_death_stands_until_it_is_corrected(told):
    first = told.say(events.DeathRecorded(died_on="2021-03", cause="disease"))
    assert (told.subject.died, told.subject.died_source) == (parse_date("2021-03"), first.seq)
    assert [dd.source for dd in told.subject.records(DD)] == [first.seq]

    second = told.correct(first, events.DeathRecorded(died_on="2021-03-12", cause="disease"))

    assert (told.subject.died, told.subject.died_source) == (parse_date("2021-03-12"), second.seq)
    assert [dd.source for dd in told.subject.records(DD)] == [second.seq]


def test_a_death_whose_correction_was_redacted_is_unknown(told):
    first = told.say(events.DeathRecorded(died_on="2021-03", cause="disease"))
    told.redact(told.correct(first, events.DeathRecorded(died_on="2021-04", cause="x")))

    assert (told.subject.died, told.subject.died_source) == (None, 0)


def test_correcting_something_else_leaves_the_death(told):
    ended = told.say(events.StudyEnded(ended_on=DAY, cause="choice"))
    died = told.say(events.DeathRecorded(died_on="2021-03", cause="disease"))
    told.correct(ended, events.StudyEnded(ended_on=DAY, cause="DEATH"))

    assert (told.subject.died, told.subject.died_source) == (parse_date("2021-03"), died.seq)


def test_nobody_has_died_yet(told):
    assert (told.subject.died, told.subject.died_source) == (None, 0)


def test_every_decision_is_an_event():
    assert set(events.EVENTS) >= DECISIONS


# ------------------------------------------------------------------ queries, signatures, closing


def test_a_query_is_opened_answered_and_closed(told):
    opened = told.say(events.QueryOpened(query="Q1", about=2, field="date", text="sure?"))
    asked = Query("Q1", 2, "date", "sure?", "OPEN", opened.seq)
    assert told.subject.queries == {"Q1": asked}

    said = told.say(events.QueryAnswered(query="Q1", text="yes"))
    answered = replace(asked, status="ANSWERED", answer="yes", answered=said.seq)
    assert told.subject.queries == {"Q1": answered}

    told.say(events.QueryClosed(query="Q1", text="fine"))
    assert told.subject.queries == {"Q1": replace(answered, status="CLOSED")}


def test_an_answer_keeps_the_place_of_a_question_that_was_redacted(told):
    told.redact(told.say(events.QueryOpened(query="Q1", about=2, field="date", text="a name")))
    answered = told.say(events.QueryAnswered(query="Q1", text="yes"))

    seq = answered.seq
    asked = Query("Q1", 0, "", "redacted", "ANSWERED", seq, answer="yes", answered=seq)
    assert told.subject.queries == {"Q1": asked}


def test_queries_stand_beside_each_other(told):
    for name in ("Q1", "Q2"):
        told.say(events.QueryOpened(query=name, about=2, field="date", text="sure?"))
    told.say(events.QueryAnswered(query="Q2", text="yes"))

    assert {name: query.status for name, query in told.subject.queries.items()} == {
        "Q1": "OPEN",
        "Q2": "ANSWERED",
    }


def test_only_an_investigator_endorses_entries(told):
    for role, about in (("investigator", (1,)), ("statistician", (2,)), ("subinvestigator", (3,))):
        told.say(events.Signed(meaning="REVIEWED", head="", about=about), role=role)

    assert told.subject.signed == {1, 3}
    assert told.subject.signatures[1] == Signature(
        2, "investigator-01", "statistician", "REVIEWED", 4
    )


def test_the_data_of_one_person_are_locked(told):
    told.say(locked(WHO))

    assert (told.subject.locked, told.trial.locked) == (True, False)


def test_entries_that_contradict_count_for_nothing_until_the_query_is_closed(told):
    died = told.say(events.DeathRecorded(died_on="2021-03", cause="disease"))
    asked = {"query": "Q1", "about": died.seq, "field": "died_on", "text": "sure?"}
    told.say(events.QueryOpened(**asked, contradicts=(died.seq,)))
    assert told.subject.unresolved == {died.seq}
    assert (told.subject.died, told.subject.resolved.died) == (parse_date("2021-03"), None)

    told.say(events.QueryClosed(query="Q1", text="fine"))

    assert told.subject.unresolved == frozenset()
    assert told.subject.resolved == told.subject


# ------------------------------------------------------------------ forms


def ecog(score: str) -> events.FormSaved:
    return events.FormSaved(
        form="ECOG",
        visit="SCREENING",
        values={"date": "2021-03-08"},
        groups={"score": [{"score": score}]},
    )


ECOG_SAVED = SavedForm("ECOG", "SCREENING", parse_date("2021-03-08"))


def test_a_form_becomes_records(told):
    entry = told.say(ecog("1"))

    (score,) = told.subject.records(QS)
    assert (score.original, score.visit, score.date) == ("1", "SCREENING", parse_date("2021-03-08"))
    assert (score.source, score.order) == (entry.seq, entry.seq)
    assert told.subject.forms == {entry.seq: ECOG_SAVED}
    assert told.subject.first_entry == {entry.seq: entry.seq}


def test_a_domain_without_visits_is_told_none(told):
    told.say(
        events.FormSaved(
            form="DEMOGRAPHICS",
            visit="SCREENING",
            values={},
            groups={"subject": [{"birth": "1958", "sex": "F"}]},
        )
    )

    assert [(dm.sex, dm.birth) for dm in told.subject.records(DM)] == [("F", parse_date("1958"))]


def test_a_correction_of_a_correction_keeps_the_first_place(told):
    first = told.say(ecog("1"))
    between = told.say(ecog("2"))
    second = told.correct(first, ecog("0"))
    third = told.correct(second, ecog("3"))

    assert [(row.original, row.source, row.order) for row in told.subject.records(QS)] == [
        ("2", between.seq, between.seq),
        ("3", third.seq, first.seq),
    ]
    assert set(told.subject.forms) == {between.seq, third.seq}
    assert told.subject.first_entry[third.seq] == first.seq


def test_a_correction_of_what_was_redacted_keeps_its_place(told):
    first = told.say(ecog("1"))
    between = told.say(ecog("2"))
    told.redact(first)
    second = told.correct(first, ecog("0"))

    assert [(row.source, row.order) for row in told.subject.records(QS)] == [
        (between.seq, between.seq),
        (second.seq, first.seq),
    ]


def test_a_form_that_was_redacted_is_gone(told):
    first, second = told.say(ecog("1")), told.say(ecog("2"))
    told.redact(first)

    assert [row.original for row in told.subject.records(QS)] == ["2"]
    assert told.subject.forms == {second.seq: ECOG_SAVED}
    assert told.subject.redacted == (first.seq,)


def test_a_form_that_its_protocol_does_not_have_stops_the_fold(told):
    told.say(events.FormSaved(form="HOROSCOPE", visit="SCREENING", values={}, groups={}))

    with pytest.raises(ValueError, match=r"entry 3: protocol 1.1 has no form 'HOROSCOPE'"):
        replay(told.entries)
