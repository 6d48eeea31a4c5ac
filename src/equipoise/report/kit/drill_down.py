"""Whom does a number stand for? Every number of the report leads to its subjects, and each subject
to its entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape

from markupsafe import Markup

Source = int | tuple[str, str, int]
"""An entry of the ledger, or dataset, domain and --SEQ of an import."""


@dataclass(frozen=True, slots=True)
class SubjectList:
    """The subjects behind one number, each with what it contributed."""

    id: str
    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class DrillDown:
    """Collects the lists while the report is written; equal lists are kept once."""

    lists: dict[tuple[str, tuple[tuple[str, str], ...]], SubjectList] = field(default_factory=dict)

    def href(self, title: str, subjects: Iterable[str] | Mapping[str, str]) -> str:
        """The anchor of the list of these subjects; a mapping adds a note to each."""
        notes = subjects if isinstance(subjects, Mapping) else dict.fromkeys(subjects, "")
        rows = tuple(sorted(notes.items()))
        fresh = SubjectList(f"b{len(self.lists) + 1}", title, rows)
        return f"#{self.lists.setdefault((title, rows), fresh).id}"

    def number(
        self, shown: object, title: str, subjects: Iterable[str] | Mapping[str, str]
    ) -> Markup:
        """A number as a link to its subjects; one that stands for nobody is plain."""
        notes = subjects if isinstance(subjects, Mapping) else list(subjects)
        if not notes:
            return Markup(escape(str(shown)))
        href = self.href(title, notes)
        return Markup(
            f'<a class="n" href="{href}" title="{escape(title)}">{escape(str(shown))}</a>'
        )


def subject_anchor(name: str) -> str:
    """The id of a subject's section in the page."""
    return "s-" + "".join(c if c.isalnum() or c in "-." else f"_{ord(c)}_" for c in name)


def entry_anchor(seq: int) -> str:
    """The id of an entry's row in the page."""
    return f"e-{seq}"


def subject_link(name: str) -> Markup:
    """A subject as a link."""
    return Markup(f'<a class="s" href="#{subject_anchor(name)}">{escape(name)}</a>')


def source_link(source: Source) -> Markup:
    """The place a value came from: an entry of the ledger as a link, a record of an import as
    text.
    """
    if isinstance(source, int):
        return Markup(f'<a class="e" href="#{entry_anchor(source)}">{source}</a>')
    return Markup(escape(" ".join(str(part) for part in source)))


def source_links(sources: Iterable[Source]) -> Markup:
    """Several places."""
    return Markup(", ").join(source_link(source) for source in sources)
