"""Who came, who entered, and what became of them? CONSORT counts persons, not codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from equipoise.analysis.results.participants import Flow, FlowOfArm
from equipoise.analysis.screening import Screenings, entered
from equipoise.endpoints.populations import received
from equipoise.subject.state import Ended, Subject, Trial


def flow_of(trial: Trial, screenings: Screenings, cutoff: date) -> Flow:
    """Someone screened again is one person, shown by the latest code of the cutoff.

    Everybody randomized counts, under the code that was randomized. The reasons of somebody not
    eligible are those that the site recorded and those that the records show; who will not enter
    and fails nothing by record declined.
    """
    persons = latest_codes(trial.subjects, cutoff)
    randomized = [s for _, s in sorted(trial.subjects.items()) if entered(s, cutoff)]
    codes = {code for s in randomized for code in _codes_of(s, trial.subjects)}
    others = [s.id for s in persons if not codes & _codes_of(s, trial.subjects)]
    asked = {name: screenings[name] for name in others if not screenings[name].declined}
    failed = {name: its.not_met for name, its in asked.items() if its.not_met}
    unknown = {
        name: its.unknown for name, its in asked.items() if its.unknown and name not in failed
    }
    seen = [s.screened_on for s in trial.subjects.values() if s.screened_on]
    screened_on = sorted(day for day in seen if day <= cutoff)
    randomized_on = sorted(s.randomized.on for s in randomized if s.randomized)
    return Flow(
        screened=len(randomized) + len(others),
        not_eligible=len(failed),
        unknown=len(unknown),
        randomized=len(randomized),
        rescreened=sum(s.previous is not None for s in persons),
        reasons=_by_criterion(failed),
        open=unknown,
        declined=tuple(name for name in others if screenings[name].declined),
        eligible_not_randomized=tuple(sorted(asked.keys() - failed.keys() - unknown.keys())),
        arms={arm.id: _arm(randomized, arm.id, cutoff) for arm in trial.protocol.arms},
        screened_from=_day(screened_on[:1]),
        screened_to=_day(screened_on[-1:]),
        randomized_from=_day(randomized_on[:1]),
        randomized_to=_day(randomized_on[-1:]),
    )


def _day(days: Sequence[date]) -> str | None:
    return days[0].isoformat() if days else None


def latest_codes(subjects: Mapping[str, Subject], cutoff: date) -> list[Subject]:
    """One subject for each person: the code that nobody was screened again from by the cutoff."""
    here = [s for _, s in sorted(subjects.items()) if s.screened_on and s.screened_on <= cutoff]
    earlier = {subject.previous for subject in here}
    return [subject for subject in here if subject.id not in earlier]


def _codes_of(subject: Subject, subjects: Mapping[str, Subject]) -> set[str]:
    """The code and those that the person was screened under before."""
    codes: set[str] = set()
    current: Subject | None = subject
    while current and current.id not in codes:
        codes.add(current.id)
        current = subjects.get(current.previous or "")
    return codes


def _by_criterion(failed: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    reasons: dict[str, list[str]] = {}
    for name, criteria in failed.items():
        for criterion in criteria:
            reasons.setdefault(criterion, []).append(name)
    return {criterion: tuple(sorted(names)) for criterion, names in sorted(reasons.items())}


def _arm(randomized: Iterable[Subject], arm: str, cutoff: date) -> FlowOfArm:
    inside = [s for s in randomized if s.randomized and s.randomized.arm == arm]
    return FlowOfArm(
        randomized=tuple(s.id for s in inside),
        treated=tuple(s.id for s in inside if received(s, None, cutoff)),
        treatment_ended=_causes(((s.id, s.treatment_ended) for s in inside), cutoff),
        study_ended=_causes(((s.id, s.study_ended) for s in inside), cutoff),
        died=tuple(s.id for s in inside if s.died and s.died.earliest <= cutoff),
    )


def _causes(
    endings: Iterable[tuple[str, Ended | None]], cutoff: date
) -> dict[str, tuple[str, ...]]:
    causes: dict[str, list[str]] = {}
    for name, ended in endings:
        if ended is not None and ended.on <= cutoff:
            causes.setdefault(ended.cause, []).append(name)
    return {cause: tuple(names) for cause, names in causes.items()}
