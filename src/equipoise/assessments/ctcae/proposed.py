"""Which laboratory abnormalities have no adverse event yet? Proposals; a person decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from equipoise.assessments.ctcae.from_records import graded_results
from equipoise.assessments.ctcae.grade import GRADES, Graded
from equipoise.protocol.estimands import CtcaeVersion
from equipoise.subject.records import AE, LB
from equipoise.subject.state import Subject
from equipoise.terms.coded import coded
from equipoise.terms.dates import ANY_DAY, PartialDate


class ProposedEvent(NamedTuple):
    """An event that the values of one term speak for: from the first of them, at the worst grade.

    `worst` is the grade with its limit, `lab` the value it comes from, `labs` all of them.
    """

    term: str
    grade: int
    begins: PartialDate
    worst: Graded
    lab: LB
    labs: tuple[LB, ...]

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
    by_term: dict[str, list[tuple[LB, Graded]]] = defaultdict(list)
    for result in graded_results(subject, version):
        if result.on_treatment and result.lab.date is not None:
            for graded in result.grades:
                by_term[graded.term].append((result.lab, graded))
    proposed = [_proposed(run) for values in by_term.values() for run in _runs(values, events)]
    return tuple(sorted(proposed, key=lambda each: (each.begins, each.term)))


def _runs(
    values: Iterable[tuple[LB, Graded]], events: Iterable[AE]
) -> Iterator[list[tuple[LB, Graded]]]:
    """Abnormal values that follow each other; a normal or a covered one ends them, one that cannot
    be graded does not.
    """
    run: list[tuple[LB, Graded]] = []
    for lab, graded in values:
        if graded.grade is None:
            continue
        if graded.grade and not any(_covers(event, graded, lab) for event in events):
            run.append((lab, graded))
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


def _proposed(run: list[tuple[LB, Graded]]) -> ProposedEvent:
    lab, worst = max(run, key=lambda each: each[1].grade or 0)
    first, _ = run[0]
    assert first.date is not None
    assert worst.grade in GRADES
    return ProposedEvent(
        worst.term, worst.grade, first.date, worst, lab, tuple(each for each, _ in run)
    )
