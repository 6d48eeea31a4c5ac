"""The protocol as text: complete, narrow, and each value with where it comes from."""

import pytest

from equipoise.protocol.yaml_file import load
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
