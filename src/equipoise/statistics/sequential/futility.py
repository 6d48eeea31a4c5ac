"""When does one stop because success has become unlikely?"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, sqrt

from scipy.special import ndtri

from equipoise.statistics.sequential.information import check_between, check_finite
from equipoise.statistics.sequential.spending import Spending


@dataclass(frozen=True, slots=True)
class FutilityBounds:
    """Fixed z of each interim look, one fewer than looks; minus infinity where one never stops for
    futility.
    """

    z: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "z", tuple(float(value) for value in self.z))
        for k, value in enumerate(self.z):
            if isnan(value) or value == float("inf"):
                raise ValueError(
                    f"z[{k}] is {value}; a futility bound must be a number or minus infinity"
                )


@dataclass(frozen=True, slots=True)
class BetaSpending:
    """The type II error at the effect of the design is spent over the looks (Pampallona, Tsiatis
    and Kim, 2001).
    """

    spending: Spending


@dataclass(frozen=True, slots=True)
class ConditionalPowerFutility:
    """Stop where the chance to pass the last bound at the last look, given z now, falls below
    `power`.

    `effect` under which it is computed: "trend" (what has been observed), "design" (the drift of
    the design), or a drift. Later interim looks are left out, as in Lan and Wittes' B-value
    (Biometrics 1988).
    """

    power: float
    effect: str | float = "trend"

    def __post_init__(self) -> None:
        check_between("power", self.power)
        if isinstance(self.effect, str) and self.effect not in ("trend", "design"):
            raise ValueError(f"effect is {self.effect!r}; it must be 'trend', 'design' or a drift")
        if not isinstance(self.effect, str):
            check_finite("effect", self.effect)

    def bounds(
        self, information: Sequence[float], last_bound: float, drift: float
    ) -> tuple[float, ...]:
        """Z of each interim look at which the conditional power is `power`."""
        end = information[-1]
        theta = drift if self.effect == "design" else self.effect
        found = []
        for now in information[:-1]:
            # z_last given z_now is normal: mean (z sqrt(I) + theta (I_last - I)) / sqrt(I_last).
            needed = last_bound * sqrt(end) + sqrt(end - now) * float(ndtri(self.power))
            if isinstance(theta, str):
                found.append(needed * sqrt(now) / end)
            else:
                found.append((needed - theta * (end - now)) / sqrt(now))
        return tuple(found)


Futility = FutilityBounds | BetaSpending | ConditionalPowerFutility
