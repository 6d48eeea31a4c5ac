"""Forms and records are two writings of one entry: what is filled in comes back, and what is wrong
is named.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.protocol.form_library import library, library_form
from equipoise.protocol.form_records import NotOfThisForm, fill, fold, places
from equipoise.protocol.forms import Form, FormField, FormGroup, problems
from equipoise.subject.records import DOMAINS, read_record, variables
from equipoise.terms.coded import has_foreign_digit

FORMS = [Form.model_validate(library_form(name)) for name in library()]
BY_ID = {form.id: form for form in FORMS}
DATED = {"date": "2021-03-08"}


def answers(field: FormField) -> st.SearchStrategy[str]:
    """Values that a field accepts, as typed."""
    low, high = float(field.min or 0), float(field.max or 1000)
    match field.type:
        case "code" | "unit":
            return st.sampled_from(field.codes)
        case "integer":
            return st.integers(int(low), int(high)).map(str)
        case "decimal":
            return st.decimals(low, high, places=2, allow_nan=False).map(str)
        case "date" | "day":
            return st.dates().map(lambda day: day.isoformat())
        case _:
            return st.text(
                st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12
            )


@st.composite
def entries(draw: st.DrawFn) -> tuple[Form, dict[str, str], dict[str, Any]]:
    """A form with values for its required fields and some of the others; at least one row in some
    group.
    """
    form = draw(st.sampled_from(FORMS))
    header = _row(draw, form.header)
    groups = {}
    for group in form.groups:
        rows = draw(st.integers(0, 3 if group.repeats else 1))
        if rows:
            groups[group.id] = [_row(draw, group.fields) for _ in range(rows)]
    if not groups:
        groups[form.groups[0].id] = [_row(draw, form.groups[0].fields)]
    return form, header, groups


def _row(draw: st.DrawFn, fields: tuple[FormField, ...]) -> dict[str, str]:
    return {
        field.id: draw(answers(field)) for field in fields if field.required or draw(st.booleans())
    }


def told(fields: tuple[FormField, ...], values: dict[str, Any]) -> dict[str, Any]:
    """What has a variable; the rest stays in the ledger and is in no record."""
    return {field.id: values[field.id] for field in fields if field.variable and field.id in values}


@given(entries())
@settings(max_examples=300, deadline=None)
def test_filling_undoes_folding(entry):
    form, header, groups = entry

    values, filled = fill(form, fold(form, "V1", header, groups))

    assert values == told(form.header, header)
    assert filled == {
        g.id: [told(g.fields, row) for row in groups[g.id]] for g in form.groups if g.id in groups
    }


@st.composite
def folded(draw: st.DrawFn, form: Form) -> list[tuple[str, dict[str, str]]]:
    """Records that a form can hold, written without it: constants, one header for all, and for each
    field a value, nothing, or that it was not done and why.
    """
    header = {field.id: draw(st.none() | answers(field)) for field in form.header}
    records = []
    for group in form.groups:
        for _ in range(draw(st.integers(0, 3))):
            record = {**group.constants, "VISIT": "V1"}
            for field in form.header:
                variable = (field.variable or "").replace("--", group.domain)
                if variable and (answer := header[field.id]):
                    record[variable] = answer
            for field in group.fields:
                if field.missing and draw(st.booleans()):
                    record[group.status_variable or ""] = "NOT DONE"
                    if group.reason_variable:
                        record[group.reason_variable] = draw(st.sampled_from(field.missing))
                elif field.variable and (field.required or draw(st.booleans())):
                    record[field.variable] = draw(answers(field))
            records.append((group.domain, record))
    return records


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_folding_undoes_filling(form, data):
    records = data.draw(folded(form))
    values, groups = fill(form, records)

    assert list(fold(form, "V1", values, groups)) == records


def test_a_record_that_a_form_cannot_hold_whole_is_refused():
    form, blood = BY_ID["HEMATOLOGY"], {"LBTESTCD": "NEUT", "LBDTC": "2021-03-08"}

    for record, says in (
        (("VS", {"VSTESTCD": "WEIGHT"}), "HEMATOLOGY has no group for a record of VS"),
        (("LB", {**blood, "LBSPEC": "SERUM"}), "HEMATOLOGY.result has no field for LBSPEC"),
        (("LB", {**blood, "LBDTC": "2021-03-09"}), "HEMATOLOGY.date: found '2021-03-09' beside"),
    ):
        with pytest.raises(NotOfThisForm, match=says):
            fill(form, [("LB", blood), record])


def test_of_two_groups_of_a_domain_the_one_with_more_constants_holds_a_record():
    shared = {"GFREFID": "P-1", "GFDTC": "2021-03-08", "GFSPEC": "PLASMA"}
    quality = {**shared, "GFTESTCD": "QC", "GFORRES": "PASS"}
    codon = {**shared, "GFTESTCD": "CODON", "GFGENSR": "KRAS", "GFCODON": "12"}

    _, groups = fill(BY_ID["CTDNA"], [("GF", codon), ("GF", quality)])

    assert groups == {
        "property": [{"property": "QC", "result": "PASS"}],
        "codon": [{"gene": "KRAS", "codon": "12"}],
    }


@pytest.mark.parametrize(
    ("missing", "status", "needed"),
    [(["LOST"], None, "status_variable"), (["LOST", "LATE"], "LBSTAT", "reason_variable")],
)
def test_a_reason_that_no_record_could_give_back_is_refused(missing, status, needed):
    field = {"id": "value", "label": "V", "variable": "LBORRES", "type": "text", "missing": missing}
    group = {"id": "g", "domain": "LB", "fields": [field], "status_variable": status}

    with pytest.raises(
        ValueError, match=f"'value' may be missing, and the group 'g' has no {needed}"
    ):
        FormGroup.model_validate(group)


@given(entries())
@settings(max_examples=200, deadline=None)
def test_what_a_form_accepts_is_free_of_problems_and_makes_readable_records(entry):
    form, header, groups = entry

    assert problems(form, header, groups) == []
    for place, (domain, record) in enumerate(fold(form, "V1", header, groups), start=1):
        known = {name: value for name, value in record.items() if name in variables(domain)}
        assert set(record) - set(known) <= {"VISIT"}
        if not any(map(has_foreign_digit, known.values())):  # `conduct.data_entry` refuses these
            assert read_record(domain, known, place).source == place


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_every_variable_of_the_library_belongs_to_its_domain(form):
    for group in form.groups:
        assert group.domain in DOMAINS
        named = [place.variable for place in places(form, group) if place.variable]
        named += [*group.constants, *filter(None, (group.status_variable, group.reason_variable))]
        assert set(named) <= set(variables(group.domain))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_two_fields_of_a_row_never_share_a_variable(form):
    for group in form.groups:
        named = [place.variable for place in places(form, group) if place.variable]
        assert len(named) == len(set(named))


def test_a_missing_result_becomes_its_status_and_reason_and_back():
    form, group = BY_ID["HEMATOLOGY"], "result"
    row = {"test": "NEUT", "value": {"missing": "HEMOLYZED"}, "unit": "10*9/L"}

    [(domain, record)] = fold(form, "SCREENING", {"date": "2021-03-08"}, {group: [row]})

    assert (domain, record["LBSTAT"], record["LBREASND"]) == ("LB", "NOT DONE", "HEMOLYZED")
    assert "LBORRES" not in record
    assert fill(form, [(domain, record)]) == ({"date": "2021-03-08"}, {group: [row]})


def test_a_date_of_the_header_goes_to_each_domain_under_its_own_name():
    form = BY_ID["TUMOR_ASSESSMENT"]
    groups = {
        "lesion": [{"lesion": "T1"}],
        "measurement": [{"lesion": "T1"}],
        "response": [{"response": "SD"}],
    }

    found = dict(fold(form, "SCAN 1", {"date": "2021-03-08"}, groups))

    assert [found[d][f"{d}DTC"] for d in ("TU", "TR", "RS")] == ["2021-03-08"] * 3
    assert found["RS"]["RSTESTCD"] == "OVRLRESP"


@pytest.mark.parametrize(
    ("values", "groups", "says"),
    [
        ({"date": "2021-03-08", "tea": "green"}, {}, "HEMATOLOGY: no field 'tea'"),
        ({}, {}, "HEMATOLOGY.date: nothing found, expected Date of sample"),
        ({"date": "8.3.2021"}, {}, "write YYYY-MM-DD"),
        ({"date": "2021-02-30"}, {}, "no calendar has"),
        (DATED, {"results": []}, "HEMATOLOGY: no group 'results'"),
        (DATED, {"result": {"test": "NEUT"}}, "expected a list of rows"),
        (DATED, {"result": ["NEUT"]}, "result[1]: found 'NEUT', expected fields and values"),
        (
            DATED,
            {"result": [{"test": "CEA", "value": "1"}]},
            "found 'CEA', expected one of NEUT, PLAT, HGB",
        ),
        (
            DATED,
            {"result": [{"test": "NEUT", "value": "high"}]},
            "value: found 'high', expected a number",
        ),
        (
            DATED,
            {"result": [{"test": "NEUT", "value": "-1"}]},
            "found -1, expected a value from 0 to any",
        ),
        (DATED, {"result": [{"test": "NEUT", "value": 1.5}]}, "expected text as typed"),
        (DATED, {"result": [{"test": "NEUT", "value": "1", "unit": "mg"}]}, "found the unit 'mg'"),
        (
            DATED,
            {"result": [{"test": "NEUT", "value": {"missing": "TIRED"}}]},
            "'TIRED'; accepted are",
        ),
        ({"date": {"missing": "LOST"}}, {}, "none: a value is needed"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(values, groups, says):
    found = problems(BY_ID["HEMATOLOGY"], values, groups)

    assert sum(says in problem for problem in found) == 1, found


def test_every_problem_is_reported_at_once():
    rows = [{"test": "X"}, {"test": "NEUT", "value": "1"}, {"value": "x"}]

    assert len(problems(BY_ID["HEMATOLOGY"], {}, {"result": rows})) == 1 + 2 + 2


def test_a_unit_may_be_written_as_laboratories_do():
    row = {"test": "NEUT", "value": "3", "unit": "K/uL"}

    assert problems(BY_ID["HEMATOLOGY"], {"date": "2021-03-08"}, {"result": [row]}) == []


def test_one_row_where_one_is_expected():
    form = BY_ID["PREGNANCY_TEST"]
    rows = [{"result": "NEGATIVE"}, {"result": "POSITIVE"}]

    assert problems(form, {"date": "2021-03-08"}, {"result": rows}) == [
        "PREGNANCY_TEST.result: found 2 rows, expected one"
    ]


def test_a_field_of_codes_needs_codes():
    with pytest.raises(ValueError, match="field 'x' of type 'code' needs its codes"):
        FormField(id="x", label="X", type="code")  # type: ignore[call-arg]


def test_a_group_is_found_by_its_id():
    form = BY_ID["CTDNA"]

    assert isinstance(form.group("codon"), FormGroup)
    assert form.group("exon") is None
