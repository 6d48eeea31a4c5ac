"""Who had which adverse event, at which worst grade? By treatment received."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from equipoise.analysis.arms import Arms
from equipoise.analysis.results.endpoints import GRADES, SafetyEndpoint, Term, WorstGrade
from equipoise.protocol.estimands import SafetyAnalysis
from equipoise.protocol.model import Endpoint, Protocol
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
    serious = [name for name, its in events.items() if any(ae.serious == "Y" for ae in its)]
    declared = [arm.id for arm in protocol.arms]
    return SafetyEndpoint(
        label=endpoint.label,
        role=endpoint.role,
        population=endpoint.estimand.population,
        ctcae=endpoint.analysis.ctcae,
        n={arm: sum(its == arm for its in arms.values()) for arm in declared},
        terms={
            term: {arm: _term(by_arm.get(arm, {})) for arm in declared}
            for term, by_arm in sorted(_worst(events, arms).items())
        },
        serious={
            arm: tuple(sorted(name for name in serious if arms[name] == arm)) for arm in declared
        },
    )


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
