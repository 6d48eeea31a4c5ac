"""What does a registry record say, as JSON of the ClinicalTrials.gov API v2?"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from equipoise.exchange.registry.record import RegistryRecord, UnreadableRecord, read_criteria

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
    protocol = study.get("protocolSection") if isinstance(study, Mapping) else None
    written = _at(protocol, "eligibilityModule.eligibilityCriteria")
    if not isinstance(protocol, Mapping) or not isinstance(written, str) or not written.strip():
        raise UnreadableRecord(
            f"found JSON with {_members(study)}; expected"
            " protocolSection.eligibilityModule.eligibilityCriteria as in the ClinicalTrials.gov"
            " API v2. Download the single study, with all fields."
        )
    criteria, outside = read_criteria(unescaped(written))
    facts = {fact: told for fact, path in _WHERE.items() if (told := _told(_at(protocol, path)))}
    drugs = [
        str(one.get("name", ""))
        for one in _at(protocol, "armsInterventionsModule.interventions") or []
    ]
    return RegistryRecord(
        layout="API v2",
        facts={**facts, **({"treatments": ", ".join(drugs)} if drugs else {})},
        arms=tuple(
            (str(arm.get("label", "")), str(arm.get("type", "")))
            for arm in _at(protocol, _ARMS) or []
        ),
        outcomes=tuple(
            _outcome(one) for one in _at(protocol, "outcomesModule.primaryOutcomes") or []
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


def _told(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _outcome(one: Mapping[str, Any]) -> str:
    return " ".join(
        str(one[name]) for name in ("measure", "description", "timeFrame") if one.get(name)
    )


def _members(study: Any) -> str:
    return (
        ", ".join(map(str, list(study)[:6]))
        if isinstance(study, Mapping)
        else f"a {type(study).__name__}"
    )
