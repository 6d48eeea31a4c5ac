"""Whatever random people do, no accepted history breaks an invariant, `verify` accepts it, and
finds every edit, deletion, insertion, reordering, roll-back and forgery of it
(docs/ledger-proof.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.conduct import (
    data_management,
)
from equipoise.conduct.guards import GUARDS
from equipoise.conduct.record import Refused
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.entry import Entry, line_of
from equipoise.ledger.events import event_of
from equipoise.ledger.salted import Gone, Kept
from equipoise.ledger.verified import Broken, Verified
from equipoise.subject.fold import replay
from equipoise.subject.state import Subject, Trial
from forgery import chained, told
from histories import FAST, HISTORIES, Act, played


def invariants(entries: list[Entry], trial: Trial) -> Iterator[str]:
    """The list of docs/ledger-proof.md that can be told from the outcome, broken ones."""
    if [entry.seq for entry in entries] != list(range(1, len(entries) + 1)):
        yield "numbers"
    if len({entry.key for entry in entries}) != len(entries):
        yield "keys"
    for before, after in pairwise(entries):
        if after.at < before.at and after.type != "ClockCorrected":
            yield f"the clock at {after.seq}"
    for entry in entries:
        if entry.role not in GUARDS[entry.type].roles:
            yield f"the role of {entry.seq}"
    yield from (why for person in trial.subjects.values() for why in _of(person, entries))
    for lock in (e for e in entries if e.type in ("Locked", "Unlocked")):
        asked = entries[lock.payload["requested"] - 1]
        if asked.actor == lock.actor or not lock.reason:
            yield f"one person alone made {lock.seq}"


def _of(person: Subject, entries: list[Entry]) -> Iterator[str]:
    given = sum(e.type == "SubjectRandomized" and e.subject == person.id for e in entries)
    if given != len(person.cancelled_randomizations) + (person.randomized is not None):
        yield f"{person.id} was randomized {given} times"
    if person.randomized and not person.consents:
        yield f"{person.id} has an arm and no consent"
    visits = [
        (
            held.form,
            held.visit,
            held.evaluator,
            held.on if held.form != "TUMOR_ASSESSMENT" else 0,
        )
        for held in person.forms.values()
    ]
    if len(set(visits)) != len(visits):
        yield f"{person.id} has two current forms of one visit"


@settings(FAST, max_examples=40)
@given(HISTORIES)
def test_no_accepted_history_breaks_an_invariant_and_each_verifies(history):
    entries, _ = played(history)
    trial = replay(entries)

    assert list(invariants(entries, trial)) == []
    finding = verify_entries(entries)
    assert isinstance(finding, Verified), finding


def test_enough_is_accepted_and_enough_is_refused():
    """A property over histories in which nothing happens would hold nothing."""
    seen: dict[str, int] = {}

    @settings(FAST, max_examples=60, derandomize=True)
    @given(HISTORIES)
    def play(history: list[Act]) -> None:
        for outcome in played(history)[1]:
            name = outcome.type if isinstance(outcome, Entry) else type(outcome).__name__
            seen[name] = seen.get(name, 0) + 1

    play()

    accepted = set(seen) - {"Refused", "AlreadyDone"}
    assert seen["Refused"] > 200
    assert sum(seen[name] for name in accepted) > 100
    assert len(accepted) >= 10, seen  # which ones, depends on what was imported before


@settings(FAST, max_examples=25)
@given(HISTORIES, st.data())
def test_any_change_of_the_stored_bytes_is_found(history, data):
    """Without writing the chain anew: an edit, a deletion, an insertion, another order."""
    entries, _ = played(history)
    head = entries[-1].hash
    place = data.draw(st.integers(0, len(entries) - 1))
    kind = data.draw(st.sampled_from(["edit", "content", "delete", "insert", "swap", "cut"]))
    changed = list(entries)
    match kind:
        case "edit":
            changed[place] = replace(changed[place], actor="somebody-else")
        case "content":
            field, *others = changed[place].fields
            assert isinstance(field, Kept)
            fields = (Gone(field.path, field.digest.hex()), *others)
            changed[place] = replace(changed[place], fields=fields)
        case "delete":
            del changed[place]
        case "insert":
            changed.insert(place, changed[data.draw(st.integers(0, len(entries) - 1))])
        case "swap":
            other = (place + 1) % len(entries)
            changed[place], changed[other] = changed[other], changed[place]
        case "cut":
            changed = changed[:place]

    assert isinstance(verify_entries(changed, anchor=head), Broken)


@settings(FAST, max_examples=25)
@given(HISTORIES, st.data())
def test_a_chain_written_anew_is_found_by_its_rules_or_by_a_witness(history, data):
    """Whatever one entry says otherwise: no byte of the file is as it was, so a head that somebody
    keeps is gone; what also breaks a rule is found without one.
    """
    entries, _ = played(history)
    said = told(entries)
    place = data.draw(st.integers(1, len(said) - 1))
    header, event = said[place]
    breaks = {
        "role": replace(header, role="auditor"),
        "actor": replace(header, actor="ghost-01") if header.role != "system" else None,
        "key": replace(header, key=said[0][0].key),
        "at": replace(header, at="1999-01-01T00:00:00Z"),
    }
    name = data.draw(st.sampled_from(sorted(name for name, held in breaks.items() if held)))
    changed = breaks[name]
    assert changed is not None
    if name == "at" and entries[place].type == "ClockCorrected":
        name = "still refused: it is before the clock was right"

    forged = chained([*said[:place], (changed, event), *said[place + 1 :]], careful=True)

    assert isinstance(verify_entries(forged), Broken), name
    assert entries[-1].hash not in {entry.hash for entry in forged}


@pytest.mark.soak
@settings(FAST, max_examples=3000)
@given(HISTORIES)
def test_many_histories(history):
    entries, _ = played(history)

    assert list(invariants(entries, replay(entries))) == []
    assert isinstance(verify_entries(entries), Verified)
    assert [event_of(entry) for entry in entries]
    assert all(line_of(entry) for entry in entries)


def test_a_refusal_says_why():
    _, outcomes = played([Act(data_management.lock, (1,), {"reason": "x"}, "monitor", 1, 0, 1)])

    assert isinstance(outcomes[0], Refused)
    assert outcomes[0].reasons
