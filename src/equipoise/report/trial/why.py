"""Why does a participant have this value? From the value back to the entries that made it, in
words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from equipoise.analysis.analyze import Analysis
from equipoise.analysis.results.endpoints import (
    BinaryEndpoint,
    EndpointResult,
    Reached,
    SafetyEndpoint,
    TimeToEventEndpoint,
    TimeValue,
    WorstGrade,
)
from equipoise.analysis.screening import Screening
from equipoise.endpoints.catalogue import TIME_ENDPOINTS
from equipoise.ledger.entry import Entry
from equipoise.report.kit.drill_down import Source
from equipoise.report.kit.formats import as_of_words
from equipoise.report.trial.arms import ending
from equipoise.report.trial.why_visits import explain_visits, missed_scan_words
from equipoise.report.trial.words import with_rules

SubjectValue = Reached | TimeValue | WorstGrade


def explain(analysis: Analysis, entries: Sequence[Entry], subject: str, endpoint: str) -> list[str]:
    """The lines that answer. Raises ValueError when there is no such subject or endpoint."""
    if subject not in analysis.trial.subjects:
        raise ValueError(
            f"there is no subject {subject!r}; known are"
            f" {', '.join(sorted(analysis.trial.subjects))}"
        )
    head = "SIMULATED. " if analysis.trial.simulated else ""
    known = (
        f"cutoff {analysis.cutoff} by the days of the sites, as of {as_of_words(analysis.as_of)}"
    )
    lines = [f"{head}{subject}, {endpoint.upper()}, {known}"]
    if endpoint.upper() == "ELIGIBILITY":
        return lines + list(_eligibility(analysis.screenings[subject], entries))
    if endpoint.upper() == "VISITS":
        return lines + list(explain_visits(analysis, subject))
    values = dict(_values(analysis, endpoint, subject))
    if not values:
        raise ValueError(_no_value(analysis, endpoint, subject))
    told: set[Source] = set()
    for name, value in values.items():
        lines += ["", f"{name}: {_shown(value)}", f"  because: {value.why}"]
        lines += _missed_scans(analysis, endpoint, subject)
        lines += _death_not_counted(analysis, subject)
        lines.append("  entries:")
        for source in value.source:
            lines += [f"    {source}  as above"] if source in told else _entry(entries, source)
            told.add(source)
    return lines


def _missed_scans(analysis: Analysis, endpoint: str, subject: str) -> Iterator[str]:
    """Of a time that scans decide, which of them did not take place."""
    declared = analysis.results.endpoints.get(endpoint.upper())
    if not isinstance(declared, TimeToEventEndpoint):
        return
    by_scans = declared.rules.keys() & analysis.trial.protocol.censoring.keys()
    if by_scans and (missed := missed_scan_words(analysis, subject)):
        yield f"  scans missed, by the schedule: {missed}"


def _death_not_counted(analysis: Analysis, subject: str) -> Iterator[str]:
    """A death that is recorded, and that the protocol keeps out of the endpoints."""
    if subject in analysis.courses and (why := analysis.courses[subject].death_not_counted):
        yield f"  not counted: {why}"


# ------------------------------------------------------------------ values


def _values(analysis: Analysis, endpoint: str, subject: str) -> Iterator[tuple[str, SubjectValue]]:
    """(name, value) of the endpoint, one for each set of rules or term."""
    for name, result in analysis.results.endpoints.items():
        if name.upper() == endpoint.upper():
            for part, subjects in _parts(result):
                if subject in subjects:
                    yield part, subjects[subject]
            return


def _parts(result: EndpointResult) -> Iterator[tuple[str, Mapping[str, SubjectValue]]]:
    """What an endpoint says of subjects: once, by rule set, or by term."""
    match result:
        case BinaryEndpoint():
            yield result.label, result.subjects
        case TimeToEventEndpoint():
            for rules, rule_set in result.rules.items():
                yield with_rules(result.label, rules), rule_set.subjects
        case SafetyEndpoint():
            for term, by_arm in result.terms.items():
                for counts in by_arm.values():
                    yield term, counts.subjects


def _no_value(analysis: Analysis, endpoint: str, subject: str) -> str:
    names = [*analysis.results.endpoints, "ELIGIBILITY", "VISITS"]
    if endpoint.upper() not in names:
        return f"there is no endpoint {endpoint!r}; known are {', '.join(names)}"
    return f"{subject} has no {endpoint.upper()}: {_why_none(analysis, endpoint.upper(), subject)}"


def _why_none(analysis: Analysis, name: str, subject: str) -> str:
    if analysis.trial.subjects[subject].randomized is None:
        return "never randomized"
    result = analysis.results.endpoints.get(name)
    analyses = result.rules if isinstance(result, TimeToEventEndpoint) else ()
    if any(rules in TIME_ENDPOINTS and TIME_ENDPOINTS[rules].of_responders for rules in analyses):
        return "no response, so no duration"
    return "nothing was observed"


def _shown(value: SubjectValue) -> str:
    match value:
        case Reached(value=reached):
            return "yes" if reached else "no"
        case TimeValue(value=time):
            return f"{time.days} days, {ending(time.event)}"
        case WorstGrade(value=grade):
            return "not recorded" if grade is None else str(grade)


# ------------------------------------------------------------------ entries


def _entry(entries: Sequence[Entry], source: Source) -> Iterator[str]:
    if not isinstance(source, int) or not 1 <= source <= len(entries):
        yield f"    {source}"
        return
    entry = entries[source - 1]
    yield _entry_words(entry)
    if entry.reason:
        yield f"        reason: {entry.reason}"
    if entry.supersedes:
        yield f"        corrects entry {entry.supersedes}"
    yield from (f"        {line}" for line in _payload(entry))


def _entry_words(entry: Entry) -> str:
    by = f"{entry.role} {entry.actor} at {entry.site}"
    return f"    {entry.seq}  {entry.at}  {by}  {entry.type}  {entry.hash[:12]}"


def _payload(entry: Entry) -> Iterator[str]:
    if entry.gone:
        yield f"redacted: {', '.join(entry.gone)}"
    for name, value in entry.payload.items():
        if name == "groups":
            for group, rows in value.items():
                yield from (f"{group}: {_row(row)}" for row in rows)
        elif value not in (None, "", {}, []):
            yield f"{name}: {_row(value) if isinstance(value, dict) else value}"


def _row(row: dict[str, Any]) -> str:
    return ", ".join(
        f"{key} {value['missing'] if isinstance(value, dict) else value}"
        for key, value in row.items()
    )


# ------------------------------------------------------------------ eligibility


def _eligibility(screening: Screening, entries: Sequence[Entry]) -> Iterator[str]:
    """The verdict of record."""
    for answer in screening.of_record:
        yield ""
        yield f"{answer.id} {answer.verdict.value.replace('_', ' ')}: {answer.detail}"
        for source in answer.evidence:
            yield next(iter(_entry(entries, source)))
    yield ""
    yield from (f"not used: {aside}" for aside in screening.not_used)
    yield f"no criterion asks for {screening.of_no_criterion} other records"
