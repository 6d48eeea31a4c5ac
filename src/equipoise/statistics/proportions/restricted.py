"""Which two shares are likeliest, given the data, if they are a stated distance (or ratio)
apart?
"""

import numpy as np
from numpy.typing import ArrayLike

from equipoise.arrays import Floats


def restricted_share(events_1: int, n_1: int, events_0: int, n_0: int, difference: float) -> float:
    """Maximum likelihood estimate of p0 given p1 = p0 + difference, for one table."""
    return float(share_at_difference(events_1, n_1, events_0, n_0, difference))


def share_at_difference(
    events_1: ArrayLike, n_1: int, events_0: ArrayLike, n_0: int, difference: float
) -> Floats:
    """Maximum likelihood estimate of p0 given p1 = p0 + difference, for every table: the middle
    root of a cubic.

    Miettinen and Nurminen, Statistics in Medicine 1985, appendix; Farrington and Manning,
    Statistics in Medicine 1990.
    """
    x_1, x_0 = np.asarray(events_1), np.asarray(events_0)
    total, events = n_1 + n_0, x_1 + x_0
    square = (n_1 + 2 * n_0) * difference - total - events
    linear = (n_0 * difference - total - 2 * x_0) * difference + events
    constant = x_0 * difference * (1 - difference)
    shift = square / (3 * total)
    cube = shift**3 - square * linear / (6 * total**2) + constant / (2 * total)
    radius = np.copysign(np.sqrt(np.maximum(shift**2 - linear / (3 * total), 0.0)), cube)
    cosine = np.divide(cube, radius**3, out=np.ones_like(radius), where=radius != 0)
    root = 2 * radius * np.cos((np.pi + np.arccos(cosine.clip(-1, 1))) / 3) - shift
    return np.asarray(root.clip(max(0.0, -difference), min(1.0, 1 - difference)), dtype=np.float64)


def share_at_ratio(
    events_1: ArrayLike, n_1: int, events_0: ArrayLike, n_0: int, ratio: float
) -> Floats:
    """Maximum likelihood estimate of p0 given p1 = ratio p0, for every table: the smaller root of a
    quadratic.
    """
    x_1, x_0 = np.asarray(events_1), np.asarray(events_0)
    square = (n_1 + n_0) * ratio
    linear = n_1 * ratio + x_1 + n_0 + x_0 * ratio
    # The root is found by its product with the other one: no cancellation where there are few
    # events.
    other = linear + np.sqrt(np.maximum(linear**2 - 4 * square * (x_1 + x_0), 0.0))
    return np.asarray((2 * (x_1 + x_0) / other).clip(0.0, min(1.0, 1 / ratio)), dtype=np.float64)
