"""Who was eligible? The verdict of record, which only what was entered before randomization can
make, and what is known of it now.

A later amendment changes nothing: the protocol is that of the randomization, the index date its
day.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from equipoise.eligibility.evaluate import evaluate_all
from equipoise.eligibility.finding import Finding
from equipoise.protocol.model import Protocol
from equipoise.subject.state import Ended, Subject, Trial
from equipoise.terms.verdict import Verdict


def protocol_at_randomization(trial: Trial, subject: Subject) -> Protocol:
    """The protocol under which the subject was randomized; a later amendment does not change who
    was eligible.
    """
    assert subject.randomized is not None
    return trial.version(subject.randomized.version).protocol


class Asking(NamedTuple):
    """By which protocol, of what is known of somebody, and on which day it is asked."""

    protocol: Protocol
    subject: Subject
    on: date

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The finding of each criterion."""
        return evaluate_all(*self)


def at_randomization(trial: Trial, subject: Subject) -> Asking:
    """The verdict of record: by the entries before the randomization alone."""
    assert subject.before_randomization is not None
    return _on_the_day(trial, subject, subject.before_randomization)


def as_known_now(trial: Trial, subject: Subject) -> Asking:
    """For the same day by everything known now; the verdict of record is another."""
    return _on_the_day(trial, subject, subject)


def ineligible_as_known_now(trial: Trial, subject: Subject) -> tuple[str, ...]:
    """The criteria that are not met by everything known now; none for who was not randomized."""
    if subject.randomized is None:
        return ()
    findings = as_known_now(trial, subject).findings
    return tuple(finding.id for finding in findings if finding.verdict is Verdict.NOT_MET)


def _on_the_day(trial: Trial, subject: Subject, by: Subject) -> Asking:
    assert subject.randomized is not None
    return Asking(protocol_at_randomization(trial, subject), by, subject.randomized.on)


def failed_screening(subject: Subject, cutoff: date) -> Ended | None:
    """The decision that the person will not enter, when it was made by the cutoff."""
    failed = subject.screening_failed
    return failed if failed and failed.on <= cutoff else None


def at_screening(trial: Trial, subject: Subject, cutoff: date) -> Asking:
    """For somebody who was not randomized, on the day screening failed or else at the cutoff."""
    protocol = trial.version_at(subject.site, subject.screened_on or cutoff).protocol
    failed = failed_screening(subject, cutoff)
    return Asking(protocol, subject, failed.on if failed else cutoff)
