"""What do the trials of one scenario say of each endpoint? Means, errors and verdicts from counts
and times.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import numpy as np
from scipy.special import ndtri

from equipoise.arrays import Floats
from equipoise.endpoints.censoring import spelled
from equipoise.protocol.estimands import BinaryAnalysis
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.simulation.declared_test import rejected_by_shares, rejected_by_z
from equipoise.simulation.full_trial import FullTrialResults, TimesSeen, by_arm
from equipoise.simulation.judged import OS, TESTS, AnalyzedTimes, primary_first, timed_endpoints
from equipoise.simulation.operating_characteristics import (
    Estimate,
    coverage_of_difference,
    mean_of,
    mean_shares,
    proportion_of,
)
from equipoise.simulation.protocol_results import (
    ByArm,
    MedianMonths,
    RatioFigures,
    SharesFigures,
    TimedFigures,
    TimesAtCutoff,
    TimesFigures,
)
from equipoise.statistics.proportions import Test, power_of
from equipoise.terms.dates import DAYS_PER_MONTH


def endpoint_figures(
    protocol: Protocol, results: FullTrialResults, truth: FullTrialResults
) -> dict[str, SharesFigures | TimedFigures]:
    """Every endpoint that is judged, the primary first; `truth` are trials of perfect conduct. The
    last two looks are the cutoffs of the protocol.
    """
    figures: dict[str, SharesFigures | TimedFigures] = {}
    for endpoint in primary_first(protocol):
        if endpoint.id in results.reached:
            figures[endpoint.id] = _shares(protocol, endpoint, results, truth)
        elif endpoint.id in results.times:
            figures[endpoint.id] = _timed(protocol, endpoint, results, truth)
    return figures


# ------------------------------------------------------------------ shares


def _shares(
    protocol: Protocol, endpoint: Endpoint, results: FullTrialResults, truth: FullTrialResults
) -> SharesFigures:
    primary, alpha = results.cut.shape[1] - 2, float(protocol.design.alpha)
    counts = results.reached[endpoint.id][:, primary], results.participants[:, primary]
    x, n = by_arm(counts[0]), by_arm(counts[1])
    seen = mean_of(_differences(x, n))
    perfect = by_arm(truth.reached[endpoint.id][:, primary])
    true = mean_of(_differences(perfect, by_arm(truth.participants[:, primary])))
    tests = tuple(tests_of(endpoint))
    return SharesFigures(
        label=endpoint.label,
        role=endpoint.role,
        responses=list(endpoint.responses),
        confirmed=protocol.assessment.confirmation is not None,
        proportions=ByArm(*mean_shares(x, n)),
        difference=seen,
        difference_if_perfect=true,
        bias=_bias(seen, true),
        coverage=proportion_of(coverage_of_difference(x, n, true.value, 1 - alpha)),
        rejected={test: rejected_by_shares(test, *counts, alpha).two_sided for test in tests},
        exact_at_these_rates={
            test: _exact(test, x, n, alpha) for test in get_args(Test) if test in tests
        },
    )


def tests_of(endpoint: Endpoint) -> Iterator[str]:
    """The tests that a binary endpoint declares, the primary one first."""
    assert isinstance(endpoint.analysis, BinaryAnalysis)
    declared = (endpoint.analysis.primary_test, *endpoint.analysis.sensitivity)
    yield from dict.fromkeys(test for test in declared if test in TESTS)


def _differences(x: Floats, n: Floats) -> Floats:
    """Experimental minus control in each trial that has both arms."""
    both = (n > 0).all(axis=1)
    shares = x[both] / n[both]
    return np.asarray(shares[:, 1] - shares[:, 0])


def _by_arm(values: Floats) -> ByArm:
    """Means of (trial, arm)."""
    return ByArm(mean_of(values[:, 0]), mean_of(values[:, 1]))


def _bias(seen: Estimate, true: Estimate) -> Estimate:
    error = float(np.hypot(seen.standard_error, true.standard_error))
    return Estimate(seen.value - true.value, error, seen.trials)


def _exact(test: Test, x: Floats, n: Floats, alpha: float) -> float:
    """The power by enumeration at the mean proportions and the mean sizes of the arms."""
    p_0, p_1 = (float(x[:, arm].sum() / n[:, arm].sum()) for arm in (0, 1))
    n_0, n_1 = (max(round(float(n[:, arm].mean())), 1) for arm in (0, 1))
    return power_of(test, n_1, n_0, p_1, p_0, alpha)


# ------------------------------------------------------------------ times


def _timed(
    protocol: Protocol, endpoint: Endpoint, results: FullTrialResults, truth: FullTrialResults
) -> TimedFigures:
    analyses = {}
    for analysis in timed_endpoints(protocol):
        if analysis.endpoint == endpoint.id:
            seen, true = (r.times[endpoint.id][analysis.analysis] for r in (results, truth))
            analyses[analysis.analysis] = _analysis(protocol, analysis, seen, true)
    return TimedFigures(label=endpoint.label, role=endpoint.role, analyses=analyses)


def _analysis(
    protocol: Protocol, analysis: AnalyzedTimes, seen: TimesSeen, true: TimesSeen
) -> TimesFigures:
    alpha, looks = float(protocol.design.alpha), seen.z.shape[1]
    primary, survival = (
        _at_cutoff(seen, true, look, alpha, compares=analysis.compares)
        for look in (looks - 2, looks - 1)
    )
    return TimesFigures(
        test=test_of_times(analysis) if analysis.compares else None,
        censoring=None if analysis.kind == OS else spelled(analysis.rules),
        primary_cutoff=primary,
        survival_cutoff=survival,
    )


def test_of_times(analysis: AnalyzedTimes) -> str:
    """The declared test of times in words."""
    return "stratified log-rank" if analysis.stratified else "log-rank"


def _at_cutoff(
    seen: TimesSeen, true: TimesSeen, look: int, alpha: float, *, compares: bool
) -> TimesAtCutoff:
    rejected = rejected_by_z(seen.z[:, look], alpha) if compares else None
    control, experimental = (_median(seen.median[:, look, arm]) for arm in (0, 1))
    return TimesAtCutoff(
        subjects=_by_arm(seen.subjects[:, look]),
        events=_by_arm(seen.events[:, look]),
        median_months={"control": control, "experimental": experimental},
        rejected_two_sided=rejected.two_sided if rejected else None,
        rejected_in_favor=rejected.in_favor if rejected else None,
        hazard_ratio=_ratio(seen, true, look, alpha) if compares else None,
    )


def _median(days: Floats) -> MedianMonths:
    middle = float(np.median(days))
    value = middle / DAYS_PER_MONTH if np.isfinite(middle) else None
    return MedianMonths(value, proportion_of(np.isfinite(days)))


def _ratio(seen: TimesSeen, true: TimesSeen, look: int, alpha: float) -> RatioFigures:
    """The interval is Wald's, of the logarithm."""
    log_ratio, error = seen.log_hazard_ratio[:, look], seen.standard_error[:, look]
    perfect, estimated = _mean_log(true.log_hazard_ratio[:, look]), np.isfinite(log_ratio)
    coverage = None
    if perfect and estimated.any():
        half = -float(ndtri(alpha / 2)) * error[estimated]
        coverage = proportion_of(np.abs(log_ratio[estimated] - perfect.value) <= half)
    return RatioFigures(
        mean=_as_ratio(_mean_log(log_ratio)),
        if_perfect=_as_ratio(perfect),
        coverage=coverage,
        without_estimate=int(np.sum(~estimated)),
    )


def _mean_log(log_ratio: Floats) -> Estimate | None:
    estimated = log_ratio[np.isfinite(log_ratio)]
    return mean_of(estimated) if len(estimated) > 1 else None


def _as_ratio(mean: Estimate | None) -> Estimate | None:
    if mean is None:
        return None
    ratio = float(np.exp(mean.value))
    return Estimate(ratio, ratio * mean.standard_error, mean.trials)
