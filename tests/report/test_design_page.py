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
from equipoise.protocol.refusal import CannotObey
from equipoise.protocol.yaml_file import load, read_text
from equipoise.report.design.lead import lead
from equipoise.report.design.page import show_design, write_design
from equipoise.report.kit.charts import Line, LineChart, draw_lines
from equipoise.statistics.proportions import cmh_power_of, power_of, repeated_power_of

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
    assert "://" not in re.sub(r'xmlns="[^"]*"', "", page)
    assert "what the design can show" in page


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
    assert "Participants, experimental + control, for a power of 0.8" in text
    needed = r"VELO, all randomized \d\d \+ \d\d \(\d\d \+ \d\d\) 44 \+ 22 \(44 \+ 22\)"
    assert re.search(needed, text)
    assert computed.table[0].power["boschloo"] == pytest.approx(
        power_of("boschloo", 33, 17, 0.742, 0.387)
    )
    assert all(at.arms[0] == 2 * at.arms[1] for at in computed.curves["VELO"])
    assert "participants of both arms, 2:1" in write_design(protocol, computed, None)


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

    assert page.count("<svg") == 4  # two figures, each for two widths


def test_no_scenario_and_one_without_a_difference_are_told_in_words():
    none = shipped_with(("  scenarios:\n" + ONLY_VELO[0], "  scenarios: []"))
    page = write_design(none, compute_design(none), None)

    assert "The protocol declares no scenario, so no power is computed." in page
    same = text_of(("control: 0.531, experimental: 0.706", "control: 0.531, experimental: 0.531"))
    assert "Feng 2016 – – –" in same


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
