"""Envelopes for the time without the system: opened, recorded, asked about, counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

import forgery
from equipoise.allocation.sealed_list import NoSuchPlace, check_envelopes
from equipoise.conduct.emergency import (
    Unaccounted,
    commit_emergency_list,
    count_envelopes,
    draw_emergency_list,
    randomize_offline,
    unaccounted,
    uncounted,
)
from equipoise.conduct.record import Refused
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import RandomizedOffline
from equipoise.ledger.verified import Verified
from equipoise.protocol.yaml_file import load
from happened import envelope
from story import Story

DAY, ON = date(2021, 3, 10), "2021-03-10"
PROTOCOL = load("NCT04509635")
STRATUM = ("irinotecan", "4 months or more")
LIST = draw_emergency_list(PROTOCOL, "S01", np.random.default_rng(5), "cd" * 16)
AT = f"{ON}T15:30+08:00"


@pytest.fixture
def told() -> Story:
    story = Story().begin().ready("S01-001", DAY).ready("S01-002", DAY)
    story.done(ON, "statistician", commit_emergency_list, "S01", LIST)
    return story


def opened(told: Story, subject: str, number: int, **changed: Any) -> Any:
    stated = envelope(LIST, number, AT)._replace(**changed)
    return told.do(
        ON, "investigator", randomize_offline, subject, stated, LIST, reason="no network"
    )


def queries(told: Story, subject: str) -> list[str]:
    held = told.session.trial.subjects[subject].queries.values()
    return [query.text for query in held if query.status == "OPEN"]


def test_the_arm_of_the_card_is_the_arm_of_the_person(told: Story) -> None:
    entry = opened(told, "S01-001", 1)

    assert isinstance(entry, Entry)
    given = told.session.trial.subjects["S01-001"].randomized
    assert given is not None
    assert (given.arm, given.on, given.opened_at) == (
        LIST.position(("S01", *STRATUM), 1).arm,
        DAY,
        AT,
    )
    assert (entry.reason, queries(told, "S01-001")) == ("no network", [])
    assert told.session.trial.sites["S01"].randomized == 1


def test_the_main_list_is_not_touched(told: Story) -> None:
    opened(told, "S01-001", 1)

    entry = told.randomize("S01-002", DAY)

    assert isinstance(entry, Entry)
    assert entry.payload["list_position"] == 1
    assert entry.payload["arm"] == told.sealed.position(STRATUM, 1).arm
    assert isinstance(verify_entries(told.storage.read()), Verified)


def test_its_envelopes_are_of_its_site_and_follow_the_declared_ratio() -> None:
    assert {place[0] for place in LIST.strata} == {"S01"}
    assert {len(arms) for arms in LIST.sequences} == {8}
    other = draw_emergency_list(PROTOCOL, "S02", np.random.default_rng(5), "cd" * 16)
    assert other.commitment != LIST.commitment
    with pytest.raises(ValueError, match="expected 1 or more"):
        draw_emergency_list(PROTOCOL, "S01", np.random.default_rng(5), "cd" * 16, envelopes=0)


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        ({"eligibility": "NOT KNOWN"}, "eligibility was not known: a deviation?"),
        ({"judged_by": "monitor-01"}, "monitor-01 held no delegation as a physician on 2021-03-10"),
    ],
)
def test_what_spoke_against_it_is_asked_about(
    told: Story, changed: dict[str, Any], asked: str
) -> None:
    opened(told, "S01-001", 1, **changed)

    assert queries(told, "S01-001") == [asked]


def test_an_envelope_out_of_turn_and_a_criterion_that_is_not_met_are_asked_about(
    told: Story,
) -> None:
    told.form(ON, "S01-001", "ECOG", "UNSCHEDULED 1", {"date": ON}, {"score": [{"score": "4"}]})
    opened(told, "S01-001", 3)

    assert queries(told, "S01-001")[-2:] == [
        "envelope 1 was next: where is it?",
        "by the records of now: I07 not met. A deviation?",
    ]


def test_after_one_out_of_turn_the_lowest_that_is_left_is_next(told: Story) -> None:
    told.ready("S01-003", DAY)
    opened(told, "S01-001", 2)
    opened(told, "S01-002", 1)
    assert not [asked for asked in queries(told, "S01-002") if "was next" in asked]

    opened(told, "S01-003", 4)

    assert "envelope 3 was next: where is it?" in queries(told, "S01-003")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"code": "00" * 16}, "this code are not on the card of envelope 1"),
        ({"stratum": ("irinotecan",)}, "the list has no stratum (S01, irinotecan)"),
        ({"opened_at": "yesterday"}, "Invalid isoformat string"),
        ({"opened_by": "Jane Doe!"}, "expected the code of a person"),
    ],
)
def test_a_wrong_statement_is_refused(told: Story, changed: dict[str, Any], why: str) -> None:
    outcome = opened(told, "S01-001", 1, **changed)

    assert isinstance(outcome, Refused)
    assert why in str(outcome)


def test_an_envelope_is_opened_once(told: Story) -> None:
    opened(told, "S01-001", 1)

    outcome = opened(told, "S01-002", 1)

    assert str(outcome) == "envelope 1 was opened for somebody else already"


def test_who_has_the_file_cannot_state_another_arm(told: Story) -> None:
    opened(told, "S01-001", 1)
    history = forgery.told(told.storage.read())
    (place,) = forgery.places(history, RandomizedOffline)
    other = forgery.edited(history, place, arm="CHEMOTHERAPY", salt="00" * 16)

    assert isinstance(verify_entries(forgery.chained(history, careful=True)), Verified)
    assert "is not shown to stand at position 1" in str(
        verify_entries(forgery.chained(other, careful=True))
    )


def test_what_is_neither_unopened_nor_recorded_stays_visible(told: Story) -> None:
    opened(told, "S01-001", 1)
    assert [held.site for held in uncounted(told.session.trial)] == ["S01"]
    counts = {"unopened": (6, 8, 8, 8), "reason": "one was lost"}

    told.done(ON, "monitor", count_envelopes, LIST.commitment, **counts)

    assert uncounted(told.session.trial) == ()
    assert unaccounted(told.session.trial) == (Unaccounted("S01", STRATUM, 1),)


def test_an_opened_list_is_compared_with_every_card(told: Story) -> None:
    opened(told, "S01-001", 2)
    given = told.session.trial.subjects["S01-001"].randomized
    assert given is not None
    other = "CHEMOTHERAPY" if given.arm != "CHEMOTHERAPY" else "CETUXIMAB_CHEMOTHERAPY"

    def check(*said: Any) -> Any:
        return check_envelopes(LIST.commitment, LIST.open(), said, "S01")

    assert check(given) is None
    assert "and gave" in check(replace(given, arm=other)).why
    assert "or gave it twice" in check(given, given).why
    assert "is exhausted" in check(replace(given, list_position=9)).why


def test_a_card_is_told_from_another_without_showing_it() -> None:
    card = LIST.position(("S01", *STRATUM), 1)

    assert LIST.proof(("S01", *STRATUM), 1, card.arm, card.salt) == card
    with pytest.raises(NoSuchPlace) as told:
        LIST.proof(("S01", *STRATUM), 1, card.arm, "00" * 16)
    assert card.salt not in str(told.value)
