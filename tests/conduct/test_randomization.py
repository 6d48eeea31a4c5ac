"""The list, its commitment and opening, and who may have an arm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from asked import DAY, IN, NEXT, NOBODY, PROTOCOL, READY, SCREENED, Asked, once_told
from equipoise.conduct import data_management, enrolment, protocol_versions, randomization
from equipoise.conduct.record import Outcome, Refused
from equipoise.ledger.entry import Entry
from equipoise.subject.state import Trial
from equipoise.terms.verdict import Verdict
from story import Story


@pytest.fixture
def trial():
    return once_told()


def test_the_list_is_as_long_as_the_trial_and_a_block(trial):
    needed = PROTOCOL.design.participants + max(PROTOCOL.randomization.block_sizes)
    lengths = {len(arms) for arms in trial.story.sealed.sequences}

    assert min(lengths) >= needed
    assert max(lengths) < needed + max(PROTOCOL.randomization.block_sizes)


def test_one_list_is_committed_and_before_the_first_arm(trial):
    sealed = trial.story.sealed
    both = [
        "a list is already committed",
        "somebody was randomized before the list was committed",
    ]

    def said(**changes: Any) -> list[str]:
        changed = replace(trial.trial, **changes)
        outcome = randomization.commit_allocation(changed, trial.by("statistician"), sealed)
        return list(outcome.reasons) if isinstance(outcome, Refused) else []

    assert said() == both
    assert said(commitment=None) == both[1:]
    assert said(commitment=None, allocated={}) == []


def test_a_commitment_names_its_method(trial):
    before = replace(trial.trial, commitment=None, allocated={})
    entry = randomization.commit_allocation(before, trial.by("statistician"), trial.story.sealed)

    assert isinstance(entry, Entry)
    assert entry.payload == {
        "commitment": trial.story.sealed.commitment,
        "algorithm": "stratified permuted blocks",
    }


def test_a_list_that_nobody_committed_is_not_opened(trial):
    state = replace(trial.trial, commitment=None)
    outcome = randomization.open_allocation(state, trial.by("statistician"), trial.story.sealed)

    assert outcome == Refused(
        (
            "the trial is not locked: an open list would show the arms to come",
            "no list was committed",
        )
    )


def test_arms_follow_the_list_in_the_order_of_randomization_not_of_screening():
    story = Story().begin().ready(READY, DAY).ready(IN, DAY)
    for who in (IN, READY):
        assert isinstance(story.randomize(who, DAY), Entry)
    given = {who: story.session.trial.subjects[who].randomized for who in (IN, READY)}
    assert [given[who].list_position for who in (IN, READY)] == [1, 2]
    story.done("2021-03-10", "data_manager", data_management.lock, None)

    opened = story.do("2021-03-10", "statistician", randomization.open_allocation, story.sealed)

    assert isinstance(opened, Entry)


def randomized(trial: Asked, who: str, on: date = DAY) -> list[str]:
    return trial.refused(randomization.randomize, who, randomized_on=on, sealed=trial.story.sealed)


@pytest.mark.parametrize(
    ("days", "reasons"),
    [
        (-2, 1),
        (-1, 0),
        (0, 0),
        (1, 0),
        (2, 1),
    ],
)
def test_an_arm_is_given_on_the_day_it_is_recorded(trial, days, reasons):
    on = DAY + timedelta(days)
    said = [text for text in randomized(trial, READY, on) if text.startswith("randomized_on")]

    assert (
        said
        == [
            (
                f"randomized_on: {on} is not the day of recording (2021-03-10T12:00:00Z);"
                " randomization is neither back- nor post-dated"
            )
        ]
        * reasons
    )


def test_nobody_unknown_or_without_records_has_an_arm(trial):
    assert randomized(trial, READY) == []
    assert randomized(trial, NOBODY) == [f"there is no subject {NOBODY}"]
    said = randomized(trial, SCREENED)
    assert (
        "the intended chemotherapy is not recorded; the MDT decides before the arm is known" in said
    )
    assert "stratum ANTI_EGFR_FREE unknown (Anti-EGFR-free interval: nothing recorded)" in said


def test_a_list_has_to_be_committed_and_this_one(trial):
    other = randomization.draw_allocation(PROTOCOL, np.random.default_rng(99), "cd" * 16)

    def said(state: Trial, sealed: Any) -> Outcome:
        by = trial.by("investigator")
        return randomization.randomize(state, by, READY, randomized_on=DAY, sealed=sealed)

    missing = said(replace(trial.trial, commitment=None), trial.story.sealed)
    assert isinstance(missing, Refused)
    assert missing.reasons == ("no randomization list was committed",)
    assert all(finding.verdict is Verdict.MET for finding in missing.findings)
    assert len(missing.findings) == len(PROTOCOL.criteria)
    assert str(said(trial.trial, other)) == "this is not the randomization list that was committed"


def test_an_exhausted_list_says_so_with_the_findings(trial):
    subject = trial.trial.subjects[IN].randomized
    full = {**trial.trial.allocated, subject.stratum: 10_000}
    state = replace(trial.trial, allocated=full)

    outcome = randomization.randomize(
        state, trial.by("investigator"), READY, randomized_on=DAY, sealed=trial.story.sealed
    )

    assert isinstance(outcome, Refused)
    assert "is exhausted" in outcome.reasons[0]
    assert len(outcome.findings) == len(PROTOCOL.criteria)


def test_a_protocol_may_ask_for_no_intention():
    rules = PROTOCOL.randomization.model_copy(update={"requires_intended_chemotherapy": False})
    story = Story(protocol=PROTOCOL.model_copy(update={"randomization": rules})).begin()
    story.ready(READY, DAY, signed=False)

    assert isinstance(story.randomize(READY, DAY), Entry)


@pytest.mark.parametrize(
    ("sites", "effective_on", "asks", "asked"),
    [
        ((), DAY, True, True),
        (("S01",), DAY, True, True),
        (("S02",), DAY, True, False),
        ((), NEXT, True, False),
        ((), DAY, False, False),
    ],
)
def test_an_amendment_asks_for_consent_where_and_when_it_holds(sites, effective_on, asks, asked):
    story = amended(sites=sites, effective_on=effective_on, reconsent=asks)

    said = randomized(Asked(story), READY)

    assert said == (["version 2.0 asks for a new consent"] if asked else [])


@pytest.mark.parametrize(("on", "enough"), [(DAY, True), (NEXT, False)])
def test_a_consent_counts_from_its_day(on, enough):
    story = amended(sites=(), effective_on=DAY, reconsent=True)
    again = {"consented_on": on, "version": "2.0"}
    story.done("2021-03-10", "investigator", enrolment.record_consent, READY, **again)

    assert (randomized(Asked(story), READY) == []) is enough


def amended(**how: Any) -> Story:
    story = Story().begin().ready(READY, DAY)
    second = PROTOCOL.model_copy(update={"version": "2.0"})
    story.done("2021-03-10", "sponsor", protocol_versions.amend_protocol, second, **how)
    return story


OTHER = PROTOCOL.registration.model_copy(update={"id": "NCT00000000"})


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"version": "2.0"}, []),
        ({}, ["version 1.1 exists; an amendment needs a new version"]),
        (
            {"version": "2.0", "registration": OTHER},
            ["found the protocol of NCT00000000, expected NCT04509635"],
        ),
    ],
)
def test_an_amendment_is_a_new_version_of_the_same_protocol(trial, changes, reasons):
    how = {"sites": (), "effective_on": DAY, "reconsent": False, "role": "sponsor"}
    second = PROTOCOL.model_copy(update=changes)

    assert trial.refused(protocol_versions.amend_protocol, second, **how) == reasons


def test_a_protocol_is_adopted_once(trial):
    assert trial.refused(
        protocol_versions.adopt_protocol, PROTOCOL, simulated=True, role="sponsor"
    ) == ["the ledger already holds a protocol; amend it"]
