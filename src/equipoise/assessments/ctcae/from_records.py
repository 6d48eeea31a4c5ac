"""Which grades have the laboratory values of one person? Each against her own baseline, the last
value from before the treatment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from equipoise.assessments.ctcae.grade import Graded, Measurement, grade_laboratory, terms_of
from equipoise.protocol.estimands import CtcaeVersion
from equipoise.subject.records import EX, LB
from equipoise.subject.records.faults import fault_of
from equipoise.subject.state import Subject
from equipoise.terms.codes import CompletionStatus
from equipoise.terms.dates import ANY_DAY, PartialDate, exact
from equipoise.terms.laboratory import specimen_fits, test_of_loinc
from equipoise.terms.quantity import decimal_of
from equipoise.terms.verdict import Verdict


class GradedResult(NamedTuple):
    """A recorded value, its grade by each term of its test, and the record of its baseline (None:
    there is none, or it cannot be told which it is). `on_treatment`: it is certainly from after
    the baseline.
    """

    lab: LB
    grades: tuple[Graded, ...]
    baseline: LB | None
    on_treatment: bool


def graded_results(subject: Subject, version: CtcaeVersion | None) -> tuple[GradedResult, ...]:
    """The laboratory values of a person that the version has a term for, in order of time.

    What was not done has no row. Values are taken as reported, with their own limits of normal:
    CTCAE prints other limits for mg/dL than for mmol/L.
    """
    if version is None:
        return ()
    starts = treatment_starts(subject)
    by_test: dict[str, list[LB]] = defaultdict(list)
    for lab in subject.records(LB):
        if terms_of(version, lab.test) and _is_a_result(lab):
            by_test[lab.test].append(lab)
    results = [
        _result(lab, version, starts, baseline)
        for rows in by_test.values()
        for baseline in (_baseline(rows, starts),)
        for lab in rows
    ]
    return tuple(sorted(results, key=lambda each: (_when(each.lab), each.lab.order)))


def treatment_starts(subject: Subject) -> PartialDate | None:
    """The first dose; of who is randomized and has none, the day of randomization; else None."""
    doses = [ex.start for ex in subject.records(EX) if ex.start and ex.dose]
    if doses:
        return min(doses, key=lambda dose: (dose.earliest, dose.latest, dose.time))
    return exact(subject.randomized.on) if subject.randomized else None


def _when(lab: LB) -> PartialDate:
    return lab.date or ANY_DAY


def _is_a_result(lab: LB) -> bool:
    if lab.status == CompletionStatus.NOT_DONE and not lab.original:
        return False
    return specimen_fits(lab.test, lab.specimen) is not Verdict.NOT_MET


def _result(
    lab: LB, version: CtcaeVersion, starts: PartialDate | None, baseline: LB | None
) -> GradedResult:
    on_treatment = starts is not None and _is_before(starts, _when(lab)) is Verdict.MET
    before = baseline if on_treatment else None
    compared = None if before is None else measurement(before)
    return GradedResult(
        lab, grade_laboratory(version, measurement(lab), compared), before, on_treatment
    )


def measurement(lab: LB) -> Measurement:
    """A record as a measurement; without a value if it cannot be read as one."""
    value = decimal_of(lab.original) if _is_readable(lab) else None
    lower, upper = decimal_of(lab.original_lower), decimal_of(lab.original_upper)
    return Measurement(lab.test, value, lab.original_unit, lower, upper)


def _is_readable(lab: LB) -> bool:
    """Has it a possible value, in a known unit, and is it of its test and nothing else?"""
    by_loinc = test_of_loinc(lab.loinc) if lab.loinc else None
    is_of_test = by_loinc in (None, lab.test)
    specimen = specimen_fits(lab.test, lab.specimen) is Verdict.MET
    return lab.value is not None and is_of_test and specimen and fault_of(lab) is None


def _is_before(starts: PartialDate, when: PartialDate) -> Verdict:
    """Had the treatment begun when the sample was taken? On the first day it had not, unless the
    times of day say otherwise.
    """
    if starts.latest < when.earliest or starts.certainly_before(when):
        return Verdict.MET
    return Verdict.NOT_MET if when.latest <= starts.earliest else Verdict.UNKNOWN


def _baseline(rows: Iterable[LB], starts: PartialDate | None) -> LB | None:
    """The last value from before the treatment; None where two of one rank differ, or a date that
    is not whole leaves open which it is.
    """
    if starts is None:
        return None
    dated = [(lab, _is_before(starts, _when(lab))) for lab in rows]
    certain = [lab for lab, after in dated if after is Verdict.NOT_MET]
    perhaps = [lab for lab, after in dated if after is Verdict.UNKNOWN]
    if not certain:
        return None
    newest = max(certain, key=lambda lab: (_when(lab).earliest, _when(lab).time))
    last = [lab for lab in (*certain, *perhaps) if not _when(lab).certainly_before(_when(newest))]
    if len({measurement(lab) for lab in last}) > 1:
        return None
    return last[-1]
