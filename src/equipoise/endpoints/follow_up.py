"""What is known of one person after randomization? Records become the days that the endpoint rules count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from equipoise.assessments.policy import RecistPolicy, build_policy
from equipoise.assessments.recist import lesion_series
from equipoise.assessments.rules import VisitResults
from equipoise.assessments.series import LesionError, LesionSeries, assess_series
from equipoise.endpoints import dated
from equipoise.endpoints.response import CR_WAS_TRUE, ResponsePolicy
from equipoise.endpoints.time_to_event import (
    CENSOR,
    DATED,
    EVENT,
    IGNORE,
    SCAN,
    CensoringChoices,
    FollowUp,
    TimeToEventRules,
    rules_for_schedule,
)
from equipoise.protocol.model import Assessment, CensoringRules, Protocol
from equipoise.subject.history import Subject
from equipoise.subject.records import RS, TR, TU, Source
from equipoise.terms.quantity import Quantity
from equipoise.terms.response import Response

_DOES = {"censor": CENSOR, "event": EVENT, "ignore": IGNORE, "dated": DATED, "scan": SCAN}


@dataclass(frozen=True, slots=True)
class Reading:
    """The responses of one reader in order of time, with the place each of them came from."""

    days: tuple[int, ...]
    responses: tuple[int, ...]
    pd_days: tuple[int, ...]
    sources: tuple[tuple[Source, ...], ...]


@dataclass(frozen=True, slots=True)
class Course:
    """One randomized subject up to a cutoff; days count from randomization, day 0, and -1 is never."""

    subject: Subject
    start: date
    read: Reading
    derived: Reading
    lesions: LesionSeries | None
    assessed: VisitResults | None
    problems: tuple[str, ...]
    has_baseline: bool
    death: int
    new_therapy: int
    clinical_progression: int
    last_known_alive: int
    cutoff: int
    sources: dict[str, tuple[Source, ...]]

    def follow_up(self, reading: Reading) -> FollowUp:
        """The input of the time-to-event rules, with one reader's responses."""
        return FollowUp(
            scan_days=reading.days,
            responses=reading.responses,
            pd_days=reading.pd_days,
            cutoff=self.cutoff,
            has_baseline=self.has_baseline,
            death=self.death,
            new_therapy=self.new_therapy,
            clinical_progression=self.clinical_progression,
            last_known_alive=self.last_known_alive,
        )


def recist_policy(assessment: Assessment) -> RecistPolicy:
    """The protocol's thresholds and switches, lengths in tenths of a millimeter."""

    def tenths(length: Quantity) -> int:
        return int(length.value * 10)

    recist = assessment.recist
    return build_policy(
        {
            "pd_percent": recist.pd_percent,
            "pd_tenths": tenths(recist.pd_absolute),
            "pr_percent": recist.pr_percent,
            "node_normal_tenths": tenths(recist.node_normal),
            "too_small_tenths": tenths(recist.too_small),
            "measurable_tenths": tenths(recist.diameter),
            "measurable_node_tenths": tenths(recist.short_axis),
            "max_targets": recist.max_targets,
            "max_per_organ": recist.max_per_organ,
            **recist.choices,
        }
    )


def response_policy(assessment: Assessment, sd_min_days: int | None = None) -> ResponsePolicy:
    """How single responses become a best response, as the protocol declares it."""
    confirmation = assessment.confirmation
    return ResponsePolicy(
        sd_min_days=sd_min_days or assessment.sd_min_days,
        confirmation_min_days=confirmation.min_days if confirmation else 0,
        intervening_ne_allowed=confirmation.intervening_ne_allowed if confirmation else 0,
        intervening_sd_allowed=bool(confirmation and confirmation.intervening_sd_allowed),
        after_cr=CR_WAS_TRUE,
        therapy_ends_response=True,
    )


def censoring_rules(protocol: Protocol, rules: CensoringRules) -> TimeToEventRules:
    """One declared rule set, with the longest gap that the schedule of scans allows."""
    scan = protocol.visit(protocol.assessment.scan_visit)
    choices = CensoringChoices(
        no_baseline_scan=_DOES[rules.no_baseline_scan],
        progression_date=_DOES[rules.progression_date],
        clinical_progression=_DOES[rules.clinical_progression],
        new_therapy=_DOES[rules.new_therapy],
        death=_DOES[rules.death],
        missed_visits=_DOES[rules.missed_visits],
    )
    return rules_for_schedule(choices, interval_days=scan.every_days or scan.day, window_days=scan.after_days)


def course_of(subject: Subject, protocol: Protocol, cutoff: date) -> Course:
    """Everything the endpoints need of one randomized subject; the rules of each endpoint apply the cutoff."""
    assert subject.randomized is not None
    start = subject.randomized.on
    therapy = dated.new_therapy(subject, start, cutoff)
    clinical = dated.clinical_progression(subject, start, cutoff)
    death, alive = dated.death(subject, start), dated.last_known_alive(subject, start)
    lesions, assessed, problems = _assessed(subject, protocol, start, therapy.day)
    baseline = [tr for tr in subject.records(TR) if tr.date and tr.date.latest <= start]
    return Course(
        subject=subject,
        start=start,
        read=_as_read(subject, protocol.assessment.reader, start, cutoff),
        derived=_as_derived(lesions, assessed, start, cutoff),
        lesions=lesions,
        assessed=assessed,
        problems=(*therapy.problems, *clinical.problems, *dated.unrecorded_death(subject, cutoff), *problems),
        has_baseline=bool(baseline),
        death=death.day,
        new_therapy=therapy.day,
        clinical_progression=clinical.day,
        last_known_alive=alive.day,
        cutoff=(cutoff - start).days,
        sources={
            "randomization": (subject.randomized.source,),
            "death": death.source,
            "new_therapy": therapy.source,
            "clinical_progression": clinical.source,
            "last_known_alive": alive.source,
        },
    )


def _as_read(subject: Subject, reader: str, start: date, cutoff: date) -> Reading:
    rows = [rs for rs in subject.records(RS) if rs.test == "OVRLRESP" and rs.evaluator == reader]
    scans = [(rs.date.exact, rs) for rs in rows if rs.date and rs.date.exact and start < rs.date.exact <= cutoff]
    scans.sort(key=lambda one: one[0])
    days = tuple((when - start).days for when, _ in scans)
    codes = tuple(int(Response.parse(rs.original)) for _, rs in scans)
    return Reading(days, codes, tuple(-1 for _ in days), tuple((rs.source,) for _, rs in scans))


def _assessed(
    subject: Subject, protocol: Protocol, start: date, therapy: int
) -> tuple[LesionSeries | None, VisitResults | None, tuple[str, ...]]:
    """The response derived from the lesions; a table that RECIST does not allow is told, never mended."""
    policy = recist_policy(protocol.assessment)
    try:
        series = lesion_series(
            subject.records(TU), subject.records(TR), start, policy, evaluator=protocol.assessment.reader
        )
    except LesionError as error:
        return None, None, (str(error),)
    return series, assess_series(series, policy, therapy), ()


def _as_derived(lesions: LesionSeries | None, assessed: VisitResults | None, start: date, cutoff: date) -> Reading:
    if lesions is None or assessed is None:
        return Reading((), (), (), ())
    last = (cutoff - start).days
    rows = [v for v in range(1, len(lesions.visits)) if 0 < int(lesions.day[v]) <= last]
    return Reading(
        tuple(int(lesions.day[v]) for v in rows),
        tuple(int(assessed.response[v]) for v in rows),
        tuple(int(assessed.pd_day[v]) for v in rows),
        tuple(tuple(dict.fromkeys(lesions.sources[v])) for v in rows),
    )
