"""Which rule reads each field of a protocol? The list that the page on the fields is printed from.

A reader is a file of the house and a function in it. Where several functions read a field, the one
that carries it out is named. The tests hold the list to the code: the function is there, reads a
field of this name, and is seen to read this one while a trial is told.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from inspect import get_annotations
from pathlib import Path

from pydantic import BaseModel

import equipoise

HOUSE = Path(equipoise.__file__).parent
Readers = Mapping[str, Mapping[str, str]]

EVERYWHERE = {
    "from_": "protocol/provenance:provenance_problems",  # where each value comes from
    "kind": "eligibility/evaluate:evaluate",  # the word that chooses the class
}
"""Fields of many blocks that one rule reads."""

OBEYED: Readers = {
    "Protocol": {
        "protocol/model:Protocol.control": "arms",
        "protocol/model:Protocol.criteria": "eligibility",
        "protocol/model:_forms": "forms",
        "protocol/model:Protocol.visit": "schedule",
        "protocol/model:_contradictions": "assumptions",
        "protocol/references:resolve": "molecular",
        "conduct/record:governing_version": "version",
        "conduct/randomization:draw_allocation": "design randomization",
        "conduct/edit_checks:_first_dose": "conduct",
        "conduct/enrolment:_chemotherapy_intended": "regimens",
        "endpoints/choices:choices_of": "assessment",
        "endpoints/catalogue:rules_of": "censoring",
        "endpoints/populations:drugs_under_test": "treatment",
        "analysis/analyze:_results": "registration endpoints",
        "analysis/analyze:populations_of": "populations",
        "analysis/accounts:primary_due": "cutoff",
    },
    "Registration": {"protocol/model:Protocol.id": "id"},
    "SafetyAnalysis": {"protocol/model:_ctcae_versions": "ctcae"},
    "Design": {
        "conduct/refusals:refusals": "masking",
        "conduct/randomization:draw_allocation": "participants",
        "planning/planned:planned": "alpha power",
        "planning/operating_table:planned_table": "scenarios",
        "planning/simulated_design:simulate_design": "first_scan_weeks",
        "simulation/protocol_trials:protocol_trials": "looks",
        "simulation/protocol_trials:_stopping": "spending",
    },
    "EarlyLook": {"simulation/protocol_trials:protocol_trials": "participants"},
    "Scenario": {
        "planning/operating_table:planned_table": "id control experimental",
        "planning/assurance:planned_assurance": "control_observed experimental_observed",
    },
    "Observed": {"planning/assurance:_counts": "events n"},
    "Arm": {
        "allocation/declared:allocation_of": "id ratio",
        "protocol/model:Protocol.control": "role",
    },
    "Eligibility": {"protocol/model:Eligibility.criteria": "inclusion exclusion added"},
    "Criterion": {"eligibility/evaluate:_found": "id rule"},
    "Age": {"eligibility/age:_by_birth": "at_least"},
    "AllOf": {"eligibility/combination:_": "of"},
    "AnyOf": {"eligibility/combination:_": "of"},
    "Attestation": {"eligibility/attestation:_of_the_day": "within_days"},
    "Condition": {
        "eligibility/condition:_of_category": "category",
        "eligibility/condition:_counts": "codes",
        "eligibility/condition_codes:histology": "histology",
        "eligibility/condition_codes:names_the_condition": "icd10",
        "eligibility/condition:_silence": "absence",
        "eligibility/condition:_by_time": "within_years current",
        "eligibility/condition_codes:by_exception": "except_ same_disease",
    },
    "Genomic": {
        "eligibility/genomic:_": "specimen",
        "eligibility/genomic:_tissue": "panel before_line",
        "eligibility/genomic:_status": "status",
        "eligibility/genomic:_plasma": "within_days resolved",
        "eligibility/genomic:_too_early": "after_line",
    },
    "IfMeasured": {"eligibility/if_measured:_": "of"},
    "LabAnswer": {"eligibility/lab_answer:_": "test is_ within_days"},
    "LabLimit": {
        "eligibility/lab:_": "test within_days",
        "eligibility/lab:_against_limit": "at_least at_most",
        "eligibility/lab:_against_uln": "at_most_uln",
    },
    "MeasurableDisease": {
        "eligibility/measurable_disease:_": "within_days",
        "eligibility/measurable_disease:_counted": "at_least",
        "eligibility/measurable_disease:_measurable": "diameter short_axis",
    },
    "Measured": {"eligibility/measured:_": "tests at_least within_days"},
    "Not": {"eligibility/combination:_": "of"},
    "NotCounted": {"eligibility/condition_codes:by_exception": "code morphology"},
    "Performance": {"eligibility/performance:_": "test at_most within_days"},
    "PriorLine": {
        "eligibility/prior_line:_": "line",
        "eligibility/prior_line:_given": "includes",
        "eligibility/prior_line:_barred": "excludes_class",
        "eligibility/prior_line:_ended": "progressed",
    },
    "PriorLines": {
        "eligibility/prior_lines:_": "exactly",
        "eligibility/prior_lines:_within_months": "adjuvant_within_months",
    },
    "Sex": {"eligibility/sex:_": "is_"},
    "RasPanel": {
        "eligibility/genomic:ras_policy": "codons limit_of_detection mutated_at"
        " mutated_at_inclusive below_threshold_meets tumor_fraction_at_least accept_not_detected"
        " clonal_hematopoiesis_genes",
    },
    "Randomization": {
        "allocation/declared:allocation_of": "method",
        "protocol/randomization:Randomization.public_sizes": "block_sizes",
        "conduct/randomization:randomize": "strata",
        "conduct/randomization:_not_ready": "requires_intended_chemotherapy",
        "conduct/edit_checks:_first_dose": "first_dose_within_days",
    },
    "ValueStratum": {
        "allocation/strata:_matching": "domain",
        "allocation/strata:_is_asked_about": "where",
        "allocation/strata:_by_value": "id variable",
        "allocation/strata:cells": "levels",
    },
    "IntervalStratum": {
        "allocation/strata:_matching": "domain",
        "allocation/strata:_is_asked_about": "where",
        "allocation/strata:_by_interval": "id variable",
        "allocation/strata:cells": "levels",
    },
    "IntervalLevel": {"allocation/strata:_level_of": "at_least below"},
    "Conduct": {
        "conduct/record:_not_of_subject": "consent_before_entry",
        "conduct/questions:_of_form": "earlier_results_label",
        "conduct/edit_checks:_first_dose": "washout_days",
        "endpoints/choices:choices_of": "death_after_data_withdrawal",
        "analysis/safety:_in_period": "adverse_events_days_after_last_dose",
        "analysis/analyze:_results": "safety_review_after",
    },
    "Assumption": {"protocol/model:Protocol.to_confirm": "to_check"},
    "Regimen": {
        "conduct/enrolment:_chemotherapy_intended": "id",
        "subject/regimen:cycle_days": "cycle_days",
        "conduct/edit_checks:_other_drugs": "drugs",
    },
    "Treatment": {"endpoints/populations:drugs_under_test": "values"},
    "DrugGiven": {
        "endpoints/populations:drugs_under_test": "drug",
        "rehearsal/dosing:next_dosing": "doses",
        "rehearsal/dosing:infusion_days": "every_days",
    },
    "Visit": {
        "protocol/model:Protocol.visit": "id",
        "protocol/schedule:Visit.rhythm": "day every_days before_days after_days",
        "protocol/schedule:occurrences": "counted_from",
        "subject/participation:Participation.start_of": "anchor drug",
        "subject/visits:_declares": "forms",
        "subject/visits:_status": "unscheduled_fills",
        "subject/participation:Participation.end_of": "until",
    },
    "Assessment": {
        "endpoints/choices:choices_of": "reader derived",
        "endpoints/choices:response_policy": "sd_min_days confirmation",
        "endpoints/choices:recist_policy": "recist",
        "endpoints/values:late_control": "late_control_days",
        "analysis/sensitivity:_shorter_sd": "sd_min_days_sensitivity",
        "protocol/model:Protocol.scans": "scan_visit",
        "conduct/tumor_checks:_methods": "modality",
        "conduct/tumor_checks:_too_fine": "recorded_precision",
    },
    "Confirmation": {
        "endpoints/choices:response_policy": "min_days intervening_ne_allowed"
        " intervening_sd_allowed",
    },
    "RecistRules": {
        "endpoints/choices:recist_policy": "diameter short_axis node_normal too_small max_targets"
        " max_per_organ pr_percent pd_percent pd_absolute choices",
    },
    "CensoringRules": {
        "endpoints/choices:censoring_rules": "no_baseline_scan progression_date"
        " clinical_progression new_therapy death missed_visits",
        "endpoints/refusals:_rule_sets": "strategy",
    },
    "Endpoint": {
        "analysis/analyze:_results": "id",
        "analysis/analyze:analyze_endpoint": "analysis estimand",
        "analysis/binary:analyze_binary": "role",
        "endpoints/choices:counted_responses": "responses",
    },
    "BinaryAnalysis": {
        "analysis/sensitivity:tests_of": "primary_test sensitivity",
        "analysis/beside:adjusted_of": "covariates",
    },
    "TimeToEventAnalysis": {
        "analysis/time_to_event:analyze_time_to_event": "rules stratified",
    },
    "Estimand": {
        "analysis/analyze:analyze_endpoint": "population",
        "endpoints/refusals:_estimands": "intercurrent summary",
    },
    "IntercurrentEvent": {"endpoints/refusals:_estimands": "event strategy"},
    "Population": {
        "analysis/analyze:populations_of": "id",
        "endpoints/populations:members": "rule",
    },
    "Cutoff": {
        "analysis/accounts:primary_due": "primary_days_after_last_randomization",
        "simulation/full_trial:_cutoffs": "os_months_after_last_randomization",
    },
    "Form": {
        "protocol/model:_forms": "id",
        "protocol/form_records:_columns": "header groups",
        "subject/participation:is_asked": "sex",
        "conduct/data_entry:_saved_before": "repeats",
    },
    "FormGroup": {
        "protocol/form_records:_columns": "fields",
        "protocol/form_records:fold": "id constants",
        "protocol/form_records:Place.variable": "domain",
        "protocol/form_records:Place.write": "status_variable reason_variable",
        "protocol/forms:_group_problems": "repeats",
        "conduct/edit_checks:implausible": "plausible",
    },
    "FormField": {
        "protocol/form_records:_of_group": "id",
        "protocol/form_records:Place.variable": "variable",
        "protocol/forms:_value_problems": "type codes",
        "protocol/forms:_problems": "required missing",
        "protocol/forms:_number_problems": "min max",
    },
    "PlausibleRange": {
        "conduct/edit_checks:implausible": "field when",
        "conduct/edit_checks:_question": "low high unit",
    },
}
"""Class -> reader -> the fields that it obeys."""

SHOWN: Readers = {
    "Registration": {
        "report/protocol/page:_trial": "title sponsor phase design status start end condition"
        " summary traps",
    },
    "Design": {
        "report/design/lead:lead": "hypotheses",
        "report/design/scans:_table": "control_median_pfs_months",
    },
    "Hypotheses": {"report/design/lead:lead": "h0 h1"},
    "Scenario": {
        "report/design/power:assurance_table": "label",
        "report/protocol/page:_size": "source",
    },
    "Arm": {"report/protocol/page:_arms": "label"},
    "Criterion": {"report/protocol/page:_criterion": "registered short note"},
    "Attestation": {"eligibility/attestation:_": "question"},
    "ValueStratum": {"report/protocol/page:_randomization": "label"},
    "IntervalStratum": {"report/protocol/page:_randomization": "label"},
    "Regimen": {"report/protocol/page:_treatment": "for_"},
    "Treatment": {"report/protocol/page:_treatment": "id text"},
    "Visit": {"report/protocol/page:_schedule": "label"},
    "Assessment": {"report/trial/declared:masking_limit": "blinded"},
    "Endpoint": {"report/protocol/page:_endpoints": "label"},
    "Estimand": {"report/protocol/page:_estimand": "treatment variable"},
    "IntercurrentEvent": {"report/protocol/page:_estimand": "handled"},
    "Population": {"report/protocol/page:_estimand": "definition"},
    "Form": {"report/protocol/form_words:form_lines": "title"},
    "FormGroup": {"report/protocol/form_words:_group": "label"},
    "FormField": {"report/protocol/form_words:_question": "label hint"},
    "Assumption": {
        "report/protocol/page:_assumptions": "said taken why otherwise",
    },
}
"""Class -> reader -> what is shown to people, since no rule could obey it."""

ONE_VALUE = frozenset(
    {
        "Protocol.equipoise",
        "RecistRules.version",
        "BinaryAnalysis.interval",
        "BinaryAnalysis.missing",
    }
)
"""Fields whose type allows one value, which is all that the rules can do: any other is refused when
the file is read.
"""


@cache
def owner_of(model: type[BaseModel], name: str) -> type[BaseModel]:
    """The class that declares a field of a model."""
    return next(base for base in model.__mro__ if name in get_annotations(base))


def listed(readers: Readers) -> dict[str, str]:
    """Class.field -> its reader."""
    return {
        f"{owner}.{field}": reader
        for owner, by_reader in readers.items()
        for reader, fields in by_reader.items()
        for field in fields.split()
    }


@cache
def functions(file: str) -> Mapping[str, frozenset[str]]:
    """Function of a file of the house, with its class before it -> every name that it reads: of
    attributes, in patterns, and as text, since `getattr` asks by name. A function inside another
    belongs to it; registered ones share the name `_`.
    """
    tree = ast.parse((HOUSE / f"{file}.py").read_text(encoding="utf-8"))
    names: dict[str, frozenset[str]] = {}
    for name, function in _functions(tree):
        names[name] = names.get(name, frozenset()) | frozenset(_names(function))
    return names


def _functions(tree: ast.AST, owner: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield f"{owner}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{node.name}.")


def _names(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.MatchClass):
            yield from node.kwd_attrs
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name):
            yield node.id
