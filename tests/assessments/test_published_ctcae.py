"""At which values does a grade begin? The limits as the NCI printed them for CTCAE 5.0 and 6.0,
written here once more and not taken from the tables of the code.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from equipoise.assessments.ctcae.grade import Graded, Lacking, Measurement, grade_laboratory

LLN, ULN = Decimal(200), Decimal(40)
STEP = Decimal("0.0001")

# test, unit, term, LLN (0: not asked), then where grades 1 to 4 begin; None: no such grade
DOWN = {
    "5.0": [
        ("HGB", "g/L", "Anemia", "130", ("130", "100", "80", None)),
        ("HGB", "g/dL", "Anemia", "13.0", ("13.0", "10.0", "8.0", None)),
        ("HGB", "mmol/L", "Anemia", "8.1", ("8.1", "6.2", "4.9", None)),
        ("NEUT", "10*9/L", "Neutrophil count decreased", "2.0", ("2.0", "1.5", "1.0", "0.5")),
        ("NEUT", "/uL", "Neutrophil count decreased", "2000", ("2000", "1500", "1000", "500")),
        ("PLAT", "10*9/L", "Platelet count decreased", "150", ("150", "75", "50", "25")),
        ("PLAT", "/uL", "Platelet count decreased", "150000",
         ("150000", "75000", "50000", "25000")),
        ("WBC", "10*9/L", "White blood cell decreased", "4.0", ("4.0", "3.0", "2.0", "1.0")),
        ("LYM", "10*9/L", "Lymphocyte count decreased", "1.1", ("1.1", "0.8", "0.5", "0.2")),
        ("K", "mmol/L", "Hypokalemia", "3.5", ("3.5", None, "3.0", "2.5")),
        ("MG", "mmol/L", "Hypomagnesemia", "0.75", ("0.75", "0.5", "0.4", "0.3")),
        ("MG", "mg/dL", "Hypomagnesemia", "1.8", ("1.8", "1.2", "0.9", "0.7")),
        ("CACRALB", "mmol/L", "Hypocalcemia", "2.2", ("2.2", "2.0", "1.75", "1.5")),
        ("CACRALB", "mg/dL", "Hypocalcemia", "8.8", ("8.8", "8.0", "7.0", "6.0")),
        ("CAION", "mmol/L", "Hypocalcemia", "1.15", ("1.15", "1.0", "0.9", "0.8")),
        ("ALB", "g/L", "Hypoalbuminemia", "35", ("35", "30", "20", None)),
        ("ALB", "g/dL", "Hypoalbuminemia", "3.5", ("3.5", "3", "2", None)),
    ],
    "6.0": [
        ("HGB", "g/L", "Anemia", "130", ("130", "100", "80", None)),
        ("NEUT", "10*9/L", "Neutrophil count decreased", "2.0", ("1.5", "1.0", "0.5", "0.1")),
        ("NEUT", "/uL", "Neutrophil count decreased", "2000", ("1500", "1000", "500", "100")),
        ("PLAT", "10*9/L", "Thrombocytopenia", "150", ("150", "75", "50", "10")),
        ("WBC", "10*9/L", "White blood cell decreased", "4.0", ("4.0", "3.0", "2.0", "1.0")),
        ("K", "mmol/L", "Hypokalemia", "3.5", ("3.5", None, "3.0", "2.5")),
        ("MG", "mmol/L", "Hypomagnesemia", "0.75", ("0.75", "0.5", "0.4", "0.3")),
        ("MG", "mg/dL", "Hypomagnesemia", "1.8", ("1.8", "1.2", "0.9", "0.7")),
        ("CACRALB", "mmol/L", "Hypocalcemia", "2.2", ("2.2", "2.0", "1.75", "1.5")),
        ("CAION", "mmol/L", "Hypocalcemia", "1.15", ("1.15", "1.0", "0.9", "0.8")),
        ("ALB", "g/L", "Hypoalbuminemia", "35", ("35", "30", "20", None)),
    ],
}  # fmt: skip
UP = [  # the same in both versions
    ("K", "mmol/L", "Hyperkalemia", "5.1", ("5.1", "5.5", "6.0", "7.0")),
    ("MG", "mmol/L", "Hypermagnesemia", "1.05", ("1.05", None, "1.23", "3.30")),
    ("MG", "mg/dL", "Hypermagnesemia", "2.5", ("2.5", None, "3.0", "8.0")),
    ("CACRALB", "mmol/L", "Hypercalcemia", "2.6", ("2.6", "2.9", "3.1", "3.4")),
    ("CACRALB", "mg/dL", "Hypercalcemia", "10.4", ("10.4", "11.5", "12.5", "13.5")),
    ("CAION", "mmol/L", "Hypercalcemia", "1.35", ("1.35", "1.5", "1.6", "1.8")),
    ("HGB", "g/dL", "Hemoglobin increased", "17", ("17", "19", "21", None)),
    ("HGB", "g/L", "Hemoglobin increased", "170", ("170", "190", "210", None)),
    ("WBC", "10*9/L", "Leukocytosis", "11", (None, None, "100", None)),
    ("LYM", "/uL", "Lymphocyte count increased", "4", (None, "4000", "20000", None)),
]

# test, the version, multiples of ULN after a normal baseline, multiples of a raised baseline
# (with True: a value equal to the first is grade 1)
RATIOS = [
    ("ALT", "5.0", ("1", "3", "5", "20"), ("1.5", "3", "5", "20"), True),
    ("AST", "5.0", ("1", "3", "5", "20"), ("1.5", "3", "5", "20"), True),
    ("ALP", "5.0", ("1", "2.5", "5", "20"), ("2", "2.5", "5", "20"), True),
    ("GGT", "5.0", ("1", "2.5", "5", "20"), ("2", "2.5", "5", "20"), True),
    ("BILI", "5.0", ("1", "1.5", "3", "10"), ("1", "1.5", "3", "10"), False),
    ("ALT", "6.0", ("1", "3", "5", "20"), ("1", "1.5", "2", "4"), True),
    ("AST", "6.0", ("1", "3", "5", "20"), ("1", "1.5", "2", "4"), True),
    ("GGT", "6.0", ("1", "2.5", "5", "20"), ("1", "1.5", "3", "10"), True),
    ("BILI", "6.0", ("1", "1.5", "3", "10"), ("1", "1.5", "2.5", "10"), True),
]


def graded(version: Any, term: str, measured: Measurement, before: Any = None) -> Graded:
    (found,) = [each for each in grade_laboratory(version, measured, before) if each.term == term]
    return found


def unit_of(test: str) -> str:
    return "umol/L" if test in ("BILI", "CREAT") else "U/L"


def at(test: str, value: Any, lower: Any = None, upper: Any = None) -> Measurement:
    return Measurement(test, Decimal(value), unit_of(test), lower, upper)


ROWS_DOWN = [(version, *row) for version, rows in DOWN.items() for row in rows]
ROWS_UP = [(version, *row) for version in DOWN for row in UP]


@pytest.mark.parametrize(("version", "test", "unit", "term", "lower", "starts"), ROWS_DOWN)
def test_below_each_limit_and_at_it(version, test, unit, term, lower, starts) -> None:
    milder = 0
    for grade, start in enumerate(starts, 1):
        if start is None:
            continue
        limit = Decimal(start)
        for value, expected in ((limit + STEP, milder), (limit, milder), (limit - STEP, grade)):
            measured = Measurement(test, value, unit, Decimal(lower))
            assert graded(version, term, measured).grade == expected, value
        milder = grade
    nothing = Measurement(test, Decimal(0), unit, Decimal(lower))
    assert graded(version, term, nothing).grade == milder


@pytest.mark.parametrize(("version", "test", "unit", "term", "upper", "starts"), ROWS_UP)
def test_above_each_limit_and_at_it(version, test, unit, term, upper, starts) -> None:
    milder = 0
    for grade, start in enumerate(starts, 1):
        if start is None:
            continue
        limit = Decimal(start)
        for value, expected in ((limit - STEP, milder), (limit, milder), (limit + STEP, grade)):
            measured = Measurement(test, value, unit, None, Decimal(upper))
            assert graded(version, term, measured).grade == expected, value
        milder = grade


@pytest.mark.parametrize(("test", "version", "normal", "raised", "at_limit"), RATIOS)
def test_multiples_of_uln_after_a_normal_baseline(test, version, normal, raised, at_limit) -> None:
    for before in (ULN - 10, ULN):  # the upper limit itself is normal
        baseline = at(test, before, None, ULN)
        for grade, multiple in enumerate(normal, 1):
            limit = Decimal(multiple) * ULN
            for value, expected in ((limit - STEP, grade - 1), (limit, grade - 1)):
                measured = at(test, value, None, ULN)
                assert one(version, measured, baseline).grade == expected, value
            assert one(version, at(test, limit + STEP, None, ULN), baseline).grade == grade


@pytest.mark.parametrize(("test", "version", "normal", "raised", "at_limit"), RATIOS)
def test_multiples_of_a_raised_baseline_and_nothing_else(
    test, version, normal, raised, at_limit
) -> None:
    before = Decimal(100)  # 2.5 x its ULN
    baseline = at(test, before, None, ULN)
    for grade, multiple in enumerate(raised, 1):
        limit = Decimal(multiple) * before
        at_it = grade if grade == 1 and at_limit else grade - 1
        for value, expected in ((limit - STEP, grade - 1), (limit, at_it), (limit + STEP, grade)):
            # whatever the limit of normal of the later row
            for upper in (ULN, None, Decimal(5000)):
                assert one(version, at(test, value, None, upper), baseline).grade == expected, value


def one(version: Any, measured: Measurement, baseline: Any) -> Graded:
    (found,) = grade_laboratory(version, measured, baseline)
    return found


@pytest.mark.parametrize("test", ["ALT", "AST", "BILI"])
def test_an_unchanged_raised_value_is_grade_1_in_6_and_0_in_5(test) -> None:
    same = at(test, 100, None, ULN)

    assert one("6.0", same, same).grade == 1
    assert one("5.0", same, same).grade == 0


@pytest.mark.parametrize("test", ["ALT", "AST"])
@pytest.mark.parametrize(
    ("value", "grade", "possible"),
    [("400.0001", 1, (1,)), ("600.0001", 2, (2,)), ("800", 2, (2,)), ("801", None, (2, 3)),
     ("1600", None, (2, 3)), ("1600.0001", 4, (4,))],
)  # fmt: skip
def test_above_5_x_uln_at_baseline_6_has_no_grade_3(test, value, grade, possible) -> None:
    baseline = at(test, 400, None, ULN)  # 10 x its ULN

    found = one("6.0", at(test, value, None, ULN), baseline)

    assert (found.grade, found.possible) == (grade, possible)
    assert (Lacking.TEXT in found.lacking) is (grade is None)
    at_five = at(test, 200, None, ULN)
    assert one("6.0", at(test, 401, None, ULN), at_five).grade == 3  # up to 5 x has it


@pytest.mark.parametrize(
    ("value", "before", "grade"),
    [("100", "50", 1), ("40", "30", 0), ("40.1", "30", 1), ("41", "41", 0), ("41", "45", 0),
     ("9999", "30", 1)],
)  # fmt: skip
def test_alkaline_phosphatase_has_grade_1_alone_in_6(value, before, grade) -> None:
    assert one("6.0", at("ALP", value, None, ULN), at("ALP", before, None, ULN)).grade == grade


CREATININE = [  # value, baseline, LLN of the baseline, grades in 5.0 and 6.0; ULN is 40
    ("40", "39", "20", 0, 0),
    ("40.1", "39", "20", 1, 1),
    ("60", "40", "20", 1, 1),
    ("60.1", "41", "20", 2, 2),
    ("120.1", "60", "20", 3, 3),
    ("240", "100", "20", 3, 3),
    ("240.1", "239", "20", 4, 4),
    ("37.6", "25", "20", 2, 0),  # more than 1.5 x baseline, below ULN
    ("37.5", "25", "20", 0, 0),
    ("76", "25", "20", 3, 2),  # more than 3 x baseline; 6.0 asks for a baseline below LLN
    ("75", "25", "20", 2, 2),
    ("76", "25", "30", 3, 3),
    ("37.6", "25", "30", 2, 2),
    ("37.6", "25", "25", 2, 0),  # the lower limit itself is normal
]


@pytest.mark.parametrize(("value", "before", "lower", "five", "six"), CREATININE)
def test_creatinine_by_uln_or_by_baseline(value, before, lower, five, six) -> None:
    measured = at("CREAT", value, None, ULN)
    baseline = at("CREAT", before, Decimal(lower), ULN)

    assert one("5.0", measured, baseline).grade == five
    assert one("6.0", measured, baseline).grade == six


def test_what_6_grades_otherwise_than_5() -> None:
    neutrophils = Measurement("NEUT", Decimal("0.7"), "10*9/L", Decimal(2))
    platelets = Measurement("PLAT", Decimal(20), "10*9/L", Decimal(150))
    mild = Measurement("NEUT", Decimal("1.7"), "10*9/L", Decimal(2))

    assert [one(v, neutrophils, None).grade for v in ("5.0", "6.0")] == [3, 2]
    assert [one(v, platelets, None).grade for v in ("5.0", "6.0")] == [4, 3]
    assert [one(v, mild, None).grade for v in ("5.0", "6.0")] == [1, 0]
    assert [one(v, platelets, None).term for v in ("5.0", "6.0")] == [
        "Platelet count decreased", "Thrombocytopenia",
    ]  # fmt: skip
    low = Measurement("LYM", Decimal("0.3"), "10*9/L", Decimal(1))
    assert [each.term for each in grade_laboratory("6.0", low, None)] == [
        "Lymphocyte count increased"
    ]
