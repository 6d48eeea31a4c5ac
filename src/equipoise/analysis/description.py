"""Who are they, and what became of them? Flow, baseline, tumor change and time line of every
subject.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from equipoise.allocation.strata import levels
from equipoise.assessments.recist.rules import NO_SUM
from equipoise.eligibility import of_record
from equipoise.eligibility.of_record import failed_screening
from equipoise.endpoints.course import Course
from equipoise.endpoints.populations import received
from equipoise.protocol.model import Protocol
from equipoise.subject.records import CM, DM, QS, TU
from equipoise.subject.state import Subject, Trial
from equipoise.terms.dates import DAYS_PER_MONTH, completed_years
from equipoise.terms.response import Response
from equipoise.terms.verdict import Verdict


def flow(trial: Trial, cutoff: date) -> dict[str, Any]:
    """CONSORT: persons, not codes; someone screened again is one person, shown by the latest code
    of the cutoff.

    Everybody randomized counts, under the code that was randomized. The reasons of somebody not
    eligible are those that the site recorded and those that the records show; who will not enter
    and fails nothing by record declined.
    """
    persons = latest_codes(trial.subjects, cutoff)
    randomized = [
        s for _, s in sorted(trial.subjects.items()) if s.randomized and s.randomized.on <= cutoff
    ]
    entered = {code for s in randomized for code in _codes_of(s, trial.subjects)}
    others = [s for s in persons if not entered & _codes_of(s, trial.subjects)]
    declined = [s.id for s in others if has_declined(s, cutoff)]
    verdicts = {s.id: _screening(trial, s, cutoff) for s in others if s.id not in declined}
    failed = {name: found["not_met"] for name, found in verdicts.items() if found["not_met"]}
    unknown = {
        name: found["unknown"]
        for name, found in verdicts.items()
        if found["unknown"] and name not in failed
    }
    reasons: dict[str, list[str]] = {}
    for name, criteria in failed.items():
        for criterion in criteria:
            reasons.setdefault(criterion, []).append(name)
    return {
        "screened": len(randomized) + len(others),
        "not_eligible": len(failed),
        "unknown": len(unknown),
        "randomized": len(randomized),
        "rescreened": sum(s.previous is not None for s in persons),
        "reasons": {criterion: sorted(names) for criterion, names in sorted(reasons.items())},
        "open": unknown,
        "declined": declined,
        "eligible_not_randomized": sorted(verdicts.keys() - failed.keys() - unknown.keys()),
        "arms": {arm.id: _arm_flow(randomized, arm.id, cutoff) for arm in trial.protocol.arms},
    }


def latest_codes(subjects: Mapping[str, Subject], cutoff: date) -> list[Subject]:
    """One subject for each person: the code that nobody was screened again from by the cutoff."""
    here = [s for _, s in sorted(subjects.items()) if s.screened_on and s.screened_on <= cutoff]
    earlier = {subject.previous for subject in here}
    return [subject for subject in here if subject.id not in earlier]


def _codes_of(subject: Subject, subjects: Mapping[str, Subject]) -> set[str]:
    """The code and those that the person was screened under before."""
    codes: set[str] = set()
    found: Subject | None = subject
    while found and found.id not in codes:
        codes.add(found.id)
        found = subjects.get(found.previous or "")
    return codes


def has_declined(subject: Subject, cutoff: date) -> bool:
    """Will the person not enter without any criterion of record, that is by their own decision?"""
    failed = failed_screening(subject, cutoff)
    return failed is not None and not failed.cause


def reasons_of_record(subject: Subject, cutoff: date) -> list[str]:
    """The criteria that the site named when screening failed."""
    failed = failed_screening(subject, cutoff)
    return failed.cause.split(", ") if failed and failed.cause else []


def _screening(trial: Trial, subject: Subject, cutoff: date) -> dict[str, list[str]]:
    findings = of_record.at_screening(trial, subject, cutoff)
    computed = [f.id for f in findings if f.verdict is Verdict.NOT_MET]
    return {
        "not_met": list(dict.fromkeys([*computed, *reasons_of_record(subject, cutoff)])),
        "unknown": [f.id for f in findings if f.verdict is Verdict.UNKNOWN],
    }


def _arm_flow(randomized: Iterable[Subject], arm: str, cutoff: date) -> dict[str, Any]:
    inside = [s for s in randomized if s.randomized and s.randomized.arm == arm]
    return {
        "randomized": [s.id for s in inside],
        "treated": [s.id for s in inside if received(s, None, cutoff)],
        "treatment_ended": _causes(((s.id, s.treatment_ended) for s in inside), cutoff),
        "study_ended": _causes(((s.id, s.study_ended) for s in inside), cutoff),
        "died": [s.id for s in inside if s.died and s.died.earliest <= cutoff],
    }


def _causes(ended: Iterable[tuple[str, Any]], cutoff: date) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, one in ended:
        if one is not None and one.on <= cutoff:
            found.setdefault(one.cause, []).append(name)
    return found


def strata_report(trial: Trial, randomized: Iterable[Subject]) -> dict[str, Any]:
    """The stratum as randomized, which the analysis uses, and where today's records say
    otherwise.
    """
    found = {}
    for subject in randomized:
        assert subject.randomized is not None
        declared = of_record.protocol_at_randomization(trial, subject).randomization.strata
        actual = tuple(
            level.value or "unknown" for level in levels(declared, subject, subject.randomized.on)
        )
        found[subject.id] = {
            "as_randomized": list(subject.randomized.stratum),
            "actual": list(actual),
            "differs": actual != subject.randomized.stratum,
        }
    return found


def eligibility_report(trial: Trial, randomized: Iterable[Subject]) -> dict[str, Any]:
    """Eligibility as known at randomization, the verdict of record, and as known now."""
    return {
        subject.id: {
            "then": [
                finding.id
                for finding in of_record.at_randomization(trial, subject)
                if finding.verdict is not Verdict.MET
            ],
            "now": list(of_record.ineligible_as_known_now(trial, subject)),
        }
        for subject in randomized
    }


def baseline(
    courses: Mapping[str, Course], arms: Mapping[str, str], protocol: Protocol
) -> dict[str, Any]:
    """Each subject's characteristics at baseline; tables are made from them."""
    return {
        name: {"arm": arms[name], **_characteristics(course, protocol)}
        for name, course in courses.items()
    }


def _characteristics(course: Course, protocol: Protocol) -> dict[str, Any]:
    subject, start = course.subject, course.start
    known = subject.records(DM)
    birth = next((dm.birth for dm in known if dm.birth), None)
    organs = {tu.location for tu in subject.records(TU) if tu.date and tu.date.latest <= start}
    ends = [
        cm.end.latest
        for cm in subject.records(CM)
        if cm.drug_class == "ANTI-EGFR" and cm.end and cm.category.startswith("PRIOR")
    ]
    first_sum = int(course.assessed.sum[0]) if course.assessed is not None else NO_SUM
    return {
        "age": completed_years(birth.earliest, start) if birth else None,
        "sex": known[-1].sex if known else None,
        "ecog": _ecog(subject, start),
        "organs": len(organs),
        "liver_only": organs == {"LIVER"},
        "sum_mm": first_sum / 10 if first_sum >= 0 else None,
        "anti_egfr_free_months": round((start - max(ends)).days / DAYS_PER_MONTH, 1)
        if ends
        else None,
        "stratum": list(subject.randomized.stratum) if subject.randomized else [],
    }


def _ecog(subject: Subject, start: date) -> str | None:
    """The last score until randomization by its date; the order of entry decides between scores of
    one day.
    """
    scores = [
        (qs.date, qs.original)
        for qs in subject.records(QS)
        if qs.test == "ECOG101" and qs.original and qs.date and qs.date.latest <= start
    ]
    return sorted(scores, key=lambda one: (one[0].latest, one[0].time))[-1][1] if scores else None


def tumor_change(courses: Mapping[str, Course], arms: Mapping[str, str]) -> dict[str, Any]:
    """The best change of the sum of diameters from baseline, in percent: the bars of the
    waterfall.
    """
    found = {}
    for name, course in courses.items():
        if course.lesions is None or course.assessed is None or course.assessed.sum[0] <= 0:
            continue
        base = int(course.assessed.sum[0])
        seen = [
            (int(total), v)
            for v, total in enumerate(course.assessed.sum)
            if v and total >= 0 and 0 < course.lesions.day[v] <= course.cutoff
        ]
        if seen:
            least, visit = min(seen)
            source = list(dict.fromkeys(course.lesions.sources[visit]))
            why = f"sum {least / 10} mm on day {course.lesions.day[visit]}, baseline {base / 10} mm"
            found[name] = {
                "arm": arms[name],
                "value": 100 * (least - base) / base,
                "why": why,
                "source": source,
            }
    return found


def time_lines(courses: Mapping[str, Course], arms: Mapping[str, str]) -> dict[str, Any]:
    """What happened when, in days from randomization: the lanes of the swimmer plot."""
    return {name: _time_line(course) | {"arm": arms[name]} for name, course in courses.items()}


def _time_line(course: Course) -> dict[str, Any]:
    ended = course.subject.treatment_ended
    known = [course.death, course.last_known_alive, *course.read.days]
    return {
        "scans": [
            [day, Response(code).cdisc]
            for day, code in zip(course.read.days, course.read.responses, strict=True)
        ],
        "treatment_end": _by_cutoff((ended.on - course.start).days if ended else -1, course),
        "new_therapy": _by_cutoff(course.new_therapy, course),
        "death": _by_cutoff(course.death, course),
        "last": min(max(known), course.cutoff),
    }


def _by_cutoff(day: int, course: Course) -> int | None:
    return day if 0 <= day <= course.cutoff else None


def disagreements(courses: Mapping[str, Course]) -> list[dict[str, Any]]:
    """Where the reader's response differs from the one that the lesions give: a query for each."""
    found = []
    for name, course in courses.items():
        derived = dict(
            zip(
                course.derived.days,
                zip(course.derived.responses, course.derived.sources, strict=True),
                strict=True,
            )
        )
        for day, code, source in zip(
            course.read.days, course.read.responses, course.read.sources, strict=True
        ):
            other = derived.get(day)
            if other and other[0] != code:
                found.append(
                    {
                        "subject": name,
                        "day": day,
                        "read": Response(code).cdisc,
                        "derived": Response(other[0]).cdisc,
                        "source": list(source),
                    }
                )
    return found
