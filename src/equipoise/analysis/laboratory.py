"""From which grade of the laboratory to which were they under treatment? By CTCAE, from the
numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from equipoise.analysis.arms import Arms
from equipoise.analysis.results.endpoints import Shift
from equipoise.assessments.ctcae.from_records import GradedResult, graded_results, measurement
from equipoise.assessments.ctcae.grade import Graded, grade_laboratory
from equipoise.protocol.estimands import CtcaeVersion
from equipoise.protocol.model import Protocol
from equipoise.subject.records import EX
from equipoise.subject.state import Subject

Grades = tuple[int | None, int | None]


def shifts_of(
    subjects: Mapping[str, Subject],
    arms: Arms,
    protocol: Protocol,
    version: CtcaeVersion,
    cutoff: date,
) -> dict[str, dict[str, Shift]]:
    """Term -> arm, as treated: of everybody with a value on treatment, the grade before it and the
    worst one on it, up to the declared days after the last dose. A grade that a number does not
    tell is None; a worst one is told where every value can be graded, or one reaches 4.
    """
    told: dict[str, dict[str, dict[str, Grades]]] = defaultdict(lambda: defaultdict(dict))
    days = protocol.conduct.adverse_events_days_after_last_dose
    for name in sorted(arms):
        for term, grades in _of_subject(subjects[name], version, days, cutoff):
            told[term][arms[name]][name] = grades
    return {
        term: {arm.id: Shift(subjects=by_arm.get(arm.id, {})) for arm in protocol.arms}
        for term, by_arm in sorted(told.items())
    }


def _of_subject(
    subject: Subject, version: CtcaeVersion, days: int, cutoff: date
) -> Iterator[tuple[str, Grades]]:
    doses = [ex.start.latest for ex in subject.records(EX) if ex.start and ex.dose]
    if not doses:
        return
    by_term: dict[str, list[tuple[Graded, GradedResult]]] = defaultdict(list)
    for result in graded_results(subject, version):
        when = result.lab.date
        inside = when and when.earliest <= cutoff and (when.earliest - max(doses)).days <= days
        if result.on_treatment and inside:
            for graded in result.grades:
                by_term[graded.term].append((graded, result))
    for term, every in by_term.items():
        worst = _worst(graded.grade for graded, _ in every)
        yield term, (_before(term, every[0][1], version), worst)


def _worst(grades: Iterable[int | None]) -> int | None:
    told = list(grades)
    known = [grade for grade in told if grade is not None]
    highest = max(known, default=None)
    return highest if None not in told or highest == 4 else None


def _before(term: str, result: GradedResult, version: CtcaeVersion) -> int | None:
    """The grade of the value that the others are compared with: by its limits of normal, as a value
    is graded whose own baseline was normal.
    """
    if result.baseline is None:
        return None
    value = measurement(result.baseline)
    normal = value._replace(value=value.lower if value.upper is None else value.upper)
    graded = grade_laboratory(version, value, normal)
    return next((each.grade for each in graded if each.term == term), None)
