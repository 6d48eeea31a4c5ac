"""Which stratum is she in? A level is known only if every reading of the dates agrees on it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from equipoise.allocation.strata import Level, cells, levels
from equipoise.protocol.randomization import IntervalStratum, ValueStratum
from equipoise.protocol.yaml_file import load
from equipoise.subject.records import read_record
from equipoise.subject.state import Subject

INDEX = date(2021, 3, 10)
UNDER, OVER = "under 4 months", "4 months or more"


def level(*last_doses: str) -> tuple[str | None, str, tuple[object, ...]]:
    """Her anti-EGFR-free interval when antibodies were last given then, one row for each."""
    given = {"CMCAT": "PRIOR ANTICANCER THERAPY", "CMCLAS": "ANTI-EGFR"}
    rows = [
        read_record("CM", {**given, "CMENDTC": on}, place)
        for place, on in enumerate(last_doses, start=1)
    ]
    found = levels(
        load("NCT04509635").randomization.strata, Subject(id="S").with_records(rows), INDEX
    )[1]
    return found.value, found.detail.removeprefix("Anti-EGFR-free interval: "), found.evidence


def ago(days: int) -> str:
    return (INDEX - timedelta(days)).isoformat()


@pytest.mark.parametrize(
    ("last_doses", "expected"),
    [
        pytest.param(["2020-01-20"], (OVER, "since 2020-01-20", (1,)), id="a known day"),
        pytest.param(
            [ago(121)],
            (UNDER, f"since {ago(121)}", (1,)),
            id="121 days are less than 4 months of 30.4375",
        ),
        pytest.param([ago(122)], (OVER, f"since {ago(122)}", (1,)), id="122 days are more"),
        pytest.param(
            ["2020-01-20", "2021-01-05"],
            (UNDER, "since 2021-01-05", (2,)),
            id="the latest dose counts",
        ),
        pytest.param(
            ["2020"],
            (None, "since 2020-01-01 to 2020-12-31", (1,)),
            id="a year that holds both levels",
        ),
        pytest.param(
            ["2019"],
            (OVER, "since 2019-01-01 to 2019-12-31", (1,)),
            id="a year that holds one level",
        ),
        pytest.param(
            ["2020", "2020-06-15"],
            (None, "since 2020-06-15 to 2020-12-31", (1, 2)),
            id="a dose some day in 2020 may have been after the one of June",
        ),
        pytest.param(
            ["2020", "2021-01-05"],
            (UNDER, "since 2021-01-05", (2,)),
            id="no day of 2020 is after the dose of January",
        ),
        pytest.param(
            ["2020-01-20", ""], (None, "a date is missing", ()), id="a dose without a date"
        ),
        pytest.param([], (None, "nothing recorded", ()), id="no antibody recorded"),
    ],
)
def test_anti_egfr_free_interval(last_doses, expected):
    assert level(*last_doses) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, "early"), (486, "early"), (487, "late"), (488, "late")],
)
def test_a_level_begins_on_its_bound(days, expected):
    """16 months of 365.25/12 days are 487 days; the day itself is in the first level."""
    declared = {
        "kind": "months_since",
        "id": "INTERVAL",
        "label": "Interval",
        "domain": "CM",
        "where": {},
        "variable": "CMENDTC",
        "levels": {"early": {"below": 16}, "late": {"at_least": 16}},
        "from": "record",
    }
    stratum = IntervalStratum.model_validate(declared)
    subject = Subject(id="S").with_records([read_record("CM", {"CMENDTC": ago(days)}, 1)])

    assert levels([stratum], subject, INDEX)[0].value == expected


REGIMEN = {
    "kind": "record_value",
    "id": "REGIMEN",
    "label": "Regimen",
    "domain": "DS",
    "where": {"DSDECOD": "INTENDED CHEMOTHERAPY", "DSCAT": "PROTOCOL MILESTONE"},
    "variable": "DSTERM",
    "levels": {"irinotecan": ("FOLFIRI", "IRINOTECAN"), "other": ("MFOLFOX6",)},
    "from": "record",
}


def intended(*terms: str, **other: str) -> Level:
    """The level after these intentions, one entry each."""
    usual = {"DSDECOD": "INTENDED CHEMOTHERAPY", "DSCAT": "PROTOCOL MILESTONE", **other}
    rows = [
        read_record("DS", {**usual, "DSTERM": term}, place)
        for place, term in enumerate(terms, start=1)
    ]
    stratum = ValueStratum.model_validate(REGIMEN)
    return levels([stratum], Subject(id="S").with_records(rows), INDEX)[0]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (["FOLFIRI"], Level("REGIMEN", "irinotecan", "Regimen: FOLFIRI", (1,))),
        (["IRINOTECAN"], Level("REGIMEN", "irinotecan", "Regimen: IRINOTECAN", (1,))),
        (["FOLFIRI", "MFOLFOX6"], Level("REGIMEN", "other", "Regimen: MFOLFOX6", (2,))),
        (["MFOLFOX6", "ASPIRIN"], Level("REGIMEN", None, "Regimen: ASPIRIN", (2,))),
        ([], Level("REGIMEN", None, "Regimen: nothing recorded")),
    ],
)
def test_the_latest_value_gives_the_level(terms, expected):
    assert intended(*terms) == expected


@pytest.mark.parametrize(
    "other", [{"DSDECOD": "RANDOMIZED"}, {"DSCAT": "DISPOSITION EVENT"}], ids=["term", "category"]
)
def test_every_condition_of_a_stratum_has_to_hold(other):
    assert intended("FOLFIRI", **other) == Level("REGIMEN", None, "Regimen: nothing recorded")


def test_the_cells_are_all_combinations_as_the_protocol_names_them():
    first = ValueStratum.model_validate(REGIMEN)
    second = ValueStratum.model_validate({**REGIMEN, "levels": {"yes": ("Y",), "no": ("N",)}})

    assert cells([first, second]) == (
        ("irinotecan", "yes"),
        ("irinotecan", "no"),
        ("other", "yes"),
        ("other", "no"),
    )
    assert cells([]) == ((),)


@pytest.mark.parametrize(("days", "expected"), [(-1, None), (0, "early")])
def test_a_day_after_the_index_is_in_no_level(days, expected):
    declared = {**REGIMEN, "kind": "months_since", "domain": "CM", "where": {}}
    stratum = IntervalStratum.model_validate(
        {**declared, "variable": "CMENDTC", "levels": {"early": {"below": 16}}}
    )
    subject = Subject(id="S").with_records([read_record("CM", {"CMENDTC": ago(days)}, 1)])

    assert levels([stratum], subject, INDEX)[0].value == expected


@pytest.mark.parametrize(
    ("drug", "stratum"),
    [("CETUXIMAB", UNDER), ("Erbitux", UNDER), ("BEVACIZUMAB", OVER), ("STUDY DRUG", None)],
)
def test_maintenance_is_known_by_its_drug_where_the_class_is_blank(drug, stratum):
    given = {"CMCAT": "PRIOR ANTICANCER THERAPY", "CMLINE": "1"}
    rows = [
        given | {"CMTRT": "CETUXIMAB", "CMCLAS": "ANTI-EGFR", "CMENDTC": "2020-01-20"},
        given | {"CMTRT": drug, "CMCLAS": "", "CMENDTC": "2021-01-15"},
    ]
    known = Subject(id="S").with_records(
        read_record("CM", row, place) for place, row in enumerate(rows, start=1)
    )

    found = levels(load("NCT04509635").randomization.strata, known, INDEX)[1]

    assert found.value == stratum
