"""How is a page made of words, tables and figures that is not about one ledger? One file, complete
in itself.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from equipoise.report.kit.table import Table

_TITLE = re.compile(r"(<a [^>]*>)<title>[^<]*</title>(?=<text )")
WIDE, NARROW = 860.0, 350.0
"""Widths for which every figure is drawn; the page shows the one that fits."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, drawn for a wide and for a narrow screen (empty: the wide one is moved there);
    `about` says population, policy and cutoff.
    """

    wide: Markup
    narrow: Markup
    caption: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, in order; `anchor` is its address in the page."""

    anchor: str
    title: str
    blocks: Sequence[str | Table | Figure]


@dataclass(frozen=True, slots=True)
class Document:
    """A page; `kicker` is the small line over the title, `lead` what a hurried reader reads,
    `about` names and what they stand for, `banner` what stands over all of it.
    """

    title: str
    kicker: str
    lead: Sequence[str]
    sections: Sequence[Section]
    about: Sequence[tuple[str, str]] = ()
    banner: str = ""


_LONG = 150_000
"""Letters of a figure that is drawn once: of 1,000 participants each drawing is a megabyte."""


def draw_twice(draw: Callable[[float], str], caption: str) -> Figure:
    """A figure from the function that draws it at a width in pixels. Where nothing hovers, a mark
    that has words of its own needs no other title. A long figure is drawn wide alone.
    """
    wide = draw(WIDE)
    narrow = "" if len(wide) > _LONG else _TITLE.sub(r"\1", draw(NARROW))
    return Figure(Markup(wide), Markup(narrow), caption)


def write_document(document: Document) -> str:
    """The page as one HTML file without scripts; the same document gives the same bytes."""
    page = environment().get_template("document.html.j2")
    css = read_template("report.css") + (read_template("simulated.css") if document.banner else "")
    return page.render(document=document, **written_with(css)) + "\n"


def written_with(css: str, js: str = "") -> dict[str, Markup]:
    """The style sheet and the script of a page, and the policy by which a browser obeys these two
    alone: whatever else came into the page runs nothing, loads nothing and sends nothing away. The
    one picture that it shows is a figure of its own, which its script makes a PNG of.
    """
    own = "; img-src blob:" if js else ""
    policy = (
        f"default-src 'none'; style-src {_hash(css)}; script-src {_hash(js)}; base-uri 'none';"
        f" form-action 'none'{own}"
    )
    return {"css": Markup(css), "js": Markup(js), "security_policy": Markup(policy)}


def _hash(code: str) -> str:
    if not code:
        return "'none'"
    return f"'sha256-{b64encode(sha256(code.encode()).digest()).decode()}'"


@cache
def environment() -> Environment:
    """Templates of this room: everything is escaped, and a name that is not given is an error."""
    loader = PackageLoader("equipoise.report", "templates")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, loader=loader)


def read_template(name: str) -> str:
    """The text of a template or style sheet."""
    return (resources.files("equipoise.report") / "templates" / name).read_text(encoding="utf-8")
