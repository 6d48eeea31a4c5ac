"""A page obeys its own style sheet and script and nothing else: whatever text came into it runs
nothing, loads nothing and sends nothing away.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from invented import invented_design, invented_rechallenge

import equipoise
from equipoise.planning.design import compute_design
from equipoise.protocol.yaml_file import load
from equipoise.report.design.page import write_design
from equipoise.report.kit.page import Document, Section, read_template, write_document
from equipoise.report.rechallenge.page import write_rechallenge
from equipoise.report.trial.page import write_report
from small_trial import small_trial

TEMPLATES = Path(equipoise.__file__).parent / "report" / "templates"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)><style>*{color:red}</style>"
HOSTILE += "\"><a href='javascript:alert(3)'>x</a><base href=//evil><form action=//evil>'"


def of_people() -> str:
    analysis, entries = small_trial(participants=6, failures=2)
    return write_report(
        replace(analysis, results=replace(analysis.results, simulated=False)), entries
    )


def hostile_report() -> str:
    analysis, entries = small_trial(participants=6, failures=2)
    results = replace(analysis.results, title=HOSTILE, problems={"S01-001": HOSTILE})
    return write_report(replace(analysis, results=results), entries)


def computed() -> str:
    protocol = load("NCT04509635")
    design = protocol.design.model_copy(update={"participants": 20})
    twenty = protocol.model_copy(update={"design": design})
    return write_design(twenty, compute_design(twenty), invented_design(twenty))


PAGES: dict[str, Callable[[], str]] = {
    "report": cache(lambda: write_report(*small_trial(participants=6, failures=2))),
    "report of people": cache(of_people),
    "report of hostile text": cache(hostile_report),
    "design": cache(computed),
    "re-challenge": cache(lambda: write_rechallenge(invented_rechallenge())),
    "document of hostile text": cache(
        lambda: write_document(
            Document(
                HOSTILE,
                HOSTILE,
                [HOSTILE],
                [Section("a", HOSTILE, [HOSTILE])],
                about=[(HOSTILE, HOSTILE)],
                banner=HOSTILE,
            )
        )
    ),
}


class Parts(HTMLParser):
    """What a browser finds in a page: elements, and the code in them, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.code: dict[str, list[str]] = {"style": [], "script": []}
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag if tag in self.code else ""
        if self._open:
            self.code[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.code[self._open][-1] += data


def directives(parts: Parts) -> dict[str, str]:
    places = [
        at
        for at, (tag, given) in enumerate(parts.elements)
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy"
    ]
    (place,) = places
    assert not {"style", "script", "link", "body"} & {tag for tag, _ in parts.elements[:place]}
    told = parts.elements[place][1]["content"] or ""
    return dict(part.strip().split(" ", 1) for part in told.split(";"))


def hashed(code: list[str]) -> str:
    hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in code]
    return " ".join(f"'sha256-{one}'" for one in hashes) or "'none'"


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_allows_what_the_page_has_and_nothing_else(name: str) -> None:
    parts = Parts(PAGES[name]())

    assert directives(parts) == {
        "default-src": "'none'",
        "style-src": hashed(parts.code["style"]),
        "script-src": hashed(parts.code["script"]),
        "base-uri": "'none'",
        "form-action": "'none'",
        **({"img-src": "blob:"} if parts.code["script"] else {}),
    }
    assert len(parts.code["style"]) == 1
    assert len(parts.code["script"]) == name.startswith("report")


@pytest.mark.parametrize("name", PAGES)
def test_no_element_runs_loads_or_sends(name: str) -> None:
    elements = Parts(PAGES[name]()).elements

    tags = {tag for tag, _ in elements}
    assert not tags & {"img", "link", "iframe", "object", "embed", "form", "base", "video", "audio"}
    for tag, given in elements:
        assert not [one for one in given if one.startswith("on") or one in {"style", "src"}]
        loads = {
            one: given[one] for one in ("href", "xlink:href", "action", "data") if one in given
        }
        assert all((where or "").startswith("#") for where in loads.values()), (tag, loads)


@pytest.mark.parametrize("name", PAGES)
def test_the_code_is_ours_and_loads_nothing(name: str) -> None:
    """So no hash can be that of what came in with the data."""
    code = Parts(PAGES[name]()).code
    css, more = read_template("report.css"), read_template("simulated.css")

    assert set(code["style"]) <= {css, css + more}
    assert set(code["script"]) <= {read_template("report.js")}
    for text in code["style"]:
        assert not re.search(r"url\(|@import|image-set|expression|src\(", text)
    for text in code["script"]:
        assert not re.search(
            r"eval|Function\(|innerHTML|outerHTML|fetch|XMLHttp|document\.write", text
        )
        assert "setAttribute" not in text  # of a style it would be refused


def test_every_template_of_a_page_has_the_policy() -> None:
    pages = [path for path in TEMPLATES.glob("*.j2") if "<head>" in path.read_text("utf-8")]
    assert len(pages) == 2
    for path in pages:
        assert (
            'http-equiv="Content-Security-Policy" content="{{ security_policy }}"'
            in path.read_text("utf-8")
        )
    sources = Path(equipoise.__file__).parent.rglob("*.py")
    assert not [path for path in sources if "<html" in path.read_text(encoding="utf-8")]
