"""Whether a ledger holds: its bytes, every rule at every entry, and the list once it is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from equipoise.allocation.sealed_list import SealedList
from equipoise.conduct import disposition, randomization
from equipoise.conduct.verify import Replay, verify_entries, verify_lines, verify_more
from equipoise.ledger import events
from equipoise.ledger.chain import append
from equipoise.ledger.entry import Entry, Header, line_of
from equipoise.ledger.verified import Broken, Meaning, Verified
from forgery import Told, chained, edited, places, told
from happened import redacted
from story import Story, alternating

DAY = date(2021, 3, 10)
WHO, OTHER = "S01-001", "S01-002"


@pytest.fixture
def story():
    told = Story().begin().ready(WHO, DAY)
    assert isinstance(told.randomize(WHO, DAY), Entry)
    told.close("2021-06-01")
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

    assert finding == Broken(
        opened,
        "AllocationOpened could not be recorded: no such list was committed",
        Meaning.IMPOSSIBLE,
    )


def test_a_chain_without_a_protocol_is_no_trial(story):
    entries: list[Entry] = []
    by_statistician(entries, story.sealed)

    found = Broken(
        1,
        "found AllocationOpened, expected ProtocolAdopted: a ledger begins with its protocol",
        Meaning.IMPOSSIBLE,
    )
    assert verify_entries(entries) == found
    assert verify_lines([line_of(entry) for entry in entries]) == found


def test_a_changed_byte_is_found_before_anything_else(story):
    lines = [line_of(entry) for entry in story.storage.read()]
    lines[2] = lines[2].replace(b"Asia/Shanghai", b"Asia/Kolkata")

    assert verify_lines(lines) == Broken(
        3, "payload_digest does not match the fields of the payload", Meaning.CHANGED
    )


# ------------------------------------------------------------------ written anew by its owner


@cache
def history() -> tuple[Told, ...]:
    """Two people, one of whom died; locked, and the list opened."""
    story = Story()
    story.sealed = alternating(story.protocol, "CETUXIMAB_CHEMOTHERAPY", "CHEMOTHERAPY")
    story.begin().ready(WHO, DAY).ready(OTHER, DAY)
    for who in (WHO, OTHER):
        assert isinstance(story.randomize(who, DAY), Entry)
    for who in (WHO, OTHER):
        story.scan(who, "2021-05-05", 1, "SD", "45")
    died = {"died_on": "2021-05-20", "cause": "disease"}
    story.done("2021-06-01", "investigator", disposition.record_death, WHO, **died)
    ended = {"ended_on": date(2021, 5, 20), "cause": "DEATH"}
    story.done("2021-06-01", "investigator", disposition.end_study, WHO, **ended)
    story.close("2021-06-02")
    story.done("2021-06-03", "statistician", randomization.open_allocation, story.sealed)
    return tuple(told(story.storage.read()))


def test_written_anew_without_a_change_it_holds():
    assert isinstance(verify_entries(chained(history(), careful=True)), Verified)


def test_who_writes_it_anew_and_forgets_the_signatures_is_found():
    found = verify_entries(chained(history()))

    assert isinstance(found, Broken)
    assert "the signature is over another head than that of the ledger" in found.why


def _swapped(held: list[Told]) -> list[Told]:
    """The arms of two people, before the list is opened."""
    one, two = places(held, events.SubjectRandomized)
    arms = [held[place][1].arm for place in (two, one)]  # type: ignore[union-attr]
    return edited(edited(held, one, arm=arms[0]), two, arm=arms[1])


def _with_positions(held: list[Told]) -> list[Told]:
    for place in places(held, events.SubjectRandomized):
        held = edited(held, place, list_position=1)
    return held


def _first(kind: type, **changes: object) -> Callable[[list[Told]], list[Told]]:
    return lambda held: edited(held, places(held, kind)[0], **changes)


def _last(kind: type, **changes: object) -> Callable[[list[Told]], list[Told]]:
    return lambda held: edited(held, places(held, kind)[-1], **changes)


def _without(kind: type) -> Callable[[list[Told]], list[Told]]:
    return lambda held: [one for one in held if not isinstance(one[1], kind)]


def _twice(kind: type) -> Callable[[list[Told]], list[Told]]:
    def twice(held: list[Told]) -> list[Told]:
        header, event = held[places(held, kind)[-1]]
        return [*held[:-1], (replace(header, key="again", at=held[-2][0].at), event), held[-1]]

    return twice


FORGERIES = {
    "times that run back": (_last(events.FormSaved, at="2020-01-01T00:00:00Z"), "clock runs back"),
    "a time in another form": (_last(events.FormSaved, at="x"), None),
    "equal keys": (_last(events.FormSaved, key="k1"), "its key k1 was used before"),
    "all list positions 1": (_with_positions, "took position 1, but 2 was next"),
    "arms swapped before the list is opened": (_swapped, "is not shown to stand at position 1"),
    "an arm of one person": (_last(events.SubjectRandomized, arm="X"), "is not shown to stand"),
    "another stratum": (
        _last(events.SubjectRandomized, stratum=("no irinotecan", "4 months or more")),
        "which is not that of S01-002",
    ),
    "a wrong role": (_last(events.FormSaved, role="monitor"), "is not open to the role 'monitor'"),
    "a person who was never delegated": (
        _last(events.FormSaved, actor="ghost-01"),
        "ghost-01 holds no delegation as coordinator at S01",
    ),
    "another site": (_last(events.FormSaved, site="S02"), "belongs to site S01, not to S02"),
    "a consent taken out": (_without(events.ConsentRecorded), "no consent is recorded"),
    "a signature taken out": (_without(events.Signed), "is not signed by an investigator"),
    "a judgement turned": (_first(events.CriterionAttested, answer=False), "I02 not met"),
    "the commitment taken out": (
        _without(events.AllocationCommitted),
        "no randomization list was committed",
    ),
    "a protocol that was not adopted": (
        _first(events.ProtocolAdopted, version="9.9"),
        "the hash or the version is not that of protocol NCT04509635",
    ),
    "a version that does not govern": (
        _last(events.FormSaved, protocol="9.9"),
        "FormSaved cannot be read: the ledger holds no version '9.9' of the protocol",
    ),
    "a lock by one person": (
        _last(events.Locked, actor="data_manager-01", role="data_manager"),
        "data_manager-01 asked for it; another person must carry it out",
    ),
    "an opening before the lock": (_without(events.Locked), "it is while locked"),
    "a death twice": (_twice(events.DeathRecorded), "correct that entry"),
    "a form of a day to come": (
        _last(events.FormSaved, values={"date": "2022-05-05", "evaluator": "LOCAL MDT"}),
        "lies in the future",
    ),
    "an unknown site": (_without(events.SiteOpened), "there is no site 'S01'"),
    "a signature of another meaning": (_last(events.Signed, meaning=""), "meaning: found ''"),
}


@pytest.mark.parametrize("careful", [False, True], ids=["heads as they were", "heads mended"])
@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_that_is_chained_anew_is_found(name, careful):
    forge, why = FORGERIES[name]
    changed = forge(list(history()))
    if why is None:
        with pytest.raises(ValueError, match="at must be UTC"):
            chained(changed)
        return

    found = verify_entries(chained(changed, careful=careful))

    assert isinstance(found, Broken)
    if careful:
        assert why in found.why


def test_a_query_that_an_entry_opens_cannot_be_taken_out():
    story = Story().begin().ready(WHO, DAY)
    story.form(
        "2021-03-10",
        WHO,
        "HEMATOLOGY",
        "SCREENING",
        {"date": "2021-03-10"},
        {"result": [{"test": "NEUT", "value": "310", "unit": "10*9/L"}]},
    )
    story.confirm(WHO, "2021-03-10")
    entries = story.storage.read()
    held = [one for one in told(entries) if not isinstance(one[1], events.QueryOpened)]

    found = verify_entries(chained(held, careful=True))

    assert isinstance(found, Broken)
    assert found.why.startswith("found Signed, expected the query Q1-")


def test_what_obeys_every_rule_is_found_by_a_head_kept_elsewhere_alone():
    """The last death taken out, and what follows from it: another history, not a false one."""
    whole = chained(history(), careful=True)
    shorter = [
        one for one in history() if not isinstance(one[1], events.DeathRecorded | events.StudyEnded)
    ]
    forged = [
        (header, replace(event, requested=event.requested - 2))
        if isinstance(event, events.Locked)
        else (header, event)
        for header, event in shorter
    ]
    entries = chained(forged, careful=True)

    assert isinstance(verify_entries(entries), Verified)
    assert isinstance(verify_entries(entries, anchor=whole[-1].hash), Broken)


# ------------------------------------------------------------------ what was appended alone


def test_what_was_appended_is_verified_from_the_head_on():
    entries = chained(history(), careful=True)
    for cut in (1, len(entries) // 2, len(entries) - 1):
        replay = Replay()
        assert verify_more(replay, entries[:cut]) is None
        assert replay.trial.head == entries[cut - 1]
        assert verify_more(replay, entries[cut:]) is None
        assert replay.trial.head == entries[-1]


def test_what_does_not_follow_the_head_or_breaks_a_rule_is_found_from_it_on():
    entries = chained(history(), careful=True)
    half = len(entries) // 2
    forged = chained(_last(events.FormSaved, role="monitor")(list(history())), careful=True)
    edit = replace(entries[half + 1], actor="somebody")

    for wrong, why in (
        (entries[half + 1 :], "stands where entry"),
        ([entries[half], edit], "hash does not match"),
        (forged[half:], "is not open to the role 'monitor'"),
    ):
        replay = Replay()
        assert verify_more(replay, entries[:half]) is None
        found = verify_more(replay, wrong)
        assert isinstance(found, Broken)
        assert why in found.why


def test_after_a_redaction_the_whole_is_verified():
    entries = chained(history(), careful=True)
    header = Header(
        at=entries[-1].at,
        actor="data_manager-01",
        role="data_manager",
        site=None,
        subject=None,
        protocol="1.1",
        key="r",
        reason="x",
    )
    log = append(entries[-1], redacted(5, "/training"), header, "ab" * 16)

    with pytest.raises(ValueError, match="verify the whole ledger"):
        verify_more(Replay(), [*entries, log])
