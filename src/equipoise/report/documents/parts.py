"""What stands in a document? Words, tables and figures in their order, before anybody decides how
they look. HTML is where they are said; every other format is written from these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one kind; `href` leads to a place of the same document."""

    text: str
    bold: bool = False
    code: bool = False
    small: bool = False
    href: str = ""


Words = tuple[Run, ...]
_BLANKS = re.compile(r"[ \t\r\n\f]+")
"""Those that a browser joins; one that does not break (U+00A0) is a letter."""


def plain(words: Iterable[Run]) -> str:
    """The letters alone, in one line: a colon stands where one was broken."""
    lines = "".join(run.text for run in words).split("\n")
    return ": ".join(filter(None, (_BLANKS.sub(" ", line).strip(" ") for line in lines)))


@dataclass(frozen=True, slots=True)
class Heading:
    """A title over what follows; level 2 begins a section, whose address is the anchor."""

    level: int
    words: Words
    anchor: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences; `kind` is lead, small or note."""

    words: Words
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Points under each other."""

    items: tuple[Words, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and what they stand for: what a document is about."""

    rows: tuple[tuple[Words, Words], ...]


@dataclass(frozen=True, slots=True)
class HeadCell:
    """A heading over so many columns."""

    words: Words
    span: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. A row of one cell is a heading inside it; `about` says population, policy and
    cutoff.
    """

    number: int
    title: str
    anchor: str
    head: tuple[tuple[HeadCell, ...], ...]
    rows: tuple[tuple[Words, ...], ...]
    indented: frozenset[int]
    note: str
    about: str
    sentences: bool

    @property
    def columns(self) -> int:
        """How many there are."""
        return sum(cell.span for cell in self.head[-1])

    @property
    def label(self) -> str:
        """By what it is found in every format."""
        return f"Table {self.number}. {self.title}"

    def headings(self) -> list[str]:
        """One heading for each column: those over several columns stand before its own."""
        above = [_spread(row) for row in self.head]
        return [": ".join(filter(None, column)) for column in zip(*above, strict=True)]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure as it stands on the page: SVG with links and classes of the page's style."""

    number: int
    title: str
    anchor: str
    svg: str
    caption: str
    about: str

    @property
    def label(self) -> str:
        """By what it is found in every format."""
        return f"Figure {self.number}. {self.title}"


Part = Heading | Paragraph | Listing | Pairs | Grid | Drawing


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole document; `banner` stands on every page of it."""

    title: str
    kicker: str
    banner: str
    parts: tuple[Part, ...]

    @property
    def tables(self) -> tuple[Grid, ...]:
        """Every table, in order."""
        return tuple(part for part in self.parts if isinstance(part, Grid))

    @property
    def figures(self) -> tuple[Drawing, ...]:
        """Every figure, in order."""
        return tuple(part for part in self.parts if isinstance(part, Drawing))


def file_name(part: Grid | Drawing) -> str:
    """The name of the part's own file, without what follows the point."""
    kind = "table" if isinstance(part, Grid) else "figure"
    return f"{kind}-{part.number:02d}-{part.anchor}"


def _spread(row: tuple[HeadCell, ...]) -> list[str]:
    return [plain(cell.words) for cell in row for _ in range(cell.span)]
