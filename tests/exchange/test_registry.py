"""A registry record becomes a draft: every criterion, nothing dropped, everything misleading
said.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from equipoise.exchange.registry.criteria import (
    Imported,
    UnreadableRecord,
    import_record,
    read_record,
)
from equipoise.exchange.registry.findings import KNOWN
from equipoise.protocol.model import Eligibility
from equipoise.protocol.places import ProtocolError
from equipoise.protocol.yaml_file import load, parse

FIXTURES = Path(__file__).parents[1] / "fixtures"
PAGE = (FIXTURES / "NCT04509635.txt").read_text(encoding="utf-8")
API = (FIXTURES / "NCT04509635_reconstructed_api_v2.json").read_text(encoding="utf-8")
LUNG = (FIXTURES / "invented_lung_page.txt").read_text(encoding="utf-8")
PARAGRAPHS = (FIXTURES / "invented_paragraphs.txt").read_text(encoding="utf-8")
NAMED = {"page": PAGE, "api": API, "lung": LUNG, "paragraphs": PARAGRAPHS}
ALL = [pytest.param(text, id=name) for name, text in NAMED.items()]


def rule(imported: Imported, criterion: str) -> dict:
    found = next(one for one in imported.criteria if one.id == criterion)
    return found.criterion.model_dump(mode="json", by_alias=True, exclude_defaults=True)["rule"]


def codes(imported: Imported, criterion: str) -> set[str]:
    return {finding.code for finding in imported.findings if finding.criterion == criterion}


def letters(text: str) -> str:
    """Text without white space and without the marks that open an item."""
    return re.sub(r"(?m:^[ \t]*(?:\d{1,2}\.|[-*](?= )))|(?<= )-(?= )|\s", "", text)


def section(text: str, heading: str, until: str) -> str:
    return text.split(heading, 1)[1].split(until, 1)[0]


# ------------------------------------------------------------------ nothing is dropped


def test_the_record_has_eighteen_criteria():
    imported = import_record(PAGE)

    assert [one.id for one in imported.criteria] == [f"I{n:02d}" for n in range(1, 12)] + [
        f"E{n:02d}" for n in range(1, 8)
    ]
    assert [one.number for one in imported.criteria[11:]] == ["1", "2", "3", "4", "", "5", "6"]


def test_all_registered_text_stands_in_the_criteria():
    imported = import_record(PAGE)
    included = section(PAGE, "Inclusion Criteria:", "Exclusion Criteria:")
    excluded = section(PAGE, "Exclusion Criteria:", "\0")

    for letter, source in (("I", "\n" + included), ("E", excluded)):
        told = "".join(one.registered for one in imported.criteria if one.id.startswith(letter))
        assert letters(told) == letters(source)


def test_all_text_of_a_bulleted_record_stands_in_the_criteria():
    imported = import_record(LUNG)
    included = section(LUNG, "Key Inclusion Criteria", "Key Exclusion Criteria")
    excluded = section(LUNG, "Key Exclusion Criteria", "Contacts and Locations")

    told = "".join(one.registered for one in imported.criteria)
    assert letters(told) == letters(included + excluded)


@given(st.integers(20, 200))
def test_where_the_lines_break_changes_nothing(width):
    head, criteria = PAGE.split("Inclusion Criteria:", 1)
    included, excluded = criteria.split("Exclusion Criteria:")
    flowing = [" ".join(part.split()) for part in (included, excluded)]
    rewrapped = [re.sub(rf"(.{{1,{width}}})(?: |$)", r"\1\n", part) for part in flowing]
    text = f"{head}Inclusion Criteria:{rewrapped[0]}\nExclusion Criteria:\n{rewrapped[1]}"

    assert import_record(text).criteria == import_record(PAGE).criteria


def test_the_page_and_the_interface_give_the_same_criteria_and_findings():
    page, api = import_record(PAGE), import_record(API)

    assert page.criteria == api.criteria
    assert set(page.findings) - set(api.findings) == {
        f for f in page.findings if f.found == "registration.id"
    }


@pytest.mark.parametrize("text", ALL)
def test_the_eligibility_of_every_draft_is_valid_and_is_what_was_imported(text):
    imported = import_record(text)
    written = YAML(typ="safe", pure=True).load(imported.draft_yaml)

    eligibility = Eligibility.model_validate(written["eligibility"])

    assert [*eligibility.inclusion, *eligibility.exclusion] == [
        one.criterion for one in imported.criteria
    ]


def test_the_draft_names_every_part_that_is_missing_with_line_and_column():
    with pytest.raises(ProtocolError) as refused:
        parse(import_record(PAGE).draft_yaml, "draft")

    missing = {problem.where for problem in refused.value.problems}
    assert {"design", "arms", "molecular", "schedule", "endpoints", "registration.id"} <= missing
    assert all("expected this part" in problem.message for problem in refused.value.problems)
    assert next(p for p in refused.value.problems if p.where == "registration.id").line == 8


def test_a_draft_completed_from_the_shipped_trial_is_a_protocol():
    """The draft's own part is sound: with the shipped trial's other sections it loads and
    resolves.
    """
    yaml = YAML(typ="safe", pure=True)
    draft, shipped = (yaml.load(text) for text in (import_record(API).draft_yaml, _shipped()))
    used = {
        source
        for name in ("inclusion", "exclusion")
        for c in draft["eligibility"][name]
        for source in _sources(c)
    }
    kept = {name: value for name, value in shipped["assumptions"].items() if name != "A-READING"}
    merged = {
        **shipped,
        "eligibility": draft["eligibility"],
        "assumptions": {**kept, **draft["assumptions"]},
    }
    text = json.dumps(merged, default=str)

    with pytest.raises(ProtocolError) as refused:
        parse(text, "merged")

    assert used - {"record"} == set(draft["assumptions"])
    assert {problem.message for problem in refused.value.problems} == {"no value refers to it"}


def _sources(criterion: dict) -> list[str]:
    return (
        [criterion["from"]]
        if isinstance(criterion["from"], str)
        else list(criterion["from"].values())
    )


def _shipped() -> str:
    from equipoise.protocol.yaml_file import read_text

    return read_text("NCT04509635")


# ------------------------------------------------------------------ what the record becomes


NOT_IN_A_RECORD = ("within_days", "after_line", "resolved", "diameter", "short_axis")


def without_what_no_record_says(rule):
    if isinstance(rule, list):
        return [without_what_no_record_says(part) for part in rule]
    if not isinstance(rule, dict):
        return rule
    return {
        key: without_what_no_record_says(value)
        for key, value in rule.items()
        if key not in NOT_IN_A_RECORD
    }


@pytest.mark.parametrize(
    "criterion",
    [
        "I01",
        "I03",
        "I04",
        "I06",
        "I07",
        "I09",
        "I11",
        "E01",
        "E02",
        "E03",
        "E04",
        "E05",
        "E06",
        "E07",
    ],
)
def test_the_draft_asks_what_the_shipped_trial_asks(criterion):
    """Two readings of one record, written apart, agree but for what the record does not give."""
    ours = next(one.criterion for one in import_record(PAGE).criteria if one.id == criterion)
    theirs = next(one for one in load("NCT04509635").criteria if one.id == criterion)
    said = [
        without_what_no_record_says(one.model_dump(mode="json", by_alias=True)["rule"])
        for one in (ours, theirs)
    ]

    assert said[0] == said[1]


def test_hematology_has_its_limits_units_and_window():
    assert rule(import_record(PAGE), "I09") == {
        "kind": "all",
        "of": [
            {"kind": "lab", "test": "NEUT", "at_least": "1.5 10*9/L", "within_days": 7},
            {"kind": "lab", "test": "PLAT", "at_least": "100 10*9/L", "within_days": 7},
            {"kind": "lab", "test": "HGB", "at_least": "9 g/dL", "within_days": 7},
        ],
    }


def test_renal_function_without_a_threshold_is_a_judgement_and_no_limit_is_invented():
    parts = rule(import_record(PAGE), "I10")["of"]

    assert [part["kind"] for part in parts] == [
        "attestation",
        "lab",
        "lab",
        "measured",
        "if_measured",
        "if_measured",
    ]
    assert "renal" in parts[0]["question"]
    assert not any(part.get("test") == "CREAT" for part in parts)


def test_lines_of_therapy_keep_their_drugs():
    imported = import_record(PAGE)

    assert rule(imported, "I04")["of"] == [
        {"kind": "prior_line", "line": 1, "includes": ["CETUXIMAB"]},
        {
            "kind": "genomic",
            "specimen": "TISSUE",
            "panel": "RAS",
            "status": "WILD TYPE",
            "before_line": 1,
        },
    ]
    assert rule(imported, "I05")["of"][1]["kind"] == "not"


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ("I01", {"SILENCE", "DIAGNOSIS_CODES"}),
        ("I02", {"SILENCE", "DIAGNOSIS_CODES", "JUDGEMENT", "OUTSIDE_LIVER"}),
        ("I03", {"MISSING_WINDOW"}),
        ("I04", {"LINE_UNDEFINED", "TISSUE_REPORT", "NO_INTERVAL"}),
        ("I05", {"LINE_UNDEFINED", "ONLY_THIS_DRUG"}),
        ("I06", {"PANEL_UNDEFINED", "MARKER_NOT_TESTED"}),
        ("I07", {"MISSING_WINDOW"}),
        ("I08", {"JUDGEMENT"}),
        ("I09", {"LOST_SUPERSCRIPT", "WINDOW_HERE_ONLY"}),
        ("I10", {"MISSING_THRESHOLD", "EITHER_OR", "WINDOW_HERE_ONLY"}),
        ("I11", set()),
        ("E03", {"NOT_FOR_MEN", "SILENCE", "MISSING_WINDOW"}),
        ("E04", {"SILENCE", "MALIGNANCY_CODES", "YEARS_OF_WHAT"}),
        ("E05", {"GLUED_CRITERIA", "SILENCE"}),
        ("E07", {"SILENCE", "ANY_GRADE"}),
    ],
)
def test_every_trap_of_the_record_is_shown(criterion, expected):
    assert codes(import_record(PAGE), criterion) == expected


def test_a_panel_that_is_not_defined_says_what_it_lacks():
    found = next(
        f
        for f in import_record(PAGE).findings
        if (f.code, f.criterion) == ("PANEL_UNDEFINED", "I06")
    )

    for lacking in (
        "codons",
        "limit of detection",
        "allele-fraction threshold",
        "tumor fraction",
        "window",
    ):
        assert lacking in found.found


@pytest.mark.parametrize("text", ALL)
def test_every_finding_says_what_was_found_why_it_matters_and_what_to_do(text):
    for finding in import_record(text).findings:
        assert finding.code in KNOWN
        assert finding.found.strip()
        assert finding.why.endswith(".")
        assert finding.todo.endswith(".")


# ------------------------------------------------------------------ another record, another style


def test_nested_bullets_belong_to_the_criterion_above_them():
    imported = import_record(LUNG)

    assert len(imported.criteria) == 7 + 6
    assert rule(imported, "I04")["of"][:5] == [
        {"kind": "lab", "test": "HGB", "at_least": "9.0 g/dL", "within_days": 14},
        {
            "kind": "not",
            "of": {"kind": "lab", "test": "NEUT", "at_most": "1500 /uL", "within_days": 14},
        },
        {"kind": "lab", "test": "PLAT", "at_least": "100000 /uL", "within_days": 14},
        {"kind": "lab", "test": "CREAT", "at_most_uln": "1.5", "within_days": 14},
        {"kind": "lab", "test": "BILI", "at_most_uln": "1.5", "within_days": 14},
    ]
    assert codes(imported, "I04") == {
        "STRICT_LIMIT",
        "WINDOW_HERE_ONLY",
        "WINDOW_ANCHOR",
        "PARTLY_READ",
    }


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ("I01", {"kind": "age", "at_least": 18}),
        ("I03", {"kind": "performance", "test": "ECOG101", "at_most": 1, "within_days": 7}),
        (
            "I06",
            {
                "kind": "any",
                "of": [
                    {"kind": "sex", "is": "M"},
                    {"kind": "lab_answer", "test": "HCG", "is": "NEGATIVE", "within_days": 3},
                ],
            },
        ),
        ("I07", {"kind": "consent"}),
        ("E05", {"kind": "performance", "test": "ECOG101", "at_most": 2, "within_days": 7}),
        (
            "E04",
            {
                "kind": "all",
                "of": [
                    {"kind": "lab", "test": "HGB", "at_least": "8 g/dL", "within_days": 30},
                    {"kind": "lab", "test": "PLAT", "at_least": "50 10*3/uL", "within_days": 30},
                ],
            },
        ),
    ],
)
def test_the_lung_record(criterion, expected):
    assert rule(import_record(LUNG), criterion) == expected


def test_a_condition_with_an_exception_that_is_not_understood_is_left_to_a_person():
    imported = import_record(LUNG)

    for criterion in ("E01", "E02", "E06"):
        assert rule(imported, criterion)["kind"] == "attestation"
        assert codes(imported, criterion) == {"NOT_RECOGNIZED"}
    assert "does not apply: Known brain metastases" in rule(imported, "E01")["question"]


def test_an_exception_without_a_code_is_named():
    found = {f.code: f.found for f in import_record(LUNG).findings if f.criterion == "E03"}

    assert found["EXCEPTION_NOT_CODED"] == "localized prostate cancer"
    assert rule(import_record(LUNG), "E03")["of"]["except"] == [{"code": "D06"}]


def test_paragraphs_and_no_exclusion_section():
    imported = import_record(PARAGRAPHS)

    assert [rule(imported, f"I{n:02d}")["kind"] for n in (1, 2, 3, 4)] == [
        "sex",
        "all",
        "prior_lines",
        "all",
    ]
    assert rule(imported, "I02")["of"][1] == {"kind": "not", "of": {"kind": "age", "at_least": 76}}
    assert codes(imported, "I04") == {"UNIT_NOT_READ", "PARTLY_READ"}
    assert {"NO_EXCLUSION_SECTION", "UNKNOWN_ENROLLMENT"} <= codes(imported, "")


def test_text_before_the_first_criterion_is_shown():
    text = LUNG.replace(
        "Key Inclusion Criteria\n", "Key Inclusion Criteria\n  All of these at once.\n"
    )

    assert "All of these at once." in {
        f.found for f in import_record(text).findings if f.code == "TEXT_OUTSIDE"
    }


def test_a_cycle_without_a_length_is_shown():
    assert "CYCLE_LENGTH" in codes(import_record(LUNG), "")
    assert "CYCLE_LENGTH" not in codes(
        import_record(LUNG.replace("4 cycles", "4 cycles of 21 days")), ""
    )


@pytest.mark.parametrize(
    ("status", "count", "known"),
    [
        ("Withdrawn", "0", True),
        ("Not yet recruiting", "0", False),
        ("Recruiting", "99999999", False),
        ("Recruiting", "120 participants (anticipated)", True),
    ],
)
def test_the_figures_that_registries_print_for_an_unknown_size(status, count, known):
    text = LUNG.replace("Withdrawn", status).replace("0 participants", count)

    assert ("UNKNOWN_ENROLLMENT" not in codes(import_record(text), "")) is known


# ------------------------------------------------------------------ wording


def imported_inclusion(*criteria: str) -> Imported:
    return import_record("Inclusion Criteria:\n\n" + "\n".join(f"* {text}" for text in criteria))


@pytest.mark.parametrize(
    ("text", "at_most"),
    [
        ("ECOG 0-1", 1),
        ("ECOG performance status of 0, 1 or 2", 2),
        ("ECOG PS < 2", 1),
        ("WHO performance status 0 or 1", 1),
    ],
)
def test_performance_in_many_words(text, at_most):
    assert rule(imported_inclusion(text), "I01")["at_most"] == at_most


@pytest.mark.parametrize("text", ["ECOG 2", "ECOG 1-2", "Karnofsky ≥ 80"])
def test_a_score_that_is_no_upper_limit_is_left_to_a_person(text):
    assert rule(imported_inclusion(text), "I01")["kind"] == "attestation"


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("Neutrophils ≥ 1.5 x 10^9/L", "1.5 10*9/L"),
        ("ANC at least 1,500 /mm3", "1500 /uL"),
        ("absolute neutrophil count (ANC) ≥1.5×10⁹/L", "1.5 10*9/L"),
        ("neutrophils >= 1.5 K/uL", "1.5 10*3/uL"),
        ("neutrophil count greater than or equal to 1.5 x109/l", "1.5 10*9/L"),
    ],
)
def test_units_as_laboratories_and_registries_write_them(text, limit):
    assert rule(imported_inclusion(text), "I01") == {
        "kind": "lab",
        "test": "NEUT",
        "at_least": limit,
        "within_days": 7,
    }
    assert ("LOST_SUPERSCRIPT" in codes(imported_inclusion(text), "I01")) is ("x109" in text)


@given(
    st.text(alphabet="abcdefgh ,.()0123456789<>≥xULN/-", min_size=1, max_size=80).filter(
        lambda t: t.strip(" ,.-")
    )
)
def test_whatever_is_not_understood_is_kept_word_for_word(text):
    imported = imported_inclusion("Age ≥ 18 years", text)

    assert "".join(c.registered for c in imported.criteria).replace(
        " ", ""
    ) == "Age≥18years" + text.replace(" ", "")


def test_each_limit_takes_the_window_that_follows_it_and_the_last_holds_for_the_rest():
    text = (
        "ANC ≥ 1.5 x 10^9/L within 7 days; platelets ≥ 100 x 10^9/L within 2 weeks before"
        " randomization, Hb ≥ 9 g/dL"
    )

    assert [part["within_days"] for part in rule(imported_inclusion(text), "I01")["of"]] == [
        7,
        14,
        14,
    ]


def test_the_draft_writes_no_member_that_says_nothing():
    rules = [line for line in import_record(PAGE).draft_yaml.splitlines() if "kind:" in line]

    assert len(rules) > 18
    assert not any("null" in line or "[]" in line.replace("icd10: []", "") for line in rules)


# ------------------------------------------------------------------ what is no record


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty file"),
        ("  \n", "empty file"),
        ("%PDF-1.7 ...", "binary data"),
        ("\x00\x01\x02" * 50, "binary data"),
        ("<!DOCTYPE html><html><body>Inclusion Criteria: 1. x</body></html>", "markup"),
        ("Dear colleague, please find the minutes.", "no heading 'Inclusion Criteria'"),
        ("Title: x\nInclusion Criteria:\n\n", "nothing below it"),
        ('{"FullStudiesResponse": {}}', "JSON with FullStudiesResponse"),
        (
            '{"protocolSection": {"eligibilityModule": {}}}',
            "protocolSection.eligibilityModule.eligibilityCriteria",
        ),
        ("[1, 2]", "JSON with a list"),
        ('{"protocolSection": ', "breaks off at line 1"),
    ],
)
def test_what_is_no_record_is_refused_with_what_was_found_and_what_to_do(text, says):
    with pytest.raises(UnreadableRecord, match=re.escape(says)) as refused:
        import_record(text)

    assert "expected" in str(refused.value)


def test_limits_beside_the_criteria_are_added_and_arms_are_taken_from_the_interface():
    study = json.loads(API)
    study["protocolSection"]["eligibilityModule"] |= {
        "sex": "FEMALE",
        "minimumAge": "18 Years",
        "maximumAge": "75 Years",
    }
    study["protocolSection"]["armsInterventionsModule"]["armGroups"] = [
        {"label": "Cetuximab + chemotherapy", "type": "EXPERIMENTAL"},
        {"label": "Chemotherapy", "type": "ACTIVE_COMPARATOR"},
    ]
    written = YAML(typ="safe", pure=True).load(import_record(json.dumps(study)).draft_yaml)

    assert [c["rule"]["kind"] for c in written["eligibility"]["added"]] == ["age", "not", "sex"]
    assert [(a["id"], a["role"]) for a in written["arms"]] == [
        ("CETUXIMAB_CHEMOTHERAPY", "experimental"),
        ("CHEMOTHERAPY", "control"),
    ]


def test_markdown_escapes_of_the_interface_are_read():
    study = json.loads(API)
    study["protocolSection"]["eligibilityModule"]["eligibilityCriteria"] = (
        r"Inclusion Criteria:" + "\n\n" + r"1. Age \>= 18 years"
    )

    assert [c.text for c in read_record(json.dumps(study)).criteria] == ["Age >= 18 years"]
