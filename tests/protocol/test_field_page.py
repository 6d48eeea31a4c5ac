"""The page on the fields of a protocol is printed from the models and the list of readers."""

import re

import field_page
from field_readers import OBEYED, ONE_VALUE, SHOWN, listed, owner_of


def test_the_page_is_printed_from_the_models():
    """After a change that is meant: `python docs/field_page.py`."""
    assert field_page.PAGE.read_text(encoding="utf-8") == field_page.page()


def test_every_field_has_a_row_with_its_meaning_and_who_obeys_it():
    rows = [row for block in field_page.blocks() for row in field_page.rows(block.model)]
    fields = {
        f"{owner_of(block.model, name).__name__}.{name}"
        for block in field_page.blocks()
        for name in block.model.model_fields
    }

    assert [row for row in rows if "" in row or "|" in "".join(row)] == []
    assert {*listed(OBEYED), *listed(SHOWN), *ONE_VALUE} <= fields
    assert len(re.findall(r"^\| `", field_page.page(), re.MULTILINE)) == len(rows)


def test_every_link_of_the_page_leads_to_a_block():
    links = re.findall(r"\]\((#[\w-]+)\)", field_page.page())
    anchors = [block.anchor for block in field_page.blocks()]

    assert len(links) > 30
    assert set(links) <= set(anchors)
    assert len(anchors) == len(set(anchors))
