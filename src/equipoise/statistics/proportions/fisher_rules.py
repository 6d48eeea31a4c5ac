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
    kernel = at(_of_margin, n_1 + n_0)
    return kernel(n_1, n_0, events, gammaln(np.arange(1, n_1 + n_0 + 2)), slack)


def fisher_matrix(n_1: int, n_0: int, slack: float) -> Any:
    """Fisher's p of every table, shape (n_1 + 1, n_0 + 1)."""
    kernel = at(_of_all, n_1 * n_0 // 2)
    return kernel(n_1, n_0, gammaln(np.arange(1, n_1 + n_0 + 2)), slack)


@njit(cache=True)
def _of_all(n_1: int, n_0: int, log_factorial: Any, slack: float) -> Any:
    p = np.empty((n_1 + 1, n_0 + 1))
    choices_1, choices_0 = _log_choices(n_1, log_factorial), _log_choices(n_0, log_factorial)
    choices = _log_choices(n_1 + n_0, log_factorial)
    for events in range(n_1 + n_0 + 1):
        fewest = max(0, events - n_0)
        margin = _among(choices_1, choices_0, events, choices[events], slack)
        for i in range(len(margin)):
            p[fewest + i, events - fewest - i] = margin[i]
    return p


@njit(cache=True)
def _of_margin(n_1: int, n_0: int, events: int, log_factorial: Any, slack: float) -> Any:
    choices_1, choices_0 = _log_choices(n_1, log_factorial), _log_choices(n_0, log_factorial)
    whole = _log_choices(n_1 + n_0, log_factorial)[events]
    return np.array(_among(choices_1, choices_0, events, whole, slack))


@njit(cache=True)
def _log_choices(n: int, log_factorial: Any) -> Any:
    """Logarithms of the ways to choose 0..n of n."""
    return [float(log_factorial[n] - log_factorial[k] - log_factorial[n - k]) for k in range(n + 1)]


@njit(cache=True)
def _among(choices_1: Any, choices_0: Any, events: int, whole: float, slack: float) -> Any:
    """Fisher's p of the tables of one margin."""
    fewest, most = max(0, events - len(choices_0) + 1), min(len(choices_1) - 1, events)
    chance = [exp(choices_1[x] + choices_0[events - x] - whole) for x in range(fewest, most + 1)]
    return _no_likelier(chance, slack)


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
