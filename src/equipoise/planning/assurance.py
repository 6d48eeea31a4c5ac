"""What power does the trial have when the effect itself is uncertain?"""

from __future__ import annotations

from functools import partial

from equipoise.planning.declared_power import ShownTest, power_of_many
from equipoise.planning.planned import Planned
from equipoise.protocol.design import Observed
from equipoise.protocol.model import Protocol
from equipoise.statistics.sample_size import BetaPrior, assurance


def planned_assurance(protocol: Protocol, plan: Planned) -> dict[str, float]:
    """Assurance of the declared test by the id of those scenarios whose counts are known."""
    return {
        scenario.id: assured_power(
            plan.test,
            plan,
            _counts(scenario.experimental_observed),
            _counts(scenario.control_observed),
        )
        for scenario in protocol.design.scenarios
        if scenario.experimental_observed and scenario.control_observed
    }


def _counts(observed: Observed) -> tuple[int, int]:
    return observed.events, observed.n


def assured_power(
    test: ShownTest, plan: Planned, observed_1: tuple[int, int], observed_0: tuple[int, int]
) -> float:
    """Power averaged over what earlier patients leave open: `observed` (events, n) of each arm.

    Each proportion has the beta distribution that Jeffreys' prior becomes with these counts; the
    arms are independent. CMH by the normal approximation: the average asks for thousands of powers.
    """
    priors = [BetaPrior(events + 0.5, n - events + 0.5) for events, n in (observed_1, observed_0)]
    return assurance(partial(power_of_many, test, plan), *priors)
