"""A head that somebody else keeps finds the roll-back that hashes cannot."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from equipoise.ledger import events
from equipoise.ledger.entry import line_of
from equipoise.ledger.verified import Broken, Verified
from equipoise.store.witness import (
    SignedHead,
    WitnessError,
    add_witness,
    create_key,
    read_key,
    read_witness,
    sign_head,
)
from equipoise.surface import heads, ledgers
from forgery import chained, edited, places, told
from story import Story

RFC_8032 = (  # section 7.1, TEST 1
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
)
TOLD = {"trial": "NCT04509635", "entries": 7, "head": "ab" * 32, "at": "2026-03-01T08:30:00Z"}


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(RFC_8032[0]))


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A real trial, whose owner publishes a key and signs the head."""
    story = Story().begin(simulated=False).ready("S01-001", date(2021, 3, 10))
    story.randomize("S01-001")
    place = tmp_path / "data" / "trial.jsonl"
    place.parent.mkdir()
    place.write_bytes(b"".join(line_of(entry) for entry in story.storage.read()))
    heads.create_key(place, tmp_path / "head.pem", actor="sponsor-01")
    heads.sign_head(place, tmp_path / "head.pem", tmp_path / "witness")
    return place


def found(ledger: Path, witness: Path) -> Verified | Broken:
    finding = ledgers.verify(ledger)
    assert isinstance(finding, Verified)  # the hashes agree, and so do the rules
    return heads.witnessed(finding, ledger, witness)


def test_a_head_is_signed_by_the_published_scheme(key):
    head = sign_head(key, **TOLD)

    assert head.public_key == RFC_8032[1]
    assert head.holds()
    statement = json.dumps(
        {**TOLD, "public_key": RFC_8032[1]}, sort_keys=True, separators=(",", ":")
    )
    key.public_key().verify(bytes.fromhex(head.signature), statement.encode())


@pytest.mark.parametrize(
    "change",
    [
        {"entries": 8},
        {"head": "cd" * 32},
        {"at": "2026-03-02T08:30:00Z"},
        {"trial": "NCT00000000"},
        {"public_key": "00" * 32},
        {"signature": "00" * 64},
        {"signature": "no"},
    ],
)
def test_a_head_that_was_changed_is_not_signed(key, change):
    assert not sign_head(key, **TOLD)._replace(**change).holds()


def test_a_witness_file_is_added_to_and_read_back(key, tmp_path):
    place = tmp_path / "witness"
    kept = [sign_head(key, **{**TOLD, "entries": number}) for number in (1, 2, 3)]
    for head in kept:
        add_witness(place, head)

    assert list(read_witness(place)) == kept


@pytest.mark.parametrize("line", [b"no\n", b"{}\n", b"[]\n"])
def test_a_file_that_is_no_witness_is_told_with_its_line(key, tmp_path, line):
    place = tmp_path / "witness"
    add_witness(place, sign_head(key, **TOLD))
    place.write_bytes(place.read_bytes() + line)

    with pytest.raises(WitnessError, match="line 2: this is no signed head"):
        list(read_witness(place))


def test_a_key_is_for_its_owner_and_lies_elsewhere(tmp_path, ledger):
    assert (tmp_path / "head.pem").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        create_key(tmp_path / "head.pem")
    with pytest.raises(WitnessError, match="lies in the folder of the ledger"):
        read_key(tmp_path / "head.pem", tmp_path / "trial.jsonl")
    (tmp_path / "head.pem").chmod(0o640)
    with pytest.raises(WitnessError, match="can be read by others: run chmod 600"):
        read_key(tmp_path / "head.pem", ledger)


def test_a_ledger_that_only_grew_holds(ledger, tmp_path):
    story_before = ledger.read_bytes()
    heads.create_key(ledger, tmp_path / "next.pem", actor="sponsor-01")

    assert ledger.read_bytes().startswith(story_before)
    assert isinstance(found(ledger, tmp_path / "witness"), Verified)


def test_a_roll_back_is_found(ledger, tmp_path):
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:-1]))
    finding = found(ledger, tmp_path / "witness")

    assert isinstance(finding, Broken)
    assert "by a key that the ledger does not publish" in finding.why  # it went with the roll-back

    ledger.write_bytes(b"".join(lines))
    heads.create_key(ledger, tmp_path / "next.pem", actor="sponsor-01")
    heads.sign_head(ledger, tmp_path / "head.pem", tmp_path / "witness")
    ledger.write_bytes(b"".join(lines))
    finding = found(ledger, tmp_path / "witness")
    assert isinstance(finding, Broken)
    assert f"and the ledger has {len(lines)}: it was rolled back" in finding.why


def test_a_history_written_anew_by_every_rule_is_found(ledger, tmp_path):
    history = told(ledgers.read_ledger(ledger).entries)
    (place,) = places(history, events.SubjectScreened)
    forged = edited(history, place, screened_on=date(2021, 3, 1))
    ledger.write_bytes(b"".join(line_of(entry) for entry in chained(forged, careful=True)))

    finding = found(ledger, tmp_path / "witness")

    assert isinstance(finding, Broken)
    assert "is another one now: it was written anew" in finding.why


def test_a_real_trial_turned_into_a_simulated_one_is_found(ledger, tmp_path):
    history = told(ledgers.read_ledger(ledger).entries)
    forged = [(history[0][0], replace(history[0][1], simulated=True)), *history[1:]]
    ledger.write_bytes(b"".join(line_of(entry) for entry in chained(forged, careful=True)))

    assert isinstance(found(ledger, tmp_path / "witness"), Broken)


def test_a_head_of_another_trial_or_key_is_told(ledger, tmp_path, key):
    place = tmp_path / "other"
    entries = ledgers.read_ledger(ledger).entries
    add_witness(place, sign_head(key, **{**TOLD, "head": entries[6].hash}))
    finding = found(ledger, place)
    assert isinstance(finding, Broken)
    assert "by a key that the ledger does not publish" in finding.why

    own = read_key(tmp_path / "head.pem", ledger)
    add_witness(other := tmp_path / "trial", sign_head(own, **{**TOLD, "trial": "NCT00000000"}))
    finding = found(ledger, other)
    assert isinstance(finding, Broken)
    assert "for NCT00000000: this is the ledger of NCT04509635" in finding.why


def test_nothing_is_signed_by_a_key_that_was_not_published_or_over_what_was_rolled_back(
    ledger, tmp_path
):
    create_key(tmp_path / "own.pem")
    with pytest.raises(WitnessError, match="is not published in"):
        heads.sign_head(ledger, tmp_path / "own.pem", tmp_path / "witness")

    whole = ledger.read_bytes()
    heads.create_key(ledger, tmp_path / "next.pem", actor="sponsor-01")
    heads.sign_head(ledger, tmp_path / "head.pem", tmp_path / "witness")
    ledger.write_bytes(whole)
    with pytest.raises(WitnessError, match="it was rolled back"):
        heads.sign_head(ledger, tmp_path / "head.pem", tmp_path / "witness")


def test_who_may_not_publish_leaves_no_key(ledger, tmp_path):
    outcome = heads.create_key(ledger, tmp_path / "x.pem", actor="coordinator-01")

    assert "holds no delegation as administrator" in str(outcome)
    assert not (tmp_path / "x.pem").exists()


def test_a_signed_head_is_one_line(key):
    assert SignedHead._fields == ("trial", "entries", "head", "at", "public_key", "signature")
