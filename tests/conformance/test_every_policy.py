"""Every position of every switch occurs in a published case, so that no switch goes untested."""

from collections.abc import Iterator
from typing import Any

import pytest

from equipoise.assessments.recist.policy import RECIST_1_1
from equipoise.conformance.runner import CASES, read_topics
from equipoise.endpoints.catalogue import RULE_SETS
from equipoise.endpoints.censoring import SWITCHES, spelled
from equipoise.endpoints.response_rules import AFTER_CR, ResponsePolicy

CASES_OF = dict(read_topics(CASES))
TWO_POSITIONS = {"reappearance": (0, 1), "pd_scan": (0, 1)}
"""Switches of RECIST that are written as a number."""
Position = tuple[str, Any]


def recist_positions() -> set[Position]:
    switches = {
        name: (False, True)
        for name, published in RECIST_1_1._asdict().items()
        if isinstance(published, bool)
    }
    return {(name, at) for name, all_of in (switches | TWO_POSITIONS).items() for at in all_of}


def response_positions() -> set[Position]:
    booleans = ("intervening_sd_allowed", "therapy_ends_response")
    return {(name, at) for name in booleans for at in (False, True)} | {
        ("after_cr", at) for at in AFTER_CR
    }


def censoring_positions() -> set[Position]:
    return {(name, word) for name, words in SWITCHES.items() for word in allowed(name, words)}


def allowed(name: str, words: dict[str, int]) -> Iterator[str]:
    """The words of a protocol for this switch: its model leaves some out."""
    from equipoise.protocol.model import CensoringRules

    field = CensoringRules.model_fields[name]
    yield from (word for word in words if word in field.annotation.__args__)


def occurring(*topics: str) -> set[Position]:
    """The positions in the policies of these topics."""
    return {
        position
        for topic in topics
        for case in CASES_OF[topic]
        for position in policy_of(topic, case["inputs"]).items()
    }


def policy_of(topic: str, inputs: dict[str, Any]) -> dict[str, Any]:
    if topic != "censoring":
        return inputs["policy"]
    rules = inputs["rules"]
    return spelled(RULE_SETS[rules].rules) if isinstance(rules, str) else rules


KINDS = {
    "RECIST": (recist_positions(), ("time_point", "split_and_merged")),
    "best response": (response_positions(), ("best_response", "confirmed_response")),
    "censoring": (censoring_positions(), ("censoring",)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_position_of_each_switch_has_a_case(kind):
    positions, topics = KINDS[kind]

    assert positions - occurring(*topics) == set()


@pytest.mark.parametrize(
    ("kind", "position"),
    [(kind, position) for kind, (positions, _) in KINDS.items() for position in sorted(positions)],
)
def test_a_position_without_a_case_is_noticed(kind, position):
    positions, topics = KINDS[kind]

    assert positions - (occurring(*topics) - {position}) == {position}


def test_each_number_of_a_policy_of_best_response_has_two_values():
    numbers = {
        name
        for name, kind in ResponsePolicy.__annotations__.items()
        if kind == "int" and name != "after_cr"
    }
    seen = occurring("best_response", "confirmed_response")

    assert {name for name in numbers if sum(at[0] == name for at in seen) < 2} == set()
