"""What does a registry's web page say, saved as text? Labels and headings, wherever the line breaks
fell.
"""

from __future__ import annotations

import re
from itertools import zip_longest

from equipoise.exchange.registry.record import RegistryRecord, UnreadableRecord, read_criteria

# fact -> labels, each followed by a colon or question mark; web pages saved as text glue them to
# the words before
_LABELS = {
    "title": "Official Title|Brief Title|Title",
    "id": "ClinicalTrials.gov ID|Registry number|NCT ID|NCT Number|Trial ID|Identifier",
    "status": "Overall Status|Recruitment Status|Status",
    "start": "Trial start date|Study Start|Start date",
    "end": "Trial end date|Study Completion|Completion date|End date",
    "enrollment": "Target enrollment|Enrollment|Planned enrollment|Estimated enrollment",
    "sex": "Participant gender|Sexes Eligible for Study|Sex|Gender",
    "ages": "Ages Eligible for Study|Participant age|Age range|Ages",
    "phase": "Phase",
    "healthy": "Accepts Healthy Volunteers",
    "sponsor": "Lead Sponsor|Sponsor",
    "treatments": "Treatments|Interventions|Intervention",
    "condition": "Conditions|Condition",
    "outcomes": "Primary outcome|Primary outcomes|Primary endpoint",
}
_HEADINGS = {
    "overview": "^[ \\t]*Overview",
    "summary": "^[ \\t]*(?:Brief )?Summary",
    "details": "Details",
    "criteria": "^[ \\t]*(?:Eligibility )?Criteria",
}
_LABEL = re.compile(
    "|".join(
        [rf"(?P<{fact}>(?<![A-Za-z] )(?:{words})\s*[:?])" for fact, words in _LABELS.items()]
        + [rf"(?P<{fact}>(?:{words})[ \t]*$)" for fact, words in _HEADINGS.items()]
    ),
    re.MULTILINE,
)
_STRAY = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd]")


def read_page(text: str) -> RegistryRecord:
    """A registry page saved as text. Raises UnreadableRecord for anything in which no criteria can
    be found.
    """
    _refuse_what_is_no_text(text)
    criteria, outside = read_criteria(text)
    facts = _facts(text[: _criteria_start(text)])
    if not facts.get("id") and (match := re.search(r"NCT\d{8}", text)):
        facts["id"] = match[0]
    outcomes = tuple(filter(None, [facts.pop("outcomes", "")]))
    return RegistryRecord(
        layout="page", facts=facts, outcomes=outcomes, criteria=criteria, outside=outside
    )


def _refuse_what_is_no_text(text: str) -> None:
    todo = (
        "Save the page as text, or take the record as JSON from the registry's interface (API v2),"
        " and import that."
    )
    if not text.strip():
        raise UnreadableRecord(f"found an empty file, expected a registry record. {todo}")
    if text.startswith("%PDF") or len(_STRAY.findall(text)) > len(text) / 100:
        raise UnreadableRecord(f"found binary data, expected text or JSON. {todo}")
    if re.match(
        r"\s*(?:<!--.*?-->\s*)?<(?:!doctype|html|head|body|div|\?xml)\b",
        text,
        re.IGNORECASE | re.DOTALL,
    ):
        raise UnreadableRecord(
            f"found markup ({text.strip()[:30]!r}), expected text or JSON. {todo}"
        )


def _criteria_start(text: str) -> int:
    match = re.search(r"(?i)inclusion\s+criteria\s*:", text) or re.search(
        r"(?i)inclusion\s+criteria", text
    )
    return match.start() if match else len(text)


def _facts(head: str) -> dict[str, str]:
    """Label -> what stands between it and the next label; a page prints many values twice."""
    marks = list(_LABEL.finditer(head))
    facts: dict[str, str] = {}
    for mark, following in zip_longest(marks, marks[1:]):
        fact = mark.lastgroup or ""
        value = _once(head[mark.end() : following.start() if following else len(head)])
        if value and fact not in facts:
            facts[fact] = value
    if "title" not in facts and facts.get("overview"):
        facts["title"] = facts["overview"]
    return {
        fact: value
        for fact, value in facts.items()
        if fact not in ("overview", "criteria", "details")
    }


def _once(value: str) -> str:
    lines = [" ".join(line.split()) for line in value.strip().split("\n")]
    return " ".join(dict.fromkeys(line for line in lines if line))
