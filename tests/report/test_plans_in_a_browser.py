"""The pages of a design and of re-challenge in a real browser, at the width of a telephone and of a
screen, by day and by night.
"""

from __future__ import annotations

import re
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from invented import invented_design, invented_rechallenge

from changed import shipped_with
from equipoise.planning.design import compute_design
from equipoise.report.design.page import write_design
from equipoise.report.rechallenge.page import write_rechallenge
from real_browser import chromium

LONG = (
    ("title: Cetuximab Re-challenge for Colorectal Cancer Liver Metastasis", f"title: {'W' * 110}"),
    ("label: Cetuximab and chemotherapy", f'label: "{"X" * 90}"'),
    (
        'label: "VELO, all randomized"',
        'label: "' + "西妥昔单抗再挑战联合化疗对比单纯化疗" * 4 + '"',
    ),
    ('label: "Feng 2016"', f'label: "{"سيتوكسيماب والعلاج الكيميائي " * 4}"'),
)
LOOKS = (("looks: []", "looks: [{participants: 12}]"), ("participants: 50", "participants: 20"))

OUTSIDE = """() => [...document.querySelectorAll("svg")].flatMap(svg => {
  const all = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter(text => {
    const own = text.getBoundingClientRect();
    return all.width && (own.left < all.left - 1 || own.right > all.right + 1 ||
      own.top < all.top - 1 || own.bottom > all.bottom + 1);
  }).map(text => text.textContent);
})"""
COLUMNS = """() => [...document.querySelectorAll("table.num")].flatMap(table => {
  const rows = [...table.tBodies[0].rows].filter(row => row.cells.length > 1);
  return [...rows[0].cells].slice(1).map((_, place) => rows.map(row => {
    const cell = row.cells[place + 1], text = document.createRange();
    text.selectNodeContents(cell);
    return [cell.textContent, text.getBoundingClientRect().right];
  }));
})"""


def page_of(name: str) -> str:
    if name == "re-challenge":
        return write_rechallenge(invented_rechallenge())
    protocol = shipped_with(*LOOKS, *(LONG if name == "design of long words" else ()))
    return write_design(protocol, compute_design(protocol), invented_design(protocol))


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


PAGES = ("design", "design of long words", "re-challenge")


@pytest.mark.parametrize(("name", "width"), [*product(PAGES, (390, 1280))])
def test_nothing_leaves_the_page_or_its_figure(browser, folder, name, width):
    page = opened(browser, folder, name, width)

    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(OUTSIDE) == []
    page.context.close()


@pytest.mark.parametrize(("name", "scheme"), [*product(PAGES, ("light", "dark"))])
def test_axe_core_finds_nothing_serious(browser, folder, name, scheme):
    page = opened(browser, folder, name, 1280, scheme)

    found = Axe().run(page).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
    page.context.close()


def test_numbers_of_a_column_stand_below_each_other_at_the_decimal_point(browser, folder):
    page = opened(browser, folder, "design", 1280)
    columns = page.evaluate(COLUMNS)

    assert len(columns) > 20
    for column in columns:
        numbers = [(words, right) for words, right in column if re.search(r"\d", words)]
        assert len({tuple(map(len, re.findall(r"\.(\d+)", words))) for words, _ in numbers}) <= 1, (
            numbers
        )
        rights = [right for _, right in numbers]
        assert max(rights, default=0) - min(rights, default=0) < 1, numbers
    page.context.close()


def opened(browser, folder, name, width, scheme="light"):
    file = folder / f"{name}.html"
    if not file.exists():
        file.write_text(page_of(name), encoding="utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto(file.as_uri())
    return page
