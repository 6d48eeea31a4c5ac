"""A protocol file is read whole: every error at once, each with line and column; what loads is
complete.
"""

from __future__ import annotations

import json

import pytest
from ruamel.yaml import YAML

from equipoise.protocol.criteria.genomic import Genomic
from equipoise.protocol.criteria.measurable_disease import MeasurableDisease
from equipoise.protocol.form_library import library
from equipoise.protocol.payload import from_payload, to_payload
from equipoise.protocol.places import ProtocolError
from equipoise.protocol.yaml_file import load, parse, read_text, shipped

TEXT = read_text("NCT04509635")


def problems(text: str) -> list[tuple[int, str, str]]:
    """(line, where, message) of everything that is wrong."""
    with pytest.raises(ProtocolError) as refused:
        parse(text, "trial.yaml")
    return [(problem.line, problem.where, problem.message) for problem in refused.value.problems]


def with_change(old: str, new: str) -> str:
    assert TEXT.count(old) >= 1
    return TEXT.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


# ------------------------------------------------------------------ where an error is


def test_an_error_has_its_line_column_place_and_what_was_found():
    text = with_change("participants: 50", "participants: many")

    with pytest.raises(ProtocolError) as refused:
        parse(text, "trial.yaml")

    line = line_of(text, "participants: many")
    assert str(refused.value).startswith(
        f"trial.yaml: line {line}, column 3: design.participants: "
    )
    assert "found 'many'" in str(refused.value)


def test_every_error_is_reported_at_once_in_the_order_of_the_file():
    text = with_change("phase: Phase 3", "phase: 3")
    text = text.replace("sd_min_days: 49", "sd_min_days: 0").replace(
        "pr_percent: 30", "pr_percent: a third"
    )
    text = text.replace("test: NEUT, at_least: 1.5 10*9/L", "test: NEUT, at_least: 1.5 bananas", 1)

    found = problems(text)

    assert [where.split(".")[-1] for _, where, _ in found] == [
        "phase",
        "at_least",
        "sd_min_days",
        "pr_percent",
    ]
    assert [line for line, _, _ in found] == [
        line_of(text, part)
        for part in ("phase: 3", "1.5 bananas", "sd_min_days: 0", "pr_percent: a third")
    ]
    assert "expected a number, a blank and a UCUM unit" in found[1][2]


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        (
            "  title: Cetuximab",
            "  titel: Cetuximab",
            "registration.titel",
            "Extra inputs are not permitted",
        ),
        ("  title: Cetuximab", "  titel: Cetuximab", "registration.title", "expected this part"),
        ("block_sizes: sealed", "block_sizes: 4", "block_sizes.tuple[int, ...]", "valid tuple"),
        (
            "rule: {kind: consent}",
            "rule: {kind: consents}",
            "eligibility.inclusion.10.rule",
            "does not match any",
        ),
        (
            "rule: {kind: age, at_least: 18}",
            "rule: {kind: age, at_least: -1}",
            "at_least",
            "greater than or equal to 0",
        ),
        ("equipoise: 1", "equipoise: 2", "equipoise", "Input should be 1"),
        ("test: PLAT,", "test: platelets,", "test", "up to 8 capital letters"),
        ("at_most_uln: 1.5,", "at_most_uln: 1.5, at_most: 20 umol/L,", "0", "exactly one of"),
        ("anchor: last_dose, day: 30", "anchor: last_doze, day: 30", "anchor", "'last_dose'"),
    ],
)
def test_wrong_names_and_types(old, new, where, says):
    found = problems(with_change(old, new))

    assert any(place.endswith(where) and says in message for _, place, message in found), found


# ------------------------------------------------------------------ what single fields cannot show


@pytest.mark.parametrize(
    ("old", "new", "part", "says"),
    [
        (
            "rule: A-TISSUE}",
            "rule: A-TISSU}",
            None,
            "found 'A-TISSU', expected record, mirror or the id of an assumption",
        ),
        ("rule: A-TISSUE}", "rule: record}", "A-TISSUE: {said", "no value refers to it"),
        ("rule: A-TISSUE}", "role: A-TISSUE}", None, "no field 'role' in this block"),
        (
            "forms: [SURVIVAL_CONTACT, ",
            "forms: [PHONE_CALL, ",
            None,
            "no form 'PHONE_CALL'; known are",
        ),
        (
            "include: [DEMOGRAPHICS, ",
            "include: [DEMOGRAFICS, ",
            None,
            "found 'DEMOGRAFICS', expected one of",
        ),
        (
            "    TREATMENT:\n",
            "    TREATMENTS:\n",
            None,
            "'TREATMENTS' is not among the included forms",
        ),
        (
            "      level: {hint: ",
            "      stage: {hint: ",
            None,
            "found 'stage', expected one of date, drug, planned",
        ),
        (
            "    TREATMENT:\n",
            "    SURVIVAL_CONTACT: 5\n    TREATMENT:\n",
            None,
            "found 5, expected fields and their changes",
        ),
        (
            "    TREATMENT:\n",
            "    SURVIVAL_CONTACT: {status: 5}\n    TREATMENT:\n",
            None,
            "found 5, expected members of the field",
        ),
        ("PLASMA, panel: RAS,", "PLASMA, panel: KRAS,", None, "no panel 'KRAS'; known: RAS"),
        (
            "role: secondary",
            "role: primary",
            "endpoints:",
            "found 2 primary endpoints, expected exactly one",
        ),
        ("primary_test: boschloo, ", "", "endpoints:", "has no primary_test"),
        (
            "role: control,",
            "role: experimental,",
            "arms:",
            "found 2 with the role experimental, expected exactly one",
        ),
        ("block_sizes: sealed", "block_sizes: [4, 5]", None, "5 is not a multiple of the 2 places"),
        (
            "\npopulations:\n",
            (
                "\n  - {id: LATE, label: Late events, role: secondary, from: record, estimand:"
                " {treatment: as received, population: SAFETY, variable: late events,"
                " intercurrent: [], summary: number and percentage by grade},"
                ' analysis: {kind: safety, ctcae: "6.0"}}\n\npopulations:\n'
            ),
            "endpoints:",
            "found CTCAE 5.0 and 6.0, expected one version",
        ),
        ("scan_visit: SCAN", "scan_visit: CAT", None, "no visit 'CAT' in the schedule"),
        (
            "scan_visit: SCAN",
            "scan_visit: CYCLE",
            None,
            "CYCLE goes by the cycle, expected days: the regimen may not decide when progression",
        ),
        (
            "modality: [CT SCAN, MRI]",
            "modality: [contrast-enhanced CT, MRI]",
            None,
            "found 'contrast-enhanced CT', expected one of CT SCAN, MRI, PET/CT SCAN",
        ),
        (
            "drug: CETUXIMAB, from",
            "drug: PANITUMUMAB, from",
            None,
            "found 'PANITUMUMAB'; drugs of this trial are CETUXIMAB, FLUOROURACIL",
        ),
        (
            "values: {drug: CETUXIMAB, ",
            "values: {",
            "values: {doses",
            "doses and days between them, and no drug that they are of",
        ),
    ],
)
def test_contradictions_between_parts(old, new, part, says):
    text = with_change(old, new)
    found = [(line, message) for line, _, message in problems(text) if says in message]

    assert len(found) == 1
    assert (
        abs(found[0][0] - line_of(text, part or new)) <= 5
    )  # the line, or the block that holds it


def test_a_cycle_needs_a_regimen_that_says_how_long_it_is():
    payload = to_payload(load("NCT04509635"))

    with pytest.raises(ValueError, match=r"schedule.CYCLE.day: found 'cycle', and no regimen says"):
        from_payload({**payload, "regimens": []})


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("- id: E07", "- id: E06", "criteria: the id 'E06'"),
        ("{id: FENG,", "{id: VELO,", "design.scenarios: the id 'VELO'"),
        ("{id: CHEMOTHERAPY,", "{id: CETUXIMAB_CHEMOTHERAPY,", "arms: the id 'CETUXIMAB_CHEMOTH"),
        ("id: ANTI_EGFR_FREE", "id: IRINOTECAN", "randomization.strata: the id 'IRINOTECAN'"),
        ("{id: MFOLFOX6,", "{id: FOLFIRI,", "regimens: the id 'FOLFIRI'"),
        ("- id: RASH", "- id: CETUXIMAB", "treatment: the id 'CETUXIMAB'"),
        ("{id: MAGNESIUM,", "{id: CYCLE,", "schedule: the id 'CYCLE'"),
        ("- id: ORR", "- id: DCR", "endpoints: the id 'DCR'"),
        ("{id: EVALUABLE,", "{id: PER_PROTOCOL,", "populations: the id 'PER_PROTOCOL'"),
        ("HEMATOLOGY, CHEMISTRY, TUMOR_M", "HEMATOLOGY, HEMATOLOGY, TUMOR_M", "forms: the id 'HEM"),
        ("level: {hint:", "level: {id: delay, hint:", "forms.TREATMENT.dose: the id 'delay'"),
    ],
)
def test_no_two_share_an_id(old, new, says):
    found = [f"{where}: {message}" for _, where, message in problems(with_change(old, new))]

    assert any(says in sentence and "stands 2 times" in sentence for sentence in found), found


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "at_least: 1, within_days: 28}",
            "at_least: 1, within_days: 28, diameter: 20 mm}",
            "found 20 mm; leave it out: assessment.recist says 10 mm",
        ),
        (
            "at_least: 1, within_days: 28}",
            "at_least: 1, within_days: 28, short_axis: 12 mm}",
            "found 12 mm; leave it out: assessment.recist says 15 mm",
        ),
        (
            "within_days: 28, after_line: 2}",
            (
                "within_days: 28, after_line: 2, resolved: {codons: {KRAS: [12]},"
                " limit_of_detection: 0.1, mutated_at: 0.1, mutated_at_inclusive: true,"
                " below_threshold_meets: true, tumor_fraction_at_least: 0.1,"
                " accept_not_detected: true, clonal_hematopoiesis_genes: []}}"
            ),
            "found another panel; leave it out: molecular.RAS says it",
        ),
    ],
)
def test_what_loading_fills_in_is_not_declared_otherwise(old, new, says):
    assert [message for _, _, message in problems(with_change(old, new))] == [says]


def test_a_block_without_a_provenance_for_the_rest_is_refused():
    found = problems(with_change('from: {"*": record, rule: A-TISSUE}', "from: {rule: A-TISSUE}"))

    assert any("expected an entry '*'" in message for _, _, message in found)


def test_a_protocol_under_which_silence_would_be_eligible_is_refused():
    yaml = YAML(typ="safe", pure=True)
    tree = yaml.load(TEXT)
    silent = {
        "kind": "not",
        "of": {"kind": "condition", "category": "NEUROPATHY", "absence": "closed_world"},
    }
    only = {"id": "E01", "registered": None, "short": "x", "from": "record", "rule": silent}
    tree["eligibility"] = {"inclusion": [], "exclusion": [only]}

    found = problems(json.dumps(tree))

    assert any(
        "a participant without any data would be eligible" in message for _, _, message in found
    )


def test_a_protocol_without_criteria_is_refused():
    tree = YAML(typ="safe", pure=True).load(TEXT)
    tree["eligibility"] = {"inclusion": [], "exclusion": []}

    assert any(
        "without any data would be eligible" in message
        for _, _, message in problems(json.dumps(tree))
    )


# ------------------------------------------------------------------ what is no YAML


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: [1, 2\nb: 3\n", 2, "expected ',' or ']'"),
        ("a: 1\n\tb: 2\n", 2, "cannot start any token"),
        ("a: 1\na: 2\n", 2, "duplicate key"),
        ("- a\n- b\n", 1, "expected those of a protocol"),
        ("just words", 1, "expected those of a protocol"),
        ("", 1, "expected those of a protocol"),
    ],
)
def test_broken_yaml_has_a_line_too(text, line, says):
    found = problems(text)

    assert [one[0] for one in found] == [line]
    assert says in found[0][2]


def test_an_unquoted_comma_in_flow_mapping_names_the_line():
    """`{said: one, two}` is two members in YAML, and the second has no value."""
    text = with_change(
        'said: "nothing", taken: "CTCAE 5.0"', "said: nothing, at all, taken: CTCAE 5.0"
    )

    found = problems(text)

    assert {line for line, _, _ in found} == {line_of(text, "said: nothing, at all")}
    assert any("at all" in where for _, where, _ in found)


def test_a_protocol_that_is_not_there_says_which_are():
    with pytest.raises(FileNotFoundError, match=r"no protocol 'NCT1'.*NCT04509635"):
        load("NCT1")


def test_a_file_is_read_by_its_path(tmp_path):
    (tmp_path / "mine.yaml").write_text(TEXT, encoding="utf-8")

    assert load(str(tmp_path / "mine.yaml")) == load("NCT04509635")


# ------------------------------------------------------------------ what loads is complete


def test_criteria_leave_with_their_panel_and_thresholds():
    protocol = load("NCT04509635")
    rules = [
        part
        for criterion in protocol.criteria
        for part in getattr(criterion.rule, "of", None) or [criterion.rule]
    ]
    rules = [part for part in rules if isinstance(part, Genomic | MeasurableDisease)]

    assert len(rules) == 2 + 1
    for part in rules:
        if isinstance(part, Genomic):
            assert part.resolved is not None
            assert part.resolved.codons == protocol.molecular["RAS"].codons
        else:
            assert str(part.diameter) == "10 mm"
            assert str(part.short_axis) == "15 mm"


def test_numbers_come_as_written_and_never_as_binary_fractions():
    protocol = load("NCT04509635")

    assert str(protocol.design.alpha) == "0.05"
    assert str(protocol.molecular["RAS"].mutated_at) == "0.001"


def test_every_value_of_the_shipped_trial_has_a_provenance():
    protocol = load("NCT04509635")

    assert protocol.design.provenance("participants") == "mirror"
    assert protocol.design.provenance("alpha") == "A-PRIMARY-TEST"
    assert protocol.design.provenance() == "A-SCENARIOS"
    assert protocol.registration.provenance("phase") == "record"


def test_what_only_the_mirrors_say_is_not_said_to_stand_in_the_record():
    """The registered text names the phase and both arms, but neither 1:1 nor until when treatment
    goes on.
    """
    protocol = load("NCT04509635")
    until = next(one for one in protocol.treatment if one.id == "UNTIL")

    assert [(arm.provenance("ratio"), arm.provenance("label")) for arm in protocol.arms] == [
        ("mirror", "record")
    ] * 2
    assert until.provenance() == "mirror"


@pytest.mark.parametrize("trial", shipped())
def test_the_ledger_carries_the_whole_protocol(trial):
    protocol = load(trial)
    payload = json.loads(json.dumps(to_payload(protocol), allow_nan=False))

    assert from_payload(payload) == protocol
    assert not _floats(payload)


def _floats(node: object) -> list[float]:
    if isinstance(node, dict):
        return [found for value in node.values() for found in _floats(value)]
    if isinstance(node, list):
        return [found for value in node for found in _floats(value)]
    return [node] if isinstance(node, float) else []


def test_every_form_of_the_library_is_used_by_the_shipped_trial():
    assert {form.id for form in load("NCT04509635").forms} == set(library())
