"""Every word of a page that is ours goes through gettext, so that it can be said in another
language: seen in the templates, and on pages in a language that puts brackets around everything.
"""

from __future__ import annotations

import ast
import re
import sys
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from equipoise.assessments.ctcae.grade import TERMS
from equipoise.conduct.safety import ACTIONS, CRITERIA, OUTCOMES
from on_pages import AT, HER
from trial_unit import Unit

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))
import messages

TEMPLATES = Path(__file__).parents[2] / "src" / "equipoise" / "web" / "templates"
OTHER = "subjects/S01-002/"
NOT_WORDS = {
    "Equipoise", "mm",  # a name, a unit
    "SERIOUS ADVERSE EVENT", "DEATH", "PREGNANCY", "MEDICATION ERROR",  # values of the ledger
    "RELATED", "NOT RELATED", "NOT KNOWN",
}  # fmt: skip
BROKEN = "500.html"
"""Shown when something broke: it asks nothing of the rest, translation neither."""
_TRANSLATED = re.compile(r"{% blocktranslate.*?%}.*?{% endblocktranslate %}", re.DOTALL)
_TAGS = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
_SPOKEN = re.compile(r'(?:title|alt|placeholder|aria-label)="([^"]*)"')


@pytest.mark.parametrize(
    "template", sorted(each.relative_to(TEMPLATES).as_posix() for each in TEMPLATES.rglob("*.html"))
)
def test_no_template_holds_bare_words(template: str) -> None:
    if template == BROKEN:
        return
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    defaults = re.findall(r'default(?:_if_none)?:"([^"]*)"', text)
    text = _TAGS.sub("", _TRANSLATED.sub("", text))
    found = [*re.split(r"<[^>]*>|\n", text), *_SPOKEN.findall(text), *defaults]
    words = {each.strip(" –,;:·.()") for each in found}

    assert {each for each in words if re.search("[A-Za-z]{2}", each)} <= NOT_WORDS


def test_what_a_view_says_after_an_act_is_no_bare_text() -> None:
    bare = []
    for path in sorted((TEMPLATES.parent / "views").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "done":
                said = node.args[2]
                if isinstance(said, ast.Constant | ast.JoinedStr):
                    bare.append(f"{path.name}, line {said.lineno}")

    assert bare == []


def test_every_kind_of_work_has_its_name(data) -> None:
    from equipoise.surface.waiting import Kind
    from equipoise.web.views.work import _NAMES

    assert set(_NAMES) == set(Kind)


@pytest.fixture
def brackets(unit, tmp_path, monkeypatch):
    """A language in which everything is said in brackets: its catalog is made as translators get
    theirs, and compiled.
    """
    from django.conf import settings
    from django.utils.translation import trans_real

    catalog = messages.found()
    for message in catalog:
        if isinstance(message.id, tuple):
            message.string = tuple(f"⟦{text}⟧" for text in message.id)
        elif message.id:
            message.string = f"⟦{message.id}⟧"
    catalog.locale = "de"
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    messages.compiled(catalog, folder)
    monkeypatch.setattr(settings, "LOCALE_PATHS", [tmp_path])
    monkeypatch.setattr(settings, "LANGUAGE_CODE", "de")
    monkeypatch.setattr(trans_real, "_translations", {})
    monkeypatch.setattr(trans_real, "_default", None)


def test_the_template_for_translators_holds_every_message() -> None:
    with messages.TEMPLATE.open("rb") as file:
        stored = read_po(file)

    assert {each.id for each in stored} == {each.id for each in messages.found()}, (
        "the pages say something else: run `make messages`"
    )


PAGES = (
    "", "subjects/", "screen/", "trial/", "trail/", AT, f"{AT}consent/", f"{AT}screening/",
    f"{OTHER}randomize/", f"{AT}notice/", f"{AT}lesions/", f"{AT}queries/", f"{AT}events/",
    f"{AT}ends/", f"{AT}sign/", f"{AT}visits/SCREENING/HEMATOLOGY/",
)  # fmt: skip


@pytest.mark.usefixtures("brackets")
def test_what_a_page_says_is_said_in_brackets(unit: Unit) -> None:
    """Headings, heads of tables, buttons, links and the names of boxes; what stands outside of the
    brackets is of the protocol or the ledger.
    """
    unit.story.ready(HER, date(2021, 3, 10))
    unit.story.randomize(HER, date(2021, 3, 10))
    unit.story.ready("S01-002", date(2021, 3, 10))
    browser = unit.browser("investigator-01")
    browser.post("as/", capacity="investigator, S01")
    known = _of_the_trial(unit)
    seen, bare = 0, []
    for name in PAGES:
        page = browser.get(name)
        assert page.status_code == 200, name
        for text in _said(page.content.decode()):
            seen += "⟦" in text
            left = re.sub(r"⟦.*?⟧", " ", text)
            bare += [(name, text) for each in _words(left) if each not in known]
    assert bare == []
    assert seen > 300


def _said(page: str) -> list[str]:
    elements = r"<(h1|h2|th|button|label|legend|summary|dt|a)\b[^>]*>(.*?)</\1>"
    found = [inner for _, inner in re.findall(elements, page, re.DOTALL)]
    return [unescape(re.sub(r"<[^>]*>", " ", each)) for each in found]


def _words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]{2,}", text))


def _of_the_trial(unit: Unit) -> set[str]:
    """The words of the protocol, of CTCAE and other standards, of the ledger, and of who acts."""
    terms = [term.name for term in TERMS[unit.trial.protocol.ctcae or "5.0"]]
    told: list[Any] = [
        unit.trial.protocol.model_dump_json(),
        *CRITERIA,
        *ACTIONS,
        *OUTCOMES,
        *terms,
    ]
    told += [f"{e.type} {e.actor} {e.payload}" for e in unit.story.storage.read()]
    words = _words(" ".join(told))
    more = {"Equipoise", "Investigator", *NOT_WORDS, unit.id}
    return words | {each.lower() for each in words} | more
