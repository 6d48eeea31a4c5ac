"""What is known of one person after randomization? Records become the days that the endpoint rules
count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from equipoise.assessments.recist.from_records import lesion_series
from equipoise.assessments.recist.policy import RecistPolicy, any_targets, build_policy
from equipoise.assessments.recist.rules import VisitResults
from equipoise.assessments.recist.series import LesionError, LesionSeries, assess_series
from equipoise.endpoints import event_dates as dated
from equipoise.endpoints.best_response import (
    AS_RECORDED,
    CR,
    CR_WAS_TRUE,
    PD,
    ResponsePolicy,
    is_disease_after_cr,
)
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
from equipoise.subject.records import LB, RS, TR, TU, Source
from equipoise.subject.state import Subject
from equipoise.terms.quantity import Quantity, convert
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
    """One randomized subject up to a cutoff; days count from randomization, day 0, and -1 is
    never.
    """

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


def tenths(length: Quantity) -> int:
    """A declared length in tenths of a millimeter. Raises ValueError for what is no length or falls
    between two.
    """
    millimeters = convert(length.value, length.unit, "mm")
    if millimeters is None or millimeters * 10 % 1:
        raise ValueError(
            f"assessment.recist: found {length}, expected a length in mm or cm, to a tenth of a"
            " millimeter"
        )
    return int(millimeters * 10)


def recist_policy(assessment: Assessment) -> RecistPolicy:
    """The protocol's thresholds and switches, lengths in tenths of a millimeter."""
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
    """How single responses become a best response; disease after CR and new therapy count as for
    the lesions.
    """
    confirmation, choices = assessment.confirmation, assessment.recist.choices
    return ResponsePolicy(
        sd_min_days=sd_min_days or assessment.sd_min_days,
        confirmation_min_days=confirmation.min_days if confirmation else 0,
        intervening_ne_allowed=confirmation.intervening_ne_allowed if confirmation else 0,
        intervening_sd_allowed=bool(confirmation and confirmation.intervening_sd_allowed),
        after_cr=CR_WAS_TRUE if choices["disease_after_cr_is_pd"] else AS_RECORDED,
        therapy_ends_response=bool(choices["therapy_ends_assessability"]),
    )


def disease_after_cr(reading: Reading) -> tuple[int, int] | None:
    """The first complete response and the first assessment after it that shows disease again
    without being PD.
    """
    first = next((i for i, code in enumerate(reading.responses) if code in (CR, PD)), None)
    if first is None or reading.responses[first] == PD:
        return None
    for i in range(first + 1, len(reading.responses)):
        if reading.responses[i] == PD:
            return None
        if is_disease_after_cr(reading.responses[i]):
            return first, i
    return None


def progression_after_cr(reading: Reading, policy: ResponsePolicy) -> Reading:
    """The reading as progression counts it: what best response takes for progression after a true
    CR is PD here too.

    RECIST 1.1 Table 3 note a; the source stays that of the reading.
    """
    found = disease_after_cr(reading) if policy.after_cr == CR_WAS_TRUE else None
    if found is None:
        return reading
    responses = (*reading.responses[: found[1]], PD, *reading.responses[found[1] + 1 :])
    return replace(reading, responses=responses)


def _cr_questioned(reading: Reading, policy: ResponsePolicy) -> tuple[str, ...]:
    """A partial response or stable disease after CR contradicts one of the two readings: a query,
    however it counts.
    """
    found = disease_after_cr(reading)
    if found is None:
        return ()
    cr, later = found
    counts = "it counts as progression" if policy.after_cr == CR_WAS_TRUE else "it stands as read"
    said = Response(reading.responses[later]).cdisc
    return (
        (
            f"{said} on day {reading.days[later]} after CR on day {reading.days[cr]}: a query;"
            f" {counts}"
        ),
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
    return rules_for_schedule(
        choices, interval_days=scan.every_days or scan.day, window_days=scan.after_days
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseChoices:
    """What a course depends on beside the records, whether a protocol declares it or a named
    policy.
    """

    recist: RecistPolicy
    response: ResponsePolicy
    reader: str | None  # --EVAL of the records that count; None: all of them are one reader's
    one_visit_days: int
    use_markers: bool = True  # a raised CEA withholds CR
    targets_as_selected: bool = (
        False  # targets that RECIST 1.1 3.2 does not allow are assessed with a note
    )


def choices_of(protocol: Protocol) -> CourseChoices:
    """The choices that a protocol declares."""
    assessment = protocol.assessment
    scan = protocol.visit(assessment.scan_visit)
    return CourseChoices(
        recist=recist_policy(assessment),
        response=response_policy(assessment),
        reader=assessment.reader,
        one_visit_days=scan.before_days + scan.after_days,
    )


def course_of(subject: Subject, protocol: Protocol, cutoff: date) -> Course:
    """Everything the endpoints need of one randomized subject; the rules of each endpoint apply the
    cutoff.
    """
    return course_by(subject, choices_of(protocol), cutoff)


def course_by(subject: Subject, choices: CourseChoices, cutoff: date) -> Course:
    """As `course_of`, for records of any origin; the subject's `randomized` is the start of all its
    days.
    """
    assert subject.randomized is not None
    start = subject.randomized.on
    therapy = dated.new_therapy(subject, start, cutoff)
    clinical = dated.clinical_progression(subject, start, cutoff)
    death, alive = dated.death(subject, start), dated.last_known_alive(subject, start)
    lesions, assessed, problems = _assessed(subject, choices, start, therapy.day)
    read = _as_read(subject, choices.reader, start, cutoff)
    baseline = [tr for tr in subject.records(TR) if tr.date and tr.date.latest <= start]
    return Course(
        subject=subject,
        start=start,
        read=read,
        derived=_as_derived(lesions, assessed, start, cutoff),
        lesions=lesions,
        assessed=assessed,
        problems=(
            *therapy.problems,
            *clinical.problems,
            *dated.unrecorded_death(subject, cutoff),
            *_cr_questioned(read, choices.response),
            *problems,
        ),
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


def _as_read(subject: Subject, reader: str | None, start: date, cutoff: date) -> Reading:
    rows = [
        rs for rs in subject.records(RS) if rs.test == "OVRLRESP" and reader in (None, rs.evaluator)
    ]
    scans = [
        (rs.date.exact, rs)
        for rs in rows
        if rs.date and rs.date.exact and start < rs.date.exact <= cutoff
    ]
    scans.sort(key=lambda one: one[0])
    days = tuple((when - start).days for when, _ in scans)
    codes = tuple(int(Response.parse(rs.original)) for _, rs in scans)
    return Reading(days, codes, tuple(-1 for _ in days), tuple((rs.source,) for _, rs in scans))


def _assessed(
    subject: Subject, choices: CourseChoices, start: date, therapy: int
) -> tuple[LesionSeries | None, VisitResults | None, tuple[str, ...]]:
    """The response derived from the lesions; a table that RECIST does not allow is told, never
    mended.
    """
    notes: tuple[str, ...] = ()
    try:
        series = _series(subject, choices, choices.recist, start)
    except LesionError as error:
        notes = (str(error),)
        if not choices.targets_as_selected:
            return None, None, notes
        try:
            series = _series(subject, choices, any_targets(choices.recist), start)
        except LesionError as worse:
            return None, None, (str(worse),)
        notes = (f"{notes[0]} (assessed as selected)",)
    return series, assess_series(series, choices.recist, therapy), (*notes, *series.notes)


def _series(
    subject: Subject, choices: CourseChoices, recist: RecistPolicy, start: date
) -> LesionSeries:
    return lesion_series(
        subject.records(TU),
        subject.records(TR),
        start,
        recist,
        evaluator=choices.reader,
        markers=subject.records(LB) if choices.use_markers else None,
        one_visit_days=choices.one_visit_days,
    )


def _as_derived(
    lesions: LesionSeries | None, assessed: VisitResults | None, start: date, cutoff: date
) -> Reading:
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
