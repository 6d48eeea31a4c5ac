"""In a browser, without a network: a table is saved as the CSV that the command writes, a figure as
the SVG and as a PNG.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from equipoise.report.kit.page import read_template
from equipoise.surface.documents import write_documents
from real_browser import chromium
from small_trial import small_trial

TRIED = tuple(
    f"save {name}"
    for name in (
        "table-01",
        "table-04",
        "table-08",
        "table-14",
        "table-15",
        "figure-03",
        "figure-08",
    )
)
"""Links, broken lines, headings over headings, sentences, folded; curves and lanes."""


@pytest.fixture(scope="module")
def files() -> dict[str, str | bytes]:
    return write_documents(*small_trial(), ["html", "csv", "svg"])


@pytest.fixture(scope="module")
def page(files, tmp_path_factory) -> Iterator[tuple[list[str], dict[str, bytes]]]:
    """What the page offers to save, and some of the files; nothing was asked of a network."""
    folder = tmp_path_factory.mktemp("saved")
    (folder / "report.html").write_text(str(files["report.html"]), encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page(accept_downloads=True)
        asked, failed = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: failed.append(message.text))
        page.goto((folder / "report.html").as_uri())
        page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true; })")
        told: dict[str, bytes] = {}
        offered = page.locator(".save button").evaluate_all("all => all.map(one => one.title)")
        for name in offered:
            if not name.startswith(TRIED):
                continue
            with page.expect_download() as download:
                page.get_by_title(name, exact=True).click()
            told[download.value.suggested_filename] = Path(download.value.path()).read_bytes()
        assert failed == []
        assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
        yield offered, told


@pytest.fixture(scope="module")
def saved(page) -> dict[str, bytes]:
    return page[1]


def test_every_table_and_figure_can_be_saved_under_the_name_of_the_command(files, page):
    tables = {Path(name).name for name in files if name.endswith(".csv")} - {"codebook.csv"}
    figures = {Path(name).stem for name in files if name.endswith(".svg")}

    wanted = tables | {f"{name}.{kind}" for name in figures for kind in ("svg", "png")}
    assert sorted(page[0]) == sorted(f"save {name}" for name in wanted)


def test_a_saved_table_is_the_file_of_the_command(files, saved):
    tables = [name for name in saved if name.endswith(".csv")]

    assert {name: saved[name].decode() for name in tables} == {
        name: files[f"tables/{name}"] for name in tables
    }


def test_a_saved_figure_is_the_file_of_the_command(files, saved):
    for name in saved:
        if name.endswith(".svg"):
            theirs, ours = saved[name].decode(), str(files[f"figures/{name}"])
            assert unescape(theirs).replace("\u00a0", " ") == unescape(ours).replace("\u00a0", " ")


def test_a_saved_picture_has_three_dots_for_each_pixel(saved):
    for name in saved:
        if name.endswith(".png"):
            assert saved[name][:8] == b"\x89PNG\r\n\x1a\n"
            assert int.from_bytes(saved[name][16:20], "big") == 3 * 860


def test_the_script_is_small():
    assert len(read_template("report.js")) < 8_000
