"""Print the pages on the rules from the cases that hold them: `docs/rules/*.md`.

`python docs/rule_pages.py` writes the pages; the tests call `differences`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rule_stories as stories

from equipoise.conformance.runner import CASES, read_topics

PAGES = Path(__file__).resolve().parent / "rules"
Case = Mapping[str, Any]
Cells = Callable[[Case], tuple[str, str]]

CLAUSES = {
    "4.3.1": "Target lesions: response and progression by the sum of diameters.",
    "4.3.2": "Lesions that are too small to measure, split or merge.",
    "4.3.4": "Progression of non-target disease.",
    "4.3.5": "New lesions.",
    "4.4.2": "Lesions that were not evaluated.",
    "4.4.3": "Best overall response.",
    "4.6.1": "How long to wait for confirmation.",
    "4.6.2": "Duration of response.",
    "Table 1": "The response of a visit, with target disease.",
    "Table 2": "The response of a visit, with non-target disease only.",
    "Table 3": "Best response when CR and PR must be confirmed.",
    "Table 3 note a": "Disease after a complete response.",
    "FDA 2018 table A": "Only documented progression counts, no other therapy, no gap before it.",
    "FDA 2018 table C": "Clinical progression counts too, and progression after a gap.",
    "EMA 2013": "Events count whatever came between.",
}
"""What a clause is about, under its heading; others stand alone."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its file, title, what to know before reading, and the topics it is made from."""

    name: str
    title: str
    lead: str
    topics: tuple[str, ...]


PAGE_LIST = (
    Page(
        "recist",
        "RECIST 1.1 at each visit",
        "Lengths are millimeters; the first visit is baseline, and the response is that of each"
        " later one. Unless a row says otherwise visits are 8 weeks apart. Where the paper leaves a"
        " point open the policy has a switch, and a row names the switch when it is turned.",
        ("time_point", "split_and_merged"),
    ),
    Page(
        "best_response",
        "Best overall response",
        "Each response stands with its day since randomization. *Control* is CR, PR, SD or"
        " NON-CR/NON-PD as best response, *response* is CR or PR.",
        ("best_response", "confirmed_response"),
    ),
    Page(
        "censoring",
        "Times to an event, and what censors them",
        "Days count from randomization, day 0; a time counts both its first and its last day. Scans"
        " are due every 56 days, 7 earlier or later. The answer names the record that ends the"
        " time.",
        ("censoring",),
    ),
    Page(
        "criteria",
        "Criteria of eligibility",
        "A rule is asked on one day of one participant. *Met* always means: does not block entry.",
        ("eligibility",),
    ),
    Page(
        "conduct",
        "What may be recorded",
        "A trial in a state, and one command. The states are told step by step in the file of the"
        " cases: *recruiting* has sites and people, *ready* somebody who meets every criterion,"
        " *randomized* her with an arm, *two* one of each.",
        ("conduct",),
    ),
    Page(
        "ras",
        "RAS in plasma",
        "Is this sample proof that the tumor is RAS wild type? A codon is read when it is covered"
        " and its limit of detection is low enough.",
        ("ras",),
    ),
)
HEADINGS = {
    "split_and_merged": "Lesions in parts",
    "best_response": "Without confirmation",
    "confirmed_response": "With confirmation of CR and PR",
}


def published() -> dict[str, list[dict[str, Any]]]:
    """Topic to cases, named values written out."""
    return dict(read_topics(CASES))


def cells_of(topic: str, cases: list[dict[str, Any]]) -> Cells:
    """How a case of this topic is told."""
    if topic == "conduct":
        states = _file(topic)["shared"]["before"]
        return lambda case: stories.conduct(case, states)
    if topic == "eligibility":
        names = _rule_names()
        return lambda case: stories.eligibility(case, names)
    tell = {"confirmed_response": stories.best_response}.get(topic) or getattr(stories, topic)
    usual = stories.usual_policy(cases)
    return lambda case: tell(case, usual)


def _file(topic: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((CASES / f"{topic}.json").read_text(encoding="utf-8"))
    return content


def _rule_names() -> dict[str, str]:
    """Case to the name that its file gives the rule."""
    cases = _file("eligibility")["cases"]
    return {
        case["id"]: case["inputs"]["rule"]
        for case in cases
        if isinstance(case["inputs"]["rule"], str)
    }


def render(page: Page) -> str:
    """The page as it should stand."""
    cases = {topic: published()[topic] for topic in page.topics}
    counted = sum(map(len, cases.values()))
    lines = [
        "<!-- printed by docs/rule_pages.py from the conformance cases; change those -->",
        f"# {page.title}",
        "",
        (
            f"{page.lead} Each row is a conformance case: {counted} on this page,"
            " `equipoise conformance run` asks them all."
        ),
        *_named_values(page.topics[0]),
    ]
    for topic in page.topics:
        if topic in HEADINGS:
            lines += ["", f"## {HEADINGS[topic]}"]
        lines += _topic(topic, cases[topic], "###" if topic in HEADINGS else "##")
    return "\n".join(lines) + "\n"


def _named_values(topic: str) -> Iterator[str]:
    """The policy that every row starts from."""
    if topic == "eligibility":
        yield from _rule_table()
        return
    if policy := stories.usual_policy(published()[topic]):
        yield from ("", "Where a row names no switch, the policy is", "")
        yield ", ".join(f"`{key}` {_plain(value)}" for key, value in policy.items()) + "."


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(" ".join(map(str, v)) if isinstance(v, list) else v for v in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _rule_table() -> Iterator[str]:
    yield from ("", "The rules that rows call by name:", "", "| name | rule |", "|---|---|")
    cases = {case["id"]: case for case in published()["eligibility"]}
    told = {name: cases[case_id]["inputs"]["rule"] for case_id, name in _rule_names().items()}
    for name, rule in told.items():
        yield f"| {name} | {stories.rule_words(rule)} |"


def _topic(topic: str, cases: list[dict[str, Any]], level: str) -> Iterator[str]:
    tell = cells_of(topic, cases)
    explained = _explained() if topic == "eligibility" else CLAUSES
    for clause in sorted({case["clause"] for case in cases}, key=_order):
        yield from ("", f"{level} {clause}", "")
        if clause in explained:
            yield from (explained[clause], "")
        yield from ("| case | seen | answer | why |", "|---|---|---|---|")
        for case in cases:
            if case["clause"] == clause:
                seen, answer = tell(case)
                yield f"| `{case['id']}` | {seen} | {answer} | {stories.plain(case['why'])} |"


def _order(clause: str) -> tuple[Any, ...]:
    """Clauses in the order of their document: numbers as numbers."""
    return tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in re.findall(r"\d+|\D+", clause)
    )


def _explained() -> dict[str, str]:
    """Clause of eligibility to what it says in the README of the cases."""
    text = (CASES / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^- \*\*(E\d+)\*\* (.*?)(?=^- \*\*E|^$)", text, re.MULTILINE | re.DOTALL)
    return {clause: " ".join(words.split()) for clause, words in found}


def differences() -> list[str]:
    """Pages that do not say what the cases say."""
    return [
        page.name
        for page in PAGE_LIST
        if not _path(page).exists() or _path(page).read_text(encoding="utf-8") != render(page)
    ]


def _path(page: Page) -> Path:
    return PAGES / f"{page.name}.md"


def rewrite() -> None:
    """Write every page anew."""
    PAGES.mkdir(exist_ok=True)
    for page in PAGE_LIST:
        _path(page).write_text(render(page), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
