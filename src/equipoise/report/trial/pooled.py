"""What do the results show when nobody may see an arm? The arms as one, and no endpoint of
efficacy: what is not in them cannot be shown by mistake.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import TypeVar

from equipoise.analysis.results.endpoints import (
    GRADES,
    EventsOfKind,
    SafetyEndpoint,
    Shift,
    Term,
)
from equipoise.analysis.results.participants import Flow, FlowOfArm
from equipoise.analysis.results.responses import Concordance
from equipoise.analysis.results.trial import ArmOfTrial, Results
from equipoise.analysis.results.visits import Visits, VisitsOfArm

Value = TypeVar("Value")
ALL = "ALL"
LABEL = "All arms"


def pooled(results: Results) -> Results:
    """The results of one arm that holds everybody: flow, baseline, visits and safety."""
    return replace(
        results,
        arms={ALL: ArmOfTrial(label=LABEL, role="control")},
        level=None,
        flow=_flow(results.flow),
        baseline={
            name: replace(results.baseline[name], arm=ALL) for name in sorted(results.baseline)
        },
        best_responses=(),
        to_response={},
        concordance=Concordance(scans={}, n=0, agree=0, kappa=None),
        tumor_change={},
        tumor_courses={},
        time_lines={},
        disagreements=(),
        follow_up=replace(results.follow_up, arms={}),
        exposure={},
        therapy_after={},
        deviations={},
        visits=_visits(results.visits),
        endpoints={
            name: _safety(endpoint)
            for name, endpoint in results.endpoints.items()
            if isinstance(endpoint, SafetyEndpoint)
        },
    )


def _flow(flow: Flow) -> Flow:
    arms = flow.arms.values()
    whole = FlowOfArm(
        randomized=_names(arm.randomized for arm in arms),
        treated=_names(arm.treated for arm in arms),
        treatment_ended=_by_cause(arm.treatment_ended for arm in arms),
        study_ended=_by_cause(arm.study_ended for arm in arms),
        died=_names(arm.died for arm in arms),
    )
    return replace(flow, arms={ALL: whole})


def _names(parts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted(name for part in parts for name in part))


def _by_cause(parts: Iterable[Mapping[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
    causes: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        for cause, names in part.items():
            causes[cause] += names
    return {cause: tuple(sorted(causes[cause])) for cause in sorted(causes)}


def _visits(visits: Visits) -> Visits:
    return replace(
        visits,
        schedule={
            name: replace(row, arms={ALL: _one(row.arms.values())})
            for name, row in visits.schedule.items()
        },
        overdue=tuple(sorted(visits.overdue, key=lambda late: (-late.days, late.subject))),
    )


def _one(arms: Iterable[VisitsOfArm]) -> VisitsOfArm:
    every = list(arms)
    return VisitsOfArm(
        **{
            part.name: {
                name: told
                for arm in every
                for name, told in sorted(getattr(arm, part.name).items())
            }
            for part in fields(VisitsOfArm)
        }
    )


def _safety(endpoint: SafetyEndpoint) -> SafetyEndpoint:
    return replace(
        endpoint,
        n={ALL: sum(endpoint.n.values())},
        terms={name: {ALL: _term(arms.values())} for name, arms in sorted(endpoint.terms.items())},
        serious={ALL: _names(endpoint.serious.values())},
        kinds={
            kind: EventsOfKind(arms={ALL: _names(told.arms.values())}, gap=None)
            for kind, told in endpoint.kinds.items()
        },
        gaps={},
        shifts={
            term: {ALL: Shift(subjects=_together(each.subjects for each in by_arm.values()))}
            for term, by_arm in endpoint.shifts.items()
        },
    )


def _together(parts: Iterable[Mapping[str, Value]]) -> dict[str, Value]:
    """What is told of each subject, in the order of their codes: not in that of the arms."""
    return dict(sorted((name, value) for part in parts for name, value in part.items()))


def _term(arms: Iterable[Term]) -> Term:
    every = list(arms)
    return Term(
        any=sum(arm.any for arm in every),
        by_grade={grade: sum(arm.by_grade[grade] for arm in every) for grade in GRADES},
        subjects={name: worst for arm in every for name, worst in sorted(arm.subjects.items())},
    )
