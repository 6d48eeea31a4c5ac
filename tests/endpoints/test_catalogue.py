"""Which endpoint an analysis measures, by which rules, and what stands beside its label."""

import pytest

from equipoise.endpoints.catalogue import (
    DURATION_OF_RESPONSE,
    NOTHING_CENSORS,
    OVERALL_SURVIVAL,
    PROGRESSION_FREE_SURVIVAL,
    endpoint_of,
    leading_rules,
    register,
    rules_of,
    unknown_analyses,
    words_of,
)
from equipoise.endpoints.choices import censoring_rules
from equipoise.endpoints.time_to_event import FollowUp
from equipoise.protocol.yaml_file import load

PROTOCOL = load("NCT04509635")
FDA, EMA = (censoring_rules(PROTOCOL, PROTOCOL.censoring[name]) for name in ("FDA", "EMA"))


@pytest.mark.parametrize(
    ("analysis", "endpoint", "rules", "words"),
    [
        ("FDA", PROGRESSION_FREE_SURVIVAL, FDA, "FDA rules"),
        ("EMA", PROGRESSION_FREE_SURVIVAL, EMA, "EMA rules"),
        ("OS", OVERALL_SURVIVAL, FDA, ""),
        ("DOR", DURATION_OF_RESPONSE, FDA, ""),
    ],
)
def test_an_analysis_is_an_endpoint_under_rules(analysis, endpoint, rules, words):
    assert endpoint_of(analysis, PROTOCOL) is endpoint
    assert rules_of(analysis, PROTOCOL) == rules
    assert words_of(analysis) == words


def test_only_responders_have_a_duration_of_response():
    assert DURATION_OF_RESPONSE.of_responders
    assert not PROGRESSION_FREE_SURVIVAL.of_responders
    known = FollowUp(scan_days=(), responses=(), cutoff=100)

    assert DURATION_OF_RESPONSE.derive(known, -1, FDA) is None
    assert DURATION_OF_RESPONSE.derive(known, 0, FDA) is not None


def test_where_no_rules_are_declared_nothing_censors():
    assert leading_rules(PROTOCOL) == FDA
    assert leading_rules(PROTOCOL.model_copy(update={"censoring": {}})) == NOTHING_CENSORS


def test_what_nothing_answers_is_told_with_what_there_is():
    without = {name: rules for name, rules in PROTOCOL.censoring.items() if name != "EMA"}
    protocol = PROTOCOL.model_copy(update={"censoring": without})

    assert unknown_analyses(PROTOCOL) == ()
    assert len(unknown_analyses(protocol)) == 1
    assert "found 'EMA', expected one of FDA" in unknown_analyses(protocol)[0]
    with pytest.raises(ValueError, match="found 'EMA', expected one of FDA"):
        endpoint_of("EMA", protocol)


def test_a_code_is_taken_once():
    register(OVERALL_SURVIVAL)  # the same again changes nothing
    with pytest.raises(ValueError, match="there is an endpoint PFS already"):
        register(DURATION_OF_RESPONSE.__class__(code="PFS", title="", derive=lambda *_: None))
