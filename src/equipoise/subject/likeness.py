"""Could two codes be one person? Year of birth, sex and the dates of the history, which is all that
a trial knows of people without their names.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from equipoise.subject.records import CM, DM, MH
from equipoise.subject.state import Subject, Trial
from equipoise.terms.codes import TherapyCategory, YesNo
from equipoise.terms.dates import PartialDate

ENOUGH = 2
"""One date of the history that is known to the day, or two that are known to the month: a year
alone is shared by too many."""

BirthAndSex = tuple[int, str]
Fact = tuple[str, date, date]
"""A condition or a line of therapy, and the first and the last day on which it may have begun."""


def birth_and_sex(subject: Subject) -> Iterator[BirthAndSex]:
    """The year of birth and the sex, where both are told."""
    for dm in subject.records(DM):
        if dm.birth and dm.sex:
            yield dm.birth.earliest.year, dm.sex


def with_place(trial: Trial, code: str) -> dict[BirthAndSex, tuple[str, ...]]:
    """The index of people by year of birth and sex, with where this one stands now. A place that a
    correction left is not taken away: whoever looks there compares the records.
    """
    places = dict(trial.people)
    for key in birth_and_sex(trial.subjects[code]):
        if code not in places.get(key, ()):
            places[key] = (*places.get(key, ()), code)
    return places


def alike(trial: Trial, code: str) -> tuple[str, ...]:
    """The codes of others who may be the same person, and are not linked as such. Those who
    withdrew from further use of their data are not compared.

    It looks at people of one year of birth and one sex: about a hundredth of all.
    """
    subject = trial.subjects.get(code)
    if subject is None or not (facts := _history(subject)):
        return ()
    linked = _linked(trial, code)
    near = {other for key in birth_and_sex(subject) for other in trial.people.get(key, ())}
    return tuple(
        other for other in sorted(near - linked) if _is_alike(subject, facts, trial.subjects[other])
    )


def _is_alike(subject: Subject, facts: frozenset[Fact], other: Subject) -> bool:
    shared = facts & _history(other)
    weight = sum(ENOUGH if first == last else 1 for _, first, last in shared)
    return weight >= ENOUGH and not other.left_with_data and _same_birth(subject, other)


def _same_birth(one: Subject, other: Subject) -> bool:
    """Do the births, as far as they are known, allow it?"""
    return any(
        left.sex == right.sex and left.birth and right.birth and _overlap(left.birth, right.birth)
        for left in one.records(DM)
        for right in other.records(DM)
    )


def _overlap(one: PartialDate, other: PartialDate) -> bool:
    return one.earliest <= other.latest and other.earliest <= one.latest


def _history(subject: Subject) -> frozenset[Fact]:
    """Dates of the history that are known to the month at least."""
    began = [
        *((mh.category, mh.start) for mh in subject.records(MH) if mh.occurred == YesNo.YES),
        *(
            (f"line {cm.line}", cm.start)
            for cm in subject.records(CM)
            if cm.category == TherapyCategory.PRIOR_ANTICANCER
        ),
    ]
    return frozenset((what, on.earliest, on.latest) for what, on in began if on and _by_month(on))


def _by_month(on: PartialDate) -> bool:
    return on.earliest.month == on.latest.month


def _linked(trial: Trial, code: str) -> set[str]:
    """The codes that one person had by re-screening, this one among them."""
    linked, later = {code}, trial.followed_by.get(code)
    while later is not None and later not in linked:
        linked.add(later)
        later = trial.followed_by.get(later)
    earlier = trial.subjects[code].previous
    while earlier is not None and earlier not in linked:
        linked.add(earlier)
        known = trial.subjects.get(earlier)
        earlier = known.previous if known else None
    return linked
