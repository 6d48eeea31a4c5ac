"""What is told of a protocol that was simulated? The figures by endpoint, each with its error."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from equipoise.simulation.assumed import Assumed
from equipoise.simulation.operating_characteristics import Estimate
from equipoise.simulation.stopping import Stopping


@dataclass(frozen=True, slots=True)
class ByArm:
    """The mean over the trials in each arm."""

    control: Estimate
    experimental: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesFigures:
    """A binary endpoint at the primary cutoff: the mean proportions and their difference
    (experimental minus control), the same with perfect conduct, what is lost by that, and how often
    the interval holds it.

    `rejected` goes by the tests that the protocol declares for it, the primary one first;
    `exact_at_these_rates` is their power by enumeration at the mean proportions.
    """

    label: str
    role: str
    responses: list[str]
    confirmed: bool
    proportions: ByArm
    difference: Estimate
    difference_if_perfect: Estimate
    bias: Estimate
    coverage: Estimate
    rejected: dict[str, Estimate]
    exact_at_these_rates: dict[str, float]


@dataclass(frozen=True, slots=True)
class MedianMonths:
    """The median over the trials of the Kaplan-Meier median of one arm, None where fewer than half
    of the trials reach one, and the share of trials that do.
    """

    value: float | None
    reached: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioFigures:
    """The Cox model's hazard ratio, experimental over control: the mean of its logarithm as a
    ratio, which is an average where hazards are not proportional; the same with perfect conduct;
    how often the interval holds that; and how many trials have no estimate. None: fewer than two
    trials have one.
    """

    mean: Estimate | None
    if_perfect: Estimate | None
    coverage: Estimate | None
    without_estimate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesAtCutoff:
    """One analysis of times at one cutoff: subjects and events by arm, medians, how often the
    declared log-rank test rejects, and the hazard ratio; None where the arms are not compared.
    """

    subjects: ByArm
    events: ByArm
    median_months: dict[str, MedianMonths]
    rejected_two_sided: Estimate | None
    rejected_in_favor: Estimate | None
    hazard_ratio: RatioFigures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesFigures:
    """One analysis of an endpoint of times: the test in words (None: descriptive), the declared
    censoring rules in the words of a protocol (None: the endpoint asks none), and what both cutoffs
    show.
    """

    test: str | None
    censoring: dict[str, str] | None
    primary_cutoff: TimesAtCutoff
    survival_cutoff: TimesAtCutoff


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedFigures:
    """An endpoint of times, by the names of its analyses."""

    label: str
    role: str
    analyses: dict[str, TimesFigures]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimaryFigures:
    """How often the declared analysis of the primary endpoint rejects at the declared alpha, looks
    and their spending included: in either direction, and in favor of the experimental arm.
    """

    endpoint: str
    analysis: str
    rejected_two_sided: Estimate
    rejected_in_favor: Estimate


@dataclass(frozen=True, slots=True)
class Months:
    """How long it takes: mean with its error, and quantiles over the trials."""

    value: float
    standard_error: float
    trials: int
    q05: float
    median: float
    q95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedScenario:
    """What the trials of one scenario show, endpoints by id with the primary first; `stopping` is
    None without looks.
    """

    label: str
    primary: PrimaryFigures
    endpoints: dict[str, SharesFigures | TimedFigures]
    months_to_primary_cutoff: Months
    months_to_survival_cutoff: Months
    stopping: Stopping | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedArm:
    """One arm as declared."""

    label: str
    role: str
    ratio: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedProtocol:
    """The trial of a protocol many times; each figure with its Monte-Carlo error. `not_simulated`
    says of what the protocol declares what is left out, by endpoint, and why.
    """

    trial: str
    protocol_version: str
    trials: int
    seed: int
    participants: int
    arms: dict[str, SimulatedArm]
    alpha: float
    assumed: dict[str, Assumed]
    not_simulated: dict[str, str]
    scenarios: dict[str, SimulatedScenario]

    def told(self) -> dict[str, Any]:
        """Plain values, for a file."""
        plain = asdict(self)
        plain["assumed"] = {
            name: {"value": assumed.value, "from": assumed.source}
            for name, assumed in self.assumed.items()
        }
        return plain
