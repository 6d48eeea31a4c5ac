"""Whether a ledger holds: its bytes, and the randomization list once it is opened."""

from datetime import date

import numpy as np
import pytest

from equipoise.allocation.sealed_list import SealedList
from equipoise.conduct import data_management, randomization
from equipoise.conduct.verify import verify_entries, verify_lines
from equipoise.ledger.chain import append
from equipoise.ledger.entry import Entry, Header, line_of
from equipoise.ledger.verified import Broken, Verified
from story import Story

DAY = date(2021, 3, 10)


@pytest.fixture
def story():
    told = Story().begin().ready("S01-001", DAY)
    assert isinstance(told.randomize("S01-001", DAY), Entry)
    told.done("2021-06-01", "data_manager", data_management.lock, None)
    return told


def by_statistician(entries: list[Entry], sealed: SealedList) -> int:
    """Somebody who can write the file opens a list by hand."""
    header = Header(
        at="2021-06-02T12:00:00Z",
        actor="statistician-01",
        role="statistician",
        site=None,
        subject=None,
        protocol="1.1",
        key="by-hand",
    )
    opened = append(entries[-1] if entries else None, sealed.open(), header, "ab" * 16)
    entries.append(opened)
    return opened.seq


def test_a_sealed_list_says_nothing_yet(story):
    finding = verify_entries(story.storage.read())

    assert isinstance(finding, Verified)
    assert finding.allocations is None


def test_the_opened_list_is_the_one_committed_and_was_followed(story):
    story.done("2021-06-02", "statistician", randomization.open_allocation, story.sealed)
    lines = [line_of(entry) for entry in story.storage.read()]

    finding = verify_lines(lines)

    assert finding == verify_entries(story.storage.read())
    assert isinstance(finding, Verified)
    assert finding.allocations == 1


def test_another_list_is_found_at_the_entry_that_opens_it(story):
    entries = story.storage.read()
    rng = np.random.default_rng(99)
    opened = by_statistician(entries, randomization.draw_allocation(story.protocol, rng, "cd" * 16))

    finding = verify_entries(entries)

    assert isinstance(finding, Broken)
    assert finding.seq == opened
    assert "not what was committed: the opened list has the fingerprint" in finding.why


def test_a_list_that_nobody_committed_to_proves_nothing(story):
    entries = story.storage.read()[:1]
    opened = by_statistician(entries, story.sealed)

    assert verify_entries(entries) == Broken(
        opened, "a randomization list was opened, but none was committed to"
    )


def test_a_chain_without_a_protocol_is_no_trial(story):
    entries: list[Entry] = []
    by_statistician(entries, story.sealed)

    found = Broken(
        1, "found AllocationOpened, expected ProtocolAdopted: a ledger begins with its protocol"
    )
    assert verify_entries(entries) == found
    assert verify_lines([line_of(entry) for entry in entries]) == found


def test_a_changed_byte_is_found_before_anything_else(story):
    lines = [line_of(entry) for entry in story.storage.read()]
    lines[2] = lines[2].replace(b"S01", b"S02")

    assert verify_lines(lines) == Broken(3, "hash does not match the members")
