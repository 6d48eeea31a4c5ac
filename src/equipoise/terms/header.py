"""May this be the first row of a table? Asked at every door before any other row is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

MOST_COLUMNS = 10_000
"""A dataset about subjects has tens of columns. One with more than this was turned on its side, and
would be read for hours.
"""


def too_many_columns(names: Sequence[str]) -> str:
    """What to say of a header that is too long, or nothing."""
    if len(names) <= MOST_COLUMNS:
        return ""
    return (
        f"found {len(names)} columns, expected at most {MOST_COLUMNS}; was the table turned on its"
        " side?"
    )


def first_twice(names: Sequence[str]) -> str | None:
    """The first name that stands more than once."""
    counted = Counter(names)
    return next((name for name in names if counted[name] > 1), None)
