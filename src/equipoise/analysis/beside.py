"""What stands beside a difference of proportions? The one in common to the strata, the one adjusted
for what was known at randomization, and how many of the missing would turn it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import product

import numpy as np

from equipoise.analysis.arms import Arms, confidence_of, levels_of, strata_of
from equipoise.analysis.baseline import characteristics
from equipoise.analysis.results.endpoints import Adjusted, Stratified, TippingPoint
from equipoise.analysis.results.participants import Baseline
from equipoise.analysis.sensitivity import Analyzed, missing_of
from equipoise.arrays import Floats
from equipoise.protocol.estimands import BinaryAnalysis, Covariate
from equipoise.protocol.model import Protocol
from equipoise.statistics.proportions import (
    boschloo,
    fisher,
    heterogeneity,
    miettinen_nurminen,
    standardized_difference,
    stratified_miettinen_nurminen,
)

_STEPS = 6
"""So many numbers of missing, of each arm, are tried at most beside none."""

# ------------------------------------------------------------------ strata


def tables_by_stratum(
    values: Mapping[str, bool], arms: Arms, strata: Mapping[str, str], protocol: Protocol
) -> list[tuple[int, int, int, int]]:
    """(events, subjects) of the experimental arm and of control in each stratum with both."""
    tables = []
    for stratum in sorted(set(strata.values())):
        inside = {name: value for name, value in values.items() if strata.get(name) == stratum}
        (x_1, n_1), (x_0, n_0) = (
            _count(inside, arms, arm.id) for arm in (protocol.experimental, protocol.control)
        )
        if n_1 and n_0:
            tables.append((x_1, n_1, x_0, n_0))
    return tables


def _count(values: Mapping[str, bool], arms: Arms, arm: str) -> tuple[int, int]:
    inside = [value for name, value in values.items() if arms.get(name) == arm]
    return sum(inside), len(inside)


def stratified_of(asked: Analyzed) -> Stratified | None:
    """The difference in common to the strata as randomized."""
    strata = strata_of(asked.courses)
    tables = tables_by_stratum(asked.reached, asked.arms, strata, asked.protocol)
    if not tables or not asked.protocol.randomization.strata:
        return None
    common = stratified_miettinen_nurminen(tables, confidence_of(asked.protocol))
    return Stratified(difference=common.estimate, interval=(common.lower, common.upper))


def interaction_of(asked: Analyzed) -> dict[str, float | None]:
    """Of each stratum whether the difference is another one in another level; None where fewer than
    two of its levels hold both arms, or they show no spread.
    """
    levels, protocol = levels_of(asked.courses), asked.protocol
    found = {}
    for place, stratum in enumerate(protocol.randomization.strata):
        of_level = {name: its[place] for name, its in levels.items()}
        tables = tables_by_stratum(asked.reached, asked.arms, of_level, protocol)
        found[stratum.label] = heterogeneity(tables)
    return found


# ------------------------------------------------------------------ covariates


def adjusted_of(asked: Analyzed) -> Adjusted | None:
    """The difference adjusted for the declared covariates; who lacks one of them is left out."""
    assert isinstance(asked.endpoint.analysis, BinaryAnalysis)
    declared = asked.endpoint.analysis.covariates
    if not declared:
        return None
    protocol, names = asked.protocol, sorted(asked.reached)
    rows = {name: characteristics(asked.courses[name], asked.arms[name]) for name in names}
    known = [
        name for name in names if all(_value(rows[name], each) is not None for each in declared)
    ]
    columns = [column for each in declared for column in _columns(each, known, rows)]
    treated = [asked.arms[name] == protocol.experimental.id for name in known]
    left_out = tuple(sorted({*names} - {*known}))
    told = partial(Adjusted, covariates=declared, n=len(known), left_out=left_out)
    try:
        found = standardized_difference(
            [asked.reached[name] for name in known],
            treated,
            np.array(columns, float).reshape(len(columns), len(known)).T,
            confidence_of(protocol),
        )
    except ValueError as error:
        return told(arms={}, difference=None, interval=None, note=str(error))
    gap = found.difference
    shares = {protocol.experimental.id: found.share_1, protocol.control.id: found.share_0}
    return told(
        arms={arm.id: shares[arm.id] for arm in protocol.arms},
        difference=gap.estimate,
        interval=(gap.lower, gap.upper),
    )


def _value(row: Baseline, covariate: Covariate) -> object:
    return row.stratum if covariate == "strata" else getattr(row, covariate)


def _columns(
    covariate: Covariate, names: list[str], rows: Mapping[str, Baseline]
) -> Iterator[Floats]:
    """A number as it is; a category as one column for each level but the first that is there."""
    values = [_value(rows[name], covariate) for name in names]
    if all(isinstance(value, int | float) for value in values):
        yield np.array(values, float)
        return
    parts = [value if isinstance(value, tuple) else (value,) for value in values]
    for place in range(len(parts[0])):
        levels = [str(part[place]) for part in parts]
        for level in sorted(set(levels))[1:]:
            yield np.array([each == level for each in levels], float)


# ------------------------------------------------------------------ missing


def missing_by_arm(asked: Analyzed) -> dict[str, tuple[str, ...]]:
    """Who has no response that tells, for want of data, by arm."""
    missing = missing_of(asked)
    return {
        arm.id: tuple(sorted(name for name in missing if asked.arms[name] == arm.id))
        for arm in asked.protocol.arms
    }


def tipping_points(asked: Analyzed) -> tuple[TippingPoint, ...]:
    """The comparison for every number of the missing who may have reached the endpoint, by arm; of
    many some numbers, none and all among them.
    """
    assert isinstance(asked.endpoint.analysis, BinaryAnalysis)
    if "tipping_point" not in asked.endpoint.analysis.sensitivity:
        return ()
    protocol, missing = asked.protocol, missing_by_arm(asked)
    if not any(missing.values()):
        return ()
    one, zero = protocol.experimental.id, protocol.control.id
    seen = {
        name: reached
        for name, reached in asked.reached.items()
        if name not in {*missing[one], *missing[zero]}
    }
    (x_1, _), (x_0, _) = _count(seen, asked.arms, one), _count(seen, asked.arms, zero)
    n_1, n_0 = (sum(arm == each for arm in asked.arms.values()) for each in (one, zero))
    if not (n_1 and n_0):
        return ()
    test = _TESTS.get(asked.endpoint.analysis.primary_test or "")
    points = []
    for more_1, more_0 in product(_numbers(len(missing[one])), _numbers(len(missing[zero]))):
        table = (x_1 + more_1, n_1, x_0 + more_0, n_0)
        bounds = miettinen_nurminen(*table, confidence_of(protocol))
        points.append(
            TippingPoint(
                reached={one: more_1, zero: more_0},
                difference=bounds.estimate,
                interval=(bounds.lower, bounds.upper),
                p_value=test(*table) if test else None,
            )
        )
    return tuple(points)


_TESTS: Mapping[str, Callable[[int, int, int, int], float]] = {
    "boschloo": boschloo,
    "fisher": fisher,
}
"""Those of one table; a test by stratum would need to know in which stratum the missing are."""


def _numbers(missing: int) -> list[int]:
    return sorted({round(step * missing / _STEPS) for step in range(_STEPS + 1)})
