"""How is a comparison of survival told to another program?"""

from __future__ import annotations

import math
from typing import Any

from equipoise.analysis.survival_comparison import ArmSurvival, HazardRatio, SurvivalComparison
from equipoise.statistics.survival import MeanContrast, MeanTime


def comparison_as_json(found: SurvivalComparison) -> dict[str, Any]:
    """Members `log_rank`, `cox` and `medians`, and beside them what they rest on.

    `cox` is of the second arm against the first, the reference, in sorted order; with more than two
    arms it has a member for each arm but the reference. An interval is [low, high]. What is not
    reached or not known is null.
    """
    rows = {row.arm: _hazard_ratio(row) for row in found.hazard_ratios}
    return {
        "log_rank": _log_rank(found),
        "cox": _cox(found, rows),
        "ties": found.ties,
        "medians": {
            arm.name: {
                "median": _known(arm.median.time),
                "interval": [_known(arm.median.lower), _known(arm.median.upper)],
            }
            for arm in found.arms
        },
        "reference": found.reference,
        "level": found.level,
        "median_interval": found.interval,
        "strata": found.strata,
        "arms": {arm.name: _arm(arm, found) for arm in found.arms},
        "proportionality": _proportionality(found),
        "restricted_mean_difference": _contrast(found.restricted_mean_difference),
    }


def _log_rank(found: SurvivalComparison) -> dict[str, Any]:
    test = found.log_rank
    if test is None:
        nothing = dict.fromkeys(("statistic", "p_value", "degrees_of_freedom"))
        return {**nothing, "why": found.log_rank_unknown}
    return {
        "statistic": test.chi_square,
        "p_value": test.p,
        "degrees_of_freedom": test.degrees_of_freedom,
    }


def _cox(found: SurvivalComparison, rows: dict[str, Any]) -> dict[str, Any]:
    if not rows:
        nothing = dict.fromkeys(("coef", "se", "hazard_ratio", "interval", "p_value"))
        return {**nothing, "why": found.hazard_ratios_unknown}
    return rows if len(rows) > 1 else next(iter(rows.values()))


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _hazard_ratio(row: HazardRatio) -> dict[str, Any]:
    return {
        "coef": row.coef,
        "se": row.se,
        "hazard_ratio": row.hazard_ratio,
        "interval": [_known(row.lower), _known(row.upper)],
        "p_value": row.p,
    }


def _arm(arm: ArmSurvival, found: SurvivalComparison) -> dict[str, Any]:
    told: dict[str, Any] = {"subjects": arm.subjects, "events": arm.events}
    if found.landmarks:
        told["survival"] = [
            {"time": time, "survival": _known(at), "interval": [_known(low), _known(high)]}
            for time, (at, low, high) in zip(found.landmarks, arm.landmarks, strict=True)
        ]
    if arm.restricted_mean is not None:
        told["restricted_mean"] = {"tau": found.tau} | _mean(arm.restricted_mean)
    return told


def _mean(mean: MeanTime) -> dict[str, Any]:
    return {"mean": mean.estimate, "se": mean.se, "interval": [mean.lower, mean.upper]}


def _contrast(contrast: MeanContrast | None) -> dict[str, Any] | None:
    if contrast is None:
        return None
    return {
        "difference": contrast.estimate,
        "interval": [contrast.lower, contrast.upper],
        "p_value": contrast.p,
    }


def _proportionality(found: SurvivalComparison) -> dict[str, Any]:
    if found.proportionality is None:
        return {
            "statistic": None,
            "p_value": None,
            "degrees_of_freedom": None,
            "why": found.proportionality_unknown,
        }
    statistic, freedom, p = found.proportionality
    return {"statistic": statistic, "p_value": p, "degrees_of_freedom": freedom}
