"""Who knew the arm, who read the scans, and what is the endpoint made of? As the protocol declares
it, in words.
"""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.endpoints.catalogue import endpoint_of
from equipoise.protocol.criteria.genomic import Genomic
from equipoise.protocol.criteria.kind import Rule
from equipoise.protocol.estimands import BinaryAnalysis, TimeToEventAnalysis
from equipoise.protocol.model import Protocol

KNOWS = {
    "OPEN LABEL": "Participants and investigators know the arm",
    "SINGLE BLIND": "Investigators know the arm, participants do not",
    "DOUBLE BLIND": "Neither participants nor investigators are told the arm",
}
"""CDISC TBLIND in words."""


MASKING = {
    "OPEN LABEL": "An open label",
    "SINGLE BLIND": "A single blind",
    "DOUBLE BLIND": "A reading that is not declared blinded",
}
"""What each leaves open, as a title."""


def in_sentence(label: str) -> str:
    """A label inside a sentence; one that begins with an abbreviation stays as it is."""
    first = label.split(" ", 1)[0]
    return label if any(letter.isupper() for letter in first[1:]) else label[:1].lower() + label[1:]


def by_scans(protocol: Protocol) -> bool:
    """Whether the primary endpoint rests on readings of scans."""
    analysis = protocol.primary.analysis
    if isinstance(analysis, TimeToEventAnalysis):
        return endpoint_of(analysis.rules[0], protocol).on_scans
    return isinstance(analysis, BinaryAnalysis)


def reader_words(protocol: Protocol) -> str:
    """The reader as a person is named: LOCAL MDT is the local MDT."""
    return " ".join(
        word if word in ("MDT", "BICR", "IRC") else word.lower()
        for word in protocol.assessment.reader.split()
    )


def primary_reading(protocol: Protocol) -> str:
    """Whose response the endpoints rest on."""
    if protocol.assessment.derived == "primary":
        return "The response derived from the lesions"
    return f"The reading of the {reader_words(protocol)}"


def influenced(protocol: Protocol) -> Iterator[str]:
    """What knowing the arm may have done to the readings; nothing where nobody knew it."""
    masking, blinded = protocol.design.masking, protocol.assessment.blinded
    reader = reader_words(protocol)
    if masking != "DOUBLE BLIND" and not blinded:
        treatment = "treatment was open" if masking == "OPEN LABEL" else "investigators knew it"
        yield (
            f"That the readers were not influenced: {treatment}, and the {reader}, who read the"
            " scans, knew the arm."
        )
    elif not blinded:
        yield (
            f"That the readers were not influenced: the {reader}, who read the scans, is not"
            " declared blinded."
        )
    elif masking != "DOUBLE BLIND":
        yield (
            "That care was not influenced: the arm was known at the site, though not to the"
            f" {reader}, who read the scans."
        )


def masking_limit(protocol: Protocol) -> tuple[str, str] | None:
    """Title and text of what the declared masking and reading leave open; None where neither the
    site nor the reader knows the arm.
    """
    masking, declared = protocol.design.masking, protocol.assessment
    if masking == "DOUBLE BLIND" and (declared.blinded or not by_scans(protocol)):
        return None
    if not by_scans(protocol):
        return MASKING[masking], f"{KNOWS[masking]}."
    readers = (
        f"The scans are read blinded, by the {reader_words(protocol)}."
        if declared.blinded
        else f"The scans are read by the {reader_words(protocol)}, not blinded; blinded central"
        " reading is not declared."
    )
    return MASKING[masking], f"{KNOWS[masking]}. {readers} {_derived(protocol)}"


def _derived(protocol: Protocol) -> str:
    if protocol.assessment.derived == "primary":
        return (
            "The endpoints rest on the response derived from the measured lesions; the response"
            " as read is set beside it, by the same people."
        )
    return (
        "The endpoints rest on the response as read; the response derived from the measured lesions"
        " is set beside it, but the lesions are measured by the same people."
    )


def selected_by_ctdna(protocol: Protocol) -> list[str]:
    """The status in ctDNA that everybody who enters has, so that the trial cannot say what the
    status is worth.
    """
    statuses = [
        f"{rule.panel} {rule.status.lower()}"
        for criterion in protocol.criteria
        for rule in _genomic(criterion.rule)
        if rule.specimen == "PLASMA"
    ]
    return list(dict.fromkeys(statuses))


def _genomic(rule: Rule) -> Iterator[Genomic]:
    if isinstance(rule, Genomic):
        yield rule
    for part in rule.parts():
        yield from _genomic(part)
