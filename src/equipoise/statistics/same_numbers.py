"""Which exponential and logarithm give the same bits as plain Python and as machine code?

Those of the C library, by way of `math`; numpy has its own, which differ in the last place. Where
`math` raises an error, these have the infinities and NaN that numpy has.
"""

from math import exp, log

import numpy as np

from equipoise.compiled import njit

LARGEST_EXPONENT = 709.782712893384
"""e to a larger power is infinite."""


@njit(cache=True)
def exp_of(x: float) -> float:
    """e to the power of x; infinite rather than too large."""
    return np.inf if x > LARGEST_EXPONENT else exp(x)


@njit(cache=True)
def log_of(x: float) -> float:
    """The natural logarithm; that of 0 is minus infinity, that of less is NaN."""
    if x > 0.0:
        return log(x)
    return -np.inf if x == 0.0 else np.nan
