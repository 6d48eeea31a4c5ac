"""Is "more than one missed visit" the same to the schedule and to the censoring of PFS?

The schedule counts visits whose window closed; censoring measures the gap before an event, and two
visits late by the window are the longest that is not too long. Every pattern of five scans every
eight weeks, a week earlier or later, is tried in both.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from equipoise.arrays import NEVER
from equipoise.endpoints.catalogue import rules_of
from equipoise.endpoints.censoring import WHY
from equipoise.endpoints.time_to_event import FollowUp, derive_pfs
from equipoise.protocol.yaml_file import load
from equipoise.subject.records import read_record
from equipoise.subject.state import Randomized, SavedForm, Subject, Trial, Version
from equipoise.subject.visits import Status, visits_of
from equipoise.terms.dates import parse_date
from equipoise.terms.response import Response

PROTOCOL = load("NCT04509635")
FDA = rules_of("FDA", PROTOCOL)
START = date(2021, 3, 10)
EVERY, WINDOW = 56, 7
SCAN = ("TUMOR_ASSESSMENT", "TUMOR_MARKER")
PATTERNS = [which for n in range(6) for which in product((False, True), repeat=n)]
"""Which of the scans before the event were done."""


def missed_before(day: int, done: dict[int, int], *, progressed: int = 0) -> int:
    """Visits missed since the last scan, by the schedule; `progressed`: the number of the scan that
    showed progression on that day.
    """
    scans = done | ({progressed: day} if progressed else {})
    saved = [
        SavedForm(form, f"SCAN {number}", parse_date((START + timedelta(on)).isoformat()))
        for number, on in scans.items()
        for form in SCAN
    ]
    at = Randomized(arm="", stratum=(), list_position=1, on=START, source=9, version="")
    she = Subject(id="S01-001", randomized=at, forms=dict(enumerate(saved, 1)))
    event = START + timedelta(day)
    if progressed:
        row = {"RSTESTCD": "OVRLRESP", "RSORRES": "PD", "RSDTC": event.isoformat()}
        she = she.with_records([read_record("RS", row, 1)])
    known = Trial(versions=(Version(PROTOCOL, "", (), START, False),))
    last = max(done, default=0)
    return sum(
        status.status in (Status.MISSED, Status.OVERDUE)
        for status in visits_of(known, she, event)
        if status.visit == "SCAN" and status.due and status.due.number > last
    )


def is_censored(known: FollowUp) -> bool:
    return derive_pfs(known, FDA).why == WHY[14]


def days_of(pattern: tuple[bool, ...], off: int) -> dict[int, int]:
    return {n: EVERY * n + off for n, was_done in enumerate(pattern, 1) if was_done}


@pytest.mark.parametrize("off", [-WINDOW, 0, WINDOW], ids="last scan {}".format)
@pytest.mark.parametrize("event_off", [-WINDOW, 0, WINDOW], ids="progression {}".format)
def test_progression_seen_at_a_scheduled_scan_counts_unless_more_than_one_before_was_missed(
    off, event_off
):
    for pattern in PATTERNS:
        done, number = days_of(pattern, off), len(pattern) + 1
        day = EVERY * number + event_off
        seen = FollowUp(
            scan_days=(*done.values(), day),
            responses=(*[int(Response.SD)] * len(done), int(Response.PD)),
            cutoff=900,
        )

        assert is_censored(seen) == (missed_before(day, done, progressed=number) > 1), pattern


@pytest.mark.parametrize("off", [-WINDOW, 0, WINDOW])
def test_death_is_never_censored_for_fewer_missed_visits_than_two_and_always_soon_after_two(off):
    """A death has no scan of its own: between the day on which the second window has closed and two
    windows later the visits are missed and the gap is not yet too long.
    """
    for pattern in PATTERNS:
        done = days_of(pattern, off)
        last = max(done, default=0)
        closed = EVERY * (last + 2) + WINDOW  # the second visit after the last scan
        for day in range(max(done.values(), default=0) + 1, closed + 3 * WINDOW):
            seen = FollowUp(
                scan_days=tuple(done.values()),
                responses=(int(Response.SD),) * len(done),
                cutoff=900,
                death=day,
            )
            missed = missed_before(day, done) > 1

            assert missed == (day > closed)
            assert not is_censored(seen) or missed
            assert is_censored(seen) or day <= closed + 2 * WINDOW


def test_a_scan_that_could_not_be_evaluated_is_not_missed_and_does_not_close_the_gap():
    """Two different questions: the visit took place; whether anything was seen since is another."""
    done = {1: 56, 2: 112}
    seen = FollowUp(
        scan_days=(56, 112, 183),
        responses=(int(Response.SD), int(Response.NE), int(Response.PD)),
        cutoff=900,
        new_therapy=NEVER,
    )

    assert missed_before(183, done) == 1
    assert is_censored(seen)
