"""The design as text and as page: every scenario, every source, and what is computed beside what is
simulated.
"""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from changed import CONFIRMED, MASKED, PFS_PRIMARY, shipped_with
from equipoise.planning.declared_power import BY_FORMULA, how_computed
from equipoise.planning.design import compute_design
from equipoise.planning.planned import planned
from equipoise.protocol.payload import protocol_hash
from equipoise.protocol.refusal import CannotObey
from equipoise.protocol.yaml_file import load, read_text
from equipoise.report.design.lead import lead
from equipoise.report.design.page import show_design, write_design
from equipoise.report.kit.charts import Line, LineChart, draw_lines
from equipoise.report.kit.table import Table, table_text
from equipoise.statistics.proportions import cmh_power_of, power_of, repeated_power_of
from equipoise.surface import plans

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

    assert page.count("<svg") == 4  # by size and by effect, each for two widths
    assert "://" not in re.sub(r'xmlns="[^"]*"', "", page)


def test_the_page_says_which_protocol_it_is_of_and_how_its_figures_came_about(computed):
    head = write_design(PROTOCOL, computed, None).partition("<main>")[0]

    assert "Cetuximab Re-challenge for Colorectal Cancer Liver Metastasis</h1>" in head
    assert f"version 1.1, SHA-256 {protocol_hash(PROTOCOL)}" in head
    assert "computed alone" in head


def test_the_digest_is_that_of_the_protocol_whatever_block_sizes_are_assumed():
    assumed = plans.design(PROTOCOL, trials=0, block_sizes=(2, 4))

    assert assumed.computed.blocks.sizes == (2, 4)
    assert protocol_hash(assumed.protocol) == protocol_hash(PROTOCOL)


def test_the_planned_size_is_marked_where_the_power_of_the_table_is(computed):
    page = write_design(PROTOCOL, computed, None)
    figure = page[page.index("<svg") : page.index("</svg>")]

    assert "planned: 50 (25 + 25)" in figure
    (planned_at,) = re.findall(r'<line x1="([\d.]+)" y1="[\d.]+" x2="\1"[^>]*class="limit"', figure)
    dots = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', figure)
    assert [x for x, _ in dots] == [planned_at] * 3
    zero, one = (
        float(re.search(rf'y="([\d.]+)"[^>]*class="muted">{tick}</text>', figure)[1]) - 4
        for tick in (0, 1)
    )
    heights = [(zero - float(y)) / (zero - one) for _, y in dots]
    powers = [row.power["boschloo"] for row in computed.table]
    assert heights == pytest.approx(powers, abs=2e-3)


def test_power_by_effect_holds_the_scenarios_and_starts_at_the_size_of_the_test(computed):
    for row in computed.table:
        curve = {at.difference: at for at in computed.by_effect[row.scenario]}
        own = row.p_experimental - row.p_control
        assert curve[own].power == pytest.approx(row.power["boschloo"], abs=1e-12)
        assert curve[0.0].power == pytest.approx(
            power_of("boschloo", 25, 25, row.p_control, row.p_control), abs=1e-12
        )
        assert {at.expected for at in curve.values()} == {50.0}


def test_a_scenario_against_the_experimental_arm_is_on_the_axis_of_effects():
    harm = shipped_with(
        ("control: 0.531, experimental: 0.706", "control: 0.531, experimental: 0.386"),
        ("participants: 50", "participants: 24"),
    )
    computed = compute_design(harm)
    curve = computed.by_effect["FENG"]

    assert curve[0].difference == pytest.approx(-0.145)
    assert min(at.power for at in curve) < curve[0].power
    effect = write_design(harm, computed, None).partition('id="effect"')[2]
    ticks = re.findall(r'anchor="middle"[^>]*class="muted">([-\d]+)</text>', effect)
    assert ticks[0] == "-20"


def text_of(*changes):
    """The design of the shipped protocol with something declared otherwise, as one line, without
    simulation.
    """
    protocol = shipped_with(*changes)
    return " ".join(show_design(protocol, compute_design(protocol), None).split())


TWO_TO_ONE = (
    ("role: experimental, ratio: 1", "role: experimental, ratio: 2"),
    ("block_sizes: sealed", "block_sizes: [3, 6]"),
)
CMH = ("primary_test: boschloo", "primary_test: cmh")
ORR_PRIMARY = ("    responses: [CR, PR, SD]", "    responses: [CR, PR]")
SCENARIOS = [line for line in read_text("NCT04509635").splitlines() if "from: A-SCENARIOS}" in line]
ONLY_VELO = ("\n".join(SCENARIOS), SCENARIOS[0])
"""The others need more participants, and so more time."""


def test_the_ratio_is_respected_everywhere():
    protocol = shipped_with(*TWO_TO_ONE, ONLY_VELO)
    text, computed = text_of(*TWO_TO_ONE, ONLY_VELO), compute_design(protocol)

    # 50 cannot be divided by three: control has what is left.
    assert "50 participants, 33 v 17" in text
    assert "2:1, which cannot be divided exactly" in text
    assert "Participants needed for a power of 0.8; planned: 50 (33 + 17)" in text
    assert "Boschloo * 66 44 + 22 66 44 + 22 by formula 66 44 + 22 – –" in text
    assert "end 50 33 + 17 100.0 %" in text
    assert computed.table[0].power["boschloo"] == pytest.approx(
        power_of("boschloo", 33, 17, 0.742, 0.387)
    )
    assert all(at.arms[0] == 2 * at.arms[1] for at in computed.curves["VELO"])
    assert "participants in all, 2:1 to the arms" in write_design(protocol, computed, None)


def test_the_headline_is_of_the_declared_test():
    fisher = text_of(("primary_test: boschloo", "primary_test: fisher"))

    assert "Fisher's exact test has a power of 0.18 to 0.67 over the scenarios." in fisher
    assert "power of Fisher's exact test averaged" in fisher
    assert "Fisher *" in fisher


def test_cmh_is_told_by_its_own_name_and_how_it_was_computed():
    protocol = shipped_with(CMH, ONLY_VELO)
    text, computed = text_of(CMH, ONLY_VELO), compute_design(protocol)

    assert (
        "The Cochran-Mantel-Haenszel test has a power of 0.74 over the scenarios, enumerated with 4"
        " strata of equal size."
    ) in text
    assert "CMH is by the normal approximation, too." in text
    sizes = [(7, 7), (6, 6), (6, 6), (6, 6)]
    assert computed.table[0].power["cmh"] == pytest.approx(
        cmh_power_of(sizes, [0.742] * 4, [0.387] * 4)
    )
    larger = shipped_with(CMH, ("participants: 50", "participants: 400"))
    assert how_computed("cmh", planned(larger)) == BY_FORMULA
    assert (
        "by the normal approximation with 4 strata of equal size"
        in lead(larger, replace(computed, how=BY_FORMULA), None)[2]
    )


def test_looks_are_part_of_the_power():
    pocock = (
        ("looks: []", "looks: [{participants: 24}]"),
        ("spending: obrien_fleming_spending", "spending: pocock"),
        ONLY_VELO,
    )
    text, computed = text_of(*pocock), compute_design(shipped_with(*pocock))

    assert "Looks at efficacy: at 24 participants, Pocock." in text
    assert "over the scenarios, looks included." in text
    assert "the declared looks ask for 11." in text
    level = computed.plan.levels[0]
    assert computed.table[0].power["boschloo"] == pytest.approx(
        repeated_power_of("boschloo", [(12, 12), (25, 25)], [level, level], 0.742, 0.387)
    )
    assert level == pytest.approx(0.0294, abs=3e-4)  # Pocock's level of two looks
    curve = {at.difference: at for at in computed.by_effect["VELO"]}
    at_scenario = curve[computed.table[0].p_experimental - computed.table[0].p_control]
    stopped = computed.looks.stopped["VELO"]
    assert at_scenario.power == pytest.approx(computed.table[0].power["boschloo"], abs=1e-12)
    assert at_scenario.expected == stopped.expected
    first = stopped.above[0] + stopped.below[0]
    assert stopped.expected == pytest.approx(24 * first + 50 * (1 - first))
    assert f"look 1 {stopped.above[0]:.3f} {stopped.below[0]:.3f} {first:.3f} end" in text


def test_bounds_and_expected_size_are_drawn_with_looks_alone(computed):
    with_look = shipped_with(("looks: []", "looks: [{participants: 24}]"), ONLY_VELO)
    page = write_design(with_look, compute_design(with_look), None)

    for label in ("Boundaries by participants", "Expected participants, by effect"):
        assert page.count(f'aria-label="{label}') == 2
        assert label not in write_design(PROTOCOL, computed, None)


def test_a_bound_that_practically_never_stops_is_told_and_not_drawn():
    early = shipped_with(("looks: []", "looks: [{participants: 2}, {participants: 24}]"), ONLY_VELO)
    page = write_design(early, compute_design(early), None)
    figure = page.partition('aria-label="Boundaries by participants"')[2].partition("</svg>")[0]

    assert "Not drawn: bounds over 8" in page
    assert figure.count("<circle") == 4  # a look and the end, in favor of either arm
    assert "&lt; 0.0001" in page


def test_words_from_right_to_left_leave_the_numbers_beside_them_in_place():
    arabic = "سيتوكسيماب والعلاج الكيميائي"
    changes = (
        ("label: Cetuximab and chemotherapy", f'label: "{arabic}"'),
        (
            "title: Cetuximab Re-challenge for Colorectal Cancer Liver Metastasis",
            f'title: "{arabic}"',
        ),
        ONLY_VELO,
    )
    protocol = shipped_with(*changes)
    page = write_design(protocol, compute_design(protocol), None)

    assert f'<h1 dir="auto">{arabic}</h1>' in page
    assert f"25 v 25 (\u2068{arabic}\u2069 v Chemotherapy alone, 1:1)" in page
    assert "\u2068" not in text_of(ONLY_VELO)


def test_an_endpoint_without_stable_disease_owes_nothing_to_the_formula_of_the_first_scan():
    text = text_of(ORR_PRIMARY)

    assert "exponential PFS" not in text
    assert "does not count stable disease" in text
    assert "the declared median of 2.5 months in control is not used" in text


def test_confirmation_and_masking_stand_in_the_first_line():
    first = text_of(CONFIRMED, ORR_PRIMARY, *MASKED).partition("H0")[0]

    assert "(CR or PR, confirmed)" in first
    assert "double blind" in first


def test_more_than_four_scenarios_are_drawn_four_at_a_time():
    more = [SCENARIOS[0].replace("id: VELO,", f"id: V{n},") for n in range(4)]
    protocol = shipped_with((ONLY_VELO[0], "\n".join([SCENARIOS[0], *more])))
    page = write_design(protocol, compute_design(protocol), None)

    assert page.count("<svg") == 8  # two figures by size, two by effect, each for two widths


def test_no_scenario_and_one_without_a_difference_are_told_in_words():
    none = shipped_with(("  scenarios:\n" + ONLY_VELO[0], "  scenarios: []"))
    page = write_design(none, compute_design(none), None)

    assert "The protocol declares no scenario, so no power is computed." in page
    assert "Boundaries for efficacy" in page
    assert "What has to be seen" not in page
    same = text_of(("control: 0.531, experimental: 0.706", "control: 0.531, experimental: 0.531"))
    feng = same.partition("Feng 2016: 53.1 % in control, 53.1 % experimental ")[2]
    assert feng.startswith("Fisher – – – – Boschloo * – – – – by formula – – – –")


def test_a_time_to_event_has_no_design_of_two_proportions():
    with pytest.raises(CannotObey, match=r"endpoints\.PFS\.analysis: found time_to_event"):
        text_of(*PFS_PRIMARY)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("first_scan_weeks: [8, 12, 16]", "first_scan_weeks: [0]"), "design.first_scan_weeks"),
        (("first_scan_weeks: [8, 12, 16]", "first_scan_weeks: [900]"), "design.first_scan_weeks"),
        (
            ("control_median_pfs_months: 2.5", "control_median_pfs_months: 0"),
            "design.control_median_pfs_months",
        ),
        (("participants: 50", "participants: 5000"), "design.participants"),
    ],
)
def test_numbers_that_cannot_be_designed_are_refused(change, field):
    with pytest.raises(CannotObey) as refused:
        text_of(change)
    assert [refusal.field for refusal in refused.value.refusals] == [field]


def test_a_long_title_of_an_axis_and_a_name_without_spaces_stay_within_the_figure():
    title = "difference in percentage points, experimental arm minus control"
    name = "西妥昔单抗再挑战联合化疗对比单纯化疗" * 3
    drawn = draw_lines(
        LineChart("x", title, "y", [0, 1], [0, 1], [Line(name, [0, 1], [0, 1])]), 350
    )
    rows = re.findall(r'x="([\d.]+)"[^>]*text-anchor="(\w+)" font-size="12"[^>]*>([^<]+)<', drawn)

    for x, anchor, words in rows:
        width = sum(12 if letter > "\u2e80" else 0.55 * 12 for letter in words)
        start = float(x) - {"start": 0, "middle": width / 2, "end": width}[anchor]
        assert start >= 0
        assert start + width <= 350
    assert "".join(words for _, _, words in rows if words > "\u2e80") == name
    assert len([words for _, _, words in rows if words in title]) == 2


def test_a_heading_inside_a_table_has_a_line_of_its_own_at_the_terminal():
    table = Table(["a", "b"], [["a heading longer than its column"], ["one", "1"]], caption="c")

    assert table_text(table) == ["c", "a    b", "a heading longer than its column", "one  1"]


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
