"""Which laboratory abnormalities have no adverse event yet? Proposals; a person decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from equipoise.assessments.ctcae.from_records import GradedResult, graded_results, measurement
from equipoise.assessments.ctcae.grade import Graded, grade_laboratory
from equipoise.protocol.estimands import CtcaeVersion
from equipoise.subject.records import AE, LB
from equipoise.subject.state import Subject
from equipoise.terms.coded import coded
from equipoise.terms.dates import ANY_DAY, PartialDate

Value = tuple[GradedResult, Graded]
"""A value, and its grade by one term."""


class ProposedEvent(NamedTuple):
    """An event that the values of one term speak for: from the first of them, at the worst grade.

    `worst` is the grade with its limit, `lab` the value it comes from, `labs` all of them. `before`
    is the grade of the baseline, None where it has none that can be told: what has not worsened
    may be no event.
    """

    term: str
    grade: int
    begins: PartialDate
    worst: Graded
    lab: LB
    labs: tuple[LB, ...]
    before: int | None

    @property
    def key(self) -> str:
        """What a link names it by: the test, and the place of the first value."""
        return f"{self.labs[0].test}-{self.labs[0].source}-{self.worst.term.replace(' ', '_')}"


def proposed_events(subject: Subject, version: CtcaeVersion | None) -> tuple[ProposedEvent, ...]:
    """Values of grade 1 and more, from after the treatment began, that no adverse event covers.

    Values of one term with nothing normal between them are one event. An event covers a value if
    it has the term, as coded or as reported, runs on its day, and is of its grade or worse.
    """
    events = subject.records(AE)
    by_term: dict[str, list[Value]] = defaultdict(list)
    for result in graded_results(subject, version):
        if result.on_treatment and result.lab.date is not None:
            for graded in result.grades:
                by_term[graded.term].append((result, graded))
    proposed = [_proposed(run) for values in by_term.values() for run in _runs(values, events)]
    return tuple(sorted(proposed, key=lambda each: (each.begins, each.term)))


def _runs(values: Iterable[Value], events: Iterable[AE]) -> Iterator[list[Value]]:
    """Abnormal values that follow each other; a normal or a covered one ends them, one that cannot
    be graded does not.
    """
    run: list[Value] = []
    for result, graded in values:
        if graded.grade is None:
            continue
        if graded.grade and not any(_covers(event, graded, result.lab) for event in events):
            run.append((result, graded))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _covers(event: AE, graded: Graded, lab: LB) -> bool:
    names = {coded(event.decoded), coded(event.term)}
    if coded(graded.term) not in names or event.start is None or graded.grade is None:
        return False
    when, until = lab.date or ANY_DAY, event.end or ANY_DAY
    runs = event.start.earliest <= when.latest and when.earliest <= until.latest
    is_as_bad = event.grade.isdecimal() and int(event.grade) >= graded.grade
    return runs and is_as_bad


def _proposed(run: list[Value]) -> ProposedEvent:
    result, worst = max(run, key=lambda each: each[1].grade or 0)
    labs = tuple(each.lab for each, _ in run)
    begins, grade = labs[0].date, worst.grade
    assert begins is not None
    assert grade
    before = _before(result, worst)
    return ProposedEvent(worst.term, grade, begins, worst, result.lab, labs, before)


def _before(result: GradedResult, worst: Graded) -> int | None:
    """The grade of the baseline by the same term."""
    if result.baseline is None:
        return None
    grades = grade_laboratory(worst.version, measurement(result.baseline), None)
    return next((each.grade for each in grades if each.term == worst.term), None)
