"""Breast-feeding, legal incapacity and occlusion exclude while they last; an abuse that is over
still excludes.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from equipoise.eligibility.evaluate import evaluate_all
from equipoise.exchange.subject_json import example_subject, read_subject
from equipoise.protocol.yaml_file import load
from equipoise.terms.verdict import Verdict

PROTOCOL = load("NCT04509635")


def verdict(criterion: str, category: str, **dates: str) -> Verdict:
    """The answer about a woman of the example whose history holds this condition."""
    told: dict[str, Any] = example_subject()
    told["records"]["DM"] = [{**row, "SEX": "F"} for row in told["records"]["DM"]]
    pregnancy = {"LBTESTCD": "HCG", "LBORRES": "NEGATIVE", "LBDTC": told["index_date"]}
    told["records"]["LB"].append(pregnancy)
    history = [row for row in told["records"]["MH"] if row["MHCAT"] != category]
    told["records"]["MH"] = [*history, {"MHCAT": category, "MHOCCUR": "Y", **dates}]
    subject, index = read_subject(json.dumps(told), PROTOCOL)
    findings = evaluate_all(PROTOCOL, subject, index)
    return next(finding.verdict for finding in findings if finding.id == criterion)


@pytest.mark.parametrize(
    ("criterion", "category"),
    [("E02", "INTESTINAL OCCLUSION"), ("E03", "BREAST-FEEDING"), ("E06", "LEGAL INCAPACITY")],
)
@pytest.mark.parametrize(
    ("dates", "answer"),
    [
        ({"MHSTDTC": "1985", "MHENDTC": "1986"}, Verdict.MET),
        ({"MHSTDTC": "2009-05-01", "MHENDTC": "2010-02-01"}, Verdict.MET),
        ({"MHSTDTC": "2021-01-01"}, Verdict.NOT_MET),
        ({}, Verdict.NOT_MET),
    ],
)
def test_a_state_that_has_ended_does_not_exclude(criterion, category, dates, answer):
    assert verdict(criterion, category, **dates) is answer


def test_a_substance_abuse_that_has_ended_still_excludes():
    assert verdict("E05", "SUBSTANCE ABUSE", MHENDTC="2010-02-01") is Verdict.NOT_MET
