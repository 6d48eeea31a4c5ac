"""How are results kept as a file that other programs can rely on? One JSON layout, with its
schema.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any


def write_results(results: Mapping[str, Any]) -> str:
    """results.json: sorted keys, two blanks, one newline at the end. Raises ValueError on NaN or
    infinity.
    """
    try:
        return (
            json.dumps(results, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
            + "\n"
        )
    except ValueError as error:
        raise ValueError(
            "the results hold a number that JSON does not know (NaN or infinity); "
            "a value that cannot be computed must be null, with a note"
        ) from error


def results_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of results.json."""
    text = (resources.files("equipoise.report") / "results.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
