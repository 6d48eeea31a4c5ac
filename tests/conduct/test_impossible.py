"""What cannot be is saved, and asked about."""

from __future__ import annotations

import pytest

from equipoise.conduct.edit_checks import doubts_about
from equipoise.conduct.impossible import impossible
from equipoise.protocol.yaml_file import load
from equipoise.subject.state import Subject

PROTOCOL = load("NCT04509635")
SIZE, BLOOD = PROTOCOL.form("BODY_SIZE"), PROTOCOL.form("HEMATOLOGY")


@pytest.mark.parametrize(
    ("test", "value", "unit", "asked"),
    [
        ("HEIGHT", "1.71", "cm", True),  # meters
        ("HEIGHT", "171", "cm", False),
        ("HEIGHT", "171", "", False),
        ("WEIGHT", "64", "kg", False),
        ("BSA", "18", "m2", True),
        ("WEIGHT", {"missing": "NOT DONE"}, "kg", False),
    ],
)
def test_a_vital_sign_that_cannot_be_is_asked_about(
    test: str, value: object, unit: str, asked: bool
) -> None:
    groups = {"measure": [{"test": test, "value": value, "unit": unit}]}
    assert [field for field, _ in impossible(SIZE, groups)] == (
        ["measure[1].value"] if asked else []
    )


def test_the_question_says_what_was_found_and_what_can_be() -> None:
    groups = {"result": [{"test": "HGB", "value": "85", "unit": "g/dL"}]}
    assert list(impossible(BLOOD, groups)) == [
        ("result[1].value", "found 85 g/dL, possible is 10 to 250 g/L: a slip of the unit?")
    ]


def test_one_value_opens_one_question() -> None:
    groups = {"result": [{"test": "HGB", "value": "85", "unit": "g/dL"}]}
    doubts = doubts_about(PROTOCOL, Subject(id="S01-001"), BLOOD, {}, groups)
    assert [field for field, _ in doubts] == ["result[1].value"]
