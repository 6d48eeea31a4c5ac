"""What does a registry record say, as JSON of the ClinicalTrials.gov API v2?"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from equipoise.exchange.registry.record import RegistryRecord, UnreadableRecord, read_criteria
from equipoise.terms.unicode_text import halves_in

_WHERE = {
    "id": "identificationModule.nctId",
    "title": "identificationModule.briefTitle",
    "status": "statusModule.overallStatus",
    "start": "statusModule.startDateStruct.date",
    "end": "statusModule.completionDateStruct.date",
    "sponsor": "sponsorCollaboratorsModule.leadSponsor.name",
    "summary": "descriptionModule.briefSummary",
    "phase": "designModule.phases",
    "enrollment": "designModule.enrollmentInfo.count",
    "condition": "conditionsModule.conditions",
    "allocation": "designModule.designInfo.allocation",
    "masking": "designModule.designInfo.maskingInfo.masking",
    "sex": "eligibilityModule.sex",
    "youngest": "eligibilityModule.minimumAge",
    "oldest": "eligibilityModule.maximumAge",
}
_ARMS = "armsInterventionsModule.armGroups"


def read_api(text: str) -> RegistryRecord:
    """A study of API v2. Raises UnreadableRecord naming what is missing."""
    try:
        study = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableRecord(
            f"found text that begins like JSON and breaks off at line {error.lineno}, column"
            f" {error.colno} ({error.msg}); expected one study of the ClinicalTrials.gov API v2."
            " Download it again."
        ) from None
    except (RecursionError, ValueError):
        raise UnreadableRecord(
            "found JSON that is nested without end, or a number of thousands of digits; expected"
            " one study of the ClinicalTrials.gov API v2."
        ) from None
    if half := next(halves_in(study, ""), None):
        raise UnreadableRecord(f"{half}. Download the study again.")
    protocol = study.get("protocolSection") if isinstance(study, Mapping) else None
    written = _at(protocol, "eligibilityModule.eligibilityCriteria")
    if not isinstance(protocol, Mapping) or not isinstance(written, str) or not written.strip():
        raise UnreadableRecord(
            f"found JSON with {_members(study)}; expected"
            " protocolSection.eligibilityModule.eligibilityCriteria as in the ClinicalTrials.gov"
            " API v2. Download the single study, with all fields."
        )
    criteria, outside = read_criteria(unescaped(written))
    written_facts = {fact: _as_text(_at(protocol, path)) for fact, path in _WHERE.items()}
    facts = {fact: text for fact, text in written_facts.items() if text}
    drugs = [
        str(drug.get("name", ""))
        for drug in _objects(protocol, "armsInterventionsModule.interventions")
    ]
    return RegistryRecord(
        layout="API v2",
        facts={**facts, **({"treatments": ", ".join(drugs)} if drugs else {})},
        arms=tuple(
            (str(arm.get("label", "")), str(arm.get("type", "")))
            for arm in _objects(protocol, _ARMS)
        ),
        outcomes=tuple(
            _outcome(outcome) for outcome in _objects(protocol, "outcomesModule.primaryOutcomes")
        ),
        criteria=criteria,
        outside=outside,
    )


def unescaped(text: str) -> str:
    r"""The interface writes markdown: `\>` and `\*` stand for the bare signs."""
    return re.sub(r"\\([<>*_~\[\]()#+.-])", r"\1", text)


def _at(node: Any, path: str) -> Any:
    for name in path.split("."):
        node = node.get(name) if isinstance(node, Mapping) else None
    return node


def _objects(node: Any, path: str) -> list[Mapping[str, Any]]:
    found = _at(node, path) or []
    if not isinstance(found, list) or not all(isinstance(part, Mapping) for part in found):
        raise UnreadableRecord(
            f"protocolSection.{path}: found {str(found)[:60]!r}, expected a list of objects as in"
            " the ClinicalTrials.gov API v2. Download the single study, with all fields."
        )
    return found


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return "" if value is None else str(value)


def _outcome(outcome: Mapping[str, Any]) -> str:
    return " ".join(
        str(outcome[name]) for name in ("measure", "description", "timeFrame") if outcome.get(name)
    )


def _members(study: Any) -> str:
    return (
        ", ".join(map(str, list(study)[:6]))
        if isinstance(study, Mapping)
        else f"a {type(study).__name__}"
    )
