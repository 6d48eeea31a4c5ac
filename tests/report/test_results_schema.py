"""results.json keeps its layout: what the analysis gives validates, and what is broken does not."""

from __future__ import annotations

import copy
import json
import sys
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

sys.path.insert(0, str(Path(__file__).parent))

from small_trial import Diary, small_trial

from equipoise.analysis.analyze import analyze
from equipoise.report.results import results_schema, write_results

VALID = Draft202012Validator(results_schema())


def empty() -> dict:
    story = Diary()
    story.begin()
    return analyze(story.known(date(2021, 12, 31))).results


def one_subject() -> dict:
    story = Diary()
    story.begin()
    story.ready("S01-001").randomize("S01-001")
    return analyze(story.known(date(2021, 12, 31))).results


def small() -> dict:
    return small_trial()[0].results


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(results_schema())


@pytest.mark.parametrize("story", [empty, one_subject, small])
def test_results_validate(story):
    found = json.loads(write_results(story()))

    assert [
        f"{list(error.path)}: {error.message[:200]}" for error in VALID.iter_errors(found)
    ] == []


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("simulated",), "yes"),
        (("ledger", "head"), "abc"),
        (("surprise",), 1),
        (("flow", "randomized"), -1),
        (("endpoints", "DCR", "difference"), 36.0),
        (("endpoints", "DCR", "subjects", "S01-001", "value"), "SD"),
        (("endpoints", "PFS", "FDA", "p_value"), 1.5),
        (("endpoints", "SAFETY", "ctcae"), None),
    ],
)
def test_broken_results_do_not(where, value):
    broken = copy.deepcopy(small())
    assert VALID.is_valid(json.loads(write_results(broken)))
    part = broken
    for key in where[:-1]:
        part = part[key]
    part[where[-1]] = value

    assert not VALID.is_valid(json.loads(write_results(broken)))


def test_a_missing_key_is_noticed():
    broken = {key: value for key, value in small().items() if key != "cutoff"}

    assert not VALID.is_valid(broken)


def test_results_are_written_the_same_way_whatever_the_order_of_keys():
    found = small()
    turned = dict(reversed(found.items()))

    assert write_results(found) == write_results(turned)
    assert write_results(found).endswith("}\n")


def test_a_number_that_json_does_not_know_is_refused():
    with pytest.raises(ValueError, match="NaN or infinity"):
        write_results({"p": float("nan")})
