"""What would a registered record be as a protocol? Imports a page or its JSON, dropping and hiding
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from equipoise.exchange.registry.api_json import read_api
from equipoise.exchange.registry.draft import write_draft
from equipoise.exchange.registry.findings import KNOWN, RegistryFinding, finding
from equipoise.exchange.registry.page_text import read_page
from equipoise.exchange.registry.patterns import RuleReading, read_rule
from equipoise.exchange.registry.record import RegisteredText, RegistryRecord, UnreadableRecord
from equipoise.exchange.registry.record_findings import record_findings
from equipoise.protocol.model import Criterion

__all__ = [
    "Imported",
    "ImportedCriterion",
    "RegistryFinding",
    "UnreadableRecord",
    "import_record",
    "read_record",
]


@dataclass(frozen=True, slots=True)
class ImportedCriterion:
    """One criterion: the record's own number (empty when glued or added), and what the draft makes
    of it.

    `recognized` is false when no pattern was, and a person attests the registered wording.
    """

    id: str
    section: str
    number: str
    registered: str
    recognized: bool
    glued: bool
    criterion: Criterion


@dataclass(frozen=True, slots=True)
class Imported:
    """A draft protocol, its criteria in order, and everything a reader must know before using
    them.
    """

    draft_yaml: str
    criteria: tuple[ImportedCriterion, ...]
    findings: tuple[RegistryFinding, ...]


def import_record(text: str) -> Imported:
    """A draft from a registry page saved as text, or from JSON of the API v2. Raises
    UnreadableRecord.
    """
    record = read_record(text)
    criteria: list[ImportedCriterion] = []
    findings: list[RegistryFinding] = []
    for name, registered, before in _numbered(record):
        reading = read_rule(registered, record.everything)
        glue = (
            [("GLUED_CRITERIA", f"... {before[-40:]} {registered.text}")]
            if registered.glued
            else []
        )
        notes = [*glue, *reading.notes]
        findings += [finding(code, name, text) for code, text in notes]
        criteria.append(_imported(name, registered, reading, [code for code, _ in notes]))
    everything = (*findings, *record_findings(record))
    asked = [imported.criterion for imported in criteria] + list(_added(record))
    return Imported(write_draft(record, asked, everything), tuple(criteria), everything)


LARGEST, LONGEST_LINE = 200_000, 8_000
"""Characters of a record, and of one line of it; the longest registered criteria have some
thousand."""


def read_record(text: str) -> RegistryRecord:
    """The record, from whichever of the two forms. Raises UnreadableRecord: what was found,
    expected, and to do.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > LARGEST or any(len(line) > LONGEST_LINE for line in text.splitlines()):
        raise UnreadableRecord(
            f"found {len(text)} characters, or a line of more than {LONGEST_LINE}; a registry"
            " record is shorter. Save the page as text again, without the rest of the site"
        )
    return read_api(text) if text.lstrip()[:1] in ("{", "[") else read_page(text)


def _numbered(record: RegistryRecord) -> Iterator[tuple[str, RegisteredText, str]]:
    """(id, criterion, the text before it); ids count what is there, whatever the record's
    numbers.
    """
    counts = {"inclusion": 0, "exclusion": 0}
    before = ""
    for registered in record.criteria:
        counts[registered.section] += 1
        yield f"{registered.section[0].upper()}{counts[registered.section]:02d}", registered, before
        before = registered.text


def _imported(
    name: str, registered: RegisteredText, reading: RuleReading, codes: list[str]
) -> ImportedCriterion:
    model = Criterion.model_validate(
        {
            "id": name,
            "registered": registered.text,
            "short": reading.short,
            "rule": reading.rule,
            "from": _provenance(registered, codes),
        }
    )
    return ImportedCriterion(
        name,
        registered.section,
        registered.number,
        registered.text,
        reading.recognized,
        registered.glued,
        model,
    )


def _provenance(registered: RegisteredText, codes: list[str]) -> str | dict[str, str]:
    """`record`, and for the rule the assumption that weighs most: a person's word before a reading
    before silence.
    """
    rests_on = [KNOWN[code][2] for code in codes if KNOWN[code][2] and code != "GLUED_CRITERIA"]
    rests_on.sort(key=lambda source: (source == "A-ABSENCE", source != "A-ATTESTED"))
    sources = {"*": "record"}
    if registered.glued:
        sources["id"] = "A-READING"
    if rests_on:
        sources["rule"] = rests_on[0]
    return sources if len(sources) > 1 else "record"


def _added(record: RegistryRecord) -> Iterator[Criterion]:
    """Limits of age and sex that the record holds beside its criteria."""
    facts = record.facts
    years = {
        name: re.match(r"(\d+) ?year", facts.get(name, ""), re.IGNORECASE)
        for name in ("youngest", "oldest")
    }
    rules: list[tuple[str, str, dict[str, object]]] = []
    if low := years["youngest"]:
        rules.append(
            (f"minimum age: {low.string}", "age", {"kind": "age", "at_least": int(low[1])})
        )
    if high := years["oldest"]:
        older = {"kind": "age", "at_least": int(high[1]) + 1}
        rules.append((f"maximum age: {high.string}", "age", {"kind": "not", "of": older}))
    if (sex := facts.get("sex", "").upper()) in ("FEMALE", "MALE"):
        rules.append((f"sex: {sex}", "sex", {"kind": "sex", "is": sex[0]}))
    for number, (registered, short, rule) in enumerate(rules, start=1):
        members = {
            "id": f"X{number:02d}",
            "registered": registered,
            "short": short,
            "rule": rule,
            "from": "record",
        }
        yield Criterion.model_validate(members)
