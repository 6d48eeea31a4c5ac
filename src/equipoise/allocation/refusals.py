"""Which strata are declared that no record could be read into?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from decimal import Decimal
from itertools import pairwise

from equipoise.protocol.model import Protocol
from equipoise.protocol.randomization import IntervalLevel, IntervalStratum, Stratum, ValueStratum
from equipoise.protocol.refusal import Refusal, Use
from equipoise.subject.records import DOMAINS, variables
from equipoise.subject.records.variables import TEXTUAL


def refusals(protocol: Protocol) -> tuple[Refusal, ...]:
    """Domains and variables that there are not, and levels that nobody could have."""
    return tuple(
        Refusal(Use.ANALYZED, f"randomization.strata.{stratum.id}.{field}", why)
        for stratum in protocol.randomization.strata
        for field, why in _unread(stratum)
    )


def _unread(stratum: Stratum) -> Iterator[tuple[str, str]]:
    if stratum.domain not in DOMAINS:
        yield "domain", f"found {stratum.domain!r}, expected one of {', '.join(DOMAINS)}"
        return
    wanted = {"date"} if isinstance(stratum, IntervalStratum) else TEXTUAL
    yield from _variable(stratum, "variable", stratum.variable, wanted)
    for name in stratum.where:
        yield from _variable(stratum, "where", name, TEXTUAL)
    if not stratum.levels:
        yield "levels", "found none, expected one or more"
    elif isinstance(stratum, ValueStratum):
        yield from _values(stratum)
    else:
        yield from _intervals(stratum)


def _variable(
    stratum: Stratum, field: str, name: str, wanted: AbstractSet[str]
) -> Iterator[tuple[str, str]]:
    kinds = {known: kind for known, (_, kind) in variables(stratum.domain).items()}
    if kinds.get(name) not in wanted:
        there = ", ".join(known for known, kind in kinds.items() if kind in wanted)
        kind = "date" if "date" in wanted else "text"
        yield (
            field,
            f"found {name!r}, expected a variable of {stratum.domain} that is a {kind}: {there}",
        )


def _values(stratum: ValueStratum) -> Iterator[tuple[str, str]]:
    counted = Counter(value for values in stratum.levels.values() for value in values)
    for value, times in counted.items():
        if times > 1:
            yield "levels", f"{value!r} stands {times} times; expected once, or it has two levels"
    yield from _empty(name for name, values in stratum.levels.items() if not values)


def _intervals(stratum: IntervalStratum) -> Iterator[tuple[str, str]]:
    yield from _empty(
        name
        for name, level in stratum.levels.items()
        if level.below is not None and level.below <= _opens(level)
    )
    rising = sorted(stratum.levels.values(), key=_opens)
    for lower, upper in pairwise(rising):
        if lower.below is None or lower.below > _opens(upper):
            yield "levels", f"two hold {_opens(upper)} months; expected one for each month"


def _opens(level: IntervalLevel) -> Decimal:
    return level.at_least or Decimal(0)


def _empty(names: Iterator[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        yield "levels", f"nobody can be in {name!r}; leave it out, or say who is"
