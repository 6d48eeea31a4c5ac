"""Do two shares differ? Fisher's, Boschloo's and the z test; every p-value is two-sided.

Group 1 is the experimental one, group 0 the control; differences are p1 - p0.
"""

from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from equipoise.arrays import Floats
from equipoise.statistics.checks import check_counts, check_table
from equipoise.statistics.proportions.fisher_rules import fisher_matrix, fisher_of_margin
from equipoise.statistics.proportions.unconditional import largest_probability

Test = Literal["fisher", "boschloo", "pooled_z"]

# Two tables that are equally probable on paper differ in the last bits of a float; R's fisher.test
# uses the same slack.
TIE = 1 + 1e-7


def pooled_z(events_1: int, n_1: int, events_0: int, n_0: int) -> float:
    """The p-value of the z test with pooled variance and no continuity correction; 1 if nobody or
    everybody has it.
    """
    check_table(events_1, n_1, events_0, n_0)
    return float(_pooled_z(np.array(events_1), n_1, np.array(events_0), n_0))


def _pooled_z(events_1: NDArray[np.int_], n_1: int, events_0: NDArray[np.int_], n_0: int) -> Floats:
    pooled = (events_1 + events_0) / (n_1 + n_0)
    variance = pooled * (1 - pooled) * (1 / n_1 + 1 / n_0)
    difference = np.abs(events_1 / n_1 - events_0 / n_0)
    z = np.divide(difference, np.sqrt(variance), out=np.zeros_like(difference), where=variance > 0)
    return np.asarray(2 * norm.sf(z), dtype=np.float64)


def fisher(events_1: int, n_1: int, events_0: int, n_0: int) -> float:
    """Fisher's exact p-value: the probability, given both margins, of every table no likelier than
    this one.
    """
    check_table(events_1, n_1, events_0, n_0)
    margin, fewest = events_1 + events_0, max(0, events_1 + events_0 - n_0)
    return float(fisher_of_margin(n_1, n_0, margin, TIE)[events_1 - fewest])


@lru_cache(maxsize=4096)  # sensitivity analyses ask for the same table again and again
def boschloo(events_1: int, n_1: int, events_0: int, n_0: int) -> float:
    """Boschloo's unconditional exact p-value (Statistica Neerlandica 1970), ordered by Fisher's
    two-sided p.

    The probability of every table whose Fisher p is no larger, at the common share that makes it
    largest. R's `Exact` calls this two-sided definition "minlike"; it is not twice a one-sided p.
    """
    check_table(events_1, n_1, events_0, n_0)
    p = p_values("fisher", n_1, n_0)
    return largest_probability(p <= p[events_1, events_0] * TIE)


@lru_cache(maxsize=512)
def p_values(test: Test, n_1: int, n_0: int) -> Floats:
    """The p-value of every possible table: shape (n_1 + 1, n_0 + 1), indexed by the events;
    read-only, kept.
    """
    if test not in get_args(Test):
        raise ValueError(f"test is {test!r}; known are {', '.join(get_args(Test))}")
    check_counts(0, n_1, "n_1")
    check_counts(0, n_0, "n_0")
    p = {"fisher": _fisher_matrix, "boschloo": _boschloo_matrix, "pooled_z": _pooled_z_matrix}[
        test
    ](n_1, n_0)
    p.setflags(write=False)  # callers share the one array that is kept
    return p


def _pooled_z_matrix(n_1: int, n_0: int) -> Floats:
    return _pooled_z(np.arange(n_1 + 1)[:, None], n_1, np.arange(n_0 + 1)[None, :], n_0)


def _fisher_matrix(n_1: int, n_0: int) -> Floats:
    return np.asarray(fisher_matrix(n_1, n_0, TIE), dtype=np.float64)


def _boschloo_matrix(n_1: int, n_0: int) -> Floats:
    order = p_values("fisher", n_1, n_0)
    p = np.empty_like(order)
    done = 0.0
    for level in np.unique(order):
        if level <= done * TIE:  # the same tables, a rounding apart
            continue
        done = float(np.max(order[order <= level * TIE]))
        p[(order >= level) & (order <= done)] = largest_probability(order <= level * TIE)
    return p
