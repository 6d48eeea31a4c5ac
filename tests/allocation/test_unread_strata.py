"""A stratum that no record can be read into is refused before anybody is randomized."""

import pytest

from changed import shipped_with
from equipoise.conduct.protocol_versions import adopt_protocol
from equipoise.conduct.record import Refused
from equipoise.planning.check import refusals
from story import Story

BY_REGIMEN = "levels: {irinotecan: [FOLFIRI, IRINOTECAN], no irinotecan: [MFOLFOX6, FTD/TPI]}"
BY_MONTHS = "levels: {under 4 months: {below: 4}, 4 months or more: {at_least: 4}}"
MONTHS, REGIMEN = "randomization.strata.ANTI_EGFR_FREE", "randomization.strata.IRINOTECAN"


@pytest.mark.parametrize(
    ("before", "after", "field", "expected"),
    [
        ("domain: DS", "domain: XX", f"{REGIMEN}.domain", "found 'XX', expected one of DM"),
        (
            "variable: DSTERM",
            "variable: DSTEXT",
            f"{REGIMEN}.variable",
            "is a text: DSDECOD, DSTERM",
        ),
        (
            "variable: DSTERM",
            "variable: DSSTDTC",
            f"{REGIMEN}.variable",
            "is a text: DSDECOD, DSTERM",
        ),
        ("variable: CMENDTC", "variable: CMTRT", f"{MONTHS}.variable", "is a date: CMSTDTC"),
        ("where: {DSDECOD:", "where: {DSCODE:", f"{REGIMEN}.where", "found 'DSCODE'"),
        (BY_REGIMEN, "levels: {}", f"{REGIMEN}.levels", "found none"),
        (
            BY_REGIMEN,
            BY_REGIMEN.replace("MFOLFOX6", "FOLFIRI"),
            f"{REGIMEN}.levels",
            "'FOLFIRI' stands 2 times",
        ),
        (
            BY_REGIMEN,
            BY_REGIMEN.replace("[MFOLFOX6, FTD/TPI]", "[]"),
            f"{REGIMEN}.levels",
            "nobody can be in 'no irinotecan'",
        ),
        (
            BY_MONTHS,
            BY_MONTHS.replace("at_least: 4", "at_least: 3"),
            f"{MONTHS}.levels",
            "two hold 3 months",
        ),
        (BY_MONTHS, BY_MONTHS.replace("{below: 4}", "{}"), f"{MONTHS}.levels", "two hold 4"),
        (
            BY_MONTHS,
            BY_MONTHS.replace("{below: 4}", "{at_least: 4, below: 4}"),
            f"{MONTHS}.levels",
            "nobody can be in 'under 4 months'",
        ),
    ],
)
def test_a_stratum_that_cannot_be_read_is_refused(before, after, field, expected):
    protocol = shipped_with((before, after))
    sentences = list(map(str, refusals(protocol)))

    assert any(each.startswith(f"{field}: ") and expected in each for each in sentences), sentences
    adopted = Story().do("2021-01-04", "sponsor", adopt_protocol, protocol, simulated=True)
    assert isinstance(adopted, Refused)
    assert expected in str(adopted)


def test_months_that_nobody_declared_are_open_and_refuse_nothing():
    protocol = shipped_with((BY_MONTHS, BY_MONTHS.replace("at_least: 4", "at_least: 6")))

    assert refusals(protocol) == ()
