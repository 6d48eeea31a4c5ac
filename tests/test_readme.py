"""The README shows what its commands print."""

import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
sys.path.insert(0, str(TOP / "docs"))

import readme_blocks  # noqa: E402

from equipoise.conformance.runner import CASES, read_topics  # noqa: E402
from equipoise.protocol.yaml_file import load  # noqa: E402


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in readme_blocks.PAGES])
def test_every_block_of_a_page_shows_what_its_command_prints(page):
    """After a change that is meant: `python docs/readme_blocks.py`."""
    assert readme_blocks.differences(page) == []


def test_the_readme_answers_its_questions_with_blocks():
    commands = [
        block["command"]
        for block in readme_blocks.BLOCK.finditer(readme_blocks.README.read_text("utf-8"))
    ]

    assert {command.split()[0] for command in commands} >= {
        "screen",
        "assess",
        "design",
        "demo",
        "why",
        "protocol",
    }


def test_the_readme_counts_the_assumptions_and_cases():
    text = readme_blocks.README.read_text("utf-8")
    protocol = load("NCT04509635")
    cases = sum(len(found) for _, found in read_topics(CASES))

    assert f"{len(protocol.assumptions)} assumptions" in text
    assert sum(one.to_check for one in protocol.assumptions.values()) == 3
    assert "Three of them" in text
    assert f"{cases} cases" in text
