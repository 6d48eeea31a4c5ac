"""An invented person meets the criteria of any protocol, as far as records can."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "eligibility"))

from generated_rules import RULES, STRATEGIES, WRITTEN

from equipoise.cli.app import app
from equipoise.eligibility import evaluate_all
from equipoise.exchange.invented.person import invent_person, ways_to
from equipoise.exchange.subject_json import example_subject, read_subject
from equipoise.protocol.criteria import KINDS
from equipoise.protocol.criteria.age import Age
from equipoise.protocol.criteria.consent import Consent
from equipoise.protocol.criteria.lab import LabLimit
from equipoise.protocol.criteria.measured import Measured
from equipoise.protocol.yaml_file import load, parse, read_text
from equipoise.subject.records.standard import STANDARD_UNITS
from equipoise.terms.quantity import convert
from equipoise.terms.verdict import Verdict

SHIPPED = load("NCT04509635")


def trial_with(*rules: Any) -> Any:
    """The shipped protocol with these criteria instead of its own."""
    first = SHIPPED.criteria[0]
    criteria = tuple(
        first.model_copy(update={"id": f"I{number:02d}", "rule": rule})
        for number, rule in enumerate(rules, start=1)
    )
    asked = SHIPPED.eligibility.model_copy(
        update={"inclusion": criteria, "exclusion": (), "added": ()}
    )
    return SHIPPED.model_copy(update={"eligibility": asked})


def verdicts(trial: Any) -> list[Verdict]:
    subject, index = read_subject(json.dumps(invent_person(trial)), trial)
    return [finding.verdict for finding in evaluate_all(trial, subject, index)]


def can_be_answered(rule: Any, *, met: bool) -> bool:
    """Whether records can give a simple rule this answer."""
    if isinstance(rule, Age):
        return met or rule.at_least > 0
    if isinstance(rule, LabLimit):
        limit = rule.at_least or rule.at_most
        unit = STANDARD_UNITS.get(rule.test, "")
        return not limit or convert(limit.value, limit.unit, unit, rule.test) is not None
    # Consent is withdrawn in the ledger; too few tests leave it open.
    return met or not isinstance(rule, Consent | Measured)


@pytest.mark.parametrize("kind", sorted(set(WRITTEN) - {"all", "any", "not"}))
@pytest.mark.parametrize("met", [True, False])
def test_a_criterion_of_each_kind_is_met_and_so_is_its_denial(kind, met):
    @settings(max_examples=15, suppress_health_check=[HealthCheck.filter_too_much], database=None)
    @given(STRATEGIES[kind])
    def tried(declared):
        rule = RULES.validate_python(declared if met else {"kind": "not", "of": declared})
        if all(
            can_be_answered(part, met=wish) for way in ways_to(rule, met=True) for part, wish in way
        ):
            assert verdicts(trial_with(rule)) == [Verdict.MET]

    tried()


def test_no_kind_is_forgotten():
    """A kind of which nobody can be invented would leave every example open."""
    assert set(WRITTEN) | {"all", "any", "not"} == set(KINDS)


@settings(max_examples=30, database=None)
@given(st.one_of(STRATEGIES["all"], STRATEGIES["any"], STRATEGIES["not"]))
def test_any_combination_is_input_that_screen_accepts(declared):
    assert verdicts(trial_with(RULES.validate_python(declared)))


LIMIT = {"kind": "lab", "test": "NEUT", "within_days": 7}
SEVERAL = {
    "limits of one test on both sides": [
        {**LIMIT, "at_least": "1.5 10*9/L"},
        {**LIMIT, "at_most": "9000 /uL"},
        {**LIMIT, "at_most_uln": "1.2"},
    ],
    "ages on both sides": [
        {"kind": "age", "at_least": 70},
        {"kind": "not", "of": {"kind": "age", "at_least": 71}},
    ],
    "another way where the first is barred": [
        {"kind": "sex", "is": "F"},
        {
            "kind": "any",
            "of": [
                {"kind": "sex", "is": "M"},
                {"kind": "lab_answer", "test": "HCG", "is": "NEGATIVE", "within_days": 7},
            ],
        },
    ],
    "a line with its drug, and no more lines": [
        {"kind": "prior_line", "line": 1, "includes": ["PEMETREXED"]},
        {"kind": "prior_lines", "exactly": 1},
    ],
    "no line at all": [{"kind": "prior_lines", "exactly": 0}],
    "a diagnosis beside one that is denied": [
        {
            "kind": "condition",
            "category": "PRIMARY DIAGNOSIS",
            "codes": ["C34"],
            "absence": "unknown",
        },
        {
            "kind": "not",
            "of": {"kind": "condition", "category": "CNS METASTASIS", "absence": "unknown"},
        },
    ],
}


@pytest.mark.parametrize("rules", SEVERAL.values(), ids=SEVERAL)
def test_criteria_that_ask_about_the_same_thing_are_met_together(rules):
    trial = trial_with(*map(RULES.validate_python, rules))

    assert set(verdicts(trial)) == {Verdict.MET}


def test_a_shipped_trial_has_its_own_person():
    assert invent_person(SHIPPED) == example_subject("NCT04509635")


def test_an_example_of_another_protocol_is_eligible_under_it(tmp_path):
    """The shipped example would be refused: a criterion is gone that it attests."""
    text = (
        read_text("NCT04509635")
        .replace("id: I08", "id: I18")
        .replace("rule: {kind: age, at_least: 18}", "rule: {kind: age, at_least: 75}")
    )
    other = tmp_path / "other.yaml"
    other.write_text(text)
    assert parse(text) != SHIPPED
    run = CliRunner()

    example = run.invoke(app, ["screen", "--example", "--protocol", str(other)])
    person = tmp_path / "person.json"
    person.write_text(example.stdout)
    screened = run.invoke(app, ["screen", str(person), "--protocol", str(other)])

    assert example.exit_code == 0
    assert screened.exit_code == 0, screened.output
    assert json.loads(example.stdout)["attestations"][1]["criterion"] == "I18"
