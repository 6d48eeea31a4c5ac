"""What power does the trial have when the effect itself is uncertain?"""

from __future__ import annotations

from equipoise.protocol.design import Observed
from equipoise.protocol.model import Protocol
from equipoise.statistics.proportions import Test, power_of
from equipoise.statistics.sample_size import BetaPrior, assurance


def planned_assurance(protocol: Protocol, test: Test, n_1: int, n_0: int) -> dict[str, float]:
    """Assurance by the id of those scenarios whose counts are known."""
    alpha = float(protocol.design.alpha)
    return {
        scenario.id: assured_power(
            test,
            (n_1, n_0),
            alpha,
            _counts(scenario.experimental_observed),
            _counts(scenario.control_observed),
        )
        for scenario in protocol.design.scenarios
        if scenario.experimental_observed and scenario.control_observed
    }


def _counts(observed: Observed) -> tuple[int, int]:
    return observed.events, observed.n


def assured_power(
    test: Test,
    per_arm: tuple[int, int],
    alpha: float,
    observed_1: tuple[int, int],
    observed_0: tuple[int, int],
) -> float:
    """Exact power averaged over what earlier patients leave open: `per_arm` (experimental,
    control), and `observed` (events, n) of each arm.

    Each proportion has the beta distribution that Jeffreys' prior becomes with these counts; the
    arms are independent.
    """
    n_1, n_0 = per_arm
    priors = [BetaPrior(events + 0.5, n - events + 0.5) for events, n in (observed_1, observed_0)]
    return assurance(lambda p_1, p_0: power_of(test, n_1, n_0, p_1, p_0, alpha), *priors)
