"""Who is in this package, since when, and until when? Rows of DM become subjects with a start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from equipoise.endpoints.event_dates import SUBSEQUENT
from equipoise.endpoints.policies import RANDOMIZATION, DerivationPolicy
from equipoise.exchange.cdisc.datasets import Row
from equipoise.exchange.cdisc.problems import NOT_USED, TO_ASK, Problem, Problems
from equipoise.exchange.cdisc.rows import RowPlace, Unusable, date_of
from equipoise.subject.records import CM, DS, RS, SS, TR, Record, Source
from equipoise.subject.state import Randomized, Subject
from equipoise.terms.dates import PartialDate
from equipoise.terms.drugs import is_anticancer
from equipoise.terms.verdict import Verdict

NOT_A_CONTACT = ("DEATH", "LOST TO FOLLOW-UP", "RANDOMIZED", "SCREEN FAILURE")
"""DSDECOD whose day shows nobody alive after randomization, or was no contact at all."""


@dataclass(frozen=True, slots=True)
class PackageSubject:
    """One subject of the package. `deceased_undated`: dead, and nothing says when, so no survival
    can be told.
    """

    study: str
    subject: Subject
    deceased_undated: bool


def person_of(
    name: str,
    row: Row,
    place: RowPlace,
    records: Mapping[type[Record], list[Any]],
    policy: DerivationPolicy,
    problems: Problems,
) -> PackageSubject | None:
    """The subject with a start, or None: without one there is nothing to count from."""
    try:
        started = _start(row, place, records, policy)
        died, source = _death(row, place, records)
    except Unusable as error:
        problems.add(
            place.problem(
                NOT_USED, error.variable, error.found, f"{error}; the subject is left out"
            )
        )
        return None
    if started is None:
        if records.get(RS) or records.get(TR):
            reason = (
                f"no start ({policy.reference_start}) but tumor records; the subject is left out"
            )
            problems.add(place.problem(NOT_USED, policy.reference_start, "", reason))
        return None
    start, began = started
    if died is not None and died.latest < start:
        reason = f"died before the start {start}; the subject is left out"
        problems.add(place.problem(NOT_USED, "DTHDTC", str(died), reason))
        return None
    subject = Subject(
        id=name,
        site=row.get("SITEID", ""),
        by_domain={cls: tuple(rows) for cls, rows in records.items()}
        | {SS: (*records.get(SS, ()), *_contacts(records))},
        randomized=Randomized(row.get("ARM", ""), (), 0, start, began, ""),
        died=died,
        died_source=source,
    )
    undated = died is None and row.get("DTHFL", "").upper() == "Y"
    if undated:
        reason = "dead without a date (DTHDTC, or DEATH in DS); time to event is not derived"
        problems.add(place.problem(NOT_USED, "DTHFL", "Y", reason))
    _ask_about_days(subject, row, place, problems)
    _ask_about_therapy(subject, start, problems)
    return PackageSubject(row.get("STUDYID", ""), subject, undated)


def _start(
    row: Row, place: RowPlace, records: Mapping[type[Record], list[Any]], policy: DerivationPolicy
) -> tuple[date, Source] | None:
    """The first day and its record. Raises Unusable for a date that is no day."""
    if policy.reference_start == RANDOMIZATION:
        days = [
            (ds.date, ds.source)
            for ds in records.get(DS, ())
            if ds.decoded.upper() == "RANDOMIZED" and ds.date
        ]
        when, source = min(days, default=(None, 0), key=lambda dated: dated[0])
        variable = "DSSTDTC"
    else:
        text, variable, source = row.get("RFSTDTC", ""), "RFSTDTC", (place.file, "DM", 0)
        when = date_of(variable, text) if text else None
    if when is None:
        return None
    if when.exact is None:
        raise Unusable(variable, str(when), "expected a date known to the day, YYYY-MM-DD")
    return when.exact, source


def _death(
    row: Row, place: RowPlace, records: Mapping[type[Record], list[Any]]
) -> tuple[PartialDate | None, Source]:
    """DTHDTC, else the death in DS."""
    if row.get("DTHDTC"):
        return date_of("DTHDTC", row["DTHDTC"]), (place.file, "DM", 0)
    deaths = [
        (ds.date, ds.source)
        for ds in records.get(DS, ())
        if ds.decoded.upper() == "DEATH" and ds.date
    ]
    return min(deaths, default=(None, 0), key=lambda dated: dated[0])


def _contacts(records: Mapping[type[Record], list[Any]]) -> Iterator[SS]:
    """Responses and dispositions show a living person too; only days known as such are used."""
    seen = [rs for rs in records.get(RS, ()) if rs.test in ("OVRLRESP", "CLINPROG")]
    seen += [ds for ds in records.get(DS, ()) if ds.decoded.upper() not in NOT_A_CONTACT]
    for record in seen:
        yield SS(test="SURVSTAT", original="ALIVE", date=record.date, source=record.source)


def _against_cancer(cm: CM) -> bool:
    """By the class as coded (WHO Drug writes ANTINEOPLASTIC), or as the drug table knows it."""
    coded = "ANTINEOPLASTIC" in cm.drug_class.upper()
    return coded or is_anticancer(cm.treatment, cm.drug_class) is Verdict.MET


def _ask_about_therapy(subject: Subject, start: date, problems: Problems) -> None:
    """Cancer drugs after the start that no declared category calls new therapy are not counted;
    somebody is asked.
    """
    for cm in subject.records(CM):
        later = cm.start is not None and cm.start.latest > start
        if later and cm.category != SUBSEQUENT and _against_cancer(cm):
            file, _, sequence = cm.source if isinstance(cm.source, tuple) else ("", "", 0)
            drug = (cm.drug_class or cm.treatment).lower()
            reason = (
                f"CMSEQ {sequence}, {drug}, began after the start; CMCAT"
                f" {cm.category!r} is not declared as new anticancer therapy, so it is not counted"
            )
            problems.add(
                Problem(
                    kind=TO_ASK,
                    file=file,
                    domain="CM",
                    subject=subject.id,
                    variable="CMCAT",
                    found=cm.treatment,
                    reason=reason,
                )
            )


def _ask_about_days(subject: Subject, row: Row, place: RowPlace, problems: Problems) -> None:
    died = subject.died
    if died is not None and died.exact is None:
        reason = "day not known; the earliest that the dated records allow is taken"
        problems.add(place.problem(TO_ASK, "DTHDTC", str(died), reason))
    scans: tuple[TR | RS, ...] = (*subject.records(TR), *subject.records(RS))
    for record in scans:
        if died is not None and record.date is not None and record.date.earliest > died.latest:
            reason = f"{record.source} is of {record.date}, after death"
            problems.add(place.problem(TO_ASK, "DTHDTC", str(died), reason))
            break
    begin, end = row.get("RFSTDTC", ""), row.get("RFENDTC", "")
    try:
        if begin and end and date_of("RFENDTC", end).latest < date_of("RFSTDTC", begin).earliest:
            problems.add(place.problem(TO_ASK, "RFENDTC", end, f"before RFSTDTC {begin}"))
    except Unusable as error:
        problems.add(place.problem(TO_ASK, error.variable, error.found, str(error)))
