"""When is the CTCAE grade of a laboratory value unknown, and what is said beside it?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from equipoise.assessments.ctcae.grade import (
    TERMS,
    Graded,
    Lacking,
    Measurement,
    grade_laboratory,
)

VERSIONS: tuple[Any, ...] = ("5.0", "6.0")


def by(term: str, version: Any, measured: Measurement, before: Any = None) -> Graded:
    (found,) = [each for each in grade_laboratory(version, measured, before) if each.term == term]
    return found


def lab(test: str, value: Any, unit: str, lower: Any = None, upper: Any = None) -> Measurement:
    lower, upper = (None if each is None else Decimal(each) for each in (lower, upper))
    return Measurement(test, None if value is None else Decimal(value), unit, lower, upper)


def only(version: Any, measured: Measurement, before: Any = None) -> Graded:
    (found,) = grade_laboratory(version, measured, before)
    return found


@pytest.mark.parametrize(
    ("value", "grade", "possible"),
    [("9.0", None, (0, 1)), ("1.5", None, (0, 1)), ("1.4", 2, (2,)), ("0.4", 4, (4,))],
)
def test_without_lln_grade_1_is_unknown_and_worse_ones_are_told(value, grade, possible) -> None:
    found = only("5.0", lab("NEUT", value, "10*9/L"))

    assert (found.grade, found.possible) == (grade, possible)
    assert found.lacking == (() if grade else (Lacking.LLN,))


def test_6_grades_neutrophils_without_lln() -> None:
    assert only("6.0", lab("NEUT", "1.5", "10*9/L")).grade == 0


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("value", "grade", "lacking"),
    [("5.4", None, (Lacking.ULN,)), ("5.6", 2, ()), ("7.1", 4, ())],
)
def test_without_uln_the_same(version, value, grade, lacking) -> None:
    found = by("Hyperkalemia", version, lab("K", value, "mmol/L"))

    assert (found.grade, found.lacking) == (grade, lacking)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("test", ["ALT", "AST", "BILI"])
def test_liver_values_take_a_baseline(version, test) -> None:
    unit = "umol/L" if test == "BILI" else "U/L"

    found = only(version, lab(test, "130", unit, upper="40"))

    assert (found.grade, found.lacking) == (None, (Lacking.BASELINE,))
    normal = lab(test, "20", unit, upper="40")
    without = only(version, lab(test, "130", unit), normal)
    assert without.grade is None
    assert without.lacking == (Lacking.ULN,)


def test_a_baseline_without_uln_leaves_open_whether_it_was_raised() -> None:
    before = lab("ALT", "60", "U/L")

    found = only("5.0", lab("ALT", "130", "U/L", upper="40"), before)

    assert (found.grade, found.possible) == (None, (1, 2))  # 3.25 x ULN; 2.2 x baseline
    assert found.lacking == (Lacking.BASELINE_LIMITS,)
    assert only("5.0", lab("ALT", "39", "U/L", upper="40"), before).grade == 0  # in both cases


def test_alkaline_phosphatase_of_6_asks_both() -> None:
    assert only("6.0", lab("ALP", "90", "U/L", upper="100")).grade == 0  # not above ULN: no
    above = only("6.0", lab("ALP", "110", "U/L", upper="100"))
    assert (above.grade, above.possible, above.lacking) == (None, (0, 1), (Lacking.BASELINE,))
    before = lab("ALP", "90", "U/L")
    assert only("6.0", lab("ALP", "90", "U/L"), before).grade == 0  # not above baseline: no
    assert only("6.0", lab("ALP", "91", "U/L"), before).lacking == (Lacking.ULN,)


def test_creatinine_is_told_where_the_missing_part_could_change_nothing() -> None:
    assert only("5.0", lab("CREAT", "601", "umol/L", upper="100")).grade == 4
    assert only("5.0", lab("CREAT", "301", "umol/L", upper="100")).grade == 3
    some = only("5.0", lab("CREAT", "120", "umol/L", upper="100"))
    assert (some.grade, some.possible) == (None, (1, 2, 3))
    no_lower = lab("CREAT", "50", "umol/L", upper="100")
    six = only("6.0", lab("CREAT", "90", "umol/L", upper="100"), no_lower)
    assert (six.possible, six.lacking) == ((0, 2), (Lacking.BASELINE_LIMITS,))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("test", "unit", "term"),
    [
        ("NEUT", "g/L", "Neutrophil count decreased"),
        ("NEUT", "", "Neutrophil count decreased"),
        ("NEUT", "K/mL", "Neutrophil count decreased"),
        ("ALT", "furlong", "Alanine aminotransferase increased"),
        ("HGB", "10*9/L", "Anemia"),
        ("K", "mg/dL", "Hypokalemia"),  # CTCAE has no limit in mass, and none is made up
        ("HGB", "mmol/L", "Hemoglobin increased"),
    ],
)
def test_a_unit_that_does_not_convert_is_refused(version, test, unit, term) -> None:
    found = by(term, version, lab(test, "1", unit, "1", "1"), lab(test, "1", unit, "1", "1"))

    assert (found.grade, found.lacking) == (None, (Lacking.UNIT,))


@pytest.mark.parametrize("value", [None, "-1"])
def test_nothing_is_graded_without_a_value(value) -> None:
    found = only("5.0", lab("PLAT", value, "10*9/L", "150"))

    assert (found.grade, found.lacking, found.possible) == (None, (Lacking.VALUE,), (0, 1, 2, 3, 4))


def test_limits_that_cannot_be_are_none() -> None:
    crossed = lab("MG", "0.6", "mmol/L", "1.05", "0.75")

    assert [each.lacking for each in grade_laboratory("5.0", crossed, None)] == [
        (Lacking.ULN,), (Lacking.LLN,),
    ]  # fmt: skip
    zero = only("5.0", lab("ALT", "1", "U/L", upper="0"), lab("ALT", "1", "U/L", upper="2"))
    assert zero.lacking == (Lacking.ULN,)


def test_one_test_has_a_term_for_each_direction() -> None:
    low, normal, high = (lab("K", value, "mmol/L", "3.5", "5.1") for value in ("2.4", "4", "5.6"))

    def told(measured: Measurement) -> dict[str, int | None]:
        return {each.term: each.grade for each in grade_laboratory("5.0", measured, None)}

    assert told(low) == {"Hypokalemia": 4, "Hyperkalemia": 0}
    assert told(normal) == {"Hypokalemia": 0, "Hyperkalemia": 0}
    assert told(high) == {"Hypokalemia": 0, "Hyperkalemia": 2}
    assert grade_laboratory("5.0", lab("CEA", "9", "ug/L"), None) == ()


def test_mass_and_substance_have_limits_of_their_own() -> None:
    """1.2 mg/dL are 0.494 mmol/L, and CTCAE prints 1.2 beside 0.5."""
    mass, substance = lab("MG", "1.2", "mg/dL", "1.8"), lab("MG", "0.494", "mmol/L", "0.75")

    assert by("Hypomagnesemia", "5.0", mass).grade == 1
    assert by("Hypomagnesemia", "5.0", substance).grade == 2


def test_a_baseline_in_another_unit_is_converted() -> None:
    before = lab("BILI", "2", "mg/dL", upper="1")  # 34.2 umol/L, 2 x its ULN

    assert only("5.0", lab("BILI", "51", "umol/L", upper="17"), before).grade == 1
    assert only("5.0", lab("BILI", "52", "umol/L", upper="17"), before).grade == 2
    other = lab("BILI", "2", "U/L", upper="1")
    assert only("5.0", lab("BILI", "52", "umol/L", upper="17"), other).lacking == (
        Lacking.BASELINE,
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_what_takes_a_person_is_said_and_never_derived(version) -> None:
    anemia = by("Anemia", version, lab("HGB", "20", "g/L", "120"))
    assert anemia.grade == 3  # grade 4 is life-threatening, whatever the number
    assert "grade 3: transfusion indicated" in anemia.by_judgement
    assert "grade 4: life-threatening" in anemia.by_judgement
    potassium = by("Hypokalemia", version, lab("K", "3.2", "mmol/L", "3.5"))
    assert potassium.grade == 1
    assert "grade 2: symptomatic" in potassium.by_judgement
    total = by("Hypocalcemia", version, lab("CA", "1.2", "mmol/L", "2.2"))
    assert (total.grade, total.lacking) == (None, (Lacking.NUMBER,))
    assert "corrected for albumin" in total.note


def test_a_clearance_of_6_is_not_told_by_its_number() -> None:
    found = only("6.0", lab("CREATCLR", "25.5", "mL/min"))

    assert (found.grade, found.lacking) == (None, (Lacking.NUMBER,))
    assert grade_laboratory("5.0", lab("CREATCLR", "25.5", "mL/min"), None) == ()


@pytest.mark.parametrize(
    ("version", "measured", "before", "limit", "against"),
    [
        ("5.0", lab("NEUT", "0.9", "10*9/L", "2.0"), None,
         "<1.0 to 0.5 10*9/L", ("LLN 2.0",)),
        ("5.0", lab("NEUT", "1.9", "10*9/L", "2.0"), None,
         "<LLN to 1.5 10*9/L", ("LLN 2.0",)),
        ("5.0", lab("NEUT", "0.4", "10*9/L"), None, "<0.5 10*9/L", ()),
        ("5.0", lab("NEUT", "2", "10*9/L", "2.0"), None, "not <LLN", ("LLN 2.0",)),
        ("5.0", lab("ALT", "130", "U/L", upper="40"), lab("ALT", "30", "U/L", upper="45"),
         ">3.0 to 5.0 x ULN", ("ULN 40", "baseline 30 U/L")),
        ("5.0", lab("ALT", "130", "U/L", upper="40"), lab("ALT", "60", "U/L", upper="45"),
         ">=1.5 to 3.0 x baseline", ("baseline 60 U/L, above its ULN",)),
        ("6.0", lab("ALP", "130", "U/L", upper="40"), lab("ALP", "60", "U/L", "10", "45"),
         ">ULN and >baseline", ("ULN 40", "baseline 60 U/L, above its ULN")),
        ("5.0", lab("CREAT", "160", "umol/L", upper="100"),
         lab("CREAT", "80", "umol/L", "50", "100"),
         ">1.5 to 3.0 x ULN or >1.5 to 3.0 x baseline",
         ("ULN 100", "baseline 80 umol/L, normal")),
    ],
)  # fmt: skip
def test_a_grade_opens_its_limit(version, measured, before, limit, against) -> None:
    found = only(version, measured, before)

    assert (found.limit, found.against) == (limit, against)


def test_every_start_of_the_tables_is_in_order() -> None:
    """A worse grade never begins before a milder one, and no test has a term twice."""
    for version, terms in TERMS.items():
        pairs = [(test, term.name) for term in terms for test in term.tests]
        assert len(pairs) == len(set(pairs)), version
        for term in terms:
            assert bool(term.scales) != bool(term.not_by_number), term
            for scale in term.scales:
                numbers = [Decimal(each.strip(">=")) for each in scale.starts if _is_number(each)]
                ordered = sorted(numbers, reverse=term.direction.value == "<")
                assert numbers == ordered, term


def _is_number(start: str) -> bool:
    return bool(start) and not start.startswith(("LLN", "ULN"))
