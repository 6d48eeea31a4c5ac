"""Which drug is it, and of which class: what may never admit anybody, and what must be known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.terms.coded import coded
from equipoise.terms.drugs import (
    REGIMENS,
    Drug,
    Unlisted,
    is_anticancer,
    is_drug,
    is_of_class,
    named,
)
from equipoise.terms.table import rows_of
from equipoise.terms.verdict import Verdict

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
ROWS = rows_of("drugs")
SPELLINGS = [
    each
    for row in ROWS
    for each in (row["name"], *row["names"].split(";"), *row["codes"].split(";"))
    if each
]
UNREAD = [row["name"] for row in ROWS if row["checked"] != "yes"]


@pytest.mark.parametrize(
    ("treatment", "drug_class", "answer"),
    [
        ("VECTIBIX", "", MET),
        ("L01FE02", "", MET),
        ("L01XC08", "", MET),
        ("Erbitux®", "", MET),
        ("ERBITUX (cetuximab)", "", MET),
        ("cetuximab 500 mg/m2", "", MET),
        ("西妥昔单抗", "", MET),
        ("西妥昔单抗联合FOLFIRI", "", MET),
        ("FOLFIRI + PANITUMUMAB", "IRINOTECAN", MET),
        ("amivantamab", "", MET),
        ("nimotuzumab", "", MET),
        ("IMC-11F8", "", MET),
        ("FOLFIRI", "", NOT_MET),
        ("mFOLFOX6 and bevacizumab", "ANTI-VEGF", NOT_MET),
        ("CAPECITABINE", "FLUOROPYRIMIDINE", NOT_MET),
        ("ipilimumab + nivolumab", "", NOT_MET),
        ("A NEW ONE", "FLUOROPYRIMIDINE", NOT_MET),
        ("A NEW ONE", "", UNKNOWN),
        ("A NEW ONE", "EGFR INHIBITOR", UNKNOWN),
        ("A NEW ONE", "MONOCLONAL ANTIBODY", UNKNOWN),
        ("A NEW ONE", "TARGETED THERAPY", UNKNOWN),
        ("catumaxomab", "", UNKNOWN),  # an antibody whose target was not read
        ("CMAB009", "", UNKNOWN),
        ("cetuximab biosimilar", "", UNKNOWN),
        ("FOLFIRI + A NEW ONE", "IRINOTECAN", UNKNOWN),  # the class is that of another part
        ("FOLFIRI", "VECTIBIX", UNKNOWN),
        ("FOLFIRI", "L01FE01", UNKNOWN),
        ("FOLFIRI", "ANTI-EGFR", UNKNOWN),
        ("FOLFIRI", "EGFR INHIBITOR", UNKNOWN),
        ("GEFITINIB", "EGFR INHIBITOR", NOT_MET),  # the kinase inhibitor explains the class
        ("FOLFIRI", "CHEMOTHERAPY + ANTI-EGFR", UNKNOWN),
        ("FOLFIRI without cetuximab", "", UNKNOWN),
        ("cetuximab or bevacizumab", "", UNKNOWN),
        ("cetuximab (not given)", "", UNKNOWN),
        ("", "", UNKNOWN),
        ("", "ANTI-EGFR", MET),
    ],
)
def test_class_of_antibodies_directed_at_egfr(
    treatment: str, drug_class: str, answer: Verdict
) -> None:
    assert is_of_class(treatment, drug_class, "ANTI-EGFR") is answer


@pytest.mark.parametrize(
    ("treatment", "drug_class", "answer"),
    [
        ("ERBITUX", "", MET),
        ("c225", "", MET),
        ("318341", "", MET),
        ("FOLFOX + cetuximab", "OXALIPLATIN", MET),
        ("PANITUMUMAB", "", NOT_MET),
        ("IRINOTECAN", "L01FE01", UNKNOWN),
        ("A NEW ONE", "FLUOROPYRIMIDINE", NOT_MET),
        ("A NEW ONE", "ANTI-EGFR", UNKNOWN),
        ("FOLFIRI + A NEW ONE", "IRINOTECAN", UNKNOWN),
        ("CETUXIMAB (PLACEBO)", "", UNKNOWN),
    ],
)
def test_cetuximab_by_any_name(treatment: str, drug_class: str, answer: Verdict) -> None:
    assert is_drug(treatment, drug_class, "CETUXIMAB") is answer


def test_no_name_or_code_means_two_drugs() -> None:
    meant: dict[str, set[str]] = {}
    for row in ROWS:
        for each in (row["name"], *row["names"].split(";"), *row["codes"].split(";")):
            if each:
                meant.setdefault(coded(each), set()).add(row["name"])
    assert {name: drugs for name, drugs in meant.items() if len(drugs) > 1} == {}


def test_every_row_is_found_by_each_of_its_names_and_says_where_it_was_read() -> None:
    unfound = [
        each for each in SPELLINGS if not all(isinstance(part, Drug) for part in named(each))
    ]
    without = [row["name"] for row in ROWS if row["checked"] == "yes" and not row["source"]]
    assert (unfound, without) == ([], [])


def test_every_part_of_a_regimen_is_a_drug_that_was_read() -> None:
    parts = {part for regimen in REGIMENS for part in named(regimen)}
    assert [part for part in parts if isinstance(part, Unlisted) or not part.checked] == []


@pytest.mark.parametrize("name", UNREAD)
def test_a_row_that_was_not_read_leaves_every_answer_open(name: str) -> None:
    answers = {
        is_of_class(name, drug_class, wanted)
        for drug_class in ("", "FLUOROPYRIMIDINE")
        for wanted in ("ANTI-EGFR", "ANTI-VEGF", "PLATINUM")
    }
    assert (answers, is_drug(name, "", name)) == ({UNKNOWN}, UNKNOWN)


@given(
    st.sampled_from([each for each in SPELLINGS if each.isascii()]),
    st.sampled_from(["lower", "upper", "title"]),
    st.sampled_from(["", "ANTI-EGFR", "FLUOROPYRIMIDINE"]),
)
def test_property_case_and_blanks_never_change_an_answer(
    name: str, case: str, drug_class: str
) -> None:
    respelled = f"\t {getattr(name, case)().replace(' ', '  ')} "
    assert (
        is_of_class(respelled, drug_class.lower(), " anti-egfr "),
        is_drug(respelled, "", name),
        is_anticancer(respelled, drug_class),
    ) == (
        is_of_class(name, drug_class, "ANTI-EGFR"),
        is_drug(name, "", name),
        is_anticancer(name, drug_class),
    )


@given(st.text(alphabet="BDGHJQWXZ", min_size=9, max_size=14))
def test_property_an_unlisted_name_is_never_of_another_class_without_one(name: str) -> None:
    assert {
        is_of_class(name, "", "ANTI-EGFR"),
        is_of_class(f"FOLFIRI + {name}", "IRINOTECAN", "ANTI-EGFR"),
        is_drug(f"{name}, oxaliplatin", "OXALIPLATIN", "CETUXIMAB"),
    } == {UNKNOWN}


@pytest.mark.parametrize(
    ("treatment", "drug_class", "answer"),
    [
        ("FOLFOX", "", MET),
        ("leucovorin", "", NOT_MET),
        ("CMAB009", "", UNKNOWN),  # read in no source
        ("A NEW ONE", "TAXANE", MET),
        ("A NEW ONE", "FOLINATE", UNKNOWN),
        ("A NEW ONE", "", UNKNOWN),
        ("B01AC06", "", NOT_MET),  # a code of another main group
    ],
)
def test_drugs_against_cancer(treatment: str, drug_class: str, answer: Verdict) -> None:
    assert is_anticancer(treatment, drug_class) is answer
