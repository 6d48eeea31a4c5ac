"""What is told of a protocol that was simulated? The figures by name, each with its error."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from equipoise.simulation.assumed import Assumed
from equipoise.simulation.operating_characteristics import Estimate
from equipoise.simulation.stopping import Stopping
from equipoise.statistics.proportions import Test


@dataclass(frozen=True, slots=True)
class Proportions:
    """The mean proportion in each arm."""

    control: Estimate
    experimental: Estimate


@dataclass(frozen=True, slots=True)
class ComparedProportions:
    """The primary endpoint: the mean proportions and their difference, the same with perfect
    conduct, what is lost by that, how often the interval holds it, how often each test rejects, and
    the exact power at these proportions.
    """

    control: Estimate
    experimental: Estimate
    difference: Estimate
    difference_if_perfect: Estimate
    bias: Estimate
    coverage: Estimate
    rejected: dict[Test, Estimate]
    exact_at_these_rates: dict[Test, float]


@dataclass(frozen=True, slots=True)
class ComparedTimes:
    """Log-rank test and the Cox model's hazard ratio, which is an average where hazards are not
    proportional, and how many trials have no estimate of it.
    """

    events: Estimate
    rejected_two_sided: Estimate
    rejected_in_favor: Estimate
    hazard_ratio: Estimate
    without_estimate: int


@dataclass(frozen=True, slots=True)
class Months:
    """How long it takes: mean with its error, and quantiles over the trials."""

    value: float
    standard_error: float
    trials: int
    q05: float
    median: float
    q95: float


@dataclass(frozen=True, slots=True)
class SimulatedScenario:
    """What the trials of one scenario show; `stopping` is None without looks."""

    label: str
    disease_control: ComparedProportions
    objective_response: Proportions
    pfs: ComparedTimes
    pfs_at_survival_cutoff: ComparedTimes
    overall_survival: ComparedTimes
    months_to_primary_cutoff: Months
    months_to_survival_cutoff: Months
    stopping: Stopping | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedProtocol:
    """The trial of a protocol many times; each figure with its Monte-Carlo error."""

    trial: str
    protocol_version: str
    trials: int
    seed: int
    participants: int
    alpha: float
    assumed: dict[str, Assumed]
    scenarios: dict[str, SimulatedScenario]

    def told(self) -> dict[str, Any]:
        """Plain values, for a file."""
        plain = asdict(self)
        plain["assumed"] = {
            name: {"value": assumed.value, "from": assumed.source}
            for name, assumed in self.assumed.items()
        }
        return plain
