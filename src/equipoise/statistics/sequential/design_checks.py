"""Is this a design that can be computed?"""

import numpy as np

from equipoise.statistics.sequential.boundaries import HaybittlePeto, WangTsiatis
from equipoise.statistics.sequential.bounds import (
    Bounds,
    Looks,
    Rule,
    Sided,
)
from equipoise.statistics.sequential.futility import BetaSpending, Futility, FutilityBounds
from equipoise.statistics.sequential.information import (
    check_between,
    check_length,
)
from equipoise.statistics.sequential.spending import check_total


def check_looks(
    rule: Rule,
    information: tuple[float, ...],
    times: tuple[float, ...],
    alpha: float,
    sided: Sided,
    power: float | None,
    futility: Futility | None,
    binding: bool,
) -> Looks:
    """Refuse looks, levels and rules that make no design. Raises ValueError with what to change."""
    check_between("alpha", alpha)
    if sided not in (1, 2):
        raise ValueError(f"sided is {sided}; it must be 1 or 2")
    if power is not None:
        check_between("power", power)
        if power <= alpha / sided:
            raise ValueError(
                f"power is {power}; it must lie above the level of one tail, {alpha / sided:g}, and"
                " below 1"
            )
    if not isinstance(rule, Rule):
        raise ValueError(
            f"rule is {rule!r}; it must be a shape of bounds or a spending family, such as Pocock()"
        )
    if not isinstance(rule, WangTsiatis | HaybittlePeto):
        check_total("rule", rule, alpha)
    _check_futility(futility, len(information), sided, power)
    if futility is None and binding:
        raise ValueError("binding is True, but there is no futility rule to bind to")
    return Looks(
        rule=rule,
        level=alpha / sided,
        sided=sided,
        information=information,
        spending_times=times,
        futility=futility,
        binding=binding,
        beta=1.0 - power if power is not None else 0.5,
    )


def _check_futility(
    futility: Futility | None, looks: int, sided: Sided, power: float | None
) -> None:
    if futility is None:
        return
    if not isinstance(futility, Futility):
        raise ValueError(
            f"futility is {futility!r}; it must be a futility rule, such as FutilityBounds(z)"
        )
    if sided == 2:
        raise ValueError("sided is 2; futility bounds are offered for one-sided designs")
    if isinstance(futility, FutilityBounds):
        check_length("futility.z", futility.z, looks - 1, f"a design of {looks} looks")
    elif power is None and (isinstance(futility, BetaSpending) or futility.effect == "design"):
        raise ValueError(
            "power is None; this futility rule needs the power of the design, in (alpha, 1)"
        )
    if isinstance(futility, BetaSpending) and power is not None:
        check_total("futility.spending", futility.spending, 1.0 - power)


def check_bounds(looks: Looks, bounds: Bounds) -> None:
    """Refuse bounds that cannot be kept. Raises ValueError that names the look."""
    for k, z in enumerate(bounds.efficacy):
        if z == float("-inf"):
            raise ValueError(
                f"futility stops so many that alpha cannot be spent at look {k + 1}; ask for lower"
                " bounds"
            )
    if isinstance(looks.futility, FutilityBounds):
        for k, (a, b) in enumerate(zip(looks.futility.z, bounds.efficacy, strict=False)):
            if a >= b:
                raise ValueError(
                    f"futility.z[{k}] is {a}; it must lie below the efficacy bound of its look,"
                    f" {b:.6g}"
                )


def alike(left: tuple[float, ...], right: tuple[float, ...]) -> bool:
    """The same numbers but for rounding."""
    return len(left) == len(right) and np.allclose(left, right, rtol=1e-9, atol=0)
