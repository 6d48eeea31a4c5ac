"""Who had which adverse event, at which worst grade? By treatment received."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from equipoise.protocol.estimands import SafetyAnalysis
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.subject.records import AE, EX
from equipoise.subject.state import Subject


def analyze_safety(
    endpoint: Endpoint,
    subjects: Mapping[str, Subject],
    arms: Mapping[str, str],
    protocol: Protocol,
    cutoff: date,
) -> dict[str, Any]:
    """Worst grade by term: how many subjects at each grade, with the entries they come from."""
    assert isinstance(endpoint.analysis, SafetyAnalysis)
    terms: dict[str, dict[str, dict[str, tuple[int, int]]]] = {}
    for name, arm in arms.items():
        for ae in _in_period(subjects[name], protocol, cutoff):
            worst = terms.setdefault(ae.decoded, {}).setdefault(arm, {})
            worst[name] = max(worst.get(name, (0, 0)), (int(ae.grade), int(ae.source)))  # type: ignore[arg-type]
    sizes = {arm.id: sum(one == arm.id for one in arms.values()) for arm in protocol.arms}
    return {
        "label": endpoint.label,
        "role": endpoint.role,
        "population": "SAFETY",
        "ctcae": endpoint.analysis.ctcae,
        "n": sizes,
        "terms": {
            term: {arm.id: _grades(by_arm.get(arm.id, {})) for arm in protocol.arms}
            for term, by_arm in sorted(terms.items())
        },
        "serious": {
            arm.id: _serious(subjects, arms, arm.id, protocol, cutoff) for arm in protocol.arms
        },
    }


def _in_period(subject: Subject, protocol: Protocol, cutoff: date) -> list[AE]:
    """Events from the first dose to the declared days after the last, begun by the cutoff."""
    doses = [ex.start for ex in subject.records(EX) if ex.start and ex.dose]
    if not doses:
        return []
    first, last = min(d.earliest for d in doses), max(d.latest for d in doses)
    days = protocol.conduct.adverse_events_days_after_last_dose
    found = [
        ae
        for ae in subject.records(AE)
        if ae.start and first <= ae.start.latest and ae.start.earliest <= cutoff
    ]
    return [ae for ae in found if ae.start and (ae.start.earliest - last).days <= days]


def _grades(worst: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    return {
        "any": len(worst),
        "by_grade": {
            str(grade): sum(g == grade for g, _ in worst.values()) for grade in range(1, 6)
        },
        "subjects": {
            name: {"value": grade, "why": "worst grade", "source": [source]}
            for name, (grade, source) in sorted(worst.items())
        },
    }


def _serious(
    subjects: Mapping[str, Subject],
    arms: Mapping[str, str],
    arm: str,
    protocol: Protocol,
    cutoff: date,
) -> list[str]:
    inside = [name for name, its in arms.items() if its == arm]
    return sorted(
        n
        for n in inside
        if any(ae.serious == "Y" for ae in _in_period(subjects[n], protocol, cutoff))
    )
