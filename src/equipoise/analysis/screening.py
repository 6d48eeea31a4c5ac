"""Who may enter, by which answers? The criteria of every subject, with the records they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from equipoise.eligibility import of_record
from equipoise.eligibility.finding import Finding
from equipoise.eligibility.left_aside import NOBODY_ASKS, LeftAside, left_aside
from equipoise.eligibility.of_record import Asking
from equipoise.subject.records import Source
from equipoise.subject.state import Subject, Trial
from equipoise.terms.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A criterion answered; `open_detail` and `open_evidence` are of the parts that decided it."""

    id: str
    verdict: Verdict
    detail: str
    evidence: tuple[Source, ...]
    open_detail: str
    open_evidence: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEntry:
    """The decision that somebody will not enter: when, for which criteria, and its entry."""

    on: date
    criteria: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """The answers about one subject.

    `of_record` are those at randomization or, for whoever is not randomized by the cutoff, on the
    day screening failed, else at the cutoff. `now` are those on the day of randomization by what is
    known now, for whoever is randomized. `no_entry` is the decision, when made by the cutoff.
    `not_used` are the records that could not be used for the answers of record, each with its
    reason; `of_no_criterion` counts those that no criterion asks for.
    """

    of_record: tuple[Answer, ...]
    not_used: tuple[LeftAside, ...] = ()
    of_no_criterion: int = 0
    now: tuple[Answer, ...] = ()
    no_entry: NoEntry | None = None

    @property
    def not_met(self) -> tuple[str, ...]:
        """Criteria that the records show not to be met, then those that the site named."""
        by_records = (a.id for a in self.of_record if a.verdict is Verdict.NOT_MET)
        named = self.no_entry.criteria if self.no_entry else ()
        return tuple(dict.fromkeys([*by_records, *named]))

    @property
    def unknown(self) -> tuple[str, ...]:
        """Criteria that are not known."""
        return tuple(a.id for a in self.of_record if a.verdict is Verdict.UNKNOWN)

    @property
    def declined(self) -> bool:
        """Will the person not enter without any criterion of record, by their own decision?"""
        return self.no_entry is not None and not self.no_entry.criteria


def screenings_of(trial: Trial, cutoff: date) -> dict[str, Screening]:
    """The answers about everybody, by subject id."""
    return {
        name: _entered(trial, subject) if entered(subject, cutoff) else _not(trial, subject, cutoff)
        for name, subject in sorted(trial.subjects.items())
    }


def entered(subject: Subject, cutoff: date) -> bool:
    """Was the subject randomized by the cutoff?"""
    return subject.randomized is not None and subject.randomized.on <= cutoff


def _entered(trial: Trial, subject: Subject) -> Screening:
    return _screening(
        of_record.at_randomization(trial, subject),
        now=_answers(of_record.as_known_now(trial, subject).findings),
    )


def _not(trial: Trial, subject: Subject, cutoff: date) -> Screening:
    return _screening(
        of_record.at_screening(trial, subject, cutoff), no_entry=_no_entry(subject, cutoff)
    )


def _screening(asking: Asking, **more: Any) -> Screening:
    aside = left_aside(*asking)
    not_used = tuple(one for one in aside if one.reason != NOBODY_ASKS)
    return Screening(
        of_record=_answers(asking.findings),
        not_used=not_used,
        of_no_criterion=len(aside) - len(not_used),
        **more,
    )


def _no_entry(subject: Subject, cutoff: date) -> NoEntry | None:
    failed = of_record.failed_screening(subject, cutoff)
    if failed is None:
        return None
    criteria = tuple(failed.cause.split(", ")) if failed.cause else ()
    return NoEntry(on=failed.on, criteria=criteria, source=failed.source)


def _answers(findings: Iterable[Finding]) -> tuple[Answer, ...]:
    return tuple(_answer(finding) for finding in findings)


def _answer(finding: Finding) -> Answer:
    parts = finding.open_parts
    return Answer(
        id=finding.id,
        verdict=finding.verdict,
        detail=finding.detail,
        evidence=finding.evidence,
        open_detail="; ".join(dict.fromkeys(part.detail for part in parts)),
        open_evidence=tuple(dict.fromkeys(s for part in parts for s in part.evidence)),
    )


Screenings = Mapping[str, Screening]
