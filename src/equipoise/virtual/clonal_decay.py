"""How fast do resistant clones fade once anti-EGFR treatment stops, and when does an assay no
longer see them?

The decay is linear on the scale of log odds: logit(resistant fraction) falls by ln 2 in each
half-life. Exponential decay of the fraction, as it is usually published, is the limit for small
fractions; from 90 % one half-life leaves 82 % by the odds and 45 % by the exponential. Times and
half-lives are in one unit, months throughout; fractions lie between 0 and 1. Arguments are numbers
or arrays that broadcast, and so is what is returned.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from equipoise.arrays import Floats

ALLELES_CARRYING = 0.5
"""A clone with a heterozygous variant in diploid cells: one copy in two."""


def resistant_fraction(start: ArrayLike, time: ArrayLike, half_life: ArrayLike) -> Floats:
    """Share of tumor cells that are resistant after `time` without the drug; `half_life` is that of
    the odds.

    Both clones grow exponentially and the resistant one slower, so their ratio, the odds, decays
    exponentially.
    """
    return expit(logit(_between("start", start)) - _decay(time, half_life))


def resistant_fraction_by_exponential(
    start: ArrayLike, time: ArrayLike, half_life: ArrayLike
) -> Floats:
    """The published form, start * 2^(-time/half_life); for small fractions only, and too hopeful
    for large ones.
    """
    return _between("start", start) * np.exp(-_decay(time, half_life))


def time_to_fraction(start: ArrayLike, target: ArrayLike, half_life: ArrayLike) -> Floats:
    """Time without the drug until the resistant fraction is `target`; 0 when it is there already.

    For small fractions half_life * log2(start/target): from 1 % to 0.1 % takes 14.6 months at a
    half-life of 4.4.
    """
    first, last = _between("start", start), _between("target", target)
    span = np.zeros(np.broadcast_shapes(first.shape, last.shape))
    np.subtract(
        logit(first), logit(last), out=span, where=first > last
    )  # pure tumors keep infinities apart
    return span * _positive("half_life", half_life) / log(2)


def allele_fraction(tumor_fraction: ArrayLike, clone_fraction: ArrayLike) -> Floats:
    """Allele fraction in plasma of a variant that a clone carries: tumor fraction x clone fraction
    / 2.

    `tumor_fraction` is the share of plasma DNA that comes from the tumor. Heterozygous and diploid:
    amplification of the variant, or loss of the other copy, would raise it.
    """
    plasma, clone = (
        _between("tumor_fraction", tumor_fraction),
        _between("clone_fraction", clone_fraction),
    )
    return plasma * clone * ALLELES_CARRYING


def time_below_limit(
    start: ArrayLike, tumor_fraction: ArrayLike, limit_of_detection: ArrayLike, half_life: ArrayLike
) -> Floats:
    """Time without the drug until the variant's allele fraction is at the limit of detection; 0 if
    it is below it.

    The limit applies to the allele fraction in plasma, so the clone is 2 x limit / tumor fraction
    when it is lost to sight. With a tumor fraction below twice the limit even a tumor of resistant
    cells alone is not seen.
    """
    limit = _limit(limit_of_detection)
    plasma = _positive("tumor_fraction", _between("tumor_fraction", tumor_fraction))
    unseen = np.minimum(limit / (plasma * ALLELES_CARRYING), 1.0)
    return time_to_fraction(start, unseen, half_life)  # to 1, all of the tumor, it takes no time


def is_below_limit(
    tumor_fraction: ArrayLike, clone_fraction: ArrayLike, limit_of_detection: ArrayLike
) -> NDArray[np.bool_]:
    """Does an assay with this limit miss the variant? Not seen is left-censored at the limit, never
    zero.
    """
    return allele_fraction(tumor_fraction, clone_fraction) < _limit(limit_of_detection)


def probability_unseen(
    tumor_fraction: ArrayLike,
    clone_fraction: ArrayLike,
    limit_of_detection: ArrayLike,
    seen_by_panel: ArrayLike,
) -> Floats:
    """Probability that a test reports nothing, fractions given: below the limit, or no variant the
    panel looks for.

    `seen_by_panel` is the probability that the clone's resistance is a variant on the panel.
    Sampling of molecules is
    left out: the limit is taken as sharp.
    """
    below = is_below_limit(tumor_fraction, clone_fraction, limit_of_detection)
    return np.where(below, 1.0, 1.0 - _between("seen_by_panel", seen_by_panel))


def _decay(time: ArrayLike, half_life: ArrayLike) -> Floats:
    return log(2) * _at_least_zero("time", time) / _positive("half_life", half_life)


def _between(name: str, value: ArrayLike) -> Floats:
    return _checked(
        name, value, lambda x: (x >= 0) & (x <= 1), "a fraction from 0 to 1 (is it percent?)"
    )


def _limit(value: ArrayLike) -> Floats:
    return _checked(
        "limit_of_detection",
        value,
        lambda x: (x > 0) & (x < 1),
        "an allele fraction between 0 and 1",
    )


def _positive(name: str, value: ArrayLike) -> Floats:
    return _checked(name, value, lambda x: (x > 0) & np.isfinite(x), "a finite number above 0")


def _at_least_zero(name: str, value: ArrayLike) -> Floats:
    return _checked(name, value, lambda x: (x >= 0) & np.isfinite(x), "a finite number, 0 or more")


def _checked(
    name: str, value: ArrayLike, allowed: Callable[[Floats], NDArray[np.bool_]], expected: str
) -> Floats:
    """The values as floats. Raises ValueError that names the first one out of range and where it
    stands.
    """
    values = np.asarray(value, dtype=np.float64)
    wrong = ~allowed(values)  # NaN compares as False, so it is wrong too
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        where = f"{name}[{', '.join(map(str, at))}]" if at else name
        raise ValueError(f"{where} is {values[at]}; expected {expected}")
    return values
