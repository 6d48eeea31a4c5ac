"""Who are they at randomization, and did they belong there? Characteristics, strata and
eligibility.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from equipoise.allocation.strata import levels
from equipoise.analysis.arms import Arms
from equipoise.analysis.results.participants import Baseline, EligibilityRow, StratumRow
from equipoise.analysis.screening import Screening
from equipoise.assessments.recist.target_rules import NO_SUM
from equipoise.eligibility.of_record import protocol_at_randomization
from equipoise.endpoints.course import Course
from equipoise.subject.records import CM, DM, QS, TR, TU, Source, place_of
from equipoise.subject.state import Subject, Trial
from equipoise.terms.codes import TherapyCategory
from equipoise.terms.dates import DAYS_PER_MONTH, completed_years
from equipoise.terms.drugs import is_of_class
from equipoise.terms.verdict import Verdict


def baseline_of(courses: Mapping[str, Course], arms: Arms) -> dict[str, Baseline]:
    """Each subject's characteristics at baseline; tables are made from them."""
    return {name: characteristics(course, arms[name]) for name, course in courses.items()}


def characteristics(course: Course, arm: str) -> Baseline:
    """What is known of one subject at randomization."""
    subject, start = course.subject, course.start
    demographics = subject.records(DM)
    birth = next((dm.birth for dm in demographics if dm.birth), None)
    organs = {tu.location for tu in subject.records(TU) if tu.date and tu.date.latest <= start}
    ends = [cm.end.latest for cm in _earlier_anti_egfr(subject) if cm.end]
    first_sum = int(course.assessed.sum[0]) if course.assessed is not None else NO_SUM
    return Baseline(
        arm=arm,
        age=completed_years(birth.earliest, start) if birth else None,
        sex=demographics[-1].sex if demographics else None,
        ecog=_ecog(subject, start),
        organs=len(organs),
        liver_only=organs == {"LIVER"},
        sum_mm=first_sum / 1000 if first_sum >= 0 else None,
        anti_egfr_free_months=(
            round((start - max(ends)).days / DAYS_PER_MONTH, 1) if ends else None
        ),
        stratum=subject.randomized.stratum if subject.randomized else (),
    )


def _earlier_anti_egfr(subject: Subject) -> list[CM]:
    return [
        cm
        for cm in subject.records(CM)
        if cm.category == TherapyCategory.PRIOR_ANTICANCER
        and is_of_class(cm.treatment, cm.drug_class, "ANTI-EGFR") is Verdict.MET
    ]


def _ecog(subject: Subject, start: date) -> str | None:
    """The last score until randomization by its date; the order of entry decides between scores of
    one day.
    """
    scores = [
        (qs.date, qs.original)
        for qs in subject.records(QS)
        if qs.test == "ECOG101" and qs.original and qs.date and qs.date.latest <= start
    ]
    return max(scores, key=lambda dated: (dated[0].latest, dated[0].time))[1] if scores else None


def baseline_sources(course: Course) -> tuple[Source, ...]:
    """The records that the characteristics rest on: ledger positions first, then imports."""
    subject, start = course.subject, course.start
    dated: list[QS | TU | TR] = [*subject.records(QS), *subject.records(TU), *subject.records(TR)]
    sources: set[Source] = {row.source for row in subject.records(DM)}
    sources |= {row.source for row in _earlier_anti_egfr(subject)}
    sources |= {row.source for row in dated if row.date and row.date.latest <= start}
    return tuple(sorted(sources, key=place_of))


def strata_as_known(trial: Trial, randomized: Iterable[Subject]) -> dict[str, StratumRow]:
    """The stratum as randomized, which the analysis uses, and where today's records say
    otherwise.
    """
    return {subject.id: _stratum(trial, subject) for subject in randomized}


def _stratum(trial: Trial, subject: Subject) -> StratumRow:
    at = subject.randomized
    assert at is not None
    declared = protocol_at_randomization(trial, subject).randomization.strata
    actual = tuple(level.value or "unknown" for level in levels(declared, subject, at.on))
    return StratumRow(as_randomized=at.stratum, actual=actual, differs=actual != at.stratum)


def eligibility_of(randomized: Mapping[str, Screening]) -> dict[str, EligibilityRow]:
    """Eligibility as known at randomization, the verdict of record, and as known now."""
    return {
        name: EligibilityRow(
            then=tuple(a.id for a in its.of_record if a.verdict is not Verdict.MET),
            now=tuple(a.id for a in its.now if a.verdict is Verdict.NOT_MET),
        )
        for name, its in randomized.items()
    }
