"""The page on the fields of a protocol is printed from the models and the list of readers."""

import re
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP / "docs"))

import field_page  # noqa: E402

from equipoise.protocol.model import Protocol  # noqa: E402


def test_the_page_is_printed_from_the_models():
    """After a change that is meant: `python docs/field_page.py`."""
    assert field_page.PAGE.read_text(encoding="utf-8") == field_page.page()


def test_every_field_has_a_row_with_who_obeys_it():
    told = field_page.page()
    rows = re.findall(r"^\| `([^`]+)` \| .* \| ([^|]+) \|$", told, re.MULTILINE)
    fields = [
        name
        for _, model in field_page.blocks(Protocol)
        for name in model.model_fields
        if name not in field_page.EVERYWHERE
    ]

    assert len(rows) == len(fields) > 200
    assert [name for name, reader in rows if not reader.strip()] == []
    assert len(re.findall(r"^## ", told, re.MULTILINE)) == len(list(field_page.blocks(Protocol)))


def test_every_link_of_the_page_leads_to_a_block():
    told = field_page.page()
    blocks = {f"#{name.lower()}" for name in re.findall(r"^## (\w+)$", told, re.MULTILINE)}

    assert set(re.findall(r"\]\((#\w+)\)", told)) <= blocks
