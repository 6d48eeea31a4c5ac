"""What is in this package? A folder of SDTM datasets becomes subjects with records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from equipoise.endpoints.policies import MEASUREMENTS, REPORTED, DerivationPolicy
from equipoise.exchange.cdisc.datasets import Dataset, Row, read_folder
from equipoise.exchange.cdisc.formats import DatasetError
from equipoise.exchange.cdisc.persons import PackageSubject, person_of
from equipoise.exchange.cdisc.problems import ASIDE, NOT_USED, TO_ASK, Problem, Problems
from equipoise.exchange.cdisc.readers import Reader, is_asked_for, reader_name, reader_of
from equipoise.exchange.cdisc.rows import USED, RowPlace, read_rows, record_date
from equipoise.exchange.cdisc.usable import usable_records
from equipoise.subject.records import RS, TR

NEEDED = {
    "DM": "the subjects and the start of their time",
    "TU and TR": "responses from measurements",
    "RS": "responses as reported, and the comparison",
    "EX, DS, CM, PR, AE": "treatment, new therapy, death and the last sign of life",
}


@dataclass(frozen=True, slots=True)
class Package:
    """All subjects with a start, the readers of each source of responses, and what could not be
    used.
    """

    folder: str
    datasets: tuple[Dataset, ...]
    persons: Mapping[str, PackageSubject]
    in_dm: int  # subjects in all, those without a start included
    readers: Mapping[
        str, tuple[Reader, ...]
    ]  # MEASUREMENTS and REPORTED, as far as the domains are there
    measuring: frozenset[Reader]  # who measured anything, whether or not that is a source here
    lasting: date  # the last day that any record is of
    problems: Problems


def read_package(folder: Path, policy: DerivationPolicy, encoding: str | None = None) -> Package:
    """Read a folder of SDTM; text is UTF-8, else as older systems write it, unless `encoding` says.
    Raises DatasetError when no subject or no response could come of it.
    """
    datasets, problems = read_folder(folder, (*USED, "DM"), encoding), Problems()
    _tell_of_files(datasets, problems)
    domains = tuple(dict.fromkeys(dataset.domain for dataset in datasets if dataset.domain))
    _check_domains(folder, domains)
    for dataset in datasets:
        if dataset.domain and not dataset.rows:
            reason = "the dataset has no rows"
            problems.add(
                Problem(kind=TO_ASK, file=dataset.file, domain=dataset.domain, reason=reason)
            )
    people = _people(datasets, problems)
    records = {domain: list(read_rows(datasets, domain, people, problems)) for domain in USED}
    usable = usable_records(records, policy, problems)
    persons = {}
    for name, (row, place) in sorted(people.items()):
        person = person_of(name, row, place, usable.get(name, {}), policy, problems)
        if person is not None:
            persons[name] = person
    if not persons:
        raise DatasetError(
            f"{folder}: none of {len(people)} subjects has a start ({policy.reference_start})"
            + _reasons(problems)
        )
    readers = _readers(persons, domains, policy, problems)
    measuring = frozenset(
        reader_of(tr) for person in persons.values() for tr in person.subject.records(TR)
    )
    return Package(
        str(folder), datasets, persons, len(people), readers, measuring, _lasting(persons), problems
    )


def _tell_of_files(datasets: Iterable[Dataset], problems: Problems) -> None:
    """What was done to read each file, which are left aside, and whether they are of one study."""
    studies: dict[str, str] = {}
    for dataset in datasets:
        if dataset.aside:
            problems.add(Problem(kind=ASIDE, file=dataset.file, reason=dataset.aside))
        empty = ("holds no row; was it cut short?",)
        for note in (*dataset.notes, *(empty if dataset.domain and not dataset.rows else ())):
            told = Problem(kind=TO_ASK, file=dataset.file, domain=dataset.domain, reason=note)
            problems.add(told)
        for row in dataset.rows:
            studies.setdefault(row.get("STUDYID", ""), dataset.file)
    if len(named := [study for study in studies if study]) > 1:
        reason = f"{len(named)} studies in one folder: {', '.join(sorted(named))}; are they one?"
        problems.add(
            Problem(
                kind=TO_ASK,
                file=studies[named[1]],
                variable="STUDYID",
                found=named[1],
                reason=reason,
            )
        )


def _reasons(problems: Problems) -> str:
    """Why nothing could be used, by how often, the most frequent first."""
    lines = [f"\n  {number} x {reason}" for number, reason in problems.by_reason()[:5]]
    return "".join(lines)


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


def _people(datasets: Iterable[Dataset], problems: Problems) -> dict[str, tuple[Row, RowPlace]]:
    """USUBJID -> row of DM."""
    people: dict[str, tuple[Row, RowPlace]] = {}
    for dataset in (data for data in datasets if data.domain == "DM"):
        if "USUBJID" not in dataset.columns:
            raise DatasetError(
                f"{dataset.file}: column USUBJID not found among {', '.join(dataset.columns)}"
            )
        for number, row in enumerate(dataset.rows, 1):
            place = RowPlace(dataset.file, number, "DM", row["USUBJID"])
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


def _readers(
    persons: Mapping[str, PackageSubject],
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
        source: sorted(
            {reader_of(record) for subject in subjects for record in subject.records(cls)}
        )
        for source, (wanted, cls) in needed.items()
        if source in policy.sources and wanted <= set(domains)
    }
    chosen = {
        source: tuple(reader for reader in all_ if is_asked_for(reader, policy))
        for source, all_ in there.items()
    }
    if not any(chosen.values()):
        names = sorted({reader_name(reader) for all_ in there.values() for reader in all_})
        raise DatasetError(
            f"no response by evaluator {policy.evaluator!r} from {' or '.join(policy.sources)}; "
            f"there are {', '.join(names) or 'none'}" + _reasons(problems)
        )
    return {source: readers for source, readers in chosen.items() if readers}


def _lasting(persons: Mapping[str, PackageSubject]) -> date:
    """The last day of any record, which is the cutoff when none is declared."""
    days = [
        person.subject.randomized.on for person in persons.values() if person.subject.randomized
    ]
    for person in persons.values():
        when = [
            record_date(record) for rows in person.subject.by_domain.values() for record in rows
        ]
        days += [day.exact for day in (*when, person.subject.died) if day and day.exact]
    return max(days)
