"""The protocol as text: complete, narrow, and each value with where it comes from."""

import pytest

from equipoise.protocol.yaml_file import load
from equipoise.report.protocol.form_words import answers
from equipoise.report.protocol.page import COLUMNS, show_protocol


@pytest.fixture(scope="module")
def protocol():
    return load("NCT04509635")


@pytest.fixture(scope="module")
def shown(protocol):
    return show_protocol(protocol)


def test_no_line_is_longer_than_the_page(shown):
    assert max(map(len, shown.splitlines())) <= COLUMNS


def test_every_criterion_stands_with_its_registered_wording(protocol, shown):
    flat = " ".join(shown.split())

    assert [c.id for c in protocol.criteria if c.id not in flat] == []
    assert [
        c.id
        for c in protocol.criteria
        if c.registered and " ".join(c.registered.split()) not in flat
    ] == []


def test_every_assumption_is_listed_and_counted(protocol, shown):
    assert f"ASSUMPTIONS ({len(protocol.assumptions)})" in shown
    assert [name for name in protocol.assumptions if f"\n  {name}" not in shown] == []
    unchecked = sum(one.to_check for one in protocol.assumptions.values())
    assert shown.count("TO BE CHECKED") == unchecked


def test_marks_stand_on_one_line(shown):
    for line in shown.splitlines():
        assert line.count("[assumed ") == line.count("[assumed A-")
        assert line.count("[") == line.count("]")


def test_marks_name_each_kind_of_source(shown):
    assert "[record]" in shown
    assert "[mirror]" in shown
    assert "[assumed A-PRIMARY-TEST]" in shown


def test_every_form_stands_with_its_questions_what_may_be_answered_and_hints(protocol, shown):
    flat = " ".join(shown.split())

    assert f"FORMS ({len(protocol.forms)})" in shown
    for form in protocol.forms:
        assert f"{form.title} ({form.id})" in flat
        for group in form.groups:
            assert group.label in flat
            for field in (*form.header, *group.fields):
                assert field.label in flat
                assert " ".join((field.hint or "").split()) in flat
                assert ", ".join(field.codes) in flat
                assert f"or missing: {', '.join(field.missing)}" in flat or not field.missing


def test_what_may_be_answered_says_the_range_and_the_kind(protocol):
    fields = {
        (form.id, field.id): field
        for form in protocol.forms
        for group in form.groups
        for field in (*form.header, *group.fields)
    }

    assert answers(fields["PRIOR_THERAPY", "line"]) == "a whole number from 0 to 12"
    assert answers(fields["TUMOR_ASSESSMENT", "date"]) == "a complete date"
    assert answers(fields["HEMATOLOGY", "unit"]).startswith("a unit: 10*9/L")
    assert answers(fields["ECOG", "score"]) == "a whole number from 0 to 5, or missing: NOT DONE"
