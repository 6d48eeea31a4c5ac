"""How old is the participant on the index date? (DM)"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from equipoise.eligibility.concerned import concerned
from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.protocol.criteria.age import Age
from equipoise.subject.records import DM, Record, Source
from equipoise.terms.dates import PartialDate, completed_years
from equipoise.terms.scores import OLDEST
from equipoise.terms.verdict import Reason


@concerned.register
def _(rule: Age, asked: Asked) -> Iterator[Record]:  # noqa: ARG001  (every row of DM)
    yield from asked.subject.records(DM)


@evaluate.register
def _(rule: Age, asked: Asked) -> Finding:
    """By the date of birth; by AGE where it is not recorded. What cannot be true together, or at
    all, leaves it open.
    """
    rows = [dm for dm in asked.subject.records(DM) if dm.birth or dm.age is not None]
    sources = tuple(dict.fromkeys(dm.source for dm in rows))
    births = list(dict.fromkeys(dm.birth for dm in rows if dm.birth))
    ages = list(dict.fromkeys(dm.age for dm in rows if dm.age is not None))
    if not rows:
        return unknown(rule, Reason.NO_RESULT, "neither date of birth nor age recorded")
    if impossible := _impossible(births, ages, asked):
        return unknown(rule, Reason.IMPLAUSIBLE, impossible, *sources)
    if contradiction := _contradiction(births, ages, asked):
        return unknown(rule, Reason.CONTRADICTION, contradiction, *sources)
    if not births:
        detail = f"age {ages[0]}, limit >= {rule.at_least}"
        return decided(rule, ages[0] >= rule.at_least, detail, *sources)
    return _by_birth(rule, births, asked, sources)


def _by_birth(
    rule: Age, births: Sequence[PartialDate], asked: Asked, sources: tuple[Source, ...]
) -> Finding:
    """Of several dates of birth that go together all must lead to the same answer."""
    born = " or ".join(map(str, births))
    least = min(_years(birth, asked)[0] for birth in births)
    most = max(_years(birth, asked)[1] for birth in births)
    if (least >= rule.at_least) != (most >= rule.at_least):
        detail = f"born {born}: {least} or {most} years old"
        return unknown(rule, Reason.PARTIAL_DATE, detail, *sources)
    detail = f"born {born}, limit >= {rule.at_least} years"
    return decided(rule, least >= rule.at_least, detail, *sources)


def _years(birth: PartialDate, asked: Asked) -> tuple[int, int]:
    """Completed years at the least and at the most."""
    return (
        completed_years(birth.latest, asked.index),
        completed_years(birth.earliest, asked.index),
    )


def _impossible(births: Sequence[PartialDate], ages: Sequence[Decimal], asked: Asked) -> str | None:
    for birth in births:
        least, most = _years(birth, asked)
        if most < 0 or least > OLDEST:
            return f"born {birth}, asked about on {asked.index}"
    wrong = [age for age in ages if not 0 <= age <= OLDEST or age != int(age)]
    return f"age {wrong[0]}, expected whole years from 0 to {OLDEST}" if wrong else None


def _contradiction(
    births: Sequence[PartialDate], ages: Sequence[Decimal], asked: Asked
) -> str | None:
    """Two births of which one must be wrong, or an age that no birth allows: it may have been told
    a year before the index date.
    """
    if births and max(b.earliest for b in births) > min(b.latest for b in births):
        return f"born {' and '.join(map(str, births))}"
    if max(ages, default=0) - min(ages, default=0) > 1:
        return f"age {' and '.join(map(str, ages))}"
    for birth in births:
        least, most = _years(birth, asked)
        for age in ages:
            if not least - 1 <= age <= most:
                return f"age {age} beside born {birth}"
    return None
