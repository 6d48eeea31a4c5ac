"""One participant as JSON, for `equipoise screen`: SDTM records, attestations and the day of
asking.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from importlib import resources
from typing import Any

from equipoise.protocol.model import Protocol
from equipoise.subject.records import DOMAINS, read_record, variables
from equipoise.subject.records.variables import shortened
from equipoise.subject.state import SUBJECT_CODE, Attested, Subject
from equipoise.terms.coded import coded
from equipoise.terms.unicode_text import halves_in

MEMBERS = ("subject", "index_date", "records", "attestations")


class BadSubject(ValueError):
    """A file that does not describe a participant, with everything that is wrong with it, and the
    code of the participant as far as it gives one.
    """

    def __init__(self, problems: list[str], subject: str | None = None) -> None:
        self.problems = problems
        self.subject = subject
        super().__init__("\n".join(problems))


class _Twice(Exception):
    """A member that stands twice in one object."""


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = (
        [name for name in names if names.count(name) > 1] if len(set(names)) < len(names) else []
    )
    if twice:
        raise _Twice(repr(twice[0]))
    return dict(pairs)


def _as_written(digits: str) -> int | str:
    """A whole number; one of endless digits stays text, for its variable to refuse by name."""
    return int(digits) if len(digits) <= 30 else digits


def read_subject(text: str, protocol: Protocol) -> tuple[Subject, date]:
    """The subject and the index date. Raises BadSubject with every problem, each with its place."""
    try:
        found = json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=_without_duplicates,
            parse_int=_as_written,
            parse_float=str,
            parse_constant=str,
        )
    except RecursionError:
        raise BadSubject(["nested too deeply to be a participant"]) from None
    except _Twice as twice:
        raise BadSubject(
            [f"the member {twice} stands twice in one object; keep the one that holds"]
        ) from None
    except json.JSONDecodeError as error:
        raise BadSubject(
            [f"line {error.lineno}, column {error.colno}: not JSON: {error.msg}"]
        ) from None
    if not isinstance(found, Mapping):
        raise BadSubject(
            [f"found {type(found).__name__}, expected an object with {', '.join(MEMBERS)}"]
        )
    if halves := list(halves_in(found, "")):
        raise BadSubject(halves)
    problems = [
        f"unknown member {name!r}; known are {', '.join(MEMBERS)}"
        for name in found
        if name not in MEMBERS
    ]
    index = _day(found.get("index_date"), "index_date", problems)
    records = list(_records(found.get("records", {}), problems))
    attested = list(_attestations(found.get("attestations", []), protocol, problems))
    code = found.get("subject")
    if not isinstance(code, str) or not SUBJECT_CODE.fullmatch(code):
        problems.append(
            f"subject: found {shortened(code)}, expected a code of 2 to 20 capital letters,"
            " digits and hyphens; never a name"
        )
        code = None
    if problems or index is None:
        raise BadSubject(problems, code)
    return Subject(id=found["subject"], attestations=tuple(attested)).with_records(records), index


def _day(value: Any, where: str, problems: list[str]) -> date | None:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) or value < "1900":
            raise ValueError
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        problems.append(f"{where}: found {shortened(value)}, expected a day as YYYY-MM-DD")
        return None


def _records(value: Any, problems: list[str]) -> Any:
    if not isinstance(value, Mapping):
        problems.append(f"records: found {type(value).__name__}, expected an object of domains")
        return
    for domain, rows in value.items():
        if not isinstance(rows, list):
            problems.append(
                f"records.{domain}: found {type(rows).__name__}, expected a list of records"
            )
            continue
        for number, row in enumerate(rows, start=1):
            try:
                if not isinstance(row, Mapping):
                    raise ValueError(f"found {shortened(row)}, expected variables and values")
                record = read_record(domain, row, ("input", domain, number))
                start, end = getattr(record, "start", None), getattr(record, "end", None)
                if start and end and end.latest < start.earliest:
                    raise ValueError(f"ends ({end}) before it starts ({start})")
                yield record
            except ValueError as error:
                problems.append(f"records.{domain}[{number}]: {error}")


def _attestations(value: Any, protocol: Protocol, problems: list[str]) -> Any:
    known = {criterion.id for criterion in protocol.criteria if criterion.rule.asks_a_person()}
    for number, row in enumerate(value if isinstance(value, list) else [value], start=1):
        where = f"attestations[{number}]"
        if not isinstance(row, Mapping) or not ATTESTED <= set(row) <= {*ATTESTED, "role"}:
            problems.append(
                f"{where}: found {shortened(row)}, expected criterion, answer, by and date (and"
                " role)"
            )
            continue
        wrong = list(_wrong_attestation(row, known))
        problems += [f"{where}.{problem}" for problem in wrong]
        on = _day(row["date"], f"{where}.date", problems)
        if on and not wrong:
            yield Attested(
                row["criterion"],
                row["answer"],
                (row["by"] or "").strip(),
                on,
                ("input", "attestations", number),
                coded(row.get("role") or ""),
            )


ATTESTED = frozenset({"criterion", "answer", "by", "date"})


def _wrong_attestation(row: Mapping[str, Any], known: AbstractSet[str]) -> Iterator[str]:
    criterion, answer = row["criterion"], row["answer"]
    if not isinstance(criterion, str) or criterion not in known:
        yield f"criterion: found {shortened(criterion)}, expected one of {', '.join(sorted(known))}"
    if not isinstance(answer, bool):
        yield f"answer: found {shortened(answer)}, expected true or false"
    for member in ("by", "role"):
        if not isinstance(row.get(member), str | None):
            yield f"{member}: found {shortened(row[member])}, expected text"


def subject_schema() -> dict[str, Any]:
    """JSON Schema of the input of `equipoise screen`."""
    kinds = {
        "text": {"type": "string"},
        "coded": {"type": "string", "description": "blind to case and outer blanks"},
        "result": {"type": ["string", "number"]},
        "integer": {"type": ["string", "integer"], "description": "digits 0 to 9"},
        "number": {"type": ["string", "number"]},
        "date": {"type": "string", "description": "YYYY-MM-DD, or as much of it as is known"},
    }
    domains = {
        domain: {
            "type": "array",
            "description": " ".join((cls.__doc__ or "").split("\n\n")[0].split()),
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {name: kinds[kind] for name, (_, kind) in variables(domain).items()},
            },
        }
        for domain, cls in DOMAINS.items()
    }
    attestation = {
        "criterion": {"type": "string"},
        "answer": {"type": "boolean"},
        "by": {"type": "string", "description": "who judged; nobody named is no attestation"},
        "date": {"type": "string", "format": "date"},
        "role": {"type": "string", "description": "investigator or sub-investigator, if told"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A participant to be screened",
        "type": "object",
        "required": ["subject", "index_date", "records"],
        "additionalProperties": False,
        "properties": {
            "subject": {"type": "string", "description": "a code, never a name"},
            "index_date": {"type": "string", "format": "date", "description": "the day of asking"},
            "records": {"type": "object", "additionalProperties": False, "properties": domains},
            "attestations": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": attestation,
                    "required": sorted(ATTESTED),
                },
            },
        },
    }


def example_subject(trial: str = "NCT04509635") -> dict[str, Any]:
    """The invented participant that stands beside a shipped trial, who meets all its criteria."""
    place = resources.files("equipoise.protocol") / "trials" / f"{trial}.participant.json"
    person: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return person
