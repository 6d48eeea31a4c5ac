"""Which record decided the response of this visit? The one that SRCDOM and SRCSEQ name."""

from __future__ import annotations

from equipoise.assessments.recist import clauses
from equipoise.assessments.recist.sightings import NEW, NON_TARGET, STATES, TARGET
from equipoise.endpoints.course import Course
from equipoise.subject.records import TR, TU, Source
from equipoise.terms.lesions import names_of

_NEW_LESION = (clauses.PD_NEW_LESION, clauses.PD_NEW_LESION_BACKDATED)
_NON_TARGET = (
    clauses.PD_NON_TARGET,
    clauses.CR_BUT_NON_TARGET_LEFT,
    clauses.CR_BUT_NON_TARGET_NOT_EVALUATED,
    clauses.ONLY_NON_TARGET_CR,
    clauses.ONLY_NON_TARGET_PRESENT,
    clauses.ONLY_NON_TARGET_NOT_EVALUATED,
)


def deciding_sources(course: Course) -> tuple[Source | None, ...]:
    """The record behind the derived response at each visit of the course's lesions, baseline
    included.

    A new lesion's record where a new lesion decided (at its first sight when progression is dated
    back), a non-target lesion's where non-target disease did, else the target that decided alone or
    the first target of the visit: a sum has as many records as it has parts.
    """
    if course.lesions is None or course.assessed is None:
        return ()
    about = _about(course)
    return tuple(_deciding(course, about, visit) for visit in range(len(course.lesions.visits)))


def _about(course: Course) -> dict[Source, tuple[str, str]]:
    """Record -> role of its lesion, and the state it tells."""
    roles = {tu.link: tu.role.upper() for tu in course.subject.records(TU)}
    about: dict[Source, tuple[str, str]] = {
        tu.source: (tu.role.upper(), "") for tu in course.subject.records(TU)
    }
    for tr in course.subject.records(TR):
        role = next((roles[name] for name in names_of(tr.link) if name in roles), "")
        about[tr.source] = role, STATES.get(tr.original.strip().upper(), "")
    return about


def _deciding(course: Course, about: dict[Source, tuple[str, str]], visit: int) -> Source | None:
    lesions, assessed = course.lesions, course.assessed
    assert lesions is not None
    assert assessed is not None
    clause, lesion = int(assessed.clause[visit]), int(assessed.decided_lesion[visit])
    role, at = TARGET, visit
    if clause in _NEW_LESION:
        role, at = NEW, int(assessed.decided_by[visit])
    elif clause in _NON_TARGET:
        role = NON_TARGET
    elif lesion >= 0 and lesions.target_sources[visit][lesion] is not None:
        source: Source = lesions.target_sources[visit][lesion]
        return source
    there: list[Source] = list(lesions.sources[at])
    fitting = [source for source in there if about.get(source, ("", ""))[0] == role]
    if clause == clauses.PD_NON_TARGET:
        fitting = [source for source in fitting if about[source][1] == "PROGRESSION"] or fitting
    return next(iter(fitting or there), None)
