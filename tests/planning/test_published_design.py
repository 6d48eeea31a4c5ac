"""The design page of NCT04509635 against the figures in the project's brief (VELO and Feng 2016 as
scenarios).
"""

from itertools import product

import pytest
from scipy import stats

from equipoise.planning.operating_table import Truth, operating_table
from equipoise.planning.planned import Planned
from equipoise.planning.scan_interval import scan_timing, scanned_every
from equipoise.protocol.yaml_file import load
from equipoise.simulation.full_trial import trial_of


def plan(arms, ratio):
    """Boschloo's test once at the end, two-sided 0.05, a power of 0.8 asked for."""
    return Planned(
        test="boschloo",
        arms=(arms,),
        levels=(0.05,),
        alpha=0.05,
        power=0.8,
        ratio=ratio,
        strata=1,
    )


SCENARIOS = [Truth("VELO", 0.387, 0.742), Truth("VELO, ctDNA wild type", 0.478, 0.807)]


def test_the_table_of_25_per_arm():
    velo, wild_type = operating_table(plan((25, 25), (1, 1)), SCENARIOS)

    assert (velo.scenario, velo.p_control, velo.p_experimental) == ("VELO", 0.387, 0.742)
    assert [round(velo.power[test], 2) for test in ("fisher", "boschloo", "pooled_z")] == [
        0.67,
        0.70,
        0.77,
    ]
    assert [round(wild_type.power[test], 2) for test in ("fisher", "boschloo", "pooled_z")] == [
        0.60,
        0.69,
        0.72,
    ]
    assert [velo.needed[test].first[0] for test in ("fisher", "boschloo")] == [33, 30]
    assert [wild_type.needed[test].first[1] for test in ("fisher", "boschloo")] == [38, 33]
    assert (velo.needed_by_formula, wild_type.needed_by_formula) == ((30, 30), (33, 33))
    assert velo.needed["fisher"].always_from == (36, 36)
    assert velo.size["boschloo"] <= 0.05 < velo.size["pooled_z"]


def test_the_first_size_and_share_belong_to_the_experimental_arm():
    (row,) = operating_table(plan((12, 5), (12, 5)), [Truth("uneven", 0.05, 0.6)])

    rejected = 0.0
    for a, b in product(range(13), range(6)):
        if stats.fisher_exact([[a, 12 - a], [b, 5 - b]]).pvalue <= 0.05:
            rejected += stats.binom.pmf(a, 12, 0.6) * stats.binom.pmf(b, 5, 0.05)
    assert row.power["fisher"] == pytest.approx(rejected, rel=1e-9)


@pytest.mark.parametrize(("weeks", "control"), [(8, 0.600), (12, 0.465), (16, 0.361), (0, 1.0)])
def test_a_later_first_scan_lowers_disease_control_though_the_drug_is_the_same(weeks, control):
    # The brief rounds to 60, 46 and 36 %; with months of 365.25/12 days the second is 46.5.
    assert scan_timing(2.5, weeks) == pytest.approx(control, abs=5e-4)


def test_a_time_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="median_months is 0; it must be above 0"):
        scan_timing(0, 8)
    with pytest.raises(ValueError, match="first_scan_weeks is -1; it must be 0 or more"):
        scan_timing(2.5, -1)


@pytest.mark.parametrize("weeks", [0, -8, 209, 10**20])
def test_scans_that_nobody_could_have_are_refused(weeks):
    protocol = load("NCT04509635")
    with pytest.raises(ValueError, match=f"weeks is {weeks}; it must be a whole number from 1 to"):
        scanned_every(protocol, trial_of(protocol), weeks)


def test_a_longer_interval_between_scans_allows_a_longer_gap():
    protocol = load("NCT04509635")
    trial = scanned_every(protocol, trial_of(protocol), 16)

    assert trial.scan_days[:2] == (112, 224)
    assert trial.rules.response.sd_min_days == 105
    # Two intervals and two windows: what comes later follows more than one missed visit.
    assert {times.rules.longest_gap for times in trial.times} == {2 * 112 + 2 * 7}
