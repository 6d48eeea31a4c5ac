"""How does an imported record look as a protocol? A draft in its format, with a note for all it
leaves open.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from equipoise.exchange.registry.findings import (
    ASSUMED,
    RegistryFinding,
)
from equipoise.exchange.registry.record import RegistryRecord
from equipoise.exchange.registry.record_findings import enrollment, missing_facts, missing_sections
from equipoise.protocol.model import Criterion

_HEADER = """\
# A draft made from a registry record ({layout}). It is not a protocol yet, and `equipoise protocol check` says so on
# purpose: it names every part that a trial needs and the record does not give, with line and column. Work through
# those and through the lines marked TODO below; each finding of the import stands above the criterion it concerns.
# `from: record` marks what the record says; the assumptions at the end are readings and placeholders of the import.
equipoise: 1
version: "0.1"
"""  # noqa: E501
_SUMMARY_WIDTH = 110


def write_draft(
    record: RegistryRecord, criteria: Iterable[Criterion], findings: tuple[RegistryFinding, ...]
) -> str:
    """The draft as YAML text."""
    listed = tuple(criteria)
    lines = [
        _HEADER.format(layout=record.layout),
        *_registration(record),
        "",
        *_design(record),
        *_arms(record),
    ]
    lines += ["eligibility:"]
    for section, letter in (("inclusion", "I"), ("exclusion", "E"), ("added", "X")):
        chosen = [criterion for criterion in listed if criterion.id.startswith(letter)]
        lines += [f"  {section}:" if chosen else f"  {section}: []"]
        for criterion in chosen:
            lines += _criterion(criterion, [f for f in findings if f.criterion == criterion.id])
    lines += [
        "",
        *(f"# TODO {name}: {what}" for name, what in missing_sections()),
        "",
        *_assumptions(listed),
    ]
    return "\n".join(lines) + "\n"


def _registration(record: RegistryRecord) -> Iterator[str]:
    yield "registration:"
    yield "  from: record"
    for name in (
        "id",
        "title",
        "sponsor",
        "phase",
        "status",
        "start",
        "end",
        "condition",
        "summary",
    ):
        if value := record.facts.get(name):
            yield f"  {name}: {json.dumps(value, ensure_ascii=False)}"
    if design := ", ".join(
        record.facts[name] for name in ("allocation", "masking") if name in record.facts
    ):
        yield f"  design: {json.dumps(design, ensure_ascii=False)}"
    else:
        yield "  # TODO design: not in the record"
    yield from (f"  # TODO {name}: not in the record" for name in missing_facts(record))


def _design(record: RegistryRecord) -> Iterator[str]:
    size = enrollment(record)
    if size:
        yield from ("design:", "  from: record", f"  participants: {size}", "")
    else:
        size_text = record.facts.get("enrollment", "nothing")
        yield f"# TODO design.participants: the record says {size_text!r}, that is: unknown"
        yield ""


def _arms(record: RegistryRecord) -> Iterator[str]:
    """The arms when the record lists them; the ratio is never in a record."""
    if not record.arms:
        drugs = record.facts.get("treatments", "none")
        yield f"# TODO arms: the record lists no arms; treatments named: {drugs}"
    else:
        yield "arms:"
    for label, kind in record.arms:
        role = "experimental" if kind.upper() == "EXPERIMENTAL" else "control"
        name = re.sub(r"[^A-Z0-9]+", "_", label.upper()).strip("_")
        members = {"id": name, "label": label, "role": role, "from": "record"}
        yield f"  - {_flow(members)}  # TODO ratio"
    yield ""


def _criterion(criterion: Criterion, findings: list[RegistryFinding]) -> Iterator[str]:
    for finding in findings:
        yield f"    # {finding.code}: {_one_line(finding.found)}"
        yield f"    #   TODO {finding.todo}"
    registered = (
        "null"
        if criterion.registered is None
        else json.dumps(criterion.registered, ensure_ascii=False)
    )
    yield f"    - id: {criterion.id}"
    yield f"      registered: {registered}"
    yield f"      short: {json.dumps(criterion.short, ensure_ascii=False)}"
    yield f"      from: {_flow(criterion.from_)}"
    rule = criterion.model_dump(mode="json", by_alias=True, exclude_none=True)["rule"]
    yield from _rule("      rule:", _without_blanks(rule), 8)


def _without_blanks(rule: Any) -> Any:
    """Members that say nothing are left out."""
    if isinstance(rule, list):
        return [_without_blanks(part) for part in rule]
    if not isinstance(rule, Mapping):
        return rule
    members = {
        key: value
        for key, value in rule.items()
        if (value != [] or key == "icd10") and (key, value) != ("current", False)
    }
    return {key: _without_blanks(value) for key, value in members.items()}


def _rule(opening: str, rule: Mapping[str, Any], indent: int) -> Iterator[str]:
    """Combinations over several lines, everything else on one."""
    pad = " " * indent
    if rule["kind"] not in ("all", "any"):
        yield f"{opening} {_flow(rule)}"
        return
    yield opening if not opening.endswith("-") else f"{opening} kind: {rule['kind']}"
    if not opening.endswith("-"):
        yield f"{pad}kind: {rule['kind']}"
    yield f"{pad}of:"
    for part in rule["of"]:
        yield from _rule(f"{pad}  -", part, indent + 4)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(_member(key, inner) for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value) if isinstance(value, str) else json.dumps(value)


def _member(key: str, value: Any) -> str:
    return f"{_scalar(key)}: {value if key == 'at_most_uln' else _flow(value)}"


def _scalar(text: str) -> str:
    """Bare where YAML reads it back as the same text."""
    bare = re.fullmatch(r"[A-Za-z][A-Za-z0-9 _/-]*|\d+(?:\.\d+)? [A-Za-z0-9*/%]+", text)
    reserved = text.lower() in ("null", "true", "false", "yes", "no", "on", "off")
    return text if bare and not reserved else json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SUMMARY_WIDTH else flat[:_SUMMARY_WIDTH] + " ..."


def _assumptions(criteria: tuple[Criterion, ...]) -> Iterator[str]:
    """Those that a criterion refers to."""
    used = {
        source
        for c in criteria
        for source in ([c.from_] if isinstance(c.from_, str) else c.from_.values())
    }
    yield "assumptions:" if used & set(ASSUMED) else "assumptions: {}"
    for name, (said, taken) in ASSUMED.items():
        if name in used:
            yield f"  {name}:"
            yield f"    said: {json.dumps(said)}"
            yield f"    taken: {json.dumps(taken)}"
            yield (
                '    why: "reading or placeholder of the import"  # TODO replace by the reason of'
                " this trial"
            )
            yield (
                '    otherwise: "not considered yet"  # TODO say what changes if it is taken'
                " differently"
            )
