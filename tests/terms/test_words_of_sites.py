"""Antibodies, organs and units as the tables know them, by each of the words that sites write."""

from decimal import Decimal

import pytest

from equipoise.terms.drugs import (
    class_of,
    drugs_of_class,
    is_anticancer,
    is_drug,
    is_of_class,
)
from equipoise.terms.laboratory import is_possible_sign
from equipoise.terms.locations import lymph_node, organ_of
from equipoise.terms.quantity import convert
from equipoise.terms.table import rows_of
from equipoise.terms.verdict import Verdict

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN


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


def test_every_test_has_limits_in_order_and_units_that_convert():
    for row in rows_of("laboratory") + rows_of("vital_signs"):
        if row["low"]:
            assert 0 <= Decimal(row["low"]) < Decimal(row["high"])
    for row in rows_of("laboratory"):
        if row["unit"]:
            assert convert(Decimal(1), row["unit"], row["unit"]) == 1
    assert not is_possible_sign("HEIGHT", Decimal(17))
