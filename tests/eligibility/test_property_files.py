"""No spelling, no gap and no order of rows makes anybody eligible.

Files of participants are made from the shipped one, spoiled so that many are not eligible, and then
changed once more. `make soak` asks about 20,000 of them.
"""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from changed_files import EQUAL, WORSE, changed

from equipoise.eligibility import evaluate_all
from equipoise.exchange.subject_json import BadSubject, example_subject, read_subject
from equipoise.protocol.yaml_file import load
from equipoise.terms.verdict import Verdict

TRIAL = load("NCT04509635")
SPOILED = {
    "LB": [("LBORRES", ["0.5", "60", "500", "3.1"]), ("LBDTC", ["2021-03-01", "2021-03-09"])],
    "MH": [("MHOCCUR", ["Y", "N", "U"]), ("MHDECOD", ["C50.9", "G62.0", "C18.7"])],
    "CM": [("CMTRT", ["PANITUMUMAB", "CETUXIMAB"]), ("CMOUTCOME", ["TOXICITY"])],
    "GF": [("GFORRES", ["DETECTED", "MUTATED", "FAIL", "0.002"]), ("GFLOD", ["0.01"])],
    "QS": [("QSORRES", ["0", "2"])],
    "TR": [("TRORRES", ["9", "30"])],
    "DM": [("SEX", ["M", "F"]), ("BRTHDTC", ["2010", "1958"])],
    "DS": [("DSDECOD", ["WITHDRAWAL BY SUBJECT", "INFORMED CONSENT OBTAINED"])],
}


def spoiled(random: Random) -> dict[str, Any]:
    """The shipped participant with up to three values of her own replaced, or rows repeated."""
    file: dict[str, Any] = json.loads(json.dumps(example_subject()))
    for _ in range(random.randint(0, 3)):
        domain = random.choice(sorted(SPOILED))
        name, values = random.choice(SPOILED[domain])
        rows = file["records"][domain]
        row = random.choice(rows)
        if random.random() < 0.4:
            row = dict(row)
            rows.append(row)
        row[name] = random.choice(values)
    return file


def verdicts(file: dict[str, Any]) -> dict[str, Verdict] | None:
    """Criterion -> verdict; None for a file that is refused."""
    try:
        person, index = read_subject(json.dumps(file), TRIAL)
    except BadSubject:
        return None
    return {found.id: found.verdict for found in evaluate_all(TRIAL, person, index)}


def seen_to_hold(seed: int) -> str | None:
    """The kind of change tried on one file, or None where nothing could be compared."""
    random = Random(seed)  # noqa: S311  (which file is tried, repeatable)
    file = spoiled(random)
    kind = random.choice([*EQUAL, *WORSE])
    before, after = verdicts(file), verdicts(changed(file, kind, random))
    if before is None or after is None:
        return None
    for name, verdict in after.items():
        if kind in EQUAL:
            assert verdict is before[name], (seed, kind, name, before[name], verdict)
        elif verdict is Verdict.MET:
            assert before[name] is Verdict.MET, (seed, kind, name, before[name], verdict)
    return kind


def test_no_other_writing_of_a_file_admits_anybody():
    tried = Counter(seen_to_hold(seed) for seed in range(600))

    assert min(tried[kind] for kind in (*EQUAL, *WORSE)) > 50


@pytest.mark.soak
@pytest.mark.parametrize("block", range(20))
def test_no_other_writing_of_many_files_admits_anybody(block):
    tried = Counter(seen_to_hold(seed) for seed in range(1000 * block, 1000 * (block + 1)))

    assert tried.total() == 1000
    assert tried[None] < 100
