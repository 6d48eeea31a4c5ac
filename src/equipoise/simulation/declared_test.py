"""Which virtual trials does the declared analysis of an endpoint reject?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.special import ndtri

from equipoise.arrays import Flags, Floats
from equipoise.endpoints.catalogue import words_of
from equipoise.protocol.estimands import BinaryAnalysis, TimeToEventAnalysis
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.simulation.full_trial import FullTrialResults, by_arm
from equipoise.simulation.operating_characteristics import (
    Estimate,
    cmh_z,
    proportion_of,
    rejected_by,
)
from equipoise.statistics.proportions import Test

DeclaredTest = Literal["boschloo", "fisher", "cmh"]
"""Tests of two shares that a protocol can declare."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Which trials are rejected, (trial,), in favor of the experimental arm and of control."""

    above: Flags
    below: Flags

    @property
    def two_sided(self) -> Estimate:
        """The share of trials rejected in either direction."""
        return proportion_of(self.above | self.below)

    @property
    def in_favor(self) -> Estimate:
        """The share of trials rejected in favor of the experimental arm."""
        return proportion_of(self.above)


def rejected_by_shares(test: str, events: Floats, n: Floats, alpha: float) -> Rejected:
    """A two-sided test of two shares on counts (trial, stratum, arm), control first; only `cmh`
    looks at the strata. At an alpha of 0 nothing is rejected.
    """
    if test == "cmh":
        return rejected_by_z(cmh_z(events, n), alpha)
    if test not in get_args(Test):
        raise ValueError(f"test is {test!r}; known are cmh, {', '.join(get_args(Test))}")
    x, of = by_arm(events), by_arm(n)
    gap = x[:, 1] * of[:, 0] - x[:, 0] * of[:, 1]
    if alpha <= 0:
        return Rejected(gap > np.inf, gap > np.inf)
    rejected = rejected_by(test, x, of, alpha)  # type: ignore[arg-type]
    return Rejected(rejected & (gap > 0), rejected & (gap <= 0))


def rejected_by_z(z: Floats, alpha: float) -> Rejected:
    """A two-sided test by a statistic (trial,) that is normal under the null hypothesis."""
    bound = -float(ndtri(alpha / 2))
    return Rejected(z >= bound, -z >= bound)


def primary_rejected(
    protocol: Protocol, results: FullTrialResults, look: int, alpha: float
) -> Rejected:
    """The declared analysis of the primary endpoint at one look, at a two-sided level.

    A binary endpoint by its declared test; of times the first analysis that the endpoint names, by
    the log-rank test.
    """
    primary = protocol.primary
    if isinstance(primary.analysis, BinaryAnalysis):
        test = declared_test(primary)
        events = results.reached[primary.id][:, look]
        return rejected_by_shares(test, events, results.participants[:, look], alpha)
    times = results.times[primary.id][leading_analysis(primary)]
    return rejected_by_z(times.z[:, look], alpha)


def declared_test(primary: Endpoint) -> DeclaredTest:
    """The test of a binary primary endpoint; a protocol without it is not loaded."""
    assert isinstance(primary.analysis, BinaryAnalysis)
    assert primary.analysis.primary_test is not None
    return primary.analysis.primary_test


def leading_analysis(primary: Endpoint) -> str:
    """The analysis of times that decides: the first that the endpoint names."""
    assert isinstance(primary.analysis, TimeToEventAnalysis)
    return primary.analysis.rules[0]


TEST_WORDS: Mapping[str, str] = {
    "boschloo": "Boschloo's test",
    "fisher": "Fisher's exact test",
    "cmh": "Cochran-Mantel-Haenszel test, stratified as randomized",
}


def primary_analysis(protocol: Protocol) -> str:
    """The declared analysis of the primary endpoint in words."""
    analysis = protocol.primary.analysis
    if isinstance(analysis, BinaryAnalysis):
        return TEST_WORDS[declared_test(protocol.primary)]
    name = leading_analysis(protocol.primary)
    assert isinstance(analysis, TimeToEventAnalysis)
    words = ", ".join(filter(None, ("log-rank test", words_of(name))))
    return f"stratified {words}" if analysis.stratified else words
