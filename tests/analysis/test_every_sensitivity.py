"""Every sensitivity analysis that a protocol may name is carried out, and has words on the page."""

from typing import get_args

import pytest

from equipoise.analysis.sensitivity import BESIDE, SENSITIVITY
from equipoise.protocol.estimands import BinaryAnalysis, Sensitivity
from equipoise.protocol.yaml_file import load
from equipoise.report.trial import words

NAMES = get_args(Sensitivity)


def left_out(there: set[str]) -> set[str]:
    """Names that a protocol may use, and that are not there."""
    return set(NAMES) - there


def test_every_name_has_its_analysis_and_none_has_two():
    assert left_out({*BESIDE, *SENSITIVITY}) == set()
    assert set(NAMES) == {*BESIDE, *SENSITIVITY}
    assert not set(BESIDE) & set(SENSITIVITY)


def test_every_name_has_its_words():
    assert left_out({*words.TESTS, *words.SENSITIVITY}) == {"tipping_point"}  # a table of its own


def test_every_name_is_asked_for_by_the_shipped_trial():
    """So that the demo and its report carry each of them out."""
    asked = {
        name
        for endpoint in load("NCT04509635").endpoints
        if isinstance(endpoint.analysis, BinaryAnalysis)
        for name in endpoint.analysis.sensitivity
    }

    assert left_out(asked) == set()


@pytest.mark.parametrize("name", NAMES)
def test_one_that_is_left_out_is_named(name):
    assert left_out({*BESIDE, *SENSITIVITY} - {name}) == {name}
