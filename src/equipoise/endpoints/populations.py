"""Who is analyzed? The populations of the protocol (ICH E9 5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from equipoise.eligibility import evaluate_all
from equipoise.protocol.model import Population, Protocol
from equipoise.subject.history import Subject
from equipoise.subject.records import EX, RS, TR
from equipoise.terms.verdict import Verdict


def experimental_drug(protocol: Protocol) -> str:
    """The drug that only the experimental arm receives, as EXTRT names it."""
    return next(rule.values["drug"] for rule in protocol.treatment if "drug" in rule.values)


def received(subject: Subject, drug: str | None, cutoff: date) -> bool:
    """Was a dose given by the cutoff, of this drug or (None) of any?"""
    doses = (ex for ex in subject.records(EX) if drug is None or ex.treatment == drug)
    return any(ex.dose is not None and ex.dose > 0 and ex.start and ex.start.earliest <= cutoff for ex in doses)


def ineligible_as_known_now(protocol: Protocol, subject: Subject) -> tuple[str, ...]:
    """Criteria not met on the day of randomization by everything known now; the verdict of record is another."""
    if subject.randomized is None:
        return ()
    findings = evaluate_all(protocol, subject, subject.randomized.on)
    return tuple(finding.id for finding in findings if finding.verdict is Verdict.NOT_MET)


def members(population: Population, protocol: Protocol, subjects: Iterable[Subject], cutoff: date) -> Mapping[str, str]:
    """Subject id -> arm (for safety: the arm that was in fact received) of one population."""
    randomized = [s for s in subjects if s.randomized and s.randomized.on <= cutoff]
    if population.rule == "received_experimental_drug":
        return {s.id: _as_received(protocol, s, cutoff) for s in randomized if received(s, None, cutoff)}
    return {s.id: s.randomized.arm for s in randomized if s.randomized and _belongs(population, protocol, s, cutoff)}


def _belongs(population: Population, protocol: Protocol, subject: Subject, cutoff: date) -> bool:
    if population.rule == "treated_as_planned":
        return _as_planned(protocol, subject, cutoff)
    return population.rule == "randomized" or _evaluable(subject, cutoff)


def _as_received(protocol: Protocol, subject: Subject, cutoff: date) -> str:
    got = received(subject, experimental_drug(protocol), cutoff)
    return (protocol.experimental if got else protocol.control).id


def _as_planned(protocol: Protocol, subject: Subject, cutoff: date) -> bool:
    assert subject.randomized is not None
    treated = received(subject, None, cutoff) and _as_received(protocol, subject, cutoff) == subject.randomized.arm
    return treated and not ineligible_as_known_now(protocol, subject)


def _evaluable(subject: Subject, cutoff: date) -> bool:
    assert subject.randomized is not None
    on = subject.randomized.on
    baseline = any(tr.date and tr.date.latest <= on for tr in subject.records(TR))
    later = any(rs.date and on < rs.date.earliest <= cutoff for rs in subject.records(RS) if rs.test == "OVRLRESP")
    return baseline and later
