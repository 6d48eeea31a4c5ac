"""What does the trial show? The main path: protocol, ledger and cutoff become results.

People, importers and virtual subjects all end here, so a power figure is a statement about this
code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from equipoise.analysis.accounts import Account, account_of, primary_due
from equipoise.analysis.arms import Arms, arms_of, confidence_of, strata_of
from equipoise.analysis.baseline import (
    baseline_of,
    eligibility_of,
    strata_as_known,
)
from equipoise.analysis.binary import analyze_binary
from equipoise.analysis.courses import (
    disagreements,
    time_lines,
    tumor_changes,
    tumor_courses,
)
from equipoise.analysis.flow import flow_of
from equipoise.analysis.interim import Standing, standing_of
from equipoise.analysis.known import Known, check_known
from equipoise.analysis.quality import deviations_of, quality_of
from equipoise.analysis.responses import best_responses, concordance_of, times_to_response
from equipoise.analysis.results.endpoints import EndpointResult
from equipoise.analysis.results.trial import (
    AnalyzedProtocol,
    ArmOfTrial,
    LedgerHead,
    RedactedContent,
    Results,
    Unlock,
)
from equipoise.analysis.safety import analyze_safety
from equipoise.analysis.safety_review import safety_review
from equipoise.analysis.screening import Screenings, entered, screenings_of
from equipoise.analysis.sensitivity import population_with
from equipoise.analysis.time_to_event import analyze_time_to_event, follow_up_of
from equipoise.analysis.treatment import exposure_of, therapy_after
from equipoise.analysis.visits import VisitsBySubject, count_visits, visits_by_subject
from equipoise.endpoints.course import Course, course_of
from equipoise.endpoints.populations import members
from equipoise.endpoints.values import Courses
from equipoise.ledger.entry import SOFTWARE
from equipoise.protocol.estimands import BinaryAnalysis, TimeToEventAnalysis
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.subject.state import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Results, and what they rest on: the courses, accounts and visits of those randomized, and the
    criteria answered about everybody. `primary_due` is the first day on which the primary endpoint
    may be analyzed, None while nobody is randomized.
    """

    trial: Trial
    cutoff: date
    as_of: str
    courses: Courses
    accounts: Mapping[str, Account]
    screenings: Screenings
    visits: VisitsBySubject
    primary_due: date | None
    results: Results


def analyze(known: Known) -> Analysis:
    """Results of a trial as it was known, with nothing clinical after the cutoff.

    Raises CannotAnalyze when the ledger holds no protocol, or when no finding says that it holds.
    """
    check_known(known)
    trial, cutoff = known.trial, known.cutoff
    courses = courses_of(trial, cutoff)
    screenings = screenings_of(trial, cutoff)
    accounts = {name: account_of(course, trial.protocol) for name, course in courses.items()}
    visits = visits_by_subject(trial, (course.subject for course in courses.values()), cutoff)
    results = _results(known, courses, screenings, visits)
    return Analysis(
        trial=trial,
        cutoff=cutoff,
        as_of=results.as_of,
        courses=courses,
        accounts=accounts,
        screenings=screenings,
        visits=visits,
        primary_due=primary_due(trial.protocol, accounts),
        results=results,
    )


def _results(
    known: Known, courses: Courses, screenings: Screenings, visits: VisitsBySubject
) -> Results:
    trial, cutoff, head = known.trial, known.cutoff, known.trial.head
    assert head is not None
    protocol, arms = trial.protocol, arms_of(courses)
    populations = populations_of(trial, courses, cutoff)
    randomized = [course.subject for course in courses.values()]
    standing = standing_of(protocol, courses, cutoff, locked=trial.locked)
    counted = counted_in(populations, standing)
    return Results(
        protocol=AnalyzedProtocol(
            id=protocol.id, version=protocol.version, hash=trial.versions[-1].hash
        ),
        title=protocol.registration.title,
        ledger=LedgerHead(entries=head.seq, head=head.hash, format=head.format),
        simulated=trial.simulated,
        software=SOFTWARE,
        status=str(trial.status),
        unlocks=unlocks_of(trial),
        redacted=redactions_of(trial),
        cutoff=cutoff.isoformat(),
        as_of=known.as_of.isoformat() if known.as_of else head.at,
        confidence=confidence_of(protocol),
        level=standing.level,
        arms={arm.id: ArmOfTrial(label=arm.label, role=arm.role) for arm in protocol.arms},
        flow=flow_of(trial, screenings, cutoff),
        baseline=baseline_of(courses, arms),
        eligibility=eligibility_of({name: screenings[name] for name in courses}),
        strata=strata_as_known(trial, randomized),
        best_responses=best_responses(courses, arms, protocol),
        to_response=times_to_response(courses, arms, protocol),
        concordance=concordance_of(courses),
        tumor_change=tumor_changes(courses, arms),
        tumor_courses=tumor_courses(courses, arms),
        time_lines=time_lines(courses, arms),
        disagreements=disagreements(courses),
        follow_up=follow_up_of(courses, arms, protocol),
        exposure=exposure_of(
            {name: course.subject for name, course in courses.items()},
            treated_in(populations, arms, protocol),
            protocol,
            cutoff,
        ),
        therapy_after=therapy_after(courses, arms, protocol, cutoff),
        deviations=deviations_of(courses, arms, protocol),
        quality=quality_of(trial, visits, cutoff),
        visits=count_visits(visits, arms, protocol, cutoff),
        safety_review=safety_review(randomized, protocol.conduct.safety_review_after, cutoff),
        problems={name: "; ".join(c.problems) for name, c in courses.items() if c.problems},
        endpoints={
            endpoint.id: analyze_endpoint(
                protocol,
                endpoint,
                courses,
                counted if endpoint.role == "primary" else populations,
                cutoff,
            )
            for endpoint in protocol.endpoints
        },
    )


def unlocks_of(trial: Trial) -> tuple[Unlock, ...]:
    """Each time that locked results were opened."""
    return tuple(
        Unlock(scope=each.scope, results_seen=each.results_seen, source=each.source)
        for each in trial.unlocks
    )


def redactions_of(trial: Trial) -> tuple[RedactedContent, ...]:
    """What was taken out, in the order in which it was."""
    return tuple(
        RedactedContent(
            entry=each.entry,
            fields=each.fields,
            by=each.by,
            decided_by=each.decided_by,
            ground=each.ground,
            reason=each.reason,
            on=each.at[:10],
            source=each.source,
        )
        for each in trial.redactions
    )


def courses_of(trial: Trial, cutoff: date) -> dict[str, Course]:
    """The course of everybody randomized by the cutoff, by subject id."""
    return {
        name: course_of(subject, trial.protocol, cutoff)
        for name, subject in sorted(trial.subjects.items())
        if entered(subject, cutoff)
    }


def populations_of(trial: Trial, courses: Courses, cutoff: date) -> dict[str, Mapping[str, str]]:
    """Population -> subject id -> arm."""
    subjects = [course.subject for course in courses.values()]
    return {p.id: members(p, trial, subjects, cutoff) for p in trial.protocol.populations}


def treated_in(
    populations: Mapping[str, Mapping[str, str]], arms: Arms, protocol: Protocol
) -> Mapping[str, str]:
    """The arms as received, where a population of safety is declared; else as allocated."""
    safety = population_with(protocol, "received_experimental_drug")
    return populations[safety] if safety else arms


def counted_in(
    populations: Mapping[str, Mapping[str, str]], standing: Standing
) -> Mapping[str, Mapping[str, str]]:
    """The populations at a look: only those whom it counts."""
    if standing.counted is None:
        return populations
    return {
        name: {subject: arm for subject, arm in arms.items() if subject in standing.counted}
        for name, arms in populations.items()
    }


def analyze_endpoint(
    protocol: Protocol,
    endpoint: Endpoint,
    courses: Courses,
    populations: Mapping[str, Mapping[str, str]],
    cutoff: date,
) -> EndpointResult:
    """One endpoint by its declared analysis."""
    strata, arms = strata_of(courses), populations[endpoint.estimand.population]
    if isinstance(endpoint.analysis, BinaryAnalysis):
        return analyze_binary(endpoint, courses, populations, strata, protocol)
    if isinstance(endpoint.analysis, TimeToEventAnalysis):
        return analyze_time_to_event(endpoint, courses, arms, strata, protocol)
    subjects = {name: course.subject for name, course in courses.items()}
    return analyze_safety(endpoint, subjects, arms, protocol, cutoff)
