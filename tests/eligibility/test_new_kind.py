"""A kind of criterion is added by two files and a case: shown on a copy of the house."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import equipoise

HOUSE = Path(equipoise.__file__).parent
TESTS = Path(__file__).parent

DECLARATION = '''"""Is the participant heavy enough?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from equipoise.protocol.criteria.kind import Rule, within
from equipoise.protocol.measure import Measure


class Weight(Rule):
    """A body weight at or above a limit (VS)."""

    kind: Literal["weight"]
    at_least: Measure
    within_days: int = Field(gt=0)

    def words(self) -> str:
        """The limit."""
        return f"weighs {self.at_least} or more{within(self.within_days)}"
'''
EVALUATION = '''"""Is the participant heavy enough? (VS)"""

from __future__ import annotations

from decimal import Decimal

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided
from equipoise.eligibility.latest import decided_by_latest
from equipoise.protocol.criteria.weight import Weight
from equipoise.subject.records import VS


@evaluate.register
def _(rule: Weight, asked: Asked) -> Finding:
    def decide(row: VS) -> Finding:
        holds = Decimal(row.original) >= rule.at_least.value
        return decided(rule, holds, f"{row.original} kg on {row.date}", row.source)

    rows = [row for row in asked.subject.records(VS) if row.test == "WEIGHT"]
    return decided_by_latest(rule, rows, "WEIGHT", asked, rule.within_days, decide)
'''
CASE = {
    "id": "light",
    "clause": "W1",
    "inputs": {
        "rule": {"kind": "weight", "at_least": "40 kg", "within_days": 7},
        "index": "2021-03-10",
        "records": {"VS": [{"VSTESTCD": "WEIGHT", "VSORRES": "39.9", "VSDTC": "2021-03-09"}]},
    },
    "expected": {"verdict": "not_met", "reason": None},
    "why": "39.9 kg are less than 40 kg",
}
USE = """
import json
from equipoise.conformance.answers import answer
from equipoise.conformance.runner import CASES, run
from equipoise.protocol.model import Protocol
from equipoise.protocol.yaml_file import parse, read_text
from equipoise.report.protocol.page import show_protocol

text = read_text("NCT04509635").replace(
    "rule: {kind: age, at_least: 18}", "rule: {kind: weight, at_least: 40 kg, within_days: 7}"
)
trial = parse(text)
failures = [failure.case for failure in run(CASES, answer).failures]
print(json.dumps({
    "failures": failures,
    "page": "weighs 40 kg or more, within 7 days" in show_protocol(trial),
    "again": parse(text) == trial,
    "schema": "Weight" in Protocol.model_json_schema()["$defs"],
}))
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the house with one more kind, its evaluation and its case."""
    copy = tmp_path / "equipoise"
    shutil.copytree(HOUSE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "protocol" / "criteria" / "weight.py").write_text(DECLARATION)
    (copy / "eligibility" / "weight.py").write_text(EVALUATION)
    cases = copy / "conformance" / "cases" / "eligibility.json"
    published = json.loads(cases.read_text(encoding="utf-8"))
    published["cases"].append(CASE)
    cases.write_text(json.dumps(published), encoding="utf-8")
    return copy


def run_in(house: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, "PYTHONPATH": str(house.parent), "NUMBA_DISABLE_JIT": "1"}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=surroundings, check=False
    )


def test_two_files_and_a_case_are_a_kind_everywhere(house):
    used = run_in(house, "-c", USE)

    assert json.loads(used.stdout or "null") == {
        "failures": [],
        "page": True,
        "again": True,
        "schema": True,
    }, used.stderr


def test_the_tests_of_every_kind_take_it_in(house):
    """Words, evaluation, answer without data, generated rules and cases: nothing else is needed."""
    tested = run_in(house, "-m", "pytest", "-q", str(TESTS / "test_every_kind.py"), "-k", "kind")

    assert tested.returncode == 0, tested.stdout


@pytest.mark.parametrize(
    ("missing", "complaint"),
    [
        ("eligibility/weight.py", "No module named 'equipoise.eligibility.weight'"),
        ("conformance/cases/eligibility.json", "weight: no case"),
    ],
)
def test_what_is_left_out_is_noticed(house, missing, complaint):
    (house / missing).unlink()
    if missing.startswith("conformance"):
        shutil.copy(HOUSE / missing, house / missing)

    tested = run_in(house, "-m", "pytest", "-vv", str(TESTS / "test_every_kind.py"))

    assert tested.returncode != 0
    assert complaint in tested.stdout
