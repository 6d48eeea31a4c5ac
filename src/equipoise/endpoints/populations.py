"""Who is analyzed? The populations of the protocol (ICH E9 5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from equipoise.eligibility.of_record import ineligible_as_known_now, protocol_at_randomization
from equipoise.protocol.model import Population, Protocol
from equipoise.subject.records import EX, RS, TR
from equipoise.subject.state import Subject, Trial
from equipoise.terms.codes import ResponseTest
from equipoise.terms.drugs import is_drug
from equipoise.terms.verdict import Verdict

NEEDS_DRUG = ("received_experimental_drug", "treated_as_planned")
"""Rules of populations that ask who received the drug under test."""


def drugs_under_test(protocol: Protocol) -> tuple[str, ...]:
    """The drugs that only the experimental arm receives, as EXTRT names them; one, where a
    population asks who received it (see `refusals`).
    """
    return tuple(rule.values.drug for rule in protocol.treatment if rule.values.drug)


def experimental_drug(protocol: Protocol) -> str:
    """The drug under test. Raises ValueError when the protocol does not declare exactly one."""
    drugs = drugs_under_test(protocol)
    if len(drugs) != 1:
        raise ValueError(
            f"treatment: found {', '.join(drugs) or 'no rule with values.drug'}, expected exactly"
            " one drug that only the experimental arm receives"
        )
    return drugs[0]


def received(subject: Subject, drug: str | None, cutoff: date) -> bool:
    """Was a dose given by the cutoff, of this drug or (None) of any?"""
    doses = (
        ex
        for ex in subject.records(EX)
        if drug is None or is_drug(ex.treatment, "", drug) is Verdict.MET
    )
    return any(
        ex.dose is not None and ex.dose > 0 and ex.start and ex.start.earliest <= cutoff
        for ex in doses
    )


def members(
    population: Population, trial: Trial, subjects: Iterable[Subject], cutoff: date
) -> Mapping[str, str]:
    """Subject id -> arm (for safety: the arm that was in fact received) of one population."""
    arms = {}
    for subject in subjects:
        if subject.randomized is None or subject.randomized.on > cutoff:
            continue
        if population.rule == "received_experimental_drug":
            if received(subject, None, cutoff):
                protocol = protocol_at_randomization(trial, subject)
                arms[subject.id] = _as_received(protocol, subject, cutoff)
        elif _belongs(population, trial, subject, cutoff):
            arms[subject.id] = subject.randomized.arm
    return arms


def _belongs(population: Population, trial: Trial, subject: Subject, cutoff: date) -> bool:
    if population.rule == "treated_as_planned":
        return _as_planned(trial, subject, cutoff)
    return population.rule == "randomized" or _evaluable(subject, cutoff)


def _as_received(protocol: Protocol, subject: Subject, cutoff: date) -> str:
    got = received(subject, experimental_drug(protocol), cutoff)
    return (protocol.experimental if got else protocol.control).id


def _as_planned(trial: Trial, subject: Subject, cutoff: date) -> bool:
    assert subject.randomized is not None
    protocol = protocol_at_randomization(trial, subject)
    treated = (
        received(subject, None, cutoff)
        and _as_received(protocol, subject, cutoff) == subject.randomized.arm
    )
    return treated and not ineligible_as_known_now(trial, subject)


def _evaluable(subject: Subject, cutoff: date) -> bool:
    assert subject.randomized is not None
    on = subject.randomized.on
    baseline = any(tr.date and tr.date.latest <= on for tr in subject.records(TR))
    later = any(
        rs.date and on < rs.date.earliest <= cutoff
        for rs in subject.records(RS)
        if rs.test == ResponseTest.OVERALL
    )
    return baseline and later
