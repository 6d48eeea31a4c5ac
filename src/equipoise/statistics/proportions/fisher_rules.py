"""How likely is a two-by-two table, or a less likely one, among those with its margins? Compiled:
thousands ask it.
"""

from math import exp
from typing import Any

import numpy as np
from scipy.special import gammaln

from equipoise.compiled import at, njit


def fisher_of_margin(n_1: int, n_0: int, events: int, slack: float) -> Any:
    """Fisher's p of every table with `events` in all, by rising number of events in group 1.

    Tables count as equally likely up to the factor `slack`.
    """
    kernel = at(_of_margin, min(n_1, n_0, events, n_1 + n_0 - events))
    return kernel(n_1, n_0, events, gammaln(np.arange(1, n_1 + n_0 + 2)), slack)


def fisher_matrix(n_1: int, n_0: int, slack: float) -> Any:
    """Fisher's p of every table, shape (n_1 + 1, n_0 + 1)."""
    kernel = at(_of_all, n_1 * n_0)
    return kernel(n_1, n_0, gammaln(np.arange(1, n_1 + n_0 + 2)), slack)


@njit(cache=True)
def _of_all(n_1: int, n_0: int, log_factorial: Any, slack: float) -> Any:
    p = np.empty((n_1 + 1, n_0 + 1))
    for events in range(n_1 + n_0 + 1):
        fewest = max(0, events - n_0)
        margin = _of_margin(n_1, n_0, events, log_factorial, slack)
        for i in range(len(margin)):
            p[fewest + i, events - fewest - i] = margin[i]
    return p


@njit(cache=True)
def _of_margin(n_1: int, n_0: int, events: int, log_factorial: Any, slack: float) -> Any:
    fewest, most = max(0, events - n_0), min(n_1, events)
    whole = _log_choose(n_1 + n_0, events, log_factorial)
    chance = [
        exp(
            _log_choose(n_1, x, log_factorial) + _log_choose(n_0, events - x, log_factorial) - whole
        )
        for x in range(fewest, most + 1)
    ]
    return np.array(_no_likelier(chance, slack))


@njit(cache=True)
def _log_choose(n: int, k: int, log_factorial: Any) -> float:
    return log_factorial[n] - log_factorial[k] - log_factorial[n - k]  # type: ignore[no-any-return]


@njit(cache=True)
def _no_likelier(chance: Any, slack: float) -> Any:
    """The sum of all no likelier than each: the chances rise to one peak, so they are taken from
    both ends inwards.
    """
    k = len(chance)
    order, sums = [0] * k, [0.0] * k
    left, right, total = 0, k - 1, 0.0
    for i in range(k):
        if chance[left] <= chance[right]:
            order[i] = left
            left += 1
        else:
            order[i] = right
            right -= 1
        total += chance[order[i]]
        sums[i] = total
    p, last = [0.0] * k, 0
    for i in range(k):
        while last + 1 < k and chance[order[last + 1]] <= chance[order[i]] * slack:
            last += 1
        p[order[i]] = min(sums[max(last, i)], 1.0)
    return p
