"""The page and the terminal table of re-challenge: every number with its error, every input with
its source.
"""

import re
from html import unescape
from math import log10

import pytest

from equipoise.planning.rechallenge.simulate import simulate_rechallenge
from equipoise.protocol.payload import protocol_hash
from equipoise.protocol.yaml_file import load
from equipoise.report.kit.formats import at_decimal_point
from equipoise.report.rechallenge.page import write_rechallenge
from equipoise.report.rechallenge.terminal import show_rechallenge
from equipoise.report.rechallenge.words import limit_words, share_words


@pytest.fixture(scope="module")
def answer():
    return simulate_rechallenge(load("NCT04509635"), 200, seed=2)


@pytest.fixture(scope="module")
def page(answer):
    return write_rechallenge(answer)


def words_of(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_the_lead_says_what_the_figures_are(page):
    head = words_of(page[: page.index("<main>")])

    assert "SIMULATED — no patient was treated" in head
    assert "ten parameters fitted to ten results" in head
    assert "3.4 to 6.9 months" in head


def test_the_figures_are_drawn_twice_and_marked(page):
    figures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)

    assert len(figures) == 2 * 5
    assert all("SIMULATED" in one for one in figures)
    assert page.count('class="band') == 2 * 2 * 3  # no band about the control arm
    assert "<script" not in page
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")


def test_every_input_stands_with_its_source_under_its_kind(answer, page):
    inputs = words_of(
        page[page.index('<section id="inputs">') : page.index('<section id="cannot">')]
    )

    for one in answer.inputs:
        assert one.label in inputs
        assert one.source[:30] in inputs
    order = [
        inputs.index(kind)
        for kind in ("Published", "Declared by the protocol", "Fitted", "Assumed")
    ]
    assert order == sorted(order)


def test_it_says_what_it_cannot_show(page):
    cannot = words_of(page[page.index('<section id="cannot">') :])

    for said in (
        "PACER",
        "cannot verify",
        "not wild type when the tumor fraction is low",
        "prognostic",
    ):
        assert said in cannot


def test_every_assay_and_limit_has_its_row(answer, page):
    rows = page[page.index('<section id="assay">') : page.index('<section id="decay">')]

    assert rows.count('scope="rowgroup"') == len(answer.assays)
    assert rows.count('<th scope="row">') == 1 + len(answer.assays) * len(answer.limits)
    point = answer.at(6, "all_any", 0.001)
    assert f">{100 * point.let_in:.1f}</td>" in rows
    assert f">{100 * point.hidden[1]:.1f}</td>" in rows


def test_limits_stand_at_their_logarithms_and_the_declared_one_is_marked(answer, page):
    figure = page[page.index('<section id="assay">') :]
    wide = figure[figure.index("<svg") : figure.index("</svg>")]
    ticks = {
        words: float(x)
        for x, words in re.findall(r'<text x="([\d.]+)"[^>]*class="muted">([\d.]+)</text>', wide)
    }
    places = [ticks[tick] for tick in ("5", "1", "0.1", "0.01")]
    decade = places[2] - places[1]

    assert places[3] - places[2] == pytest.approx(decade, abs=0.2)
    assert places[1] - places[0] == pytest.approx(decade * log10(5), abs=0.2)
    assert f'x1="{ticks["0.1"]:g}"' in wide[wide.index("limit") - 120 :]
    assert ">protocol</text>" in wide
    lines = [assay for assay in answer.assays if assay.tumor_dna == 1]
    assert wide.count('class="dot') == len(lines) * len(answer.limits)


def test_no_share_is_written_as_a_power_of_ten(page):
    assert not re.search(r"\de[-+]\d", words_of(page[page.index("<main>") :]))


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (8.3e-7, "1 in 1,200,000"),
        (0.00247, "0.25 %"),
        (0.5, "50 %"),
        (0.99995, "all but 1 in 20,000"),
        (1.0, "all"),
        (0.0, "none"),
    ],
)
def test_shares_are_told_in_readable_numbers(share, words):
    assert share_words(share) == words


def test_decimal_points_stand_below_each_other():
    shares = ["1 in 1,200,000", "0.25 %", "12 %", "4.7 %", "all"]

    assert at_decimal_point(shares) == [
        "1 in 1,200,000",
        "\u20070.25 %",
        "12 %",
        "\u20074.7 %",
        "all",
    ]
    assert at_decimal_point(["all"]) == ["all"]


def test_a_very_low_limit_is_written_out():
    assert limit_words(1e-7) == "0.00001 %"


def test_the_page_says_which_protocol_it_is_of(page):
    head = words_of(page[: page.index("<main>")])

    assert "NCT04509635: Cetuximab Re-challenge for Colorectal Cancer Liver Metastasis" in head
    assert f"version 1.1, SHA-256 {protocol_hash(load('NCT04509635'))}" in head


def test_decay_is_shown_by_both_scales_and_with_its_extremes(page):
    decay = words_of(
        page[page.index('<section id="decay">') : page.index('<section id="fraction">')]
    )

    assert "by the exponential" in decay
    # 50 % at a tumor fraction of 30 % down to 0.1 %: the clone must fall to 1 in 150.
    assert "24.5 to 49.8" in decay


def test_the_terminal_table_fits_a_hundred_columns_and_agrees(answer):
    shown = show_rechallenge(answer)
    point = answer.at(6, "ras_shown", 0.001)

    assert max(map(len, shown.splitlines())) <= 110
    assert f"{100 * point.let_in:.1f}" in shown
    assert shown.count("±") == 1 + 2 * 7 + 4 * 5
    assert "SIMULATED" in shown


def test_the_same_answer_gives_the_same_bytes(answer, page):
    assert write_rechallenge(answer) == page
