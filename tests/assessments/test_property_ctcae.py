"""What holds of every laboratory grade, whatever the value, its limits and its baseline?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from equipoise.assessments.ctcae.grade import TERMS, Graded, Measurement, grade_laboratory
from equipoise.assessments.ctcae.terms import Direction

UNITS: dict[
    str, dict[str, int | str]
] = {  # units of one kind, and how many of the first one of each is
    "NEUT": {"10*9/L": 1, "/uL": "0.001", "10*3/uL": 1},
    "PLAT": {"10*9/L": 1, "/uL": "0.001"},
    "HGB": {"g/L": 1, "g/dL": 10},
    "MG": {"mmol/L": 1, "umol/L": "0.001"},
    "K": {"mmol/L": 1, "umol/L": "0.001"},
    "BILI": {"umol/L": 1, "mmol/L": 1000, "nmol/L": "0.001"},
    "ALT": {"U/L": 1, "kU/L": 1000, "ukat/L": 60},
    "ALP": {"U/L": 1, "IU/L": 1},
    "CREAT": {"umol/L": 1, "mmol/L": 1000},
}
VALUES = st.decimals(0, 2000, places=2)
LIMITS = st.none() | st.decimals("0.5", 200, places=1)
VERSIONS = st.sampled_from(sorted(TERMS))


@st.composite
def measured(draw: Any, test: str) -> Measurement:
    first = next(iter(UNITS[test]))
    lower, upper = draw(LIMITS), draw(LIMITS)
    return Measurement(test, draw(VALUES), first, lower, upper)


def in_unit(row: Measurement | None, unit: str) -> Measurement | None:
    """The same in another unit; a value that would have to be rounded is none of this test."""
    if row is None:
        return None
    factor = Decimal(UNITS[row.test][unit])

    def other(amount: Decimal | None) -> Decimal | None:
        return None if amount is None else amount / factor

    return row._replace(
        value=other(row.value), lower=other(row.lower), upper=other(row.upper), unit=unit
    )


@given(st.data(), VERSIONS, st.sampled_from(sorted(UNITS)))
def test_a_worse_value_has_no_milder_grade(data: Any, version: Any, test: str) -> None:
    row = data.draw(measured(test))
    before = data.draw(st.none() | measured(test))
    more = row._replace(value=row.value + data.draw(VALUES))  # type: ignore[operator]

    for lower, higher in zip(
        grade_laboratory(version, row, before), grade_laboratory(version, more, before), strict=True
    ):
        (direction,) = {t.direction for t in TERMS[version] if t.name == lower.term}
        mild, bad = (higher, lower) if direction is Direction.LOW else (lower, higher)
        assert min(mild.possible) <= min(bad.possible)
        assert max(mild.possible) <= max(bad.possible)


@given(st.data(), VERSIONS, st.sampled_from(sorted(UNITS)))
def test_the_unit_changes_no_grade(data: Any, version: Any, test: str) -> None:
    row, before = data.draw(measured(test)), data.draw(st.none() | measured(test))
    exact = [unit for unit, factor in UNITS[test].items() if Decimal(factor) != 60]
    one, other = (data.draw(st.sampled_from(exact)) for _ in range(2))

    here = grade_laboratory(version, row, before)
    there = grade_laboratory(version, in_unit(row, one), in_unit(before, other))  # type: ignore[arg-type]

    assert [each.grade for each in here] == [each.grade for each in there]
    assert [each.possible for each in here] == [each.possible for each in there]


@given(st.data(), VERSIONS, st.sampled_from(sorted(UNITS)))
def test_what_is_missing_opens_a_grade_and_never_moves_it(
    data: Any, version: Any, test: str
) -> None:
    """With less known, the grade told with more is still among the possible ones."""
    row, before = data.draw(measured(test)), data.draw(measured(test))
    drop = data.draw(st.sets(st.sampled_from(("lower", "upper"))))
    less = row._replace(**dict.fromkeys(drop))
    drop_before = data.draw(st.sets(st.sampled_from(("lower", "upper", "value"))))
    less_before = before._replace(**dict.fromkeys(drop_before))
    if row.lower is not None and row.upper is not None and row.lower > row.upper:
        return  # limits that cannot be are none, and one of them alone can be
    if before.lower is not None and before.upper is not None and before.lower > before.upper:
        return

    full = grade_laboratory(version, row, before)
    for known, open_ in zip(full, grade_laboratory(version, less, less_before), strict=True):
        assert set(known.possible) <= set(open_.possible)
        _is_whole(open_)


def _is_whole(graded: Graded) -> None:
    """A grade without what is lacking, or none with it; never one that takes a person."""
    assert (graded.grade is None) == (len(graded.possible) > 1) == bool(graded.lacking)
    assert set(graded.possible) <= {0, 1, 2, 3, 4}
    if graded.grade is not None:
        assert graded.possible == (graded.grade,)
        assert graded.limit
