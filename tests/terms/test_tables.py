"""The tables of drugs, tests and locations: each row says where it was read, none stands twice, and
one that was not read decides nothing.
"""

from decimal import Decimal

import pytest

from equipoise.terms.coded import coded
from equipoise.terms.drugs import (
    Drug,
    class_of,
    drugs_of_class,
    is_anticancer,
    is_drug,
    is_of_class,
    named,
)
from equipoise.terms.laboratory import is_possible, is_possible_sign, specimen_fits
from equipoise.terms.laboratory import test_of_loinc as of_loinc
from equipoise.terms.locations import lymph_node, organ_of
from equipoise.terms.quantity import convert
from equipoise.terms.table import rows_of
from equipoise.terms.verdict import Verdict

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
TABLES = ("drugs", "laboratory", "specimens", "vital_signs", "locations")


@pytest.mark.parametrize("table", TABLES)
def test_every_row_says_where_it_was_read(table):
    rows = rows_of(table)

    assert rows
    assert all(row["source"].strip() for row in rows)
    assert all(None not in row and None not in row.values() for row in rows)


@pytest.mark.parametrize("table", TABLES)
def test_no_name_or_code_stands_for_two(table):
    seen: dict[str, int] = {}
    for number, row in enumerate(rows_of(table)):
        written = (
            [row.get("name", ""), row.get("code", "")] if table != "laboratory" else [row["code"]]
        )
        written += row.get("names", "").split(";") + row.get("codes", "").split(";")
        written += row.get("loinc", "").split(";")
        for each in {coded(one) for one in written if one}:
            assert seen.setdefault(each, number) == number, each


def test_a_row_that_was_not_read_never_gives_an_answer():
    unread = [row for row in rows_of("drugs") if row["checked"] != "yes"]

    assert unread
    for row in unread:
        for other in ("CETUXIMAB", "IRINOTECAN"):
            assert is_drug(row["name"], "", other) is UNKNOWN
        for each in ("ANTI-EGFR", "CHEMOTHERAPY", row["class"]):
            assert is_of_class(row["name"], "", each) is UNKNOWN


def test_every_name_of_a_row_is_the_same_drug_in_any_case():
    for row in rows_of("drugs"):
        for each in (row["name"], *row["names"].split(";"), *row["codes"].split(";")):
            if each:
                for written in (each, each.upper(), f"  {each.lower()} "):
                    (drug,) = named(written)
                    assert isinstance(drug, Drug)
                    assert drug.name == coded(row["name"])


ANTIBODIES = [
    "CETUXIMAB", "Erbitux", "L01FE01", "爱必妥", "西妥昔单抗", "PANITUMUMAB", "VECTIBIX", "L01FE02",
    "FOLFIRI + PANITUMUMAB", "FOLFIRI/CETUXIMAB", "cetuximab and irinotecan", "Erbitux 400 mg/m2",
    "CETUXIMAB (ERBITUX)", "XELOX plus panitumumab",
]  # fmt: skip


@pytest.mark.parametrize("written", ANTIBODIES)
@pytest.mark.parametrize("beside", ["", "ANTI-EGFR", "MONOCLONAL ANTIBODY", "EGFR INHIBITOR"])
def test_an_antibody_against_egfr_is_known_by_any_of_its_names(written, beside):
    assert is_of_class(written, beside, "ANTI-EGFR") is MET


@pytest.mark.parametrize(
    ("treatment", "beside", "verdict"),
    [
        ("FOLFIRI", "", NOT_MET),
        ("FOLFOX6", "CHEMOTHERAPY", NOT_MET),
        ("XELOX", "", NOT_MET),
        ("BEVACIZUMAB", "", NOT_MET),
        ("BEVACIZUMAB", "ANTI-EGFR", UNKNOWN),  # one of the two is wrong
        ("GEFITINIB", "", NOT_MET),  # a kinase inhibitor, by the mechanism
        ("GEFITINIB", "EGFR INHIBITOR", NOT_MET),
        ("STUDY DRUG", "", UNKNOWN),
        ("STUDY DRUG", "EGFR INHIBITOR", UNKNOWN),
        ("STUDY DRUG", "MONOCLONAL ANTIBODY", UNKNOWN),
        ("STUDY DRUG", "ANTI-EGFR", MET),
        ("STUDY DRUG", "ANTI-VEGF", NOT_MET),
        ("STUDY DRUG", "L01FE02", MET),
        ("FOLFIRI + STUDY DRUG", "", UNKNOWN),
        ("FOLFIRI + CETUXIMAB", "CHEMOTHERAPY", MET),
        ("", "", UNKNOWN),
        ("", "ANTI-EGFR", MET),
    ],
)
def test_the_class_of_a_medication_against_egfr(treatment, beside, verdict):
    assert is_of_class(treatment, beside, "ANTI-EGFR") is verdict


@pytest.mark.parametrize("treatment", ["CETUXIMAB", "爱必妥", "ERBITUX", "FOLFIRI + ERBITUX"])
def test_one_drug_by_all_its_names(treatment):
    assert is_drug(treatment, "", "CETUXIMAB") is MET
    assert is_drug(treatment, "", "PANITUMUMAB") is NOT_MET
    assert is_anticancer(treatment, "") is MET


def test_classes_and_their_drugs():
    assert {"CETUXIMAB", "PANITUMUMAB"} <= set(drugs_of_class("ANTI-EGFR"))
    assert class_of("VECTIBIX") == "ANTI-EGFR"
    assert class_of("FOLFIRI") is None
    assert is_anticancer("ASPIRIN", "N02BA01") is NOT_MET
    assert is_anticancer("STUDY DRUG", "") is UNKNOWN


@pytest.mark.parametrize(
    ("location", "node"),
    [
        ("MEDIASTINAL LYMPH NODE", MET),
        ("lymph node, para-aortic", MET),
        ("LYMPH NODES", MET),
        ("LIVER", NOT_MET),
        ("SEGMENT VI OF THE LIVER", NOT_MET),
        ("LUNG, LEFT", NOT_MET),
        ("MEDIASTINUM", UNKNOWN),
        ("AXILLA", UNKNOWN),
        ("SOMEWHERE", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_node_is_known_by_the_table_and_by_its_words(location, node):
    assert lymph_node(location) is node


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("LUNG, LEFT", "RIGHT LUNG"),
        ("LUNG, RIGHT UPPER LOBE", "LUNG"),
        ("KIDNEY, LEFT", "KIDNEY, RIGHT"),
        ("MEDIASTINAL LYMPH NODE", "INGUINAL LYMPH NODE"),
        ("liver", "LIVER SEGMENT IV"),
    ],
)
def test_paired_organs_parts_and_all_nodes_are_one_organ(one, other):
    assert organ_of(one) == organ_of(other)


def test_organs_that_differ_stay_apart():
    assert len({organ_of(each) for each in ("LIVER", "LUNG", "KIDNEY", "BRAIN", "SOMEWHERE")}) == 5


@pytest.mark.parametrize(
    ("test", "possible", "impossible"),
    [("HGB", "85", "8500"), ("NEUT", "3.1", "900"), ("PLAT", "150", "150000")],
)
def test_what_no_person_can_have(test, possible, impossible):
    assert is_possible(test, Decimal(possible))
    assert not is_possible(test, Decimal(impossible))
    assert not is_possible(test, Decimal(-1))


def test_every_test_has_limits_in_order_and_units_that_convert():
    for row in rows_of("laboratory") + rows_of("vital_signs"):
        if row["low"]:
            assert 0 <= Decimal(row["low"]) < Decimal(row["high"])
    for row in rows_of("laboratory"):
        if row["unit"]:
            assert convert(Decimal(1), row["unit"], row["unit"]) == 1
    assert not is_possible_sign("HEIGHT", Decimal(17))


@pytest.mark.parametrize(
    ("test", "specimen", "fits"),
    [
        ("BILI", "SERUM", MET),
        ("BILI", "plasma", MET),
        ("BILI", "BLOOD", MET),
        ("BILI", "", MET),
        ("BILI", "URINE", NOT_MET),
        ("BILI", "POTION", UNKNOWN),
        ("HCG", "URINE", MET),
    ],
)
def test_the_specimen_belongs_to_the_test(test, specimen, fits):
    assert specimen_fits(test, specimen) is fits


def test_loinc_names_the_test():
    assert of_loinc("751-8") == "NEUT"
    assert of_loinc("0-0") is None
