"""The pages on the rules say what the conformance cases say, all of them."""

import re
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
sys.path.insert(0, str(TOP / "docs"))

import rule_pages  # noqa: E402


def test_the_pages_are_printed_from_the_cases():
    """After a change that is meant: `python docs/rule_pages.py`."""
    assert rule_pages.differences() == []


@pytest.mark.parametrize("page", rule_pages.PAGE_LIST, ids=lambda page: page.name)
def test_every_case_of_a_topic_stands_on_its_page_once(page):
    told = re.findall(r"^\| `([^`]+)` \|", rule_pages.render(page), re.MULTILINE)
    cases = [case["id"] for topic in page.topics for case in rule_pages.published()[topic]]

    assert sorted(told) == sorted(cases)


def test_every_topic_has_a_page():
    pages = {topic for page in rule_pages.PAGE_LIST for topic in page.topics}

    assert pages == set(rule_pages.published())
