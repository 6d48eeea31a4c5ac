"""Half of a surrogate pair is no character: every door says where it stands, and lets none in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from equipoise import assess
from equipoise.assessments.recist.sightings import LesionError
from equipoise.cli.app import app
from equipoise.conduct.data_entry import FormData, save_form
from equipoise.conduct.record import Refused
from equipoise.endpoints.policies import find_policy
from equipoise.exchange.registry.criteria import import_record
from equipoise.exchange.registry.record import UnreadableRecord
from equipoise.exchange.response_table import ResponseTableError, derive_response_table
from equipoise.exchange.subject_json import BadSubject, example_subject, read_subject
from equipoise.exchange.survival_table import (
    SurvivalColumns,
    SurvivalTableError,
    read_survival_table,
)
from equipoise.protocol.forms import problems
from equipoise.protocol.yaml_file import load
from equipoise.store.files import write_files
from equipoise.terms.canonical import NotCanonical, canonical
from equipoise.terms.unicode_text import halves_in
from story import Story, screening_forms

HALF = "x\ud800y"
SAID = r"found '\ud800', half of a surrogate pair; expected valid Unicode"
PROTOCOL = load("NCT04509635")


def leaves(value, path=()):
    """Every text of a tree, by its path."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[key], (*path, key))


def with_half(value, path):
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = HALF
    return copy


def shown(path):
    """As errors name a place: lists count from 1."""
    words = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return words.removeprefix(".")


def test_any_text_of_a_participant(tmp_path):
    person = example_subject()
    for path in leaves(person):
        with pytest.raises(BadSubject) as refused:
            read_subject(json.dumps(with_half(person, path)), PROTOCOL)
        assert refused.value.problems == [f"{shown(path)}: {SAID}"]

    file = tmp_path / "person.json"
    file.write_text(json.dumps(person | {HALF: 1}))
    result = CliRunner().invoke(app, ["screen", str(file)])
    assert result.exit_code == 2
    assert SAID in result.stderr


def test_any_text_of_a_form():
    from datetime import date

    for name, values, groups in screening_forms(date(2021, 3, 10)):
        form = PROTOCOL.form(name)
        for path in leaves(values):
            assert f"{name}.{shown(path)}: {SAID}" in problems(
                form, with_half(values, path), groups
            )
        for path in leaves(groups):
            assert f"{name}.{shown(path)}: {SAID}" in problems(
                form, values, with_half(groups, path)
            )


def test_a_form_that_is_saved():
    story = Story().begin().ready("S01-001")
    typed = FormData("ECOG", "SCREENING", {"date": "2021-03-08"}, {"score": [{"score": HALF}]})
    refused = story.do("2021-03-11", "coordinator", save_form, "S01-001", typed)

    assert isinstance(refused, Refused)
    assert f"ECOG.score[1].score: {SAID}" in refused.reasons


def test_any_row_of_a_table():
    lesions = (
        "visit,date,lesion,role,organ,node,diameter_mm,state\nB,2021-03-01,{},TARGET,lung,N,30,\n"
    )
    with pytest.raises(LesionError) as refused:
        assess(PROTOCOL, lesions.format(HALF))
    assert str(refused.value) == f"row 2: {SAID}"

    responses = (
        f"USUBJID,RANDDT,ADT,AVALC\n1,2024-01-01,2024-03-01,SD\n{HALF},2024-01-01,2024-03-01,SD\n"
    )
    with pytest.raises(ResponseTableError) as response:
        derive_response_table(responses, find_policy("recist_1_1"), "r.csv")
    assert str(response.value) == f"r.csv, row 3: {SAID}"

    columns = SurvivalColumns(time="t", event="e", arm="a")
    with pytest.raises(SurvivalTableError) as survival:
        read_survival_table(f"t,e,a\n1,1,{HALF}\n", columns, "s.csv")
    assert str(survival.value) == f"s.csv, row 2: {SAID}"


def test_any_text_of_a_registry_record():
    study = {"protocolSection": {"eligibilityModule": {"eligibilityCriteria": "Age"}}}
    for path in leaves(study):
        with pytest.raises(UnreadableRecord) as refused:
            import_record(json.dumps(with_half(study, path)))
        assert str(refused.value).startswith(f"{shown(path)}: {SAID}")


@pytest.mark.parametrize("drugs", ["aspirin", ["aspirin"], {"name": "aspirin"}, 3])
@pytest.mark.parametrize(
    "module", ["armsInterventionsModule.interventions", "outcomesModule.primaryOutcomes"]
)
def test_parts_of_a_registry_record_are_what_they_should_be(module, drugs):
    outer, inner = module.split(".")
    criteria = {"eligibilityModule": {"eligibilityCriteria": "Inclusion Criteria:\n\n* Age 18"}}
    study = {"protocolSection": {**criteria, outer: {inner: drugs}}}
    with pytest.raises(UnreadableRecord, match=f"{module}: found .* expected a list of objects"):
        import_record(json.dumps(study))


@pytest.mark.parametrize("text", ['{"a": ' * 100_000, '{"a": ' + "9" * 5000 + "}"])
def test_a_registry_record_has_an_end(text):
    with pytest.raises(UnreadableRecord, match="found"):
        import_record(text)


def test_nothing_is_written(tmp_path):
    (tmp_path / "x").write_text("before")
    with pytest.raises(ValueError, match=r"nothing is written: row 2: found '\\ud800', half of"):
        write_files({tmp_path / "y": "whole", tmp_path / "x": f"a\n{HALF}"})
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("x", "before")]


def test_nothing_is_hashed():
    with pytest.raises(NotCanonical) as refused:
        canonical({"a": [{"b": "c"}, {"d": HALF}]})
    assert str(refused.value) == f"$.a[1].d: {SAID}"


TREES = st.recursive(
    st.text(max_size=4), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner)
)


@given(TREES)
def test_every_half_is_found_and_nothing_else(tree):
    """What JSON and UTF-8 carry there and back holds none."""
    assert list(halves_in(tree, "")) == []
    for path in leaves(tree):
        if path:
            assert len(list(halves_in(with_half(tree, path), ""))) == 1
