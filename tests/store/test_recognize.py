"""No ledger is no ledger: it is not verified, and nothing is done to it."""

import os
import re
import stat

import pytest
from foreign import FOREIGN, changed_on_the_way, through_other_hands
from stored_entries import adopted, entries, follow, form

from equipoise.ledger.entry import begins_as_entry, line_of
from equipoise.store.json_lines import DamagedFile, JsonLines
from equipoise.store.recognize import NoLedger, check_is_ledger

LEDGER = b"".join(map(line_of, entries(3)))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "trial.jsonl"


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_file_is_no_ledger_and_stays_as_it_is(path, kind):
    path.write_bytes(FOREIGN[kind])

    with pytest.raises(NoLedger, match=re.escape(f"{path} is no ledger")):
        check_is_ledger(path)
    if kind != "nothing":
        with pytest.raises(NoLedger):
            JsonLines(path).recover()

    assert path.read_bytes() == FOREIGN[kind]
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("kind", through_other_hands(LEDGER))
def test_a_ledger_in_another_form_is_none(path, kind):
    path.write_bytes(content := through_other_hands(LEDGER)[kind])

    with pytest.raises(NoLedger):
        JsonLines(path).recover()

    assert path.read_bytes() == content


@pytest.mark.parametrize("kind", changed_on_the_way(LEDGER))
def test_a_ledger_that_was_changed_on_the_way_is_still_recognized(path, kind):
    path.write_bytes(content := changed_on_the_way(LEDGER)[kind][0])

    check_is_ledger(path)
    JsonLines(path).recover()

    assert path.read_bytes() == content


@pytest.mark.parametrize("kind", ["CRLF", "blank lines at its end"])
def test_nothing_is_added_to_a_ledger_that_was_changed(path, kind):
    path.write_bytes(content := changed_on_the_way(LEDGER)[kind][0])

    with pytest.raises(DamagedFile):
        JsonLines(path).append([follow(entries(3)[-1], form("1.7"))])

    assert path.read_bytes() == content


@pytest.mark.parametrize("at", range(0, len(LEDGER.splitlines()[0]), 7))
def test_one_flipped_byte_makes_no_foreign_file_of_a_ledger(path, at):
    """It is for `verify` to name the entry."""
    content = bytearray(LEDGER)
    content[at] ^= 4
    path.write_bytes(content)

    check_is_ledger(path)


@pytest.mark.parametrize("kept", [1, 20, 60, 200, 300])
def test_a_first_entry_that_was_cut_is_moved_only_when_it_shows(path, kept):
    """Who and when must be there; less could be anybody's file."""
    first = line_of(follow(None, adopted()))
    assert len(first) > 300
    path.write_bytes(first[:kept])

    if kept < 60:
        with pytest.raises(NoLedger):
            JsonLines(path).recover()
        assert path.read_bytes() == first[:kept]
    else:
        aside = JsonLines(path).recover()
        assert aside.read_bytes() == first[:kept] + b"\n"
        assert path.read_bytes() == b""


def test_what_comes_before_an_incomplete_line_must_be_a_ledger(path):
    path.write_bytes(content := LEDGER.replace(b"1.5", b"1.6", 1) + LEDGER[:50])

    with pytest.raises(DamagedFile, match=r"entry 2: .*Nothing was moved"):
        JsonLines(path).recover()

    assert path.read_bytes() == content


def test_every_entry_begins_as_one():
    assert all(begins_as_entry(line_of(entry)) for entry in entries(3))
    assert not begins_as_entry(b'{"actor":"u-17","at":"yesterday",')


def test_a_folder_and_a_pipe_are_no_ledgers(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with pytest.raises(NoLedger, match="is a folder"):
        check_is_ledger(tmp_path)
    with pytest.raises(NoLedger, match="is a device or a pipe"):
        check_is_ledger(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    with pytest.raises(FileNotFoundError, match="there is no ledger"):
        check_is_ledger(tmp_path / "nowhere")
