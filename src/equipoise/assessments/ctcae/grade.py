"""Which grade has a laboratory value, by the version of CTCAE that the protocol declares?

A grade is derived only where a number tells it. What takes a person (symptoms, transfusion
indicated, life-threatening, death) is said beside it and never derived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from enum import Enum
from itertools import product
from typing import NamedTuple

from equipoise.assessments.ctcae import version_5, version_6
from equipoise.assessments.ctcae.terms import BASELINE, ULN, Baseline, Direction, Scale, Term
from equipoise.protocol.estimands import CtcaeVersion
from equipoise.terms.laboratory import standard_units
from equipoise.terms.quantity import convert, known_unit

TERMS: dict[CtcaeVersion, tuple[Term, ...]] = {"5.0": version_5.TERMS, "6.0": version_6.TERMS}
GRADES = (1, 2, 3, 4)
FAR = 5
"""Multiples of its ULN up to which 6.0 has a grade 3 for a raised baseline."""


class Lacking(Enum):
    """Why a grade cannot be told: of the row its value, its unit or a limit of normal; the baseline
    or one of its limits; a text of the version for such a value beside such a baseline; any number
    at all that would tell it.
    """

    VALUE = "no_value"
    UNIT = "unit_unknown"
    LLN = "no_lln"
    ULN = "no_uln"
    BASELINE = "no_baseline"
    BASELINE_LIMITS = "no_limit_of_the_baseline"
    TEXT = "no_text"
    NUMBER = "not_by_number"


class Measurement(NamedTuple):
    """A value of a test (LBTESTCD) with the limits of normal of its own row, all in one unit."""

    test: str
    value: Decimal | None
    unit: str
    lower: Decimal | None = None
    upper: Decimal | None = None


class Graded(NamedTuple):
    """What a version says of a value by one term.

    `grade` is 0 to 4, or None where what is `lacking` leaves it open between the `possible` ones.
    `limit` tells where the grade begins and ends, `against` what the value was compared with,
    `by_judgement` which grades take a person, `note` why nothing is derived.
    """

    version: CtcaeVersion
    term: str
    grade: int | None
    possible: tuple[int, ...]
    lacking: tuple[Lacking, ...] = ()
    limit: str = ""
    against: tuple[str, ...] = ()
    by_judgement: str = ""
    note: str = ""


def grade_laboratory(
    version: CtcaeVersion, measured: Measurement, baseline: Measurement | None
) -> tuple[Graded, ...]:
    """The grade by each term of the test, none for a test without a term.

    `baseline` is the value of the same test from before the treatment, with its own limits; it is
    compared in any unit that converts. Nothing is raised: what cannot be told is unknown (CTCAE
    5.0 and 6.0, *Investigations*, *Metabolism* and *Blood*; a semicolon is an *or*).
    """
    told, test = _readable(measured), measured.test
    before = _readable(baseline) if baseline is not None else None
    return tuple(_graded(version, term, told, before) for term in terms_of(version, test))


def terms_of(version: CtcaeVersion, test: str) -> tuple[Term, ...]:
    """The terms by which a version grades a test (LBTESTCD)."""
    return tuple(term for term in TERMS[version] if test in term.tests)


def _readable(measured: Measurement) -> Measurement:
    """What can be: no value below 0, no upper limit of 0, no limits the wrong way round."""
    value = measured.value if measured.value is not None and measured.value >= 0 else None
    lower = measured.lower if measured.lower is not None and measured.lower >= 0 else None
    upper = measured.upper if measured.upper is not None and measured.upper > 0 else None
    if lower is not None and upper is not None and lower > upper:
        lower = upper = None
    return measured._replace(value=value, lower=lower, upper=upper)


def _graded(
    version: CtcaeVersion, term: Term, measured: Measurement, baseline: Measurement | None
) -> Graded:
    """One term: every baseline that can be is asked, and where all agree the grade is told."""
    unknown = Graded(
        version, term.name, None, (0, *GRADES), (Lacking.VALUE,),
        by_judgement=term.by_judgement, note=term.not_by_number,
    )  # fmt: skip
    if term.not_by_number:
        return unknown._replace(lacking=(Lacking.NUMBER,))
    if measured.value is None:
        return unknown
    scales = [scale for scale in term.scales if _is_comparable(scale, measured.unit)]
    if not scales or known_unit(measured.unit) is None:
        return unknown._replace(lacking=(Lacking.UNIT,))
    worlds, why_several = _baselines(baseline)
    by_world = []
    for world in worlds:
        asked = [scale for scale in scales if world in scale.when]
        answers = [_by_scale(scale, term.direction, measured, baseline) for scale in asked]
        by_world.append(_together(answers, min if term.is_both else max))
    possible = set().union(*(each.possible for each in by_world))
    lacking = set().union(*(each.lacking for each in by_world))
    if any(each.possible != possible for each in by_world):
        lacking |= why_several
    against = tuple(_against(scales, worlds, measured, baseline))
    if len(possible) > 1:
        open_ = tuple(sorted(possible))
        why = tuple(each for each in Lacking if each in lacking)
        return unknown._replace(possible=open_, lacking=why, against=against)
    (grade,) = possible
    told = [scale for scale in scales if scale.when & worlds]
    deciding = [scale for scale in told if _tells(scale, grade, term, measured, baseline)]
    joined = " and " if term.is_both == bool(grade) else " or "
    limit = joined.join(dict.fromkeys(words(each, term.direction, grade) for each in deciding))
    return unknown._replace(
        grade=grade, possible=(grade,), lacking=(), limit=limit, against=against
    )


class _Answer(NamedTuple):
    """The grades that a scale leaves open, and what is lacking if it is more than one."""

    possible: set[int]
    lacking: set[Lacking]


def _together(answers: Iterable[_Answer], choose: Callable[[Iterable[int]], int]) -> _Answer:
    """Alternatives, of which the worst counts, or conditions, of which the mildest does."""
    told = list(answers)
    possible = {choose(each) for each in product(*(answer.possible for answer in told))}
    return _Answer(possible, {each for answer in told for each in answer.lacking})


def _by_scale(
    scale: Scale, direction: Direction, measured: Measurement, baseline: Measurement | None
) -> _Answer:
    """The worst grade whose start the value has passed; a start that is not known leaves its grade
    open, and the worse ones are told all the same.
    """
    possible: set[int] = set()
    lacking: set[Lacking] = set()
    for grade in reversed(GRADES):
        start = scale.starts[grade - 1]
        if not start:
            continue
        limit = _limit(scale, start, measured, baseline)
        if isinstance(limit, Lacking):
            possible.add(grade)
            lacking.add(limit)
        elif _is_past(_value_on(scale, measured), limit, direction, is_inside=start[0] == ">"):
            possible.add(grade)
            break
    else:
        possible.add(0)
    if scale.no_text and possible == {scale.no_text}:
        possible.add(scale.no_text - 1)
        lacking.add(Lacking.TEXT)
    return _Answer(possible, lacking)


def _is_past(value: Decimal, limit: Decimal, direction: Direction, *, is_inside: bool) -> bool:
    if value == limit:
        return is_inside
    return value < limit if direction is Direction.LOW else value > limit


def _is_comparable(scale: Scale, unit: str) -> bool:
    """Multiples fit every unit; limits in a unit those that measure the same kind of quantity, as
    CTCAE prints mass and substance apart.
    """
    return scale.of in (ULN, BASELINE) or convert(Decimal(1), unit, scale.of) is not None


def _value_on(scale: Scale, measured: Measurement) -> Decimal:
    """The value as a scale measures it; multiples of the baseline are taken in the unit of the
    test, in which nothing is rounded.
    """
    assert measured.value is not None
    return _on(scale, measured, measured.value)


def _on(scale: Scale, measured: Measurement, amount: Decimal) -> Decimal:
    unit = _common_unit(measured) if scale.of == BASELINE else scale.of
    converted = amount if scale.of == ULN else convert(amount, measured.unit, unit, measured.test)
    assert converted is not None  # scales in another kind of unit are left out before
    return converted


def _common_unit(measured: Measurement) -> str:
    """The standard unit of the test if the value converts to it, else its own."""
    standard = standard_units().get(measured.test, measured.unit)
    fits = convert(Decimal(1), measured.unit, standard, measured.test) is not None
    return standard if fits else measured.unit


def _limit(
    scale: Scale, start: str, measured: Measurement, baseline: Measurement | None
) -> Decimal | Lacking:
    """Where a grade begins, as the scale measures it."""
    if start.startswith("LLN"):
        return Lacking.LLN if measured.lower is None else _on(scale, measured, measured.lower)
    if start.startswith("ULN"):
        if measured.upper is None:
            return Lacking.ULN
        above = start.removeprefix("ULN").removeprefix("+") or "0"
        return _on(scale, measured, measured.upper) + Decimal(above)
    number = Decimal(start.removeprefix(">="))
    if scale.of == ULN:
        return Lacking.ULN if measured.upper is None else number * measured.upper
    if scale.of != BASELINE:
        return number
    if baseline is None or baseline.value is None or baseline.value == 0:
        return Lacking.BASELINE
    unit = _common_unit(measured)
    before = convert(baseline.value, baseline.unit, unit, measured.test)
    return Lacking.BASELINE if before is None else number * before


def _baselines(baseline: Measurement | None) -> tuple[set[Baseline], set[Lacking]]:
    """Where the baseline lay: all places that what is known of it leaves open."""
    if baseline is None or baseline.value is None:
        return set(Baseline), {Lacking.BASELINE}
    value, lower, upper = baseline.value, baseline.lower, baseline.upper
    places = {Baseline.NORMAL}
    if upper is None:
        places |= {Baseline.ABOVE, Baseline.FAR_ABOVE}
    elif value > upper:
        places = {Baseline.FAR_ABOVE if value > FAR * upper else Baseline.ABOVE}
        return places, set()
    if lower is None:
        places |= {Baseline.BELOW}
    elif value < lower:
        places = {Baseline.BELOW}
    return places, {Lacking.BASELINE_LIMITS} if len(places) > 1 else set()


# ------------------------------------------------------------------ in words


def words(scale: Scale, direction: Direction, grade: int) -> str:
    """Where a grade lies: `<1.0 to 0.5 10*9/L`; of grade 0 where the first grade begins."""
    starts = scale.starts
    if grade and not starts[grade - 1]:
        return ""
    if not grade:
        first = next(each for each, start in zip(GRADES, starts, strict=True) if start)
        return (
            f"not {_begins(scale, direction, starts[first - 1])}{_unit(scale, starts[first - 1])}"
        )
    ends = next((start for start in starts[grade:] if start), "")
    begins, last = _begins(scale, direction, starts[grade - 1]), ends or starts[grade - 1]
    if not ends:
        return f"{begins}{_unit(scale, last)}"
    if scale.of in (ULN, BASELINE) and starts[grade - 1] != "1":
        begins = begins.removesuffix(f" x {scale.of}")
    return f"{begins} to {_named(scale, ends)}{_unit(scale, last)}"


def _begins(scale: Scale, direction: Direction, start: str) -> str:
    sign = ">=" if start.startswith(">=") else direction.value
    return f"{sign}{_named(scale, start)}"


def _named(scale: Scale, start: str) -> str:
    number = start.removeprefix(">=")
    if scale.of in (ULN, BASELINE):
        return scale.of if number == "1" else f"{number} x {scale.of}"
    return number.replace("+", " + ")


def _unit(scale: Scale, start: str) -> str:
    """A limit of normal alone has the unit of the value."""
    return "" if scale.of in (ULN, BASELINE) or start in ("LLN", "ULN") else f" {scale.of}"


def _tells(
    scale: Scale,
    grade: int,
    term: Term,
    measured: Measurement,
    baseline: Measurement | None,
) -> bool:
    """Does a scale by itself come to the grade that was told?"""
    return _by_scale(scale, term.direction, measured, baseline).possible == {grade}


def _against(
    scales: Iterable[Scale],
    worlds: set[Baseline],
    measured: Measurement,
    baseline: Measurement | None,
) -> Iterator[str]:
    """The limits of normal and the baseline that the scales ask for, as they were recorded."""
    asked = [scale for scale in scales if scale.when & worlds]
    starts = {start for scale in asked for start in scale.starts}
    if "LLN" in starts and measured.lower is not None:
        yield f"LLN {measured.lower}"
    needs_upper = any(scale.of == ULN for scale in asked) or "ULN" in starts
    if needs_upper and measured.upper is not None:
        yield f"ULN {measured.upper}"
    is_compared = any(scale.of == BASELINE or scale.when != frozenset(Baseline) for scale in scales)
    if is_compared and baseline is not None and baseline.value is not None:
        place = f", {next(iter(worlds)).value}" if len(worlds) == 1 else ""
        yield f"baseline {baseline.value} {baseline.unit}{place}"
