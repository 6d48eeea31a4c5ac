"""In which files does a report stand? One page, and from it every other format asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from importlib.util import find_spec
from typing import NamedTuple

from equipoise.analysis.analyze import Analysis
from equipoise.exchange.report_tables import write_tables
from equipoise.ledger.entry import Entry
from equipoise.report.documents.fonts import Fonts, fonts_for
from equipoise.report.documents.page_parts import read_page
from equipoise.report.documents.parts import Paper, file_name
from equipoise.report.documents.pdf import letters_of, write_pdf
from equipoise.report.documents.pictures import write_picture_pdf, write_png
from equipoise.report.documents.rtf import write_rtf
from equipoise.report.documents.svg_file import svg_file
from equipoise.report.trial.committee import write_committee_report
from equipoise.report.trial.page import write_report

FORMATS = ("html", "pdf", "rtf", "csv", "png", "svg")
READERS = ("everybody", "committee-open", "committee-closed")
"""For whom a report is; the first is the report itself."""
PACKAGES = {"pdf": "typst", "png": "typst", "rtf": "rtflite"}
"""Of the extra `documents`, by the format that needs it."""

Files = dict[str, str | bytes]


class _Source(NamedTuple):
    """What the files are made of."""

    name: str
    html: str
    paper: Paper
    fonts: Fonts
    on: date


def write_documents(
    analysis: Analysis,
    entries: Sequence[Entry],
    formats: Sequence[str] = FORMATS,
    *,
    reader: str = READERS[0],
) -> Files:
    """Each file by its name within one folder. The same analysis gives the same bytes.

    Raises ValueError as `check_wishes` does, and MissingFont where no font has a letter of the PDF.
    """
    wanted = list(dict.fromkeys(formats))
    check_wishes(wanted, reader)
    name = "report" if reader == READERS[0] else reader
    html = (
        write_report(analysis, entries)
        if reader == READERS[0]
        else write_committee_report(analysis, closed=reader == "committee-closed")
    )
    paper = read_page(html)
    drawn = {"pdf", "png"} & set(wanted)
    fonts = fonts_for(letters_of(paper)) if drawn else Fonts((), of_the_machine=False)
    source = _Source(name, html, paper, fonts, analysis.cutoff)
    files: Files = {}
    for each in wanted:
        files |= _WRITES[each](source)
    return files


def check_wishes(formats: Iterable[str], reader: str) -> None:
    """Raises ValueError unless there are such formats and such a reader, with what there is; and
    where the package that writes one is not installed, with how to get it.
    """
    wanted = list(formats)
    for found, there_are, what in ((wanted, FORMATS, "formats"), ([reader], READERS, "readers")):
        for one in found:
            if one not in there_are:
                raise ValueError(f"found {one!r}, expected {what} out of {', '.join(there_are)}")
    for each in wanted:
        package = PACKAGES.get(each)
        if package and find_spec(package) is None:
            raise ValueError(
                f"{each} is written by the package {package}, which is not installed: install"
                " equipoise[documents], or leave it out of the formats"
            )


def _page(source: _Source) -> Files:
    return {f"{source.name}.html": source.html}


def _pdf(source: _Source) -> Files:
    pictures = {
        f"figures/{file_name(one)}.pdf": write_picture_pdf(one, source.fonts, source.on)
        for one in source.paper.figures
    }
    return {f"{source.name}.pdf": write_pdf(source.paper, source.fonts, source.on), **pictures}


def _rtf(source: _Source) -> Files:
    return {f"{source.name}-tables.rtf": write_rtf(source.paper)}


def _csv(source: _Source) -> Files:
    return {f"tables/{name}": text for name, text in write_tables(source.paper).items()}


def _png(source: _Source) -> Files:
    return {
        f"figures/{file_name(one)}.png": write_png(one, source.fonts, source.on)
        for one in source.paper.figures
    }


def _svg(source: _Source) -> Files:
    return {f"figures/{file_name(one)}.svg": svg_file(one.svg) for one in source.paper.figures}


_WRITES: Mapping[str, Callable[[_Source], Files]] = {
    "html": _page, "pdf": _pdf, "rtf": _rtf, "csv": _csv, "png": _png, "svg": _svg,
}  # fmt: skip
