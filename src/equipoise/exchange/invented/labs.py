"""Which laboratory rows answer what a protocol asks of a test?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from functools import singledispatch

from equipoise.exchange.invented.wishes import Row, Wishes
from equipoise.protocol.criteria import Rule
from equipoise.protocol.criteria.lab import LabLimit
from equipoise.protocol.criteria.lab_answer import LabAnswer
from equipoise.protocol.criteria.measured import Measured
from equipoise.subject.records.standard import STANDARD_UNITS
from equipoise.terms.codes import TestAnswer
from equipoise.terms.laboratory import is_possible
from equipoise.terms.laboratory import limits as limits_of
from equipoise.terms.quantity import convert

_ANY_UNIT = "U/L"
_SPAN = Decimal("0.9")
"""How far below an upper limit that must be missed, and the like."""
_DECIMALS = 12


@singledispatch
def asked_tests(rule: Rule) -> tuple[str, ...]:  # noqa: ARG001  (most ask for none)
    """The tests that a rule asks for."""
    return ()


@asked_tests.register
def _(rule: LabLimit | LabAnswer) -> tuple[str, ...]:
    return (rule.test,)


@asked_tests.register
def _(rule: Measured) -> tuple[str, ...]:
    return rule.tests


def lab_rows(wishes: Wishes) -> Iterator[Row]:
    """One row for each test that the rules ask for, with a result that gives the answers wished
    for, as far as one result can.
    """
    asked = [(it.rule, it.met) for it in wishes.every]
    # That enough was measured is denied by having no row.
    rows = [rule for rule, met in asked if met or not isinstance(rule, Measured)]
    for test in dict.fromkeys(test for rule in rows for test in asked_tests(rule)):
        about = [(rule, met) for rule, met in asked if test in asked_tests(rule)]
        words = [_word(rule, met) for rule, met in about if isinstance(rule, LabAnswer)]
        result = {"LBORRES": words[0]} if words else _measured(test, about)
        yield {"LBTESTCD": test, **result, "LBDTC": wishes.yesterday}


def _word(rule: LabAnswer, met: bool) -> str:
    return rule.is_ if met else next(answer for answer in TestAnswer if answer != rule.is_)


def _measured(test: str, about: list[tuple[Rule, bool]]) -> dict[str, str]:
    """A value with its unit, and an upper limit of normal where one is asked for."""
    limits = [(rule, met) for rule, met in about if isinstance(rule, LabLimit)]
    asked = [limit.unit for rule, _ in limits if (limit := rule.at_least or rule.at_most)]
    unit = asked[0] if asked else STANDARD_UNITS.get(test, _ANY_UNIT)
    value = _possible(test, unit, _between(*_bounds(test, unit, limits)))
    row = {"LBORRES": _text(value), "LBORRESU": unit}
    times = [(rule.at_most_uln, met) for rule, met in limits if rule.at_most_uln]
    if times:
        least = [value / limit for limit, met in times if met]
        most = [value / limit * _SPAN for limit, met in times if not met]
        row["LBORNRHI"] = _text(_between(max(least, default=None), min(most, default=None)))
    return row


def _possible(test: str, unit: str, value: Decimal) -> Decimal:
    """The value, or where no body has it a usual one: ten times the lowest that is possible."""
    row = limits_of(test)
    if row is None or row.low is None or is_possible(test, convert(value, unit, row.unit) or value):
        return value
    lowest = convert(row.low, row.unit, unit, test)
    return value if lowest is None else lowest * 10


def _bounds(
    test: str, unit: str, limits: list[tuple[LabLimit, bool]]
) -> tuple[Decimal | None, Decimal | None]:
    """Between what the value must lie; a limit that must be missed is kept off by a tenth."""
    least, most = list[Decimal](), list[Decimal]()
    for rule, met in limits:
        limit = rule.at_least or rule.at_most
        at = convert(limit.value, limit.unit, unit, test) if limit else None
        if at is None:
            continue
        if bool(rule.at_least) == met:
            least.append(at if met else at / _SPAN)
        else:
            most.append(at if met else at * _SPAN)
    return max(least, default=None), min(most, default=None)


def _between(least: Decimal | None, most: Decimal | None) -> Decimal:
    """A figure between two bounds, well inside where there is room, with as few digits as do."""
    if least is None and most is None:
        return Decimal(1)
    if least is None:
        target = (most or Decimal(0)) / 2
    elif most is None:
        target = least * Decimal("1.5") or Decimal(1)
    else:
        target = (least + most) / 2
    for digits in range(_DECIMALS + 1):
        figure = target.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
        if figure and (least is None or least <= figure) and (most is None or figure <= most):
            return figure
    return target


def _text(value: Decimal) -> str:
    return f"{value:f}"
