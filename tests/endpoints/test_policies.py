"""The named policies, and what may be declared on top of them."""

import pytest

from equipoise.assessments.recist.policy import RECIST_1_1
from equipoise.conformance.runner import CASES, read_topics
from equipoise.endpoints.catalogue import RULE_SETS
from equipoise.endpoints.censoring import IGNORE
from equipoise.endpoints.policies import (
    ADMIRAL_POLICY,
    AGAINST_BASELINE_POLICY,
    CR_WAS_PR_POLICY,
    POLICIES,
    RECIST_POLICY,
    declare_policy,
    find_policy,
)
from equipoise.endpoints.response_rules import (
    AS_RECORDED,
    CR_WAS_PR,
    CR_WAS_TRUE,
    ResponsePolicy,
)


def test_recist_is_that_of_the_published_cases():
    case = next(iter(dict(read_topics(CASES))["time_point"]))

    assert case["inputs"]["policy"] == RECIST_1_1._asdict()


def test_the_policies_differ_in_what_their_names_say():
    assert RECIST_POLICY.response == ResponsePolicy(42, 28, 1, False, CR_WAS_TRUE, True)
    assert CR_WAS_PR_POLICY.response == RECIST_POLICY.response._replace(after_cr=CR_WAS_PR)
    assert ADMIRAL_POLICY.response == ResponsePolicy(42, 28, 1, False, AS_RECORDED, False)
    assert AGAINST_BASELINE_POLICY.response == RECIST_POLICY.response
    assert AGAINST_BASELINE_POLICY.recist.pd_against_baseline


def test_a_policy_is_found_by_name_and_its_options_told():
    assert find_policy("admiral") is ADMIRAL_POLICY
    with pytest.raises(ValueError, match=r"there is no policy 'x'; there are\n  recist_1_1: "):
        find_policy("x")
    assert set(POLICIES) == {"recist_1_1", "recist_1_1_cr_was_pr", "pd_against_baseline", "admiral"}


def test_without_a_schedule_nothing_is_a_missed_visit():
    rules = RECIST_POLICY.rules("FDA_2018_A")

    assert (rules.missed_visits, rules.longest_gap) == (IGNORE, 0)


def test_with_a_schedule_the_gap_is_two_visits_late():
    declared = declare_policy("recist_1_1", scan_interval_days=42, scan_window_days=3)
    rules = declared.rules("FDA_2018_A")

    assert rules == RULE_SETS["FDA_2018_A"].rules._replace(longest_gap=90)


def test_options_that_are_given_replace_those_of_the_name():
    declared = declare_policy(
        "recist_1_1",
        sources=["reported"],
        evaluator="INVESTIGATOR",
        reference_start="randomization",
        censoring=["EMA_2013"],
        therapy_categories=["next line"],
    )

    assert (declared.sources, declared.evaluator) == (("REPORTED",), "INVESTIGATOR")
    assert (declared.reference_start, declared.censoring) == ("RANDOMIZATION", ("EMA_2013",))
    assert declared.therapy_categories == ("NEXT LINE",)
    assert declare_policy("recist_1_1") == RECIST_POLICY


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sources": ["X"]}, "source: found 'X', expected one of MEASUREMENTS, REPORTED"),
        ({"reference_start": "X"}, "reference: found 'X'"),
        ({"censoring": ["X"]}, "censoring: found 'X', expected one of FDA_2018_A"),
        ({"scan_interval_days": -1}, "scans every -1 days"),
        ({"scan_interval_days": 42, "scan_window_days": -1}, r"scans every 42 days \+--1"),
        ({"scan_window_days": 7}, r"scans every 0 days \+-7"),
    ],
)
def test_an_option_that_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        declare_policy("recist_1_1", **options)


def test_a_rule_set_that_is_none_is_named():
    with pytest.raises(ValueError, match="there is no censoring rule set 'X'; there are FDA"):
        RECIST_POLICY.rules("X")
