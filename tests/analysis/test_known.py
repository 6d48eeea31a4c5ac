"""What may be analyzed: a ledger that holds, as it was known on a day, up to a cutoff."""

from dataclasses import replace
from datetime import date

import pytest

from equipoise.analysis.analyze import analyze
from equipoise.analysis.known import CannotAnalyze, know
from equipoise.conduct import data_management
from equipoise.ledger.verified import Broken, Meaning, Verified
from story import Story

DAY = date(2021, 3, 10)
HOLDS = Verified(entries=1000, head="0" * 64, redacted=())


@pytest.fixture(scope="module")
def story():
    told = Story().begin().ready("S01-001", DAY)
    told.randomize("S01-001", DAY)
    return told


@pytest.mark.parametrize(
    ("verified", "why"),
    [
        (None, "the ledger was not verified"),
        (
            Broken(4, "hash does not match the members", Meaning.CHANGED),
            "entry 4: hash does not match the members",
        ),
        (Verified(entries=3, head="0" * 64, redacted=()), "3 entries were verified"),
    ],
)
def test_nothing_is_analyzed_without_a_finding_that_holds(story, verified, why):
    with pytest.raises(CannotAnalyze, match=why):
        analyze(replace(story.known(DAY), verified=verified))


def test_an_empty_ledger_holds_no_protocol():
    with pytest.raises(CannotAnalyze, match="holds no protocol"):
        know([], HOLDS, cutoff=DAY)


@pytest.mark.parametrize(
    ("as_of", "cutoff", "taken", "randomized"),
    [
        (None, None, DAY, True),
        (DAY, None, DAY, True),
        (date(2021, 3, 9), None, date(2021, 3, 9), False),
        (date(2021, 12, 31), None, date(2021, 12, 31), True),
        (None, date(2021, 3, 9), date(2021, 3, 9), True),
        (date(2021, 12, 31), date(2021, 12, 31), date(2021, 12, 31), True),
    ],
)
def test_as_of_cuts_the_entries_and_is_the_cutoff_unless_one_is_given(
    story, as_of, cutoff, taken, randomized
):
    known = know(story.storage.read(), HOLDS, as_of=as_of, cutoff=cutoff)

    assert known.cutoff == taken
    assert bool(known.trial.subjects["S01-001"].randomized) is randomized


@pytest.mark.parametrize(
    ("as_of", "cutoff", "why"),
    [
        (
            date(2021, 1, 3),
            None,
            "nothing was recorded by 2021-01-03 in UTC; the first entry is of 2021",
        ),
        (None, date(2021, 3, 11), "2021-03-11 is after 2021-03-10"),
        (DAY, date(2021, 3, 11), "2021-03-11 is after 2021-03-10"),
    ],
)
def test_what_cannot_be_known_is_refused(story, as_of, cutoff, why):
    with pytest.raises(CannotAnalyze, match=why):
        know(story.storage.read(), HOLDS, as_of=as_of, cutoff=cutoff)


def test_a_signature_after_the_last_visit_moves_no_cutoff():
    story = Story().begin().ready("S01-001", DAY)
    signing = ("2021-06-01", "sponsor", data_management.sign, None)
    story.done(*signing, meaning="REVIEWED", about=(1,))  # type: ignore[misc]

    assert know(story.storage.read(), HOLDS).cutoff == date(2021, 3, 8)
