"""Which elements stand in which? A page of ours as a tree; its figures lie in it as they are
written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_FIGURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_VOID = {"br", "meta", "link", "hr", "input", "img", "wbr"}


@dataclass(slots=True)
class Element:
    """An element with what stands in it; a figure is an `svg` that holds its own source."""

    tag: str
    given: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def css(self) -> set[str]:
        """Its classes."""
        return set(self.given.get("class", "").split())

    @property
    def elements(self) -> list[Element]:
        """What stands directly in it, without letters."""
        return [one for one in self.inside if isinstance(one, Element)]

    def every(self, *tags: str) -> Iterator[Element]:
        """All elements in it that are called so, in order."""
        for one in self.elements:
            if one.tag in tags:
                yield one
            yield from one.every(*tags)

    def first(self, *tags: str) -> Element | None:
        """The first element in it that is called so."""
        return next(self.every(*tags), None)


def read_tree(html: str) -> Element:
    """The page. Raises ValueError where an element does not end as it began."""
    figures = iter(_FIGURE.findall(html))
    builder = _Builder()
    builder.feed(_FIGURE.sub("<svg></svg>", html))
    for drawn, svg in zip(builder.top.every("svg"), figures, strict=True):
        drawn.inside = [svg]
    return builder.top


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.top = Element("page", {})
        self._open = [self.top]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if self._open[-1].tag != tag:
            raise ValueError(f"<{self._open[-1].tag}> ends as </{tag}>")
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)
