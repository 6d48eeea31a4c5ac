"""Time to event: the reasons, and what must hold for every subject. The situations themselves are
in conformance/cases/.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.endpoints.catalogue import EMA_2013, FDA_2018_A, FDA_2018_C, RULE_SETS
from equipoise.endpoints.censoring import rules_for_schedule
from equipoise.endpoints.time_to_event import (
    FollowUp,
    derive_duration_of_response,
    derive_os,
    derive_pfs,
    derive_time_to,
)
from equipoise.terms.response import Response

SD, PD, NE = int(Response.SD), int(Response.PD), int(Response.NE)
RULES = {
    name: rules_for_schedule(rule_set.rules, interval_days=56, window_days=7)
    for name, rule_set in RULE_SETS.items()
}


def test_the_longest_gap_comes_from_the_schedule():
    assert rules_for_schedule(FDA_2018_A, interval_days=56, window_days=7).longest_gap == 126
    assert rules_for_schedule(FDA_2018_A, interval_days=63, window_days=3).longest_gap == 132
    assert rules_for_schedule(FDA_2018_A, interval_days=56, window_days=0).longest_gap == 112
    assert {rule_set.rules.longest_gap for rule_set in RULE_SETS.values()} == {0}


@pytest.mark.parametrize(("interval", "window"), [(0, 7), (-1, 7), (56, -1)])
def test_a_schedule_without_interval_or_with_a_window_below_none_is_refused(interval, window):
    with pytest.raises(ValueError, match="the interval must be positive"):
        rules_for_schedule(EMA_2013, interval_days=interval, window_days=window)


def test_the_rule_sets_differ_where_the_agencies_do():
    differ = {
        name
        for name in FDA_2018_A._fields
        if getattr(FDA_2018_A, name) != getattr(FDA_2018_C, name)
    }

    assert differ == {"clinical_progression", "missed_visits"}


@pytest.mark.parametrize(
    ("known", "why", "index"),
    [
        pytest.param({"new_therapy": 80}, "new anticancer therapy first", 0, id="new therapy"),
        pytest.param(
            {"death": 300}, "event after more than one missed visit", 0, id="missed visits"
        ),
        pytest.param(
            {"clinical_progression": 90}, "stopped for clinical progression", 0, id="clinical"
        ),
        pytest.param({}, "no progression: censored at the last adequate scan", 0, id="ongoing"),
        pytest.param({"has_baseline": False}, "no scan at baseline", -1, id="no baseline"),
        pytest.param({"death": 90}, "death without progression", -1, id="death"),
    ],
)
def test_pfs_says_why(known, why, index):
    pfs = derive_pfs(
        FollowUp(scan_days=(57,), responses=(SD,), cutoff=400, **known), RULES["FDA_2018_A"]
    )

    assert pfs.why.startswith(why)
    assert pfs.source_index == index


@pytest.mark.parametrize(
    ("event", "observed", "days", "happened"),
    [(30, 90, 31, True), (-1, 90, 91, False), (150, 90, 91, False), (-1, 130, 101, False)],
)
def test_time_to_a_declared_date(event, observed, days, happened):
    got = derive_time_to(event, observed, cutoff=100)

    assert (got.days, got.event) == (days, happened)


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({"scan_days": (1,), "responses": ()}, "1 scans, 0 responses"),
        ({"scan_days": (2, 1), "responses": (SD, SD)}, "not in order of time"),
        ({"scan_days": (), "responses": (), "cutoff": -1}, "before randomization"),
        ({"scan_days": (-5,), "responses": (SD,)}, "scan_days: day -5 is before randomization"),
        ({"scan_days": (56,), "responses": (99,)}, "responses: 99 of day 56 is no Response"),
        ({"scan_days": (56,), "responses": (PD,), "pd_days": (70,)}, "pd_days: .* PD on day 70"),
        ({"scan_days": (56,), "responses": (PD,), "pd_days": (-7,)}, "pd_days: .* PD on day -7"),
        ({"scan_days": (), "responses": (), "death": -5}, "death: day -5 is before"),
        ({"scan_days": (), "responses": (), "new_therapy": -2}, "new_therapy: day -2 is before"),
        ({"scan_days": (), "responses": (), "clinical_progression": -9}, "clinical_progression:"),
        ({"scan_days": (), "responses": (), "last_known_alive": -3}, "last_known_alive: day -3"),
        (
            {"scan_days": (), "responses": (), "death": 50, "last_known_alive": 51},
            "last_known_alive: day 51 is after the death on day 50",
        ),
    ],
)
def test_input_that_cannot_be_meant(known, message):
    with pytest.raises(ValueError, match=message):
        FollowUp(**{"cutoff": 100, **known})


def test_a_cutoff_on_the_day_of_randomization_is_one_day():
    assert derive_os(FollowUp(scan_days=(), responses=(), cutoff=0)).days == 1


DAY = st.one_of(st.just(-1), st.integers(1, 600))


@st.composite
def follow_ups(draw):
    days = sorted(draw(st.sets(st.integers(1, 600), max_size=8)))
    responses = tuple(draw(st.sampled_from([SD, SD, int(Response.PR), PD, NE])) for _ in days)
    death = draw(DAY)
    return FollowUp(
        scan_days=tuple(days),
        responses=responses,
        cutoff=draw(st.integers(0, 700)),
        death=death,
        new_therapy=draw(DAY),
        clinical_progression=draw(DAY),
        last_known_alive=draw(DAY if death < 0 else st.integers(-1, death)),
    )


@given(follow_ups())
@settings(max_examples=300, deadline=None)
def test_every_end_is_within_the_cutoff_and_pfs_is_not_after_death(known):
    for rules in RULES.values():
        pfs = derive_pfs(known, rules)
        assert 1 <= pfs.days <= known.cutoff + 1
        if known.death >= 0:
            assert not pfs.event or pfs.days <= known.death + 1
    survival = derive_os(known)
    assert survival.event == (0 <= known.death <= known.cutoff)


@given(follow_ups())
@settings(max_examples=300, deadline=None)
def test_an_event_for_fda_a_is_the_same_for_ema_and_no_later_for_c(known):
    strict = derive_pfs(known, RULES["FDA_2018_A"])
    if strict.event:
        lenient, policy = (
            derive_pfs(known, RULES["FDA_2018_C"]),
            derive_pfs(known, RULES["EMA_2013"]),
        )
        assert policy == strict
        assert lenient.event
        assert lenient.days <= strict.days


@given(follow_ups(), st.integers(0, 300))
@settings(max_examples=300, deadline=None)
def test_duration_of_response_ends_where_pfs_ends(known, start):
    for rules in RULES.values():
        pfs, duration = derive_pfs(known, rules), derive_duration_of_response(known, start, rules)
        assert duration is not None
        assert duration.days == max(pfs.days - start, 1)
        assert duration.event == pfs.event
