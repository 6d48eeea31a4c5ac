"""What was given to those who were treated, how much of what was planned, and what came after?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from equipoise.analysis.arms import Arms
from equipoise.analysis.results.treatment import DrugOfSubject, ExposureOfArm, TherapyAfter
from equipoise.endpoints.values import Courses
from equipoise.protocol.model import Protocol
from equipoise.subject.records import CM, EX
from equipoise.subject.regimen import cycle_days
from equipoise.subject.state import Subject
from equipoise.terms.codes import TherapyCategory


def exposure_of(
    subjects: Mapping[str, Subject], arms: Arms, protocol: Protocol, cutoff: date
) -> dict[str, ExposureOfArm]:
    """By arm, as treated: `arms` are those of the population of safety."""
    doses = {name: _doses(subjects[name], cutoff) for name in sorted(arms)}
    return {
        arm.id: _of_arm(
            {name: its for name, its in doses.items() if arms[name] == arm.id and its},
            subjects,
            protocol,
        )
        for arm in protocol.arms
    }


def _doses(subject: Subject, cutoff: date) -> list[EX]:
    """What was given by the cutoff, in order of time."""
    given = [ex for ex in subject.records(EX) if ex.dose and ex.start]
    begun = [ex for ex in given if ex.start and ex.start.earliest <= cutoff]
    return sorted(begun, key=_day)


def _day(ex: EX) -> date:
    assert ex.start is not None
    return ex.start.earliest


def _of_arm(
    doses: Mapping[str, list[EX]], subjects: Mapping[str, Subject], protocol: Protocol
) -> ExposureOfArm:
    own = {rule.values.drug: rule.values.every_days for rule in protocol.treatment}
    drugs: dict[str, dict[str, DrugOfSubject]] = defaultdict(dict)
    for name, its in doses.items():
        cycle = cycle_days(subjects[name], protocol)
        for drug in dict.fromkeys(ex.treatment.upper() for ex in its):
            given = [ex for ex in its if ex.treatment.upper() == drug]
            drugs[drug][name] = _given(given, own.get(drug) or cycle)
    return ExposureOfArm(
        days={name: len({_day(ex) for ex in its}) for name, its in doses.items()},
        cycles={
            name: len({_day(ex) for ex in its if own.get(ex.treatment.upper()) is None})
            for name, its in doses.items()
        },
        weeks={name: (_day(its[-1]) - _day(its[0])).days / 7 for name, its in doses.items()},
        drugs=dict(sorted(drugs.items())),
        delayed=tuple(name for name, its in doses.items() if any(ex.delay for ex in its)),
        reduced=tuple(name for name, its in doses.items() if any(map(_is_reduced, its))),
        reasons=_by_reason(doses),
    )


def _is_reduced(ex: EX) -> bool:
    return ex.level not in ("", "0")


def _given(doses: list[EX], cycle: int | None) -> DrugOfSubject:
    """`cycle` is the days from dose to dose that are declared, of the drug or else of the regimen.

    Relative dose intensity: the dose given by the time it took, against the dose planned by its
    cycles (Hryniuk and Bush, J Clin Oncol 1984). The time runs from the first dose to the end of
    the last cycle.
    """
    days = sorted({_day(ex) for ex in doses})
    measured = [ex for ex in doses if ex.planned and ex.dose]
    planned = float(sum(ex.planned for ex in measured if ex.planned))
    given = float(sum(ex.dose for ex in measured if ex.dose))
    share = given / planned if planned else None
    took = (days[-1] - days[0]).days + (cycle or 0)
    return DrugOfSubject(
        days=len(days),
        share=share,
        intensity=share * len(days) * cycle / took if share is not None and cycle else None,
    )


def _by_reason(doses: Mapping[str, list[EX]]) -> dict[str, tuple[str, ...]]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for name, its in doses.items():
        for reason in sorted({ex.adjustment for ex in its if ex.adjustment}):
            reasons[reason].append(name)
    return {reason: tuple(names) for reason, names in sorted(reasons.items())}


def therapy_after(
    courses: Courses, arms: Arms, protocol: Protocol, cutoff: date
) -> dict[str, TherapyAfter]:
    """Anticancer therapy that is recorded as subsequent, begun by the cutoff, by arm allocated."""
    kinds = {
        name: frozenset(_kinds(course.subject.records(CM), cutoff))
        for name, course in courses.items()
    }
    return {
        arm.id: _after({name: its for name, its in kinds.items() if arms[name] == arm.id})
        for arm in protocol.arms
    }


def _kinds(records: Iterable[CM], cutoff: date) -> Iterable[str]:
    for cm in records:
        begun = cm.start is None or cm.start.earliest <= cutoff
        if cm.category == TherapyCategory.SUBSEQUENT_ANTICANCER and begun:
            yield cm.drug_class or "not recorded"


def _after(kinds: Mapping[str, frozenset[str]]) -> TherapyAfter:
    every = sorted({kind for its in kinds.values() for kind in its})
    return TherapyAfter(
        any=tuple(sorted(name for name, its in kinds.items() if its)),
        kinds={
            kind: tuple(sorted(name for name, its in kinds.items() if kind in its))
            for kind in every
        },
    )
