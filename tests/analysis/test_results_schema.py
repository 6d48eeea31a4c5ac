"""results.json keeps its layout: what the analysis gives validates, and what is broken does not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import equipoise.analysis.results
from equipoise.analysis.analyze import analyze
from equipoise.analysis.results.json_form import plain, write_results
from equipoise.analysis.results.schema import write_schema
from equipoise.analysis.results.trial import Results
from small_trial import Diary, small_trial
from snapshots import assert_snapshot

FILE = Path(equipoise.analysis.results.__file__).with_name("results.schema.json")
VALID = Draft202012Validator(json.loads(write_schema()))


def empty() -> Results:
    story = Diary()
    story.begin()
    return analyze(story.known(date(2021, 12, 31))).results


def one_subject() -> Results:
    story = Diary()
    story.begin()
    story.ready("S01-001").randomize("S01-001")
    return analyze(story.known(date(2021, 12, 31))).results


def small() -> Results:
    return small_trial()[0].results


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(json.loads(write_schema()))


def test_the_schema_in_the_package_is_made_from_the_classes():
    assert_snapshot(FILE, write_schema())


@pytest.mark.parametrize("story", [empty, one_subject, small])
def test_results_validate(story):
    written = json.loads(write_results(story()))

    assert [
        f"{list(error.path)}: {error.message[:200]}" for error in VALID.iter_errors(written)
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
    broken = json.loads(write_results(small()))
    assert VALID.is_valid(broken)
    part = broken
    for key in where[:-1]:
        part = part[key]
    part[where[-1]] = value

    assert not VALID.is_valid(broken)


def test_a_missing_key_is_noticed():
    broken = {key: value for key, value in plain(small()).items() if key != "cutoff"}

    assert not VALID.is_valid(broken)


def test_results_are_written_the_same_way_whatever_the_order_of_keys():
    results = small()
    turned = replace(results, endpoints=dict(reversed(results.endpoints.items())))

    assert write_results(turned) == write_results(results)
    assert write_results(results).endswith("}\n")


def test_a_number_that_json_does_not_know_is_refused():
    with pytest.raises(ValueError, match="NaN or infinity"):
        write_results(replace(small(), confidence=float("nan")))


@pytest.mark.parametrize("key", ["n", "events_total", "survival", "censored"])
def test_a_curve_lacks_its_steps_only_where_nobody_is(key):
    written = json.loads(write_results(small()))
    (curve, *_) = written["endpoints"]["PFS"]["FDA"]["curves"].values()
    del curve[key]

    assert not VALID.is_valid(written)


def test_the_curve_of_nobody_has_no_steps():
    written = json.loads(write_results(one_subject()))
    curves = written["endpoints"]["PFS"]["FDA"]["curves"].values()

    assert sorted(len(curve) for curve in curves) == [4, 9]
