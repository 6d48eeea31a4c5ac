"""May this person enter?"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from equipoise.eligibility import Finding, evaluate_all, overall
from equipoise.eligibility.left_aside import LeftAside, left_aside
from equipoise.protocol.model import Protocol
from equipoise.subject.state import Subject
from equipoise.terms.verdict import Verdict


class Screened(NamedTuple):
    """The verdict, the finding for each criterion that it comes from, in their order, and the
    records that were not used, each with its reason.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    not_used: tuple[LeftAside, ...] = ()


def screen(protocol: Protocol, subject: Subject, on: date) -> Screened:
    """May she enter, asked about on a day? `read_subject` gives both from JSON."""
    findings = evaluate_all(protocol, subject, on)
    return Screened(overall(findings), findings, left_aside(protocol, subject, on))
