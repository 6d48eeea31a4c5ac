"""What are the rows of ADRS? The response of each visit, and the parameters of each series."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from equipoise.endpoints.best_response import first_progression
from equipoise.endpoints.course import Reading
from equipoise.endpoints.policies import REPORTED, DerivationPolicy
from equipoise.endpoints.response_parameters import PARAMETERS, derive_response_parameters
from equipoise.endpoints.response_rules import last_counted
from equipoise.exchange.cdisc.series import PARCAT1, Row, Series, source_row
from equipoise.terms.dates import study_day
from equipoise.terms.response import Response

AVAL = {"CR": 1, "PR": 2, "SD": 3, "NON-CR/NON-PD": 4, "PD": 5, "NE": 6, "Y": 1, "N": 0}
VALUE_OF = {"RS": "RSSTRESC", "TR": "TRSTRESC", "TU": "TUSTRESC"}
"""Domain -> SRCVAR of a value."""


def response_rows(series: Series, policy: DerivationPolicy) -> Iterator[Row]:
    """The response of each visit, then the parameters."""
    course, reading = series.course, series.reading
    as_seen = (
        course.read.responses if series.keys["PARCAT1"] == PARCAT1[REPORTED] else reading.responses
    )
    counted = _counted(reading, course.new_therapy, policy)
    for i, (day, code) in enumerate(zip(reading.days, as_seen, strict=True)):
        flag = "Y" if i < counted else ""
        yield _response(
            series, ("OVR", "Overall Response by Visit"), Response(code).cdisc, i, flag, day
        )
    parameters = derive_response_parameters(
        reading.days,
        as_seen,
        policy.response,
        pd_day=reading.pd_days,
        therapy_day=course.new_therapy,
    )
    for p in parameters:
        day = reading.days[p.index] if p.index >= 0 else -1
        yield _response(series, (p.code, PARAMETERS[p.code]), p.value, p.index, "Y", day)


def _counted(reading: Reading, therapy: int, policy: DerivationPolicy) -> int:
    """How many assessments the parameters look at: up to progression, and to new therapy where that
    ends it.
    """
    end = int(last_counted(np.array(reading.days, np.int32), therapy, policy.response))
    progressed = first_progression(
        reading.days, reading.responses, policy.response, therapy_day=therapy
    )
    return min(end, progressed + 1) if progressed >= 0 else end


def _response(
    series: Series, parameter: tuple[str, str], value: str, index: int, flag: str, day: int
) -> Row:
    start = series.course.start
    when = start + timedelta(day) if day >= 0 else None
    source = series.sources[index] if index >= 0 else None
    return series.keys | {
        "PARAMCD": parameter[0],
        "PARAM": parameter[1],
        "AVAL": AVAL[value],
        "AVALC": value,
        "ADT": when,
        "ADY": study_day(when, start) if when else None,
        "AVISIT": series.visits[index] if index >= 0 else "",
        "ANL01FL": flag,
        **source_row(source, VALUE_OF),
    }
