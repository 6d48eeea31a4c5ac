"""A code is its text: it compares, is found and is written as what CDISC writes."""

import inspect
import json

import pytest

from equipoise.terms import codes
from equipoise.terms.canonical import canonical

LISTS = [
    declared
    for _, declared in inspect.getmembers(codes, inspect.isclass)
    if declared.__module__ == codes.__name__
]


@pytest.mark.parametrize("code", [code for declared in LISTS for code in declared], ids=str)  # type: ignore[attr-defined]
def test_a_code_is_its_text_wherever_it_stands(code):
    text = code.value

    assert code == text
    assert code == text
    assert {code: 1}[text] == 1
    assert f"{code}" == text
    assert json.dumps([code]) == json.dumps([text])
    assert canonical({"code": code}) == canonical({"code": text})


@pytest.mark.parametrize("declared", LISTS)
def test_a_list_says_what_it_is_a_list_of(declared):
    assert declared.__doc__
    assert all(code.value == code.value.strip().upper() for code in declared)
