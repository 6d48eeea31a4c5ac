"""A page as lines that a person can read and compare: headings, sentences, rows of tables, and the
words of each figure without its lengths.

Left out are the style sheet, scripts and the digits of hashes, which say nothing by themselves.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

BLOCKS = {"p", "li", "dt", "dd", "h1", "h2", "h3", "h4", "tr", "caption", "figcaption", "summary"}
BLOCKS |= {"title", "div", "section", "details", "svg", "ul", "table", "footer", "button", "aside"}
MARKS = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "li": "- ", "dd": "  ", "tr": "| "}
MARKS |= {"summary": "> ", "figcaption": "figure: ", "caption": "table: "}
CELLS = {"th", "td"}
SILENT = {"style", "script"}
HASH = re.compile(r"\b[0-9a-f]{10,64}\b")


class PageText(HTMLParser):
    """Collects the lines; inside a figure each word and each title of a mark has its own."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.line = ""
        self.silent = 0
        self.figure = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in BLOCKS or (self.figure and tag in ("text", "tspan", "title")):
            self.end_line()
            self.line = MARKS.get(tag, "")
        self.silent += tag in SILENT
        if tag == "svg":
            self.figure = True
            self.lines.append(f"[{given['aria-label']}, {given['width']} x {given['height']}]")
        if tag == "a" and not self.figure:
            self.line += "["

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT
        if tag == "a" and not self.figure:
            self.line += "]"
        if tag in CELLS:
            self.line += " | "
        if tag in BLOCKS:
            self.end_line()
        if tag == "svg":
            self.figure = False

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.line += HASH.sub("#", re.sub(r"\s+", " ", data))

    def end_line(self) -> None:
        """Keep the line that was begun, unless nothing is in it."""
        if self.line.strip() and self.line not in MARKS.values():
            self.lines.append(("    " if self.figure else "") + self.line.rstrip())
        self.line = ""


def page_text(html: str) -> str:
    """The lines of a page."""
    reader = PageText()
    reader.feed(html)
    reader.end_line()
    return "\n".join(reader.lines) + "\n"
