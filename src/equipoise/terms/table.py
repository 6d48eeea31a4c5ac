"""What stands in a table of this house? Its rows, each with the source that it was read in."""

from __future__ import annotations

import csv
from importlib import resources


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of `tables/NAME.csv`, column by column."""
    place = resources.files("equipoise.terms") / "tables" / f"{name}.csv"
    return list(csv.DictReader(place.read_text(encoding="utf-8").splitlines()))
