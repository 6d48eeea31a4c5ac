"""Every format says what the page says: no table and no figure is lost on the way, a number is the
same string, and the same input gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from equipoise.exchange.report_tables import content_of
from equipoise.report.documents.drawn import cuts_of
from equipoise.report.documents.fonts import Fonts, MissingFont, fonts_for
from equipoise.report.documents.page_parts import read_page
from equipoise.report.documents.parts import Drawing, Grid, Heading, Paper, Run, file_name, plain
from equipoise.report.documents.pdf import TALLEST, write_pdf
from equipoise.report.documents.rtf import write_rtf
from equipoise.report.documents.svg_file import svg_file
from equipoise.report.documents.tree import read_tree
from equipoise.report.documents.widths import widths
from equipoise.report.kit.page import Document, Section, draw_twice, write_document
from equipoise.report.kit.svg import picture, text, wrap
from equipoise.report.kit.table import Table
from equipoise.report.trial.page import write_report
from equipoise.surface.documents import write_documents
from small_trial import small_trial

ON = date(2022, 12, 31)
OWN = Fonts(("Libertinus Serif",), of_the_machine=False)
CONTROL = re.compile(r"\\(uc1\\u(-?\d+)\*|'[0-9a-f]{2}|[a-z]+-?\d* ?|[\\{}])|[{}]")


@pytest.fixture(scope="module")
def html() -> str:
    return write_report(*small_trial())


@pytest.fixture(scope="module")
def paper(html) -> Paper:
    return read_page(html)


@pytest.fixture(scope="module")
def files() -> dict[str, str | bytes]:
    return write_documents(*small_trial())


def rows_of(grid: Grid) -> list[list[str]]:
    return [[plain(cell) for cell in row] for row in grid.rows]


def text_of_rtf(rtf: str) -> str:
    """The letters of an RTF file, its commands left out, by its own rules."""
    body = rtf[rtf.index("\\paperw") :]

    def letter(found: re.Match[str]) -> str:
        if found[2]:
            return chr(int(found[2]) % 0x10000)
        command = found[1] or ""
        return command if command and command in "\\{}" else "\t" * (command == "cell")

    return CONTROL.sub(letter, body).replace("\n", "")


def text_of_pdf(pdf: bytes, *options: str) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    ran = subprocess.run(
        ["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True
    )
    return ran.stdout.decode()


def page_of(*blocks: str | Table, title: str = "A title") -> str:
    return write_document(Document(title, "kicker", [], [Section("here", "Here", blocks)]))


# ------------------------------------------------------------------ parts


def test_every_table_and_figure_of_the_page_is_a_part(html, paper):
    main = read_tree(html[: html.index('<section id="appendix">')] + "</div></body></html>")

    assert len(paper.tables) == len(list(main.every("table"))) > 10
    assert len(paper.figures) == len(list(main.every("figure"))) > 5
    cells = sum(len(row.elements) for body in main.every("tbody") for row in body.every("tr"))
    assert sum(len(row) for grid in paper.tables for row in grid.rows) == cells


def test_a_table_that_is_added_to_a_page_is_in_every_format():
    page = page_of("Before.", Table(["", "n"], [["new −1.5", "7"]], caption="Added", note="why"))
    (grid,) = read_page(page).tables

    assert (grid.label, grid.anchor, grid.note) == ("Table 1. Added", "here", "why")
    assert "new −1.5\t7" in text_of_rtf(write_rtf(read_page(page)))
    assert b"PDF-1.7" in write_pdf(read_page(page), OWN, ON)


def test_what_is_folded_stands_last_and_is_counted_last(paper):
    headings = [plain(part.words) for part in paper.parts if isinstance(part, Heading)]

    assert headings.index("Supplement") > headings.index("Checklist of CONSORT 2025")
    assert [grid.number for grid in paper.tables] == list(range(1, len(paper.tables) + 1))
    assert [grid.anchor for grid in paper.tables[-2:]] == ["assumed", "primary"]


def test_every_table_and_figure_says_population_and_cutoff(paper):
    shown = [*paper.tables, *paper.figures]

    assert [one.label for one in shown if "Population: " not in one.about] == []
    assert [one.label for one in shown if "Cutoff: 31 December 2022." not in one.about] == []
    policy = next(one for one in paper.tables if one.anchor == "primary").about
    assert "Policy: LOCAL MDT, unconfirmed, stable disease from day 49" in policy
    assert "Policy: EMA rules." in next(f for f in paper.figures if "EMA" in f.title).about
    assert "Policy: worst grade by CTCAE 5.0." in next(
        one.about for one in paper.tables if one.anchor == "safety"
    )


def test_words_are_joined_as_a_browser_joins_them():
    page = page_of(Table(["a\n b"], [["  one\n two\u00a0% "]]))

    assert read_page(page).tables[0].headings() == ["a b"]
    assert rows_of(read_page(page).tables[0]) == [["one two\u00a0%"]]


# ------------------------------------------------------------------ the same in every format


def test_the_numbers_are_the_same_strings_in_every_format(paper, files):
    rtf = text_of_rtf(str(files["report-tables.rtf"]))
    pdf = " ".join(text_of_pdf(bytes(files["report.pdf"])).split())

    for grid in paper.tables:
        told = list(csv.reader(io.StringIO(str(files[f"tables/{file_name(grid)}.csv"]))))
        assert told[0] == grid.headings()
        for row, line in zip(rows_of(grid), told[1:], strict=True):
            assert all(cell in (said, f"'{said}") for cell, said in zip(line, row, strict=False))
            assert set(line[len(row) :]) <= {""}
            assert "\t".join(row) in rtf
            if len(row) > 1 and grid.anchor in ("baseline", "safety"):
                assert all(cell in pdf for cell in row)


def test_the_same_input_gives_the_same_bytes(files):
    assert write_documents(*small_trial()) == files


def test_the_codebook_has_each_column_of_each_table(paper, files):
    told = list(csv.DictReader(io.StringIO(str(files["tables/codebook.csv"]))))

    assert [(row["file"], row["column"]) for row in told] == [
        (f"{file_name(grid)}.csv", str(at))
        for grid in paper.tables
        for at in range(1, grid.columns + 1)
    ]
    assert {row["file"] for row in told} == {
        name.removeprefix("tables/") for name in files if name.startswith("tables/")
    } - {"codebook.csv"}
    assert next(r["content"] for r in told if r["heading"] == "Share") == "percentage"


@pytest.mark.parametrize(
    ("cells", "content"),
    [
        (["1", "20"], "whole number"),
        (["1", "−2.5"], "number"),
        (["87.5 %", "–"], "percentage"),
        (["3 (43 %)", "0"], "count (percentage)"),
        (["+37.5 (−15.6 to +78.5)"], "estimate (interval)"),
        (["9.1 (5.4 to not reached)"], "estimate (interval)"),
        (["7 April 2021"], "day"),
        (["1", "one"], "text"),
        (["", "·"], "empty"),
    ],
)
def test_the_codebook_says_what_cells_hold(cells, content):
    assert content_of(cells) == content


# ------------------------------------------------------------------ PDF


def test_the_pdf_says_that_it_is_pdf_a_and_bears_no_day_but_the_cutoff(files):
    pdf = bytes(files["report.pdf"])

    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert set(re.findall(rb"\b20[2-9]\d-?\d\d-?\d\dT?\d*", pdf[-20_000:])) <= {
        b"2022-12-31T00", b"20221231000000", b"2022-12-31", b"20221231",
    }  # fmt: skip
    assert b"/OutputIntent" in pdf
    assert b"/MarkInfo" in pdf
    assert b"/Lang" in pdf


def test_the_pdf_has_contents_headers_and_page_x_of_y(paper, files):
    pages = text_of_pdf(bytes(files["report.pdf"])).split("\f")[:-1]

    assert len(pages) > 8
    for at, page in enumerate(pages, start=1):
        assert f"page {at} of {len(pages)}" in page
        assert "SIMULATED — no patient was treated" in page
        assert "cutoff 31 December 2022" in page
    assert all(plain(p.words) in " ".join(pages) for p in paper.parts if isinstance(p, Heading))
    assert "Contents" in pages[0]
    flat = " ".join(" ".join(pages).split())
    assert all(one.label in flat for one in (*paper.tables, *paper.figures))


def test_a_link_in_the_pdf_says_its_page(files):
    pages = text_of_pdf(bytes(files["report.pdf"]), "-layout").split("\f")
    safety = next(at for at, page in enumerate(pages, 1) if at > 1 and "Adverse events" in page)
    rows = [line for page in pages for line in page.splitlines() if line.lstrip().startswith("27 ")]

    assert any(f"Adverse events (p. {safety})" in row for row in rows)


def test_nothing_of_a_ledger_is_read_as_code():
    hostile = '#panic("x") $x$ \\ " \\" #{ } <a> *b* _c_ @d `e` [f] // g'
    page = page_of(hostile, Table([hostile], [[hostile]], caption=hostile), title=hostile)

    told = text_of_pdf(write_pdf(read_page(page), OWN, ON))
    assert told.count('#panic("x")') >= 5


def test_a_figure_longer_than_a_page_is_cut_between_its_lines():
    lanes = "".join(text(0, 20.0 + 15 * lane, f"S{lane}") for lane in range(400))
    tall = picture(860, 6040, lanes, "Lanes", simulated=False)

    cuts = cuts_of(tall, TALLEST)
    assert (cuts[0], cuts[-1]) == (0, 6040)
    assert all(0 < there - here <= TALLEST for here, there in pairwise(cuts))
    assert not [
        lane for lane in range(400) for cut in cuts if 15 * lane + 10.5 < cut < 15 * lane + 23
    ]
    drawn = Drawing(1, "Lanes", "here", tall, "", "")
    pages = text_of_pdf(write_pdf(Paper("t", "k", "", (drawn,)), OWN, ON)).split("\f")
    first = next(at for at, page in enumerate(pages) if "S0" in page.split())
    for at, (top, bottom) in enumerate(pairwise(cuts)):
        lanes_here = [n for n in range(400) if top < 15 * n + 10.4 and 15 * n + 23 < bottom]
        assert {f"S{lane}" for lane in lanes_here} <= set(pages[first + at].split())


# ------------------------------------------------------------------ RTF


def test_the_rtf_is_whole_and_in_ascii(paper, files):
    rtf = str(files["report-tables.rtf"])
    unescaped = re.sub(r"\\[\\{}]", "", rtf)

    assert rtf.isascii()
    assert rtf.startswith("{\\rtf1\\ansi")
    depth = [0]
    for brace in re.findall(r"[{}]", unescaped):
        depth.append(depth[-1] + (1 if brace == "{" else -1))
    assert depth[-1] == 0
    assert min(depth[1:-1]) >= 1  # nothing stands after the end
    assert rtf.count("\\row\\pard") == rtf.count("\\trowd")
    assert rtf.count("\\page\n") >= len(paper.tables) - 1
    assert all(grid.label in text_of_rtf(rtf) for grid in paper.tables)


@pytest.mark.parametrize("said", ["a\\b{c}\\par}", "é ± ≥ −1", "中文 試験", "שלום", "𓀀 😀"])
def test_the_rtf_obeys_nothing_and_loses_no_letter(said):
    paper = read_page(page_of(Table([said], [[said]], caption=said, note=said)))

    told = text_of_rtf(write_rtf(paper)).encode("utf-16", "surrogatepass").decode("utf-16")
    assert told.count(said) == 4


def test_a_document_without_a_table_is_an_rtf_that_says_so():
    assert "There is no table." in write_rtf(read_page(page_of("Words.")))


# ------------------------------------------------------------------ figures


def test_a_figure_outside_of_the_page_has_its_colors_and_no_links(paper):
    for figure in paper.figures:
        told = svg_file(figure.svg)
        assert "var(" not in told
        assert "<a " not in told
        assert ":hover" not in told
        assert set(re.findall(r"font-weight:(\d+)", told)) == {"700"}  # programs know hundreds
        assert "svg text.strong{font-weight:700}" in told
        assert ".curve.experimental,.censor.experimental{stroke:#0072b2}" in told
        assert re.findall(r"<text.*?</text>", told) == re.findall(r"<text.*?</text>", figure.svg)


def test_a_picture_has_enough_dots_for_print(files):
    png = bytes(files["figures/figure-03-secondary.png"])

    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20], "big") > 2_000


# ------------------------------------------------------------------ fonts


def fonts(of_typst: str, of_the_machine: str):
    """A machine with these letters."""

    def unshown(letters, of_machine):
        there = of_typst + (of_the_machine if of_machine else "")
        return [letter for letter in letters if letter not in there]

    return unshown


def test_fonts_of_the_machine_are_asked_only_where_they_are_needed():
    assert not fonts_for("é −", fonts("é−", "")).of_the_machine
    assert fonts_for("é 中", fonts("é", "中")).of_the_machine


@pytest.mark.parametrize(
    ("letter", "package"),
    [("中", "fonts-noto-cjk"), ("한", "fonts-noto-cjk"), ("𓀀", "fonts-noto-core")],
)
def test_a_letter_without_a_font_is_named_with_the_package_that_has_it(letter, package):
    with pytest.raises(MissingFont) as refused:
        fonts_for(f"a {letter}", fonts("", ""))

    assert letter in str(refused.value)
    assert f"U+{ord(letter):04X}" in str(refused.value)
    assert package in str(refused.value)


def test_typst_names_what_it_cannot_show():
    from equipoise.report.documents.fonts import unshown

    assert unshown(["é", "−", "中"], False) == ["中"]


# ------------------------------------------------------------------ what is wished


def test_a_format_or_reader_that_there_is_not_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match="found 'docx', expected formats out of html, pdf"):
        write_documents(*small_trial(), ["docx"])
    with pytest.raises(
        ValueError, match="found 'me', expected readers out of everybody, committee"
    ):
        write_documents(*small_trial(), reader="me")


def test_a_format_whose_package_is_missing_says_how_to_get_it(monkeypatch):
    from equipoise.surface import documents

    monkeypatch.setattr(documents, "find_spec", lambda _: None)
    with pytest.raises(ValueError, match=r"package typst.*equipoise\[documents\]"):
        write_documents(*small_trial(), ["pdf"])
    assert "report.html" in write_documents(*small_trial(), ["html", "csv", "svg"])


# ------------------------------------------------------------------ odd data


def test_names_of_80_letters_and_of_other_scripts_are_are_on_paper(html):
    arm = "A regimen whose name is as long as a sentence that nobody would ever finish, or so"
    said = html.replace("Cetuximab and chemotherapy", arm).replace("Fudan", "复旦 שלום")
    try:
        chosen = fonts_for(said)
    except MissingFont:
        pytest.skip("this machine has no font for Chinese; that it is said is tested above")
    told = text_of_pdf(write_pdf(read_page(said), chosen, ON))
    assert "复旦" in told
    assert "\ufffd" not in told


def test_a_word_longer_than_its_column_is_broken_and_never_lies_over_the_next():
    word = "W" * 80
    page = page_of(Table(["Term", *"abcdefghijkl"], [[word, *["1 (25 %)"] * 12]]))
    (grid,) = read_page(page).tables

    assert sum(widths(grid, 150)) <= 150
    told = text_of_pdf(write_pdf(read_page(page), OWN, ON))
    assert word not in told
    assert "".join(told.split()).count("W" * 20) >= 1


def test_a_line_of_a_figure_fits_whatever_its_letters():
    assert wrap("one two three", 60) == ["one two", "three"]
    assert wrap("W" * 20, 66) == ["W" * 10, "W" * 10]
    assert [len(row) for row in wrap("中" * 20, 66)] == [5, 5, 5, 5]
    assert "".join(wrap("x" * 81, 66)) == "x" * 81


def test_figures_keep_their_caption():
    figure = draw_twice(lambda w: picture(w, 90, "", "Alt", simulated=False), "Caption.")
    page = page_of(replace(figure, about="Population: all."))  # type: ignore[arg-type]
    (drawing,) = read_page(page).figures

    assert (drawing.caption, drawing.about) == ("Caption.", "Population: all.")
    assert drawing.title == "Here"


def test_runs_of_one_kind_are_one():
    page = page_of(Table([""], [["a"]]), title="One & <two>")

    assert read_page(page).title == "One & <two>"
    assert read_page(page).tables[0].rows[0][0] == (Run("a"),)
