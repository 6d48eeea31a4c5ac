"""The page of the rules of conduct names a case or a test that exists for each rule."""

import re
from pathlib import Path

import pytest

from equipoise.conformance.runner import CASES, read_topics

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "conduct-rules.md").read_text(encoding="utf-8")
RULES, LEFT_OUT = PAGE.split("\n## Left out\n")
ROW = re.compile(r"^\| (?P<rule>.+?) \| (?P<held>.+) \|$", re.MULTILINE)
ROWS = [row for row in ROW.finditer(RULES) if row["rule"] != "rule"]
NAMED = {name for row in ROWS for name in re.findall(r"`([^`]+)`", row["held"])}


@pytest.mark.parametrize("row", ROWS, ids=[row["rule"][:60] for row in ROWS])
def test_each_rule_is_held_by_a_case_or_a_test(row):
    names = re.findall(r"`([^`]+)`", row["held"])

    assert names
    assert " ".join(f"`{name}`" for name in names) == row["held"]


def test_each_case_exists():
    cases = {case["id"].split()[0] for case in dict(read_topics(CASES))["conduct"]}

    assert {name for name in NAMED if name.startswith("conduct-")} <= cases


def test_each_test_exists():
    written = set()
    for path in TESTS.rglob("test_*.py"):
        written.update(
            re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
        )

    assert {name for name in NAMED if not name.startswith("conduct-")} <= written


def test_what_is_left_out_says_why():
    rows = [row for row in ROW.finditer(LEFT_OUT) if row["rule"] != "rule"]

    assert len(rows) > 5
    assert all(len(row["held"]) > 15 for row in rows)
