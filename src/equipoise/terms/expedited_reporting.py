"""By when must a sponsor tell the authority of a country? In calendar days from the sponsor's
awareness. A country that is not in the table has no answer here, and none is invented.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingTimes:
    """Days for a suspected unexpected serious adverse reaction (SUSAR) that is fatal or
    life-threatening, for what follows on it after that report, and for another SUSAR; for a serious
    breach and an urgent safety measure. None: the law named gives no number.
    """

    law: str
    fatal: int
    fatal_follow_up: int | None
    other: int
    serious_breach: int | None
    urgent_measure: int | None


EU = ReportingTimes(
    law="Regulation (EU) 536/2014 42, 52, 54",
    fatal=7,
    fatal_follow_up=8,
    other=15,
    serious_breach=7,
    urgent_measure=7,
)
USA = ReportingTimes(
    law="21 CFR 312.32(c)",
    fatal=7,
    fatal_follow_up=None,
    other=15,
    serious_breach=None,
    urgent_measure=None,
)
CHINA = ReportingTimes(
    law="China GCP; ICH E2A III.B",
    fatal=7,
    fatal_follow_up=8,
    other=15,
    serious_breach=None,
    urgent_measure=None,
)

_EEA = (
    "AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GRC HRV HUN IRL ITA LTU LUX LVA MLT NLD POL PRT"
    " ROU SVK SVN SWE ISL LIE NOR"
)
_BY_COUNTRY = {**dict.fromkeys(_EEA.split(), EU), "USA": USA, "CHN": CHINA}


def reporting_times(country: str) -> ReportingTimes | None:
    """Those of a country, by its ISO 3166-1 alpha-3 code; None where they are not known here."""
    return _BY_COUNTRY.get(country)
