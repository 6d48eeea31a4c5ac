"""The README shows what its commands print."""

import re
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
sys.path.insert(0, str(TOP / "docs"))

import readme_blocks  # noqa: E402

from equipoise.conformance.runner import CASES, read_topics  # noqa: E402


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
    }


QUESTIONS = ("May she enter?", "Did the tumor respond?", "What can 50", "Where does this number")


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_in_eight_lines_with_a_link(question):
    text = readme_blocks.README.read_text("utf-8")
    lead, block = text[text.index(f"**{question}") :].split("```console\n", 1)
    answer = block.split("```", 1)[0]

    assert "](docs/" in lead
    assert len(answer.splitlines()) <= 8


@pytest.mark.parametrize(
    ("shown", "same"),
    [
        ("a\nb\nc\n", True),
        ("…\nb\n…\n", True),
        ("a\n…\n", True),
        ("…\na\nb\nc\n…\n", True),
        ("a\nb\n", False),
        ("…\nd\n…\n", False),
        ("c\n…\na\n", False),
        ("", False),
    ],
)
def test_a_block_may_leave_lines_out_and_invents_none(shown, same):
    assert readme_blocks.shows(shown, "a\nb\nc\n") is same


def test_every_page_of_the_docs_can_be_reached_from_the_readme():
    text = readme_blocks.README.read_text("utf-8")
    pages = sorted(path.relative_to(TOP).as_posix() for path in (TOP / "docs").glob("*.md"))
    linked = [page for page in pages if f"({page})" in text]
    further = (TOP / "docs" / "statistics.md").read_text("utf-8")

    left = [page for page in pages if page not in linked]
    assert [page for page in left if f"({page.removeprefix('docs/')})" not in further] == []


@pytest.mark.parametrize(
    "page", [pytest.param(p, id=p.name) for p in (*TOP.glob("*.md"), *(TOP / "docs").glob("*.md"))]
)
def test_every_link_of_a_page_leads_to_a_file(page):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))

    assert [to for to in links if "://" not in to and not (page.parent / to).exists()] == []


def test_the_readme_counts_the_cases():
    text = readme_blocks.README.read_text("utf-8")
    cases = sum(len(topic) for _, topic in read_topics(CASES))

    assert f"{cases} cases" in text
