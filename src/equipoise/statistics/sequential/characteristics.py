"""What does a design do when the effect is this large?"""

from dataclasses import dataclass
from itertools import accumulate

from equipoise.statistics.sequential.design import GroupSequentialDesign
from equipoise.statistics.sequential.information import check_finite
from equipoise.statistics.sequential.recursion import canonical_steps, exits


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingCharacteristics:
    """Probabilities of each look, at one drift.

    `efficacy` passes the upper bound, `harm` the lower bound of a two-sided design, `futility`
    stops for futility; its last entry is acceptance at the last look. `stopping` is their sum and
    adds up to 1. `power` is the sum of `efficacy`; `expected_information` is in fractions of the
    planned maximum.
    """

    drift: float
    efficacy: tuple[float, ...]
    harm: tuple[float, ...]
    futility: tuple[float, ...]
    stopping: tuple[float, ...]
    power: float
    expected_information: float

    @property
    def cumulative_efficacy(self) -> tuple[float, ...]:
        """Probability of having passed the upper bound by each look."""
        return tuple(accumulate(self.efficacy))


def operating_characteristics(
    design: GroupSequentialDesign, drift: float, *, obey_futility: bool = True
) -> OperatingCharacteristics:
    """Where trials with this drift (theta * sqrt(maximum information)) stop, and why.

    obey_futility: False leaves the futility bounds of the interim looks out, as one may with
    non-binding ones.
    """
    check_finite("drift", drift)
    floors = design.floors
    if design.sided == 1 and not obey_futility:
        floors = (*(float("-inf") for _ in floors[:-1]), floors[-1])
    left = exits(canonical_steps(design.information, drift), floors, design.efficacy)
    below = [float(p) for p in left.below]
    if design.sided == 1:
        below[-1] += left.within
    nobody = [0.0] * len(below)
    accepted = [*nobody[:-1], left.within]
    above = [float(p) for p in left.above]
    harm, futility = (below, accepted) if design.sided == 2 else (nobody, below)
    stopping = [u + h + f for u, h, f in zip(above, harm, futility, strict=True)]
    return OperatingCharacteristics(
        drift=drift,
        efficacy=tuple(above),
        harm=tuple(harm),
        futility=tuple(futility),
        stopping=tuple(stopping),
        power=sum(above),
        expected_information=sum(t * p for t, p in zip(design.information, stopping, strict=True)),
    )
