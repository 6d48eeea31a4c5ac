"""Which tables does Boschloo's test reject, without computing the p-value of each?"""

import numpy as np
from numpy.typing import NDArray

from equipoise.arrays import Floats
from equipoise.statistics.proportions.unconditional import (
    NEAR,
    Region,
    binomial_on_grid,
    exceeds,
    on_grid,
)

CHUNK = 256


def boschloo_region(order: Floats, alpha: float, slack: float) -> Region:
    """The tables rejected at `alpha`; `order` holds Fisher's p of every table, equal ones up to the
    factor `slack`.

    Boschloo's p rises with Fisher's, and what Fisher rejects Boschloo rejects. From there tables
    are added by rising Fisher p while the grid of shares stays below alpha; only near alpha is the
    largest probability climbed to.
    """
    limit = alpha * (1 + 1e-9)
    levels = np.unique(order)
    rejected = int(np.searchsorted(levels, alpha)) - 1
    rejected, not_rejected = _bracket(order, levels, rejected, limit, slack)
    while not_rejected - rejected > 1:
        middle = (rejected + not_rejected) // 2
        if exceeds(order <= levels[middle] * slack, limit):
            not_rejected = middle
        else:
            rejected = middle
    return np.asarray(order <= (levels[rejected] * slack if rejected >= 0 else -1.0))


def _bracket(
    order: Floats, levels: Floats, rejected: int, limit: float, slack: float
) -> tuple[int, int]:
    """Indices of a level rejected for sure and of one that is not: the grid's peak tells, except
    close to the limit.
    """
    sure = order <= (levels[rejected] * slack if rejected >= 0 else -1.0)
    left_out = np.flatnonzero(~sure.ravel())
    rising = left_out[np.argsort(order.ravel()[left_out], kind="stable")]
    p = order.ravel()[rising]
    peak = _peaks(on_grid(sure), rising, order.shape, limit)
    # The table after which a level is complete; beyond those counted the grid is over the limit.
    complete = np.searchsorted(p, levels[rejected + 1 :] * slack, side="right")
    peaks = np.where(complete <= len(peak), peak[np.minimum(complete, len(peak)) - 1], np.inf)
    peaks[complete == 0] = 0.0  # a rounding away from what is rejected already
    below = int(np.searchsorted(peaks >= NEAR * limit * (1 - 1e-9), True))
    above = int(np.searchsorted(peaks > limit * (1 + 1e-9), True))
    return rejected + below, rejected + 1 + above


def _peaks(sums: Floats, tables: NDArray[np.intp], shape: tuple[int, ...], limit: float) -> Floats:
    """The highest point of the grid after each table is added, up to the chunk in which the limit
    is passed.
    """
    one, zero = (binomial_on_grid(n - 1, len(sums)) for n in shape)
    found: list[Floats] = []
    for i in range(0, len(tables), CHUNK):
        x_1, x_0 = np.unravel_index(tables[i : i + CHUNK], shape)
        running = sums[:, None] + np.cumsum(one[:, x_1] * zero[:, x_0], axis=1)
        found.append(running.max(axis=0))
        sums = running[:, -1]
        if found[-1][-1] > 1.01 * limit:
            break
    return np.concatenate(found) if found else np.zeros(1)
