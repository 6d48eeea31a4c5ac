"""Who is in this package, and what is known of them? A folder of SDTM datasets becomes subjects
with records.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from equipoise.endpoints.event_dates import SUBSEQUENT
from equipoise.endpoints.policies import (
    ALL_EVALUATORS,
    MEASUREMENTS,
    RANDOMIZATION,
    REPORTED,
    DerivationPolicy,
)
from equipoise.exchange.cdisc.datasets import Dataset, DatasetError, Row, read_folder
from equipoise.exchange.cdisc.lesions import choose_measurements
from equipoise.exchange.cdisc.problems import NOT_USED, TO_ASK, Problem, Problems
from equipoise.exchange.cdisc.rows import (
    USED,
    Known,
    Place,
    Unusable,
    date_of,
    read_rows,
    record_date,
    reported_response,
    therapy,
    tumor,
)
from equipoise.subject.records import CM, DS, RS, SS, TR, TU, Record, Source
from equipoise.subject.state import Randomized, Subject
from equipoise.terms.dates import PartialDate

NEEDED = {
    "DM": "the subjects and the start of their time",
    "TU and TR": "responses from measurements",
    "RS": "responses as reported, and the comparison",
    "EX, DS, CM, PR, AE": "treatment, new therapy, death and the last sign of life",
}
NOT_A_CONTACT = ("DEATH", "LOST TO FOLLOW-UP", "RANDOMIZED", "SCREEN FAILURE")
"""DSDECOD whose day shows nobody alive after randomization, or was no contact at all."""

Reader = tuple[str, str]
"""--EVAL and --EVALID."""


@dataclass(frozen=True, slots=True)
class Person:
    """One subject of the package. `deceased_undated`: dead, and nothing says when, so no survival
    can be told.
    """

    study: str
    subject: Subject
    deceased_undated: bool


@dataclass(frozen=True, slots=True)
class Package:
    """All subjects with a start, the readers of each source of responses, and what could not be
    used.
    """

    folder: str
    datasets: tuple[Dataset, ...]
    persons: Mapping[str, Person]
    in_dm: int  # subjects in all, those without a start included
    readers: Mapping[
        str, tuple[Reader, ...]
    ]  # MEASUREMENTS and REPORTED, as far as the domains are there
    measuring: frozenset[Reader]  # who measured anything, whether or not that is a source here
    lasting: date  # the last day that any record is of
    problems: Problems


def read_package(folder: Path, policy: DerivationPolicy) -> Package:
    """Read a folder of SDTM. Raises DatasetError when no subject or no response could come of
    it.
    """
    datasets, problems = read_folder(folder), Problems()
    domains = tuple(dict.fromkeys(one.domain for one in datasets if one.domain))
    _check_domains(folder, domains)
    for one in datasets:
        if one.domain and not one.rows:
            problems.add(
                Problem(
                    kind=TO_ASK, file=one.file, domain=one.domain, reason="the dataset has no rows"
                )
            )
    people = _people(datasets, problems)
    records = {domain: list(read_rows(datasets, domain, people, problems)) for domain in USED}
    found = _records(records, policy, problems)
    persons = {}
    for name, (row, place) in sorted(people.items()):
        person = _person(name, row, place, found.get(name, {}), policy, problems)
        if person is not None:
            persons[name] = person
    if not persons:
        raise DatasetError(
            f"{folder}: none of {len(people)} subjects has a start ({policy.reference_start})"
        )
    readers = _readers(persons, domains, policy, problems)
    measuring = frozenset(
        reader_of(tr) for person in persons.values() for tr in person.subject.records(TR)
    )
    return Package(
        str(folder), datasets, persons, len(people), readers, measuring, _lasting(persons), problems
    )


def _check_domains(folder: Path, domains: tuple[str, ...]) -> None:
    sources = "RS" in domains or {"TU", "TR"} <= set(domains)
    if "DM" in domains and sources:
        return
    needed = "; ".join(f"{name} for {what}" for name, what in NEEDED.items())
    missing = "DM" if "DM" not in domains else "RS, or TU and TR,"
    raise DatasetError(
        f"{folder}: found {', '.join(domains) or 'no domain'}; {missing} is needed. Needed are"
        f" {needed}"
    )


def _people(datasets: Iterable[Dataset], problems: Problems) -> dict[str, tuple[Row, Place]]:
    """USUBJID -> row of DM."""
    people: dict[str, tuple[Row, Place]] = {}
    for dataset in (one for one in datasets if one.domain == "DM"):
        if "USUBJID" not in dataset.columns:
            raise DatasetError(
                f"{dataset.file}: column USUBJID not found among {', '.join(dataset.columns)}"
            )
        for number, row in enumerate(dataset.rows, 1):
            place = Place(dataset.file, number, "DM", row["USUBJID"])
            if not place.subject:
                problems.add(
                    place.problem(NOT_USED, "USUBJID", "", "empty, expected the code of a subject")
                )
            elif people.setdefault(place.subject, (row, place))[1] is not place:
                first = people[place.subject][1].row
                problems.add(
                    place.problem(
                        NOT_USED, "USUBJID", place.subject, f"stands twice; row {first} is used"
                    )
                )
    return people


# ------------------------------------------------------------------ records of each subject

Found = dict[str, dict[type[Record], list[Any]]]
"""Subject -> class of record -> records."""


def _records(
    known: Mapping[str, list[Known]], policy: DerivationPolicy, problems: Problems
) -> Found:
    """All usable records as the rules want them: one reader each, one diameter each, one response a
    day.
    """
    found: Found = defaultdict(lambda: defaultdict(list))

    def keep(subject: str, record: Any) -> None:
        if record is not None:
            found[subject][type(record)].append(record)

    for one in known["TU"]:
        keep(one.subject, tumor(_of_reader(one, policy), problems))
    readings = [_of_reader(one, policy) for one in known["TR"]]
    for subject, tr in choose_measurements(readings, found, policy, problems):
        keep(subject, tr)
    responses = [_of_reader(one, policy) for one in known["RS"]]
    _ask_about_criteria(responses, policy, problems)
    read = [(one, reported_response(one, policy, problems)) for one in responses]
    for subject, rs in _one_a_day(read, problems):
        keep(subject, rs)
    for one in known["CM"]:
        keep(one.subject, therapy(one, policy))
    for domain in ("EX", "DS", "PR", "AE", "SS"):
        for one in known[domain]:
            keep(one.subject, one.record)
    return found


def _ask_about_criteria(
    rows: Iterable[Known], policy: DerivationPolicy, problems: Problems
) -> None:
    """Responses by other criteria (iRECIST, Lugano) are another question; how many there are is
    said.
    """
    categories = Counter((one.place.file, one.row.get("RSCAT", "")) for one in rows)
    for (file, category), number in categories.items():
        if category.upper() not in policy.response_categories:
            reason = f"{number} rows by other criteria are left aside"
            problems.add(
                Problem(
                    kind=TO_ASK,
                    file=file,
                    domain="RS",
                    variable="RSCAT",
                    found=category,
                    reason=reason,
                )
            )


def _of_reader(known: Known, policy: DerivationPolicy) -> Known:
    """A record that does not say who read it belongs to whom the policy says."""
    if known.record.evaluator:
        return known
    return replace(known, record=replace(known.record, evaluator=policy.blank_evaluator))


def _one_a_day(
    rows: Iterable[tuple[Known, RS | None]], problems: Problems
) -> Iterator[tuple[str, RS]]:
    """Of two answers to one question on one day the first is used, and the other is listed."""
    first: dict[tuple[str, Reader, str, date], Known] = {}
    for known, rs in rows:
        if rs is None:
            continue
        if rs.date is not None and rs.date.exact is not None:
            key = (known.subject, reader_of(rs), rs.test, rs.date.exact)
            before = first.setdefault(key, known)
            if before is not known:
                reason = (
                    f"a second {rs.test} of {rs.date} by the same reader; row {before.place.row} is"
                    " used"
                )
                problems.add(known.place.problem(NOT_USED, "RSDTC", str(rs.date), reason))
                continue
        yield known.subject, rs


def reader_of(record: TU | TR | RS) -> Reader:
    """Who read it."""
    return record.evaluator, record.evaluator_id


# ------------------------------------------------------------------ subjects


def _person(
    name: str,
    row: Row,
    place: Place,
    records: Mapping[type[Record], list[Any]],
    policy: DerivationPolicy,
    problems: Problems,
) -> Person | None:
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
    return Person(row.get("STUDYID", ""), subject, undated)


def _start(
    row: Row, place: Place, records: Mapping[type[Record], list[Any]], policy: DerivationPolicy
) -> tuple[date, Source] | None:
    """The first day and its record. Raises Unusable for a date that is no day."""
    if policy.reference_start == RANDOMIZATION:
        days = [
            (ds.date, ds.source)
            for ds in records.get(DS, ())
            if ds.decoded.upper() == "RANDOMIZED" and ds.date
        ]
        when, source = min(days, default=(None, 0), key=lambda one: one[0])
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
    row: Row, place: Place, records: Mapping[type[Record], list[Any]]
) -> tuple[PartialDate | None, Source]:
    """DTHDTC, else the death in DS."""
    if row.get("DTHDTC"):
        return date_of("DTHDTC", row["DTHDTC"]), (place.file, "DM", 0)
    deaths = [
        (ds.date, ds.source)
        for ds in records.get(DS, ())
        if ds.decoded.upper() == "DEATH" and ds.date
    ]
    return min(deaths, default=(None, 0), key=lambda one: one[0])


def _contacts(records: Mapping[type[Record], list[Any]]) -> Iterator[SS]:
    """Responses and dispositions show a living person too; only days known as such are used."""
    seen = [rs for rs in records.get(RS, ()) if rs.test in ("OVRLRESP", "CLINPROG")]
    seen += [ds for ds in records.get(DS, ()) if ds.decoded.upper() not in NOT_A_CONTACT]
    for record in seen:
        yield SS(test="SURVSTAT", original="ALIVE", date=record.date, source=record.source)


def _ask_about_therapy(subject: Subject, start: date, problems: Problems) -> None:
    """Cancer drugs after the start that no declared category calls new therapy are not counted;
    somebody is asked.
    """
    for cm in subject.records(CM):
        later = cm.start is not None and cm.start.latest > start
        if later and "ANTINEOPLASTIC" in cm.drug_class.upper() and cm.category != SUBSEQUENT:
            file, _, sequence = cm.source if isinstance(cm.source, tuple) else ("", "", 0)
            reason = (
                f"CMSEQ {sequence}, {cm.drug_class.lower()}, began after the start; CMCAT"
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


def _ask_about_days(subject: Subject, row: Row, place: Place, problems: Problems) -> None:
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


# ------------------------------------------------------------------ the package as a whole


def _readers(
    persons: Mapping[str, Person],
    domains: Iterable[str],
    policy: DerivationPolicy,
    problems: Problems,
) -> dict[str, tuple[Reader, ...]]:
    """Source of responses -> its readers. Raises DatasetError when nobody is the evaluator that was
    asked for.
    """
    needed: dict[str, tuple[set[str], type[TR | RS]]] = {
        MEASUREMENTS: ({"TU", "TR"}, TR),
        REPORTED: ({"RS"}, RS),
    }
    subjects = [person.subject for person in persons.values()]
    there = {
        source: sorted({reader_of(record) for one in subjects for record in one.records(cls)})
        for source, (wanted, cls) in needed.items()
        if source in policy.sources and wanted <= set(domains)
    }
    chosen = {
        source: tuple(one for one in all_ if is_asked_for(one, policy))
        for source, all_ in there.items()
    }
    if not any(chosen.values()):
        names = sorted({reader_name(one) for all_ in there.values() for one in all_})
        raise DatasetError(
            f"no response by evaluator {policy.evaluator!r} from {' or '.join(policy.sources)}; "
            f"there are {', '.join(names) or 'none'}"
            + "".join(
                f"\n  {one.file} {one.variable} {one.found!r}: {one.reason}"
                for one in problems.listed[:5]
            )
        )
    return {source: readers for source, readers in chosen.items() if readers}


def reader_name(reader: Reader) -> str:
    """One reader as policies name it: RSEVAL, or RSEVAL/RSEVALID."""
    return "/".join(part for part in reader if part)


def is_asked_for(reader: Reader, policy: DerivationPolicy) -> bool:
    """Whether the policy wants this reader."""
    return policy.evaluator.upper() in (
        ALL_EVALUATORS,
        reader[0].upper(),
        reader_name(reader).upper(),
    )


def _lasting(persons: Mapping[str, Person]) -> date:
    """The last day of any record, which is the cutoff when none is declared."""
    days = [
        person.subject.randomized.on for person in persons.values() if person.subject.randomized
    ]
    for person in persons.values():
        when = [
            record_date(record) for rows in person.subject.by_domain.values() for record in rows
        ]
        days += [one.exact for one in (*when, person.subject.died) if one and one.exact]
    return max(days)
