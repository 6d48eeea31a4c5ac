"""What does a page say? Its parts, read off the page itself: whoever adds a table or a figure to a
page adds it to every format, and a number is the same string in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from equipoise.report.documents.parts import (
    Drawing,
    Grid,
    HeadCell,
    Heading,
    Listing,
    Pairs,
    Paper,
    Paragraph,
    Part,
    Run,
    Words,
    plain,
)
from equipoise.report.documents.tree import Element, read_tree

SUPPLEMENT = "supplement"
"""The address of what a page keeps folded."""
_LEVELS = {"h2": 2, "h3": 3, "summary": 3, "h4": 4}
_PARTS = {*_LEVELS, "p", "ul", "ol", "dl", "table", "figure"}
_LEFT_OUT = {"nav", "script", "style", "aside", "noscript", "button", "svg"}
_KINDS = ("lead", "small", "note")
_SUBJECTS = re.compile(r'<section id="appendix">.*</section>(?=\s*<footer>)', re.DOTALL)
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def read_page(html: str) -> Paper:
    """The parts of a page of ours: its head, its main part and its foot. The appendix stays where
    its links work.
    """
    page = read_tree(_SUBJECTS.sub("", html))
    header = page.first("header")
    kicker, title = (header and header.first(tag) for tag in ("p", "h1"))
    banner = next((one for one in page.every("div") if "banner" in one.css), None)
    before, main, after = (_Reader.of(page.first(name)) for name in ("header", "main", "footer"))
    parts = [*before.parts[1 if kicker else 0 :], *main.parts, *_supplement(main), *after.parts]
    return Paper(_plain(title), _plain(kicker), _plain(banner), tuple(_numbered(parts)))


def _plain(element: Element | None) -> str:
    return plain(words_of(element)) if element else ""


def _supplement(main: _Reader) -> list[Part]:
    """What the page keeps folded stands last."""
    return [Heading(2, (Run("Supplement"),), SUPPLEMENT), *main.folded] if main.folded else []


def _numbered(parts: list[Part]) -> Iterator[Part]:
    """Tables and figures are counted from one."""
    tables, figures = count(1), count(1)
    for part in parts:
        match part:
            case Grid():
                yield replace(part, number=next(tables))
            case Drawing():
                yield replace(part, number=next(figures))
            case _:
                yield part


class _Reader:
    """Walks through blocks in order; a table or figure is called by the heading over it."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.folded: list[Part] = []
        self._anchor = self._under = ""

    @classmethod
    def of(cls, element: Element | None) -> _Reader:
        """What one element says."""
        reader = cls()
        if element:
            reader.read(element)
        return reader

    def read(self, element: Element, kind: str = "") -> None:
        """An element and what stands in it."""
        if element.tag in _LEFT_OUT or "screen" in element.css:
            return
        if element.tag == "section":
            self._anchor = element.given.get("id", self._anchor)
        kind = next((name for name in _KINDS if name in element.css), kind)
        if element.tag == "details":
            self._fold(element)
        elif part := self._part(element, kind):
            self.parts.append(part)
        elif element.tag not in _PARTS:
            for inner in element.elements:
                self.read(inner, kind)

    def _part(self, element: Element, kind: str) -> Part | None:
        """What an element is by itself; None for one that holds others, or belongs to a table."""
        match element.tag:
            case "h2" | "h3" | "h4" | "summary" as tag:
                words = words_of(element)
                self._under = plain(words)
                return Heading(_LEVELS[tag], words, self._anchor if tag == "h2" else "")
            case "p":
                told = "tnote" in element.css and self._of_the_table(element)
                return None if told else Paragraph(words_of(element), kind)
            case "ul" | "ol":
                items = (words_of(item) for item in element.elements if item.tag == "li")
                return Listing(tuple(items), kind)
            case "dl":
                names = [words_of(one) for one in element.elements if one.tag == "dt"]
                said = [words_of(one) for one in element.elements if one.tag == "dd"]
                return Pairs(tuple(zip(names, said, strict=True)))
            case "table":
                return self._grid(element)
            case "figure":
                return self._drawing(element)
            case _:
                return None

    def _fold(self, element: Element) -> None:
        aside, under = _Reader(), self._under
        aside._anchor = self._anchor
        for inner in element.elements:
            aside.read(inner)
        self.folded += aside.parts + aside.folded
        self._under = under

    def _of_the_table(self, element: Element) -> bool:
        """Words under a table belong to it: its note, and what it is about."""
        table, said = self.parts[-1] if self.parts else None, plain(words_of(element))
        if not isinstance(table, Grid):
            return False
        if "about" in element.css:
            self.parts[-1] = replace(table, about=said)
        else:
            self.parts[-1] = replace(table, note=f"{table.note} {said}".strip())
        return True

    def _grid(self, table: Element) -> Grid:
        caption = table.first("caption")
        rows = [row for body in table.every("tbody") for row in body.every("tr")]
        return Grid(
            number=0,
            title=plain(words_of(caption)) if caption else self._under,
            anchor=self._anchor,
            head=tuple(
                tuple(
                    HeadCell(words_of(cell), int(cell.given.get("colspan", "1")))
                    for cell in row.elements
                )
                for head in table.every("thead")
                for row in head.every("tr")
            ),
            rows=tuple(tuple(words_of(cell) for cell in row.elements) for row in rows),
            indented=frozenset(
                at for at, row in enumerate(rows) if row.elements and "in" in row.elements[0].css
            ),
            note="",
            about="",
            sentences="words" in table.css,
        )

    def _drawing(self, figure: Element) -> Drawing:
        wide, caption = figure.first("svg"), figure.first("figcaption")
        assert wide is not None
        about = next((one for one in figure.every("span") if "about" in one.css), None)
        said = plain(words_of(about)) if about else ""
        return Drawing(
            number=0,
            title=self._under,
            anchor=self._anchor,
            svg=str(wide.inside[0]),
            caption=plain(words_of(caption)).removesuffix(said).strip() if caption else "",
            about=said,
        )


# ------------------------------------------------------------------ words


def words_of(element: Element) -> Words:
    """The letters of an element with their kinds, blanks as a browser shows them."""
    joined: list[Run] = []
    for run in _runs(element, Run("")):
        text = run.text
        if text.startswith(" ") and (not joined or joined[-1].text.endswith((" ", "\n"))):
            text = text[1:]
        if not text:
            continue
        if joined and replace(joined[-1], text="") == replace(run, text=""):
            joined[-1] = replace(run, text=joined[-1].text + text)
        else:
            joined.append(replace(run, text=text))
    if joined:
        joined[-1] = replace(joined[-1], text=joined[-1].text.rstrip(" "))
    return tuple(joined)


def _runs(element: Element, style: Run) -> Iterator[Run]:
    for one in element.inside:
        if isinstance(one, str):
            yield replace(style, text=_BLANKS.sub(" ", one))
        elif one.tag == "br":
            yield replace(style, text="\n")
        elif one.tag not in _LEFT_OUT:
            yield from _runs(one, _styled(style, one))
            if one.tag == "li":
                yield replace(style, text="\n")


def _styled(style: Run, element: Element) -> Run:
    match element.tag:
        case "strong" | "b":
            return replace(style, bold=True)
        case "code":
            return replace(style, code=True)
        case "small":
            return replace(style, small=True)
        case "a":
            return replace(style, href=element.given.get("href", ""))
        case "span" if "small" in element.css:
            return replace(style, small=True)
        case _:
            return style
