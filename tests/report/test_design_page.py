"""The design as text and as page: every scenario, every source, and what is computed beside what is
simulated.
"""

import re
from itertools import pairwise

import pytest

from equipoise.planning.design import compute_design
from equipoise.protocol.yaml_file import load
from equipoise.report.design.page import show_design, write_design
from equipoise.report.kit.charts import Line, LineChart, draw_lines

PROTOCOL = load("NCT04509635")


@pytest.fixture(scope="module")
def computed():
    return compute_design(PROTOCOL)


def test_the_text_has_the_exact_figures(computed):
    text = show_design(PROTOCOL, computed, None)

    assert re.search(r"VELO, all randomized +38\.7 % +74\.2 % +0\.668 +0\.70\d +0\.769", text)
    assert "12 of 31" in text
    assert "H0: the disease control rate is the same" in text
    assert "simulated" not in text.lower()


def test_assurance_is_less_than_the_power_at_the_shares_when_that_is_high(computed):
    assert computed.assurance["VELO"] == pytest.approx(0.645, abs=0.005)
    assert computed.assurance["VELO"] < computed.table[0].power["boschloo"]


def test_power_by_size_is_a_saw_tooth(computed):
    power = [at.power for at in computed.curves["VELO"]]

    assert any(later < earlier for earlier, later in pairwise(power))
    assert power[-1] > 0.95


def test_the_page_stands_alone(computed):
    page = write_design(PROTOCOL, computed, None)

    assert page.count("<svg") == 2  # one figure, for two widths
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", page)
    assert "what the design can show" in page


def test_a_chart_has_one_to_four_lines():
    chart = LineChart("x", "x", "y", [0, 1], [0, 1], [])
    with pytest.raises(ValueError, match="1 to 4"):
        draw_lines(chart, 400)
    drawn = draw_lines(
        LineChart(
            "x", "x", "y", [0, 1], [0, 1], [Line("<one>", [0, 1], [0, 1], [0, 0.5], [0.5, 1])]
        ),
        400,
    )
    assert "&lt;one&gt;" in drawn
    assert "band experimental" in drawn
