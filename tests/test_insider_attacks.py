"""Every attempt of an insider on the page of attacks is answered."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "docs" / "insider_attacks.py"
ANSWERS = {
    "take out the lock": "results are locked, so unlock them before",
    "take out a scan after the lock": "correct the entry first",
    "redact as a coordinator, in 1999, under a used key": "was used for another command",
    "amend an arm away": "is not in the new version and holds",
    "enter a scan twice": "correct that entry, or record an unscheduled visit",
    "hide a death under a used key": "nothing of this one was recorded",
    "write what cannot be read": "there is no form 'HOROSCOPE'",
    "a time in another form": "at must be UTC like",
    "sign for another site": "belongs to site",
    "sign without a meaning": "meaning: found ''",
    "enter from a site that nobody opened": "there is no site 'S99'",
    "brick the trial by a date in 2199": "ClockCorrected, and the trial goes on",
    "write it anew: another arm": "is not shown to stand at position",
    "write it anew: position 1 for everybody": "took position 1",
    "write it anew: times backward": "the clock runs back",
    "write it anew: equal keys": "was used before",
    "write it anew: another role": "is not open to the role 'monitor'",
    "write it anew, by every rule, or roll it back": "hashes and rules hold; the witness says: a",
    "read the block sizes in the protocol": "block sizes sealed",
    "guess the next arm by counting": "guesses 67.6 % of allocations right",
}


@cache
def answered() -> dict[str, str]:
    run = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, check=True)
    lines = run.stdout.splitlines()
    return dict(zip(lines[::2], lines[1::2], strict=True))


@pytest.mark.parametrize("tried", ANSWERS)
def test_an_attempt_is_answered(tried):
    assert ANSWERS[tried] in answered()[tried]


def test_no_attempt_is_left_out():
    assert set(answered()) == set(ANSWERS)
