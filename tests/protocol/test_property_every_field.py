"""None passes unread: change a field, and the answer of a rule changes, or it is refused in a
sentence; what is only shown changes a page. And no change ends in an error that tells nobody what
to do.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Literal, get_args, get_origin

import pytest
import rule_answers
from field_changes import BASES, Change, base, base_of, base_places, changes
from field_places import DoesNotLoad, is_block, loaded
from field_readers import SHOWN, listed
from rule_answers import PAGES, ROOMS, Asked, answer_of, answers, refused

from equipoise.protocol.refusal import Use

FIELDS = sorted({field for name in BASES for field in base_places(name)})
KINDS = {field: base_places(base_of(field))[field][0].kind for field in FIELDS}
BLOCKS = [field for field in FIELDS if is_block(KINDS[field]) or field == "Criterion.rule"]
WORDS = [field for field in listed(SHOWN) if field not in BLOCKS]
ONE_VALUE = [
    field
    for field in FIELDS
    if get_origin(KINDS[field]) is Literal and len(get_args(KINDS[field])) == 1
]
OBEYED = sorted({*FIELDS} - {*BLOCKS, *WORDS, *ONE_VALUE})

OF_ITS_TYPE, REFUSED = "not of its type", "refused"
MOST = 2
"""Changes of a field alone that are tried each time, until one is seen; all of them, at every
place, are for `make soak`.
"""
WHEN = {
    "planning": "design arms",
    "simulation": "design arms cutoff",
    "rehearsal": "treatment regimens",
}
"""Rooms that take longer -> the blocks of the protocol about which they are asked each time."""


def outcome(change: Change, rooms: Collection[str]) -> frozenset[str]:
    """The rooms that answer otherwise than without the change, or how it is refused."""
    try:
        protocol = loaded(change.values)
    except DoesNotLoad as error:
        return frozenset({REFUSED if error.by_rule else OF_ITS_TYPE})
    lost = {refusal.use for refusal in refused(protocol, rooms)}
    if Use.ANALYZED in lost:
        return frozenset({REFUSED})
    given, before = answers(protocol, lost, rooms), unchanged(change.base)
    others = {room for room, answer in given.items() if answer != before[room]}
    return frozenset(others | ({REFUSED} if lost else set()))


def is_seen(change: Change, rooms: Collection[str]) -> bool:
    """Whether a change is refused, or a room answers otherwise; no room is asked after that."""
    try:
        protocol = loaded(change.values)
    except DoesNotLoad as error:
        return error.by_rule
    if refused(protocol, rooms):
        return True
    asked, before = Asked(protocol), unchanged(change.base)
    return any(answer_of(asked, room) != before[room] for room in rooms)


@cache
def unchanged(name: str) -> dict[str, str]:
    """The answers of a protocol before a change; nothing of it is refused."""
    assert refused(loaded(base(name))) == ()
    return answers(loaded(base(name)))


def rooms_for(change: Change) -> list[str]:
    block = re.split("[.:]", change.words)[0]
    return [room for room in ROOMS if room not in WHEN or block in WHEN[room]]


def tried(field: str) -> list[Change]:
    """The first changes of a field alone, and those together with others."""
    every = list(changes(field))
    alone = [change for change in every if ": " in change.words]
    return [*alone[:MOST], *(change for change in every if change not in alone)]


# ------------------------------------------------------------------ each field


@pytest.mark.parametrize("field", OBEYED)
def test_a_change_is_seen_by_a_rule_or_refused(field):
    every = tried(field)

    assert any(is_seen(change, rooms_for(change)) for change in every), [
        change.words for change in every
    ]


@pytest.mark.parametrize("field", OBEYED[::5])
def test_every_room_has_an_answer_whoever_sees_a_change_first(field):
    for change in tried(field)[:1]:
        seen = outcome(change, rooms_for(change))
        assert bool(seen - {OF_ITS_TYPE}) == is_seen(change, rooms_for(change))


@pytest.mark.parametrize("field", WORDS)
def test_a_change_of_what_is_shown_changes_a_page(field):
    change = next(iter(changes(field)))

    assert any(outcome(change, [page]) for page in PAGES), change.words


@pytest.mark.parametrize("field", ONE_VALUE)
def test_a_field_that_allows_one_value_refuses_another(field):
    assert {outcome(change, ()) for change in changes(field)} == {frozenset({OF_ITS_TYPE})}


@pytest.mark.parametrize("field", BLOCKS)
def test_a_list_of_blocks_may_be_shorter(field):
    for change in tried(field)[-2:]:
        outcome(change, rooms_for(change))  # whatever it is, it is an answer


def test_each_choice_of_recist_is_seen():
    """They are one field."""
    seen = {
        change.words: outcome(change, ["endpoints"])
        for change in changes("RecistRules.choices")
        if change.words in base("shipped")["assessment"]["recist"]["choices"]
    }

    assert {name for name, rooms in seen.items() if not rooms} == set()
    assert len(seen) == 14


@pytest.mark.soak
@pytest.mark.parametrize("field", FIELDS)
def test_no_change_anywhere_ends_in_an_error(field):
    """All rooms and pages but the rehearsal, whose virtual participants know the shipped trial."""
    for change in changes(field, everywhere=True):
        outcome(change, [room for room in (*ROOMS, *PAGES) if room != "rehearsal"])


# ------------------------------------------------------------------ what would be noticed


def test_a_field_whose_reader_is_gone_is_noticed(monkeypatch):
    """As if the days that stable disease must last were a number of the code again."""
    declared = rule_answers.response_policy
    monkeypatch.setattr(
        rule_answers,
        "response_policy",
        lambda assessment: declared(assessment)._replace(sd_min_days=49),
    )

    outcomes = [outcome(change, ["endpoints"]) for change in tried("Assessment.sd_min_days")]

    assert outcomes == [frozenset(), frozenset()]
