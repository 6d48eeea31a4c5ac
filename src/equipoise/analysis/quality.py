"""How good are the data? Recruitment, deviations, questions and corrections."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date

from equipoise.analysis.arms import Arms
from equipoise.analysis.results.quality import Deviations, QualityOfSite
from equipoise.analysis.screening import entered
from equipoise.analysis.visits import VisitsBySubject
from equipoise.endpoints.values import Courses
from equipoise.protocol.model import Protocol
from equipoise.subject.deviations import recorded_deviations
from equipoise.subject.state import Subject, Trial
from equipoise.subject.visits import Status


def deviations_of(courses: Courses, arms: Arms, protocol: Protocol) -> dict[str, Deviations]:
    """By arm allocated; a person counts once for each kind."""
    return {
        arm.id: _deviations(
            {name: its.subject for name, its in courses.items() if arms[name] == arm.id}
        )
        for arm in protocol.arms
    }


def _deviations(subjects: Mapping[str, Subject]) -> Deviations:
    kinds: dict[str, set[str]] = defaultdict(set)
    important, excluding, unclassified = set(), set(), set()
    for name, subject in subjects.items():
        for place, deviation in recorded_deviations(subject):
            kinds[deviation.category or "OTHER"].add(name)
            said = subject.classified.get(place)
            if said is None:
                unclassified.add(name)
            elif said.importance == "IMPORTANT":
                important.add(name)
            if said and said.excludes:
                excluding.add(name)
    return Deviations(
        kinds={kind: tuple(sorted(names)) for kind, names in sorted(kinds.items())},
        important=tuple(sorted(important)),
        excluding=tuple(sorted(excluding)),
        unclassified=tuple(sorted(unclassified)),
    )


def quality_of(trial: Trial, visits: VisitsBySubject, cutoff: date) -> dict[str, QualityOfSite]:
    """Each site that screened somebody by the cutoff."""
    by_site: dict[str, list[Subject]] = defaultdict(list)
    for subject in trial.subjects.values():
        if subject.screened_on and subject.screened_on <= cutoff:
            by_site[subject.site].append(subject)
    return {site: _of_site(by_site[site], visits, cutoff) for site in sorted(by_site)}


def _of_site(subjects: list[Subject], visits: VisitsBySubject, cutoff: date) -> QualityOfSite:
    randomized = [each for each in subjects if entered(each, cutoff)]
    months = Counter(f"{each.randomized.on:%Y-%m}" for each in randomized if each.randomized)
    states = Counter(its.status for each in subjects for its in visits.get(each.id, ()))
    queries = [query.status for each in subjects for query in each.queries.values()]
    return QualityOfSite(
        screened=tuple(sorted(each.id for each in subjects)),
        randomized=tuple(sorted(each.id for each in randomized)),
        by_month=dict(sorted(months.items())),
        forms=sum(len(each.forms) for each in subjects),
        corrected=sum(each.first_entry[seq] != seq for each in subjects for seq in each.forms),
        queries=len(queries),
        open=sum(status != "CLOSED" for status in queries),
        missed=states[Status.MISSED],
        overdue=states[Status.OVERDUE],
    )
