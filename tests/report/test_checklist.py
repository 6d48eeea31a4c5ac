"""The checklist of CONSORT 2025: all thirty items, and each leads to where it is fulfilled."""

from __future__ import annotations

import re

import pytest

from equipoise.protocol.yaml_file import load
from equipoise.report.documents.page_parts import read_page
from equipoise.report.documents.parts import plain
from equipoise.report.trial.checklist import ITEMS, counts, field_of
from equipoise.report.trial.page import write_report
from small_trial import small_trial

PROTOCOL = load("NCT04509635")
IN_PARTS = dict.fromkeys((1, 5, 12, 16, 17, 20, 22, 23, 24), "ab") | {21: "abcd"}
"""Items of the statement that have parts."""


@pytest.fixture(scope="module")
def html() -> str:
    return write_report(*small_trial())


def test_every_item_and_part_of_the_statement_is_there_once():
    wanted = [f"{n}{part}" for n in range(1, 31) for part in IN_PARTS.get(n, [""])]

    assert [item.number for item in ITEMS] == wanted


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.number)
def test_an_item_is_bound_to_a_section_a_field_or_said_to_be_missing(item, html):
    assert item.anchors or item.fields or item.missing
    for anchor in item.anchors:
        assert f'<section id="{anchor}">' in html
    for path in item.fields:
        assert field_of(PROTOCOL, path) not in ("", None)


def test_the_page_shows_each_item_with_its_place(html):
    (table,) = (grid for grid in read_page(html).tables if grid.anchor == "checklist")
    rows = {plain(row[0]): [plain(cell) for cell in row] for row in table.rows}

    assert rows["27"] == ["27", "Harms", "Adverse events", ""]
    assert rows["2"][2:] == [
        "protocol registration.id",
        "missing: date of registration and address of the registry",
    ]
    assert rows["5b"][2:] == ["–", "missing: those of the authors"]
    assert rows["20b"][2:] == ["not applicable: open label", ""]
    assert len(rows) == len(ITEMS)
    links = {run.href for row in table.rows for cell in row for run in cell if run.href}
    assert {"#flow", "#baseline", "#primary", "#safety", "#limits"} <= links
    assert "BMJ 2025;389:e081123" in table.note


def test_what_is_missing_is_counted(html):
    whole, in_part, nowhere = counts(PROTOCOL)

    assert whole + in_part + nowhere == len(ITEMS)
    assert nowhere == sum(not (item.anchors or item.fields) for item in ITEMS) > 5
    assert re.search(rf"Nothing is missing for {whole} of its items .*; {in_part} are ful", html)


def test_a_masked_trial_must_say_how_blinding_was_kept():
    blind = PROTOCOL.design.model_copy(update={"masking": "DOUBLE BLIND"})
    masked = PROTOCOL.model_copy(update={"design": blind})

    assert counts(masked)[0] == counts(PROTOCOL)[0] - 1
