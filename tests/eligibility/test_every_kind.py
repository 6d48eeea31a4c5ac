"""Every kind of criterion is declared, put in words, answered, generated and published: none is
half there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal

import pytest
from generated_rules import RULES, STRATEGIES, rules_of_cases

from equipoise.eligibility import evaluate
from equipoise.eligibility.evaluate import Asked
from equipoise.eligibility.finding import decided
from equipoise.protocol.criteria import KINDS, Rule
from equipoise.subject.state import Subject

NOBODY = Asked(Subject(id="S"), date(2021, 3, 10), "C")
CASES = rules_of_cases()


def gaps(
    kinds: Mapping[str, type[Rule]],
    strategies: Mapping[str, Any],
    cases: Mapping[str, list[dict[str, Any]]],
) -> list[str]:
    """What a kind lacks, in words."""
    return [
        f"{name}: {gap}"
        for name, declared in kinds.items()
        for gap in _gaps_of(declared, name in strategies, cases.get(name, []))
    ]


def _gaps_of(declared: type[Rule], generated: bool, cases: list[dict[str, Any]]) -> Iterator[str]:
    if "words" in declared.__abstractmethods__:
        yield "no words"
    if evaluate.dispatch(declared) is evaluate.dispatch(object):
        yield "no evaluation"
    if not generated:
        yield "not generated"
    if not cases:
        yield "no case"


def test_no_kind_lacks_anything():
    assert gaps(KINDS, STRATEGIES, CASES) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_published_rule_has_words_and_the_answer_that_evaluation_gives_without_data(kind):
    for written in CASES.get(kind, []):
        rule = RULES.validate_python(written)

        assert rule.words()
        assert agrees_without_data(rule)


def agrees_without_data(rule: Rule) -> bool:
    """Does the declaration answer as the evaluation does, where nothing is recorded?"""
    return rule.without_data() is evaluate(rule, NOBODY).verdict


@pytest.fixture
def left_out() -> dict[str, Any]:
    """A kind that was declared, and nothing else."""

    class Shoe(Rule):
        kind: Literal["shoe"]

    return {"shoe": KINDS.pop("shoe")}


def test_a_kind_that_is_only_declared_lacks_everything_else(left_out):
    wanting = gaps({**KINDS, **left_out}, STRATEGIES, CASES)

    assert wanting == [
        "shoe: no words",
        "shoe: no evaluation",
        "shoe: not generated",
        "shoe: no case",
    ]
    with pytest.raises(TypeError, match="abstract"):
        left_out["shoe"](kind="shoe")


def test_a_kind_without_generated_rules_or_without_a_case_is_noticed():
    fewer = {kind: strategy for kind, strategy in STRATEGIES.items() if kind != "age"}

    assert gaps(KINDS, fewer, CASES) == ["age: not generated"]
    assert gaps(KINDS, STRATEGIES, {**CASES, "sex": []}) == ["sex: no case"]


def test_an_answer_without_data_that_evaluation_does_not_give_is_noticed(left_out):
    shoe: Any = left_out["shoe"]

    class Worn(shoe):
        def words(self) -> str:
            return "wears a shoe"

    KINDS.pop("shoe")
    evaluate.register(Worn, lambda rule, asked: decided(rule, False, "wears none"))

    assert not agrees_without_data(Worn(kind="shoe"))


def test_a_kind_is_declared_once():
    with pytest.raises(TypeError, match="'age' is declared twice"):

        class Age(Rule):
            kind: Literal["age"]

            def words(self) -> str:
                return "old"
