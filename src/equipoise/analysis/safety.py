"""Who had which adverse event, at which worst grade? By treatment received."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from equipoise.analysis.arms import Arms, confidence_of
from equipoise.analysis.laboratory import shifts_of
from equipoise.analysis.results.endpoints import (
    GRADES,
    EventsOfKind,
    Gap,
    KindOfEvent,
    SafetyEndpoint,
    Term,
    TermGaps,
    WorstGrade,
)
from equipoise.protocol.estimands import SafetyAnalysis
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.statistics.proportions import miettinen_nurminen
from equipoise.subject.records import AE, EX, place_of
from equipoise.subject.state import Subject

Worst = dict[str, AE]
"""Subject id -> the event of the worst grade; of equal ones the last recorded."""


def analyze_safety(
    endpoint: Endpoint,
    subjects: Mapping[str, Subject],
    arms: Arms,
    protocol: Protocol,
    cutoff: date,
) -> SafetyEndpoint:
    """Worst grade by term: how many subjects at each grade, with the entries they come from."""
    assert isinstance(endpoint.analysis, SafetyAnalysis)
    events = {name: _in_period(subjects[name], protocol, cutoff) for name in arms}
    declared = [arm.id for arm in protocol.arms]
    kinds = {kind: _of_kind(is_one, events, arms, protocol) for kind, is_one in _KINDS.items()}
    worst = sorted(_worst(events, arms).items())
    terms = {term: {arm: _term(by_arm.get(arm, {})) for arm in declared} for term, by_arm in worst}
    n = {arm: sum(its == arm for its in arms.values()) for arm in declared}
    return SafetyEndpoint(
        label=endpoint.label,
        role=endpoint.role,
        population=endpoint.estimand.population,
        ctcae=endpoint.analysis.ctcae,
        n=n,
        terms=terms,
        serious=kinds["serious"].arms,
        kinds=kinds,
        gaps={term: _gaps(by_arm, n, protocol) for term, by_arm in terms.items()},
        shifts=shifts_of(subjects, arms, protocol, endpoint.analysis.ctcae, cutoff),
    )


# ------------------------------------------------------------------ kinds


def _grade_is(ae: AE, least: int) -> bool:
    return (_grade_of(ae) or 0) >= least


_NOT_RELATED = ("", "N", "NOT RELATED", "NONE", "UNLIKELY", "UNLIKELY RELATED")
"""AEREL of what nobody suspects; empty says nothing."""
_STOPPED = ("STOPPED", "DRUG WITHDRAWN")
"""AEACN of our form, and of CDISC (C66767)."""
_KINDS: Mapping[KindOfEvent, Callable[[AE], bool]] = {
    "any": lambda _: True,
    "severe": lambda ae: _grade_is(ae, 3),
    "serious": lambda ae: ae.serious == "Y",
    "related": lambda ae: ae.related not in _NOT_RELATED,
    "stopped": lambda ae: ae.action in _STOPPED,
    "fatal": lambda ae: ae.outcome == "FATAL" or _grade_is(ae, 5),
}


def _of_kind(
    is_one: Callable[[AE], bool],
    events: Mapping[str, list[AE]],
    arms: Arms,
    protocol: Protocol,
) -> EventsOfKind:
    having = [name for name, its in events.items() if any(map(is_one, its))]
    by_arm = {
        arm.id: tuple(sorted(name for name in having if arms[name] == arm.id))
        for arm in protocol.arms
    }
    n = {arm.id: sum(its == arm.id for its in arms.values()) for arm in protocol.arms}
    counts = {arm: len(names) for arm, names in by_arm.items()}
    return EventsOfKind(arms=by_arm, gap=_gap(counts, n, protocol))


def _gaps(by_arm: Mapping[str, Term], n: Mapping[str, int], protocol: Protocol) -> TermGaps:
    severe = {
        arm: sum(count for grade, count in term.by_grade.items() if int(grade) >= 3)
        for arm, term in by_arm.items()
    }
    every = {arm: term.any for arm, term in by_arm.items()}
    return TermGaps(any=_gap(every, n, protocol), severe=_gap(severe, n, protocol))


def _gap(counts: Mapping[str, int], n: Mapping[str, int], protocol: Protocol) -> Gap | None:
    one, zero = protocol.experimental.id, protocol.control.id
    if not (n[one] and n[zero]):
        return None
    found = miettinen_nurminen(counts[one], n[one], counts[zero], n[zero], confidence_of(protocol))
    return Gap(difference=found.estimate, interval=(found.lower, found.upper))


# ------------------------------------------------------------------ terms


def _worst(events: Mapping[str, list[AE]], arms: Arms) -> dict[str, dict[str, Worst]]:
    """Term -> arm -> the worst grade of each subject."""
    terms: dict[str, dict[str, Worst]] = {}
    for name, its in events.items():
        for ae in its:
            worst = terms.setdefault(_term_of(ae), {}).setdefault(arms[name], {})
            worst[name] = max(worst.get(name, ae), ae, key=_severity)
    return terms


def _term_of(ae: AE) -> str:
    """The coded term; as reported where nobody coded it."""
    return ae.decoded or ae.term or "term not recorded"


def _severity(ae: AE) -> tuple[int, tuple[int, int, str]]:
    return _grade_of(ae) or 0, place_of(ae.source)


def _grade_of(ae: AE) -> int | None:
    """The CTCAE grade, None where none was recorded: an event without a grade is an event."""
    return int(ae.grade) if ae.grade in GRADES else None


def _in_period(subject: Subject, protocol: Protocol, cutoff: date) -> list[AE]:
    """Events from the first dose to the declared days after the last, begun by the cutoff."""
    doses = [ex.start for ex in subject.records(EX) if ex.start and ex.dose]
    if not doses:
        return []
    first, last = min(d.earliest for d in doses), max(d.latest for d in doses)
    days = protocol.conduct.adverse_events_days_after_last_dose
    begun = [
        ae
        for ae in subject.records(AE)
        if ae.start and first <= ae.start.latest and ae.start.earliest <= cutoff
    ]
    return [ae for ae in begun if ae.start and (ae.start.earliest - last).days <= days]


def _term(worst: Worst) -> Term:
    grades = [ae.grade for ae in worst.values()]
    return Term(
        any=len(worst),
        by_grade={grade: grades.count(grade) for grade in GRADES},
        subjects={
            name: WorstGrade(value=_grade_of(ae), why=_why(ae), source=(ae.source,))
            for name, ae in sorted(worst.items())
        },
    )


def _why(ae: AE) -> str:
    if _grade_of(ae) is not None:
        return "worst grade"
    return f"grade {ae.grade!r} is no CTCAE grade" if ae.grade else "no grade recorded"
