"""Every message of the pages, for translators: `make messages` finds them in templates and views,
brings each language of `web/locale` up to date with them, and compiles it.

A language begins with an empty folder: `src/equipoise/web/locale/de/LC_MESSAGES`. Babel reads and
writes the catalogs, so that no gettext has to be installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.template import Engine
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

WEB = Path(__file__).parents[1] / "src" / "equipoise" / "web"
LOCALE = WEB / "locale"
TEMPLATE = LOCALE / "django.pot"
CALLS: dict[str, Any] = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2)}
BEGUN = datetime(2026, 11, 27, tzinfo=UTC)
"""Stands in every catalog, so that the same messages give the same bytes."""


def found() -> Catalog:
    """All messages, each with the files it stands in."""
    catalog = _empty()
    for path in sorted(WEB.rglob("*.py")):
        with path.open("rb") as file:
            for line, message, _, _ in extract("python", file, CALLS):
                catalog.add(message, locations=[(_name(path), line)])
    engine = Engine(libraries={"i18n": "django.templatetags.i18n"})
    for path in sorted(WEB.rglob("*.html")):
        for message in _of_template(engine, path.read_text(encoding="utf-8")):
            catalog.add(message, locations=[(_name(path), 0)])
    return catalog


def _empty(language: str | None = None) -> Catalog:
    header = "# Messages of the pages of Equipoise, under the licence of the project."
    return Catalog(language, project="Equipoise", header_comment=header, creation_date=BEGUN)


def _name(path: Path) -> str:
    return path.relative_to(WEB).as_posix()


def _of_template(engine: Engine, text: str) -> Iterator[str | tuple[str, str]]:
    """A text, or one and many, as Django asks for them when it shows the template."""
    nodes = engine.from_string(text).nodelist
    for each in nodes.get_nodes_by_type(TranslateNode):
        literal = getattr(each.filter_expression.var, "literal", None)
        if literal is None:
            raise ValueError(f"{each.filter_expression.token}: a variable, expected a text")
        yield str(literal).replace("%", "%%")
    for each in nodes.get_nodes_by_type(BlockTranslateNode):
        one = each.render_token_list(each.singular)[0]
        yield (one, each.render_token_list(each.plural)[0]) if each.plural else one


def compiled(catalog: Catalog, folder: Path) -> None:
    """Where Django looks for it."""
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, catalog)


def main() -> None:
    """Write the template, then each language; what is no longer said is kept at the end of it."""
    LOCALE.mkdir(exist_ok=True)
    template = found()
    _write(template, TEMPLATE)
    for folder in sorted(LOCALE.glob("*/LC_MESSAGES")):
        place = folder / "django.po"
        catalog = _empty(folder.parent.name)
        if place.exists():
            with place.open("rb") as file:
                catalog = read_po(file, locale=folder.parent.name)
        catalog.update(template)
        _write(catalog, place)
        compiled(catalog, folder)
        said = sum(any(each.string) for each in catalog if each.id)
        print(f"{folder.parent.name}: {said} of {len(catalog)} messages are translated")


def _write(catalog: Catalog, place: Path) -> None:
    with place.open("wb") as file:
        write_po(file, catalog, include_lineno=False, sort_output=True)


if __name__ == "__main__":
    settings.configure(USE_I18N=True)
    django.setup()
    main()
