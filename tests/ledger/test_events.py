"""Every event can be written and read back, and nothing else can."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_story import form, salt, story, write

from equipoise.ledger.entry import HASHED, BadEntry, Entry, entry_of, line_of
from equipoise.ledger.events import (
    EVENTS,
    BadEvent,
    ConsentRecorded,
    DeathRecorded,
    Event,
    FormSaved,
    Unfrozen,
    event_of,
    payload_of,
)
from equipoise.ledger.salted import salted
from equipoise.terms.canonical import canonical
from happened import randomized

CONSENT = payload_of(ConsentRecorded(consented_on=date(2026, 3, 1), version="1", kind="INITIAL"))
TEXT = st.text(st.characters(exclude_categories=("Cs",)))
ROW = st.dictionaries(st.sampled_from(["A", "B"]), TEXT | st.fixed_dictionaries({"missing": TEXT}))
SPECIAL: dict[str, st.SearchStrategy[Any]] = {
    "values": ROW,
    "groups": st.dictionaries(st.sampled_from(["G", "H"]), st.lists(ROW)),
    "died_on": st.sampled_from(["2026", "2026-03", "2026-03-01"]),
}


def members(kind: type) -> st.SearchStrategy[Any]:
    return st.builds(
        kind,
        **{
            name: SPECIAL[name] if name in SPECIAL else of(hint)
            for name, hint in get_type_hints(kind).items()
        },
    )


def of(hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if get_origin(hint) is tuple:
        return st.lists(of(get_args(hint)[0])).map(tuple)
    if get_origin(hint) is UnionType:
        return st.one_of(*map(of, get_args(hint)))
    if get_origin(hint) is dict:
        return st.dictionaries(st.sampled_from(["a", "b"]), TEXT)
    simple = {
        str: TEXT,
        int: st.integers(1, 1000),
        bool: st.booleans(),
        date: st.dates(),
        type(None): st.none(),
    }
    return simple[hint]


@given(st.one_of(*map(members, EVENTS.values())))
def test_every_event_comes_back_from_its_stored_line(event: Event) -> None:
    entries = story()
    stored = line_of(write(entries, event))

    assert event_of(entry_of(stored)) == event
    assert line_of(entry_of(stored)) == stored


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
def test_every_event_says_in_one_sentence_what_happened_and_names_its_clause(kind: type) -> None:
    assert any(source in (kind.__doc__ or "") for source in ("SDTM", "ICH", "CFR", "CONSORT"))
    assert all(field.kw_only for field in fields(kind))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"type": "SubjectBlessed"},
            r"entry 3 \(SubjectBlessed\): unknown type; known are ProtocolAdopted, ",
        ),
        ({"payload": {"version": "1", "kind": "INITIAL"}}, "missing member 'consented_on'"),
        (
            {
                "payload": {
                    "consented_on": "2026-03-01",
                    "version": "1",
                    "kind": "INITIAL",
                    "x": "1",
                }
            },
            "unknown member 'x'",
        ),
        (
            {"payload": {**CONSENT, "consented_on": "2026-3-1"}},
            "must be a day like 2026-03-01",
        ),
        (
            {"payload": {**CONSENT, "consented_on": "2026-02-30"}},
            "a day that no calendar has",
        ),
        (
            {"payload": {**CONSENT, "consented_on": 20260301}},
            "consented_on must be date",
        ),
        (
            {"payload": {**CONSENT, "kind": "ORAL"}},
            "one of INITIAL, RECONSENT",
        ),
    ],
)
def test_a_payload_that_does_not_fit_is_refused_with_its_place(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadEvent, match=message):
        event_of(changed(story()[2], **change))


def changed(entry: Entry, payload: dict[str, Any] | None = None, **members: Any) -> Entry:
    fields = entry.fields if payload is None else salted(payload, None, (), salt(1))
    return replace(entry, fields=fields, **members)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (Unfrozen(frozen=True), "Unfrozen.frozen must be int, found True"),
        (
            ConsentRecorded(
                consented_on=datetime(2026, 3, 1, tzinfo=UTC), version="1", kind="INITIAL"
            ),
            "must be date",
        ),
        (
            randomized("A", ["x"], 1, date(2026, 3, 1)),
            "SubjectRandomized.stratum must be",
        ),
    ],
)
def test_an_event_of_the_wrong_type_is_not_written(event: Event, message: str) -> None:
    with pytest.raises(BadEvent, match=message):
        payload_of(event)


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        ({"NEUT": 1.5}, {}),
        ({"NEUT": None}, {}),
        ({"NEUT": {"missing": None}}, {}),
        ({"NEUT": {"absent": "x"}}, {}),
        ({}, {"G": {"A": "1"}}),
        ({}, {"G": [{"A": 1}]}),
    ],
)
def test_a_form_keeps_text_as_typed_or_says_why_it_is_missing(values: Any, groups: Any) -> None:
    with pytest.raises(BadEvent, match="form LB"):
        FormSaved(form="LB", visit="V1", values=values, groups=groups)


@pytest.mark.parametrize("day", ["", "2026-13", "2026-02-30", "March 2026", "2026-3"])
def test_a_day_of_death_is_a_partial_date(day: str) -> None:
    with pytest.raises(BadEvent, match=r"DeathRecorded\.died_on"):
        DeathRecorded(died_on=day, cause="DISEASE")


def test_nobody_edits_the_ledger_through_an_event() -> None:
    saved = form("1.5")
    entries = story()
    entry = write(entries, saved)
    saved.values["NEUT"] = "9"
    read = event_of(entry)
    assert isinstance(read, FormSaved)
    read.values["NEUT"] = "9"

    assert entry.payload is not None
    assert entry.payload["values"]["NEUT"] == "1.5"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]\n", "must be one JSON object"),
        (b"{}\n", "a line must hold the object entry, its hash and its payload"),
        (b'{"entry":{},"hash":"","payload":[]}\n', "missing members: seq, at"),
        (b"\xff\n", "not JSON"),
    ],
)
def test_a_line_that_is_no_entry_says_why(line: bytes, message: str) -> None:
    with pytest.raises(BadEntry, match=message):
        entry_of(line)


def test_a_member_nobody_knows_is_refused() -> None:
    line = line_of(story()[0]).replace(b'"entry":{', b'"entry":{"aktor":"x",')

    with pytest.raises(BadEntry, match="unknown members: 'aktor'"):
        entry_of(line)


def test_a_stored_line_is_the_canonical_form_of_the_whole_entry() -> None:
    entry = story()[3]
    hashed = {name: getattr(entry, name) for name in HASHED}
    payload = [[field.path, field.salt, field.value] for field in entry.fields]
    everything = {"entry": hashed, "hash": entry.hash, "payload": payload}

    assert line_of(entry) == canonical(everything) + b"\n"
    told = {field.name for field in fields(Entry)}
    assert told - set(HASHED) == {"hash", "fields", "reason", "gone"}
