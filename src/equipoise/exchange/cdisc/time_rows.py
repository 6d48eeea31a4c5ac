"""What are the rows of ADTTE? Times to an event under every declared rule set, and survival."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from equipoise.arrays import NEVER
from equipoise.endpoints import event_dates
from equipoise.endpoints.best_response import first_response
from equipoise.endpoints.catalogue import (
    DURATION_OF_RESPONSE,
    OVERALL_SURVIVAL,
    PROGRESSION_FREE_SURVIVAL,
    RULE_SETS,
    TimeEndpoint,
)
from equipoise.endpoints.policies import DerivationPolicy
from equipoise.endpoints.time_to_event import FollowUp, TimeToEvent, derive_os
from equipoise.exchange.cdisc.persons import PackageSubject
from equipoise.exchange.cdisc.series import Row, Series, keys_of, source_row
from equipoise.subject.records import Source

DAY_OF = {
    "RS": "RSDTC",
    "TR": "TRDTC",
    "TU": "TUDTC",
    "DS": "DSSTDTC",
    "CM": "CMSTDTC",
    "PR": "PRSTDTC",
    "EX": "EXSTDTC",
    "AE": "AESTDTC",
    "SS": "SSDTC",
}
"""Domain -> SRCVAR of a value, and of a day; of DM it depends on what is event_dates."""


def time_rows(series: Series, policy: DerivationPolicy) -> Iterator[Row]:
    """PFS, and duration of response for those who responded, under every declared rule set."""
    course, reading = series.course, series.reading
    known = course.follow_up(reading)
    i = first_response(
        reading.days,
        reading.responses,
        policy.response,
        confirm=False,
        pd_day=reading.pd_days,
        therapy_day=course.new_therapy,
    )
    responded = reading.days[i] if i >= 0 else NEVER
    for name in policy.censoring:
        for endpoint in (PROGRESSION_FREE_SURVIVAL, DURATION_OF_RESPONSE):
            end = endpoint.derive(known, responded, policy.rules(name))
            if end is not None:
                began = responded if endpoint.of_responders else 0
                yield _timed(series, endpoint, name, end, series.course.start + timedelta(began))


def _timed(
    series: Series, endpoint: TimeEndpoint, rule_set: str, end: TimeToEvent, start: date
) -> Row:
    code = f"{endpoint.code}{RULE_SETS[rule_set].suffix}"
    label = f"{endpoint.title}, {rule_set} (days)"
    source = source_row(_decided(series, end), DAY_OF, _dm_variable(end))
    return series.keys | _time(code, label, end, start) | source


def _decided(series: Series, end: TimeToEvent) -> Source | None:
    if end.source_index >= 0:
        return series.sources[end.source_index]
    return next(iter(series.course.sources.get(end.source_kind, ())), None)


def _dm_variable(end: TimeToEvent) -> str:
    return "DTHDTC" if end.source_kind == "death" else "RFSTDTC"


def _time(code: str, label: str, end: TimeToEvent, start: date) -> Row:
    """EVNTDESC says what happened, CNSDTDSC where the time of a censored subject ends."""
    what, _, where = end.why.partition(": censored ")
    return {
        "PARAMCD": code,
        "PARAM": label,
        "STARTDT": start,
        "ADT": start + timedelta(end.days - 1),
        "AVAL": end.days,
        "CNSR": 0 if end.event else 1,
        "EVNTDESC": what.upper(),
        "CNSDTDSC": where.upper(),
    }


def survival_row(person: PackageSubject, cutoff: date) -> Row:
    """Overall survival, which has no reader."""
    subject = person.subject
    assert subject.randomized is not None
    start = subject.randomized.on
    death, alive = event_dates.death(subject, start), event_dates.last_known_alive(subject, start)
    known = FollowUp(
        scan_days=(),
        responses=(),
        cutoff=(cutoff - start).days,
        death=death.day,
        last_known_alive=alive.day,
    )
    end = derive_os(known)
    by_kind = {"death": death.source, "last_known_alive": alive.source}
    sources: Sequence[Source] = by_kind.get(
        end.source_kind, (subject.randomized.source,) if subject.randomized else ()
    )
    source = None if end.why.endswith("cutoff") else next(iter(sources), None)
    keys = keys_of(person, ("", "")) | {
        "ARM": subject.randomized.arm if subject.randomized else "",
        "PARCAT1": "",
    }
    return (
        keys
        | _time(OVERALL_SURVIVAL.code, f"{OVERALL_SURVIVAL.title} (days)", end, start)
        | source_row(source, DAY_OF, _dm_variable(end))
    )
