"""Does the page on grades say what the tables of the code say?"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))

import ctcae_page


def test_the_tables_are_printed_from_the_code() -> None:
    """After a change that is meant: `python docs/ctcae_page.py`."""
    text = ctcae_page.PAGE.read_text(encoding="utf-8")

    assert text == ctcae_page.page()
    assert text.count("| Neutrophil count decreased |") == 2  # one for each version


def test_what_is_never_derived_is_said() -> None:
    text = ctcae_page.PAGE.read_text(encoding="utf-8")

    assert "never derived: calcium is graded as corrected" in text
    assert "no text: unknown" in text
