"""What the protocol declares is obeyed: each field of its model has a rule that reads it, or stands
in a list of gaps.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, Field

import equipoise
from equipoise.protocol.base import Model
from equipoise.protocol.model import Protocol

HOUSE = Path(equipoise.__file__).parent

EVERYWHERE = {
    "from_": "protocol",  # provenance: each value says where it comes from
    "kind": "eligibility",  # the word that chooses the kind
}
"""Fields of many blocks that one rule reads."""

OBEYED = {
    "Protocol": {
        "protocol": "eligibility molecular forms assumptions schedule arms",
        "conduct": "version design randomization conduct regimens",
        "endpoints": "assessment censoring treatment",
        "analysis": "registration endpoints populations",
        "planning": "cutoff",
    },
    "Registration": {"protocol": "id"},
    "Design": {
        "conduct": "masking",
        "planning": "participants alpha power scenarios first_scan_weeks",
        "simulation": "looks spending",
    },
    "EarlyLook": {"simulation": "participants"},
    "Scenario": {"planning": "control experimental control_observed experimental_observed"},
    "Observed": {"planning": "events n"},
    "Arm": {"conduct": "id", "allocation": "ratio", "protocol": "role"},
    "Eligibility": {"protocol": "inclusion exclusion added"},
    "Criterion": {"eligibility": "id rule"},
    "Age": {"eligibility": "at_least"},
    "AllOf": {"eligibility": "of"},
    "AnyOf": {"eligibility": "of"},
    "Attestation": {"eligibility": "question within_days"},
    "Condition": {
        "eligibility": "category codes histology absence within_years current except_ same_disease"
    },
    "Genomic": {"eligibility": "specimen panel status within_days after_line before_line resolved"},
    "IfMeasured": {"eligibility": "of"},
    "LabAnswer": {"eligibility": "test is_ within_days"},
    "LabLimit": {"eligibility": "test at_least at_most at_most_uln within_days"},
    "MeasurableDisease": {"eligibility": "at_least within_days diameter short_axis"},
    "Measured": {"eligibility": "tests at_least within_days"},
    "Not": {"eligibility": "of"},
    "NotCounted": {"eligibility": "code morphology"},
    "Performance": {"eligibility": "test at_most within_days"},
    "PriorLine": {"eligibility": "line includes excludes_class progressed"},
    "PriorLines": {"eligibility": "exactly"},
    "Sex": {"eligibility": "is_"},
    "RasPanel": {
        "eligibility": "codons limit_of_detection mutated_at mutated_at_inclusive"
        " below_threshold_meets tumor_fraction_at_least accept_not_detected"
        " clonal_hematopoiesis_genes"
    },
    "Randomization": {
        "allocation": "block_sizes",
        "conduct": "method strata requires_intended_chemotherapy first_dose_within_days",
    },
    "ValueStratum": {"allocation": "id domain where variable levels"},
    "IntervalStratum": {"allocation": "id domain where variable levels"},
    "IntervalLevel": {"allocation": "at_least below"},
    "Conduct": {
        "conduct": "consent_before_entry earlier_results_label washout_days",
        "analysis": "adverse_events_days_after_last_dose safety_review_after",
    },
    "Regimen": {"conduct": "id drugs", "subject": "cycle_days"},
    "Treatment": {"endpoints": "values"},
    "DrugGiven": {"endpoints": "drug", "rehearsal": "doses every_days"},
    "Visit": {
        "protocol": "id day every_days counted_from before_days after_days",
        "subject": "anchor until drug unscheduled_fills forms",
    },
    "Assessment": {
        "analysis": "reader sd_min_days sd_min_days_sensitivity",
        "endpoints": "derived late_control_days confirmation recist",
        "protocol": "scan_visit",
        "conduct": "modality",
    },
    "Confirmation": {"endpoints": "min_days intervening_ne_allowed intervening_sd_allowed"},
    "RecistRules": {
        "endpoints": "diameter short_axis node_normal too_small max_targets max_per_organ"
        " pr_percent pd_percent pd_absolute choices"
    },
    "CensoringRules": {
        "endpoints": "no_baseline_scan progression_date clinical_progression new_therapy death"
        " missed_visits strategy"
    },
    "Endpoint": {"analysis": "id role analysis", "endpoints": "responses"},
    "BinaryAnalysis": {"analysis": "primary_test sensitivity"},
    "TimeToEventAnalysis": {"analysis": "rules stratified"},
    "SafetyAnalysis": {"analysis": "ctcae"},
    "Estimand": {"analysis": "population", "endpoints": "intercurrent summary"},
    "IntercurrentEvent": {"endpoints": "event strategy"},
    "Population": {"analysis": "id", "endpoints": "rule"},
    "Cutoff": {
        "planning": "primary_days_after_last_randomization",
        "simulation": "os_months_after_last_randomization",
    },
    "Form": {"protocol": "id header groups", "subject": "sex"},
    "FormGroup": {
        "protocol": "id domain repeats constants fields status_variable reason_variable",
        "conduct": "plausible",
    },
    "FormField": {"protocol": "id label variable type codes required min max missing"},
    "PlausibleRange": {"conduct": "field when low high unit"},
}
"""Class -> room -> the fields that a rule of the room reads."""

SHOWN = {
    "Registration": "title sponsor phase design status start end condition summary traps",
    "Hypotheses": "h0 h1",
    "Scenario": "id label source",
    "Design": "hypotheses control_median_pfs_months",
    "Assessment": "blinded",
    "BinaryAnalysis": "missing",
    "Arm": "label",
    "Criterion": "registered short note",
    "ValueStratum": "label",
    "IntervalStratum": "label",
    "Regimen": "for_",
    "Treatment": "id text",
    "Visit": "label",
    "Endpoint": "label estimand",
    "Estimand": "treatment variable",
    "IntercurrentEvent": "handled",
    "Population": "definition",
    "Form": "title",
    "FormGroup": "label",
    "FormField": "hint",
    "Assumption": "said taken why otherwise to_check",
}
"""Words for people, which no rule can obey: the pages (report) are their readers."""

GAPS = {
    "Protocol.equipoise": "the type allows one version of the format; nothing else reads it",
    "BinaryAnalysis.interval": "printed; the analysis computes the one interval there is",
    "RecistRules.version": "printed; the type allows one",
}
"""Declared, and obeyed by no rule: to be obeyed or refused (decision 9)."""


def declared(model: type[BaseModel], seen: set[type[BaseModel]] | None = None) -> Iterator[str]:
    """Every field of a model and of the models inside it, once, as Class.field."""
    seen = set() if seen is None else seen
    if model in seen:
        return
    seen.add(model)
    bases = [base for base in model.__mro__[1:] if issubclass(base, Model) and base is not Model]
    inherited = {name for base in bases for name in base.model_fields}
    own = {name for name in model.model_fields if name not in inherited or name == "kind"}
    for name, field in model.model_fields.items():
        if name in own and name not in EVERYWHERE:
            yield f"{model.__name__}.{name}"
        for part in models_in(field.annotation):
            yield from declared(part, seen)
    for base in bases:
        yield from declared(base, seen)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation names, inside unions, tuples and mappings too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def listed(by_room: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Class.field -> the room that reads it."""
    return {
        f"{owner}.{field}": room
        for owner, rooms in by_room.items()
        for room, fields in rooms.items()
        for field in fields.split()
    }


READ_BY = listed(OBEYED) | listed({owner: {"report": fields} for owner, fields in SHOWN.items()})
FIELDS = sorted(declared(Protocol))


@cache
def read_in(room: str) -> frozenset[str]:
    """Every attribute that the code of a room reads; pages also ask for fields by their name."""
    names: set[str] = set()
    for file in (HOUSE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                names.add(node.attr)
            elif isinstance(node, ast.MatchClass):
                names.update(node.kwd_attrs)
            elif room == "report" and isinstance(node, ast.Constant):
                names.add(str(node.value))
    return frozenset(names)


def without_reader(
    fields: list[str], read_by: Mapping[str, str], gaps: Mapping[str, str]
) -> list[str]:
    """The fields that neither a rule reads nor the list of gaps names."""
    return [
        field
        for field in fields
        if field not in gaps
        and (field not in read_by or field.split(".")[1] not in read_in(read_by[field]))
    ]


def test_every_field_of_the_protocol_is_read_by_a_rule_or_named_as_a_gap():
    assert without_reader(FIELDS, READ_BY, GAPS) == []


def test_the_lists_name_fields_that_there_are_and_each_once():
    assert sorted({*READ_BY, *GAPS} - set(FIELDS)) == []
    assert sorted(set(READ_BY) & set(GAPS)) == []


class Wider(Protocol):
    """The protocol with a block that no rule reads."""

    class Kitchen(Model):
        """Meals."""

        soup: str = "thin"

    kitchen: Kitchen = Field(default_factory=Kitchen)


def test_a_field_without_a_rule_is_noticed():
    assert without_reader(sorted(declared(Wider)), READ_BY, GAPS) == [
        "Kitchen.soup",
        "Wider.kitchen",
    ]


@pytest.mark.parametrize("field", ["Arm.ratio", "CensoringRules.death", "LabLimit.at_most_uln"])
def test_a_field_that_is_left_out_of_the_list_is_noticed(field):
    fewer = {name: room for name, room in READ_BY.items() if name != field}

    assert without_reader(FIELDS, fewer, GAPS) == [field]


@pytest.mark.parametrize("field", GAPS)
def test_a_gap_that_is_left_out_is_noticed(field):
    fewer = {name: why for name, why in GAPS.items() if name != field}

    assert without_reader(FIELDS, READ_BY, fewer) == [field]


def test_a_room_that_does_not_read_a_field_is_no_reader():
    assert without_reader(["Arm.ratio"], {"Arm.ratio": "molecular"}, {}) == ["Arm.ratio"]
