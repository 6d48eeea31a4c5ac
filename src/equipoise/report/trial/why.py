"""Why does a participant have this value? From the value back to the entries that made it, in
words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from equipoise.analysis.analyze import Analysis
from equipoise.eligibility import of_record
from equipoise.ledger.entry import Entry
from equipoise.subject.state import Subject


def explain(analysis: Analysis, entries: Sequence[Entry], subject: str, endpoint: str) -> list[str]:
    """The lines that answer. Raises ValueError when there is no such subject or endpoint."""
    found = analysis.trial.subjects.get(subject)
    if found is None:
        raise ValueError(
            f"there is no subject {subject!r}; known are"
            f" {', '.join(sorted(analysis.trial.subjects))}"
        )
    head = "SIMULATED. " if analysis.trial.simulated else ""
    lines = [
        f"{head}{subject}, {endpoint.upper()}, cutoff {analysis.cutoff}, as of {analysis.as_of}"
    ]
    if endpoint.upper() == "ELIGIBILITY":
        return lines + list(_eligibility(analysis, found, entries))
    values = dict(_values(analysis.results["endpoints"], endpoint, subject))
    if not values:
        raise ValueError(_no_value(analysis, endpoint, subject))
    for name, value in values.items():
        lines += [
            "",
            f"{name}: {_shown(value['value'])}",
            f"  because: {value['why']}",
            "  entries:",
        ]
        lines += [line for seq in value["source"] for line in _entry(entries, seq)]
    return lines


def _values(
    endpoints: dict[str, Any], endpoint: str, subject: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, value) of the endpoint, one for each set of rules."""
    found: dict[str, Any] = next(
        (value for name, value in endpoints.items() if name.upper() == endpoint.upper()), {}
    )
    parts = {endpoint.upper(): found} | {
        f"{endpoint.upper()} {k}": v for k, v in found.items() if isinstance(v, dict)
    }
    for name, part in parts.items():
        if subject in part.get("subjects", {}):
            yield name, part["subjects"][subject]
    for term, by_arm in found.get("terms", {}).items():
        for arm in by_arm.values():
            if subject in arm["subjects"]:
                yield term, arm["subjects"][subject]


def _no_value(analysis: Analysis, endpoint: str, subject: str) -> str:
    known = [*analysis.results["endpoints"], "ELIGIBILITY"]
    if endpoint.upper() not in known:
        return f"there is no endpoint {endpoint!r}; known are {', '.join(known)}"
    randomized = analysis.trial.subjects[subject].randomized
    return f"{subject} has no {endpoint.upper()}: " + (
        "nothing was observed" if randomized else "never randomized"
    )


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return f"{value['days']} days, {'event' if value['event'] else 'censored'}"
    return str(value)


def _entry(entries: Sequence[Entry], seq: Any) -> Iterator[str]:
    if not isinstance(seq, int) or not 1 <= seq <= len(entries):
        yield f"    {seq}"
        return
    entry = entries[seq - 1]
    yield (
        f"    {seq}  {entry.at}  {entry.role} {entry.actor} at {entry.site}  {entry.type} "
        f" {entry.hash[:12]}"
    )
    if entry.reason:
        yield f"        reason: {entry.reason}"
    if entry.supersedes:
        yield f"        corrects entry {entry.supersedes}"
    yield from (f"        {line}" for line in _payload(entry))


def _payload(entry: Entry) -> Iterator[str]:
    if entry.payload is None:
        yield "content redacted"
        return
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


def _eligibility(analysis: Analysis, subject: Subject, entries: Sequence[Entry]) -> Iterator[str]:
    """The verdict of record uses only entries before randomization; an open screening is judged at
    the cutoff.
    """
    findings = (
        of_record.at_randomization(analysis.trial, subject)
        if subject.randomized
        else of_record.at_screening(analysis.trial, subject, analysis.cutoff)
    )
    for finding in findings:
        yield ""
        yield f"{finding.id} {finding.verdict.value.replace('_', ' ')}: {finding.detail}"
        for seq in finding.evidence:
            yield next(iter(_entry(entries, seq)))
