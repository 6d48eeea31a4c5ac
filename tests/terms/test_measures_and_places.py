"""What the tables of tests, specimens and places say, and what they leave open."""

from __future__ import annotations

from decimal import Decimal

import pytest

from equipoise.terms import laboratory
from equipoise.terms.laboratory import (
    is_possible,
    is_possible_sign,
    known_test,
    limits,
    specimen_fits,
    standard_units,
)
from equipoise.terms.locations import lymph_node, organ_of
from equipoise.terms.scores import OLDEST, possible_score
from equipoise.terms.table import rows_of
from equipoise.terms.verdict import Verdict

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
TABLES = ("drugs", "laboratory", "specimens", "locations", "vital_signs")


@pytest.mark.parametrize("name", TABLES)
def test_every_row_of_a_table_says_where_it_was_read_or_that_it_is_assumed(name: str) -> None:
    assert [row for row in rows_of(name) if not row["source"]] == []


@pytest.mark.parametrize("name", ["laboratory", "vital_signs", "lbtestcd"])
def test_no_test_stands_twice(name: str) -> None:
    codes = [row["code"] for row in rows_of(name)]
    assert len(codes) == len(set(codes))


def test_codes_of_cdisc_are_known_and_others_are_not() -> None:
    known = ("GLUC", "WBC", "K", "SODIUM", "LDH", "CRP", "LIPASET", "NEUTSG", "BILDIR", "UREAN")
    assert [known_test(code) for code in (*known, "NEUTS", "ANC", "")] == [
        *(True for _ in known),
        False,
        False,
        False,
    ]


def test_limits_lie_in_order_and_stand_beside_a_unit() -> None:
    rows = [row for name in ("laboratory", "vital_signs") for row in rows_of(name) if row["low"]]
    assert [row["code"] for row in rows if not Decimal(row["low"]) < Decimal(row["high"])] == []
    assert [row["code"] for row in rows if not row["unit"]] == []


@pytest.mark.parametrize(
    ("test", "value", "answer"),
    [
        ("HGB", "850", False),  # 85 g/dL
        ("HGB", "14", True),  # 1.4 g/dL: an extreme that was survived
        ("NEUT", "900", False),
        ("NEUT", "0", True),
        ("WBC", "600", True),  # leukemia
        ("BILI", "800", True),  # 47 mg/dL, liver failure
        ("ALT", "12000", True),  # hepatitis
        ("PLAT", "15000", False),
        ("GLUC", "99999", True),  # no limit declared
    ],
)
def test_limits_are_those_of_the_possible(test: str, value: str, answer: bool) -> None:
    assert is_possible(test, Decimal(value)) is answer


@pytest.mark.parametrize(
    ("sign", "value", "answer"),
    [
        ("HEIGHT", "272", True),
        ("HEIGHT", "1.7", False),  # meters
        ("WEIGHT", "6", True),
        ("SYSBP", "480", True),  # MacDougall 1985
        ("DIABP", "350", True),
        ("TEMP", "11.8", True),
        ("TEMP", "98.6", False),  # Fahrenheit
        ("OXYSAT", "101", False),
    ],
)
def test_vital_signs_that_can_be(sign: str, value: str, answer: bool) -> None:
    assert is_possible_sign(sign, Decimal(value)) is answer


def test_scores_and_age() -> None:
    asked = [("ECOG101", "0.5"), ("ECOG101", "5"), ("ECOG101", "6"), ("KPSS01", "85")]
    answers = [possible_score(test, Decimal(value)) for test, value in asked]
    assert (answers, OLDEST) == ([False, True, False, False], 122)


@pytest.mark.parametrize(
    ("test", "specimen", "answer"),
    [
        ("BILI", "SERUM", MET),
        ("BILI", " plasma ", MET),
        ("BILI", "", MET),
        ("BILI", "URINE", NOT_MET),
        ("BILI", "FLUID, PERITONEAL", NOT_MET),
        ("BILI", "SOMETHING", UNKNOWN),
        ("HCG", "URINE", MET),
        ("NEUT", "FLUID, CEREBROSPINAL", NOT_MET),
    ],
)
def test_the_specimen_belongs_to_the_test(test: str, specimen: str, answer: Verdict) -> None:
    assert specimen_fits(test, specimen) is answer


def test_loinc_codes_mean_one_test_each() -> None:
    codes = [code for row in rows_of("laboratory") for code in row["loinc"].split(";") if code]
    assert len(codes) == len(set(codes))
    assert [
        laboratory.test_of_loinc(code) for code in ("751-8", "777-3", "718-7", "14631-6", "1-1")
    ] == [
        "NEUT",
        "PLAT",
        "HGB",
        "BILI",
        None,
    ]


def test_every_test_with_a_unit_has_a_row_of_limits() -> None:
    assert [test for test in standard_units() if limits(test) is None] == []


@pytest.mark.parametrize(
    ("location", "node", "organ"),
    [
        ("MEDIASTINAL LYMPH NODE", MET, "LYMPH NODE"),
        ("LYMPH NODE, PARA-AORTIC", MET, "LYMPH NODE"),
        ("LUNG, LEFT", NOT_MET, "LUNG"),
        ("lung, right, superior lobe, apical segment", NOT_MET, "LUNG"),
        ("COLON, DESCENDING", NOT_MET, "COLON"),
        ("MEDIASTINUM, ANTERIOR", UNKNOWN, "MEDIASTINUM, ANTERIOR"),
        ("AXILLA", UNKNOWN, "AXILLA"),
        ("SOMEWHERE", UNKNOWN, "SOMEWHERE"),
    ],
)
def test_places(location: str, node: Verdict, organ: str) -> None:
    assert (lymph_node(location), organ_of(location)) == (node, organ)
