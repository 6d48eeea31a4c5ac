"""What does one scan of a virtual tumor show? Compiled."""

from __future__ import annotations

from math import exp, floor, sqrt

import numpy as np

from equipoise.arrays import Ints
from equipoise.assessments.recist.target_rules import GONE, NOT_EVALUATED, TOO_SMALL
from equipoise.compiled import njit
from equipoise.virtual.tumor_rules import (
    BEYOND,
    EQUIVOCAL_LESION,
    LIVER,
    LUNG,
    NEW_LESION,
    NO_NEW_LESION,
    NO_NON_TARGET,
    NODE,
    NON_TARGET_GONE,
    NON_TARGET_PD,
    NON_TARGET_PRESENT,
    OTHER,
    Scans,
    Tumor,
    TumorParameters,
    volume_on,
)

_LONGEST = 999.9  # mm
_LATE_AT_MOST = 9


@njit(cache=True)
def least_mm(node: int) -> float:
    """RECIST 1.1 3.1: 10 mm in the longest diameter, 15 mm in the short axis of a node."""
    return 15.0 if node == 1 else 10.0


@njit(cache=True)
def draw_sites(rng: np.random.Generator, lesions: int, scans: Scans) -> None:
    """Two to five targets, one or two of them in the liver and at most two in any organ (RECIST 1.1
    4.2).
    """
    in_liver = 1 + floor(2 * rng.random())
    lung, node = 0, 0
    for drawn in range(lesions - in_liver):  # two places each in lung, nodes and elsewhere
        at = floor((6 - drawn) * rng.random())
        if at < 2 - lung:
            lung += 1
        elif at < 4 - lung - node:
            node += 1
    for i in range(lesions):
        organ = LIVER if i < in_liver else LUNG if i < in_liver + lung else OTHER
        is_node = 1 if organ == OTHER and i < in_liver + lung + node else 0
        scans.organ[i], scans.node[i] = NODE if is_node else organ, is_node


@njit(cache=True)
def draw_lengths(rng: np.random.Generator, lesions: int, scans: Scans, p: TumorParameters) -> float:
    """True lengths at baseline: the least that is measurable, and the rest of the sum shared at
    random.

    Returns the relative error of one lesion that leaves `noise` in the sum, as independent errors
    partly cancel.
    """
    least, shares = 0.0, 0.0
    for i in range(lesions):
        least += least_mm(scans.node[i])
        scans.true_mm[i] = (
            rng.standard_exponential() + rng.standard_exponential()
        )  # Dirichlet with all parameters 2
        shares += scans.true_mm[i]
    rest = max(p.baseline_mm * exp(p.baseline_sd * rng.standard_normal()) - least, 5.0)
    total, squares = 0.0, 0.0
    for i in range(lesions):
        scans.true_mm[i] = least_mm(scans.node[i]) + rest * scans.true_mm[i] / shares
        total += scans.true_mm[i]
        squares += scans.true_mm[i] * scans.true_mm[i]
    return p.noise * total / sqrt(squares)


@njit(cache=True)
def written(mm: float, step_um: int) -> int:
    """A length as sites write it down, a multiple of `step_um`, in thousandths of a millimeter."""
    return step_um * int(np.rint(1000 * min(mm, _LONGEST) / step_um))


@njit(cache=True)
def scan_baseline(
    rng: np.random.Generator, tumor: Tumor, scans: Scans, p: TumorParameters
) -> float:
    """Fill row 0; returns the relative error of measuring one lesion, which `scan_once` needs.

    A target was measurable at baseline, or it would not have been chosen.
    """
    draw_sites(rng, tumor.lesions, scans)
    error = draw_lengths(rng, tumor.lesions, scans, p)
    scans.days[0] = -floor((p.baseline_days + 1) * rng.random())
    for i in range(tumor.lesions):
        length = scans.true_mm[i] * (1 + error * rng.standard_normal())
        scans.length[0, i] = written(max(length, least_mm(scans.node[i])), p.step_um)
    scans.nontarget[0] = NON_TARGET_PRESENT if tumor.non_target else NO_NON_TARGET
    scans.new[0] = NO_NEW_LESION
    return error


@njit(cache=True)
def draw_scan_day(rng: np.random.Generator, planned: int, p: TumorParameters) -> int:
    """The day of a planned scan, in its window or after it; BEYOND when it is missed."""
    missed, late = rng.random() < p.missed_scan, rng.random() < p.late_scan
    within = rng.random()
    if missed:
        return BEYOND
    if late:
        return planned + p.window_days + 1 + floor(_LATE_AT_MOST * within)
    return max(planned - p.window_days + floor((2 * p.window_days + 1) * within), 1)


@njit(cache=True)
def last_scan_day(planned: Ints, p: TumorParameters) -> int:
    """The latest day a scan can fall on."""
    return int(planned[-1]) + p.window_days + _LATE_AT_MOST


@njit(cache=True)
def measured(
    rng: np.random.Generator, true_mm: float, node: int, error: float, p: TumorParameters
) -> int:
    """What is written down for one lesion, in thousandths of a millimeter or as a special value."""
    length = true_mm * max(1 + error * rng.standard_normal(), 0.0)
    if rng.random() < p.lesion_not_evaluated:
        return NOT_EVALUATED
    if true_mm < p.gone_mm:
        return GONE
    if true_mm < p.too_small_mm and node == 0:
        return TOO_SMALL
    return written(length, p.step_um)


@njit(cache=True)
def scan_once(
    rng: np.random.Generator,
    v: int,
    day: int,
    tumor: Tumor,
    anti_egfr_from: int,
    new_lesion: int,
    error: float,
    scans: Scans,
    p: TumorParameters,
) -> None:
    """Fill row `v`. Lengths go with the cube root of the volume, all lesions alike, and non-target
    disease with them.

    A new lesion is there at every scan from the day it appeared; at the first of them it may be
    equivocal.
    """
    volume = volume_on(float(day), tumor, anti_egfr_from)
    stretch = volume ** (1.0 / 3.0)
    scans.days[v] = day
    for i in range(tumor.lesions):
        scans.length[v, i] = measured(rng, scans.true_mm[i] * stretch, scans.node[i], error, p)
    scans.nontarget[v] = NO_NON_TARGET
    if tumor.non_target:
        gone = stretch * 10 < p.gone_mm  # when a lesion of 10 mm would be
        grown = volume >= p.non_target_pd_volume
        scans.nontarget[v] = (
            NON_TARGET_GONE if gone else NON_TARGET_PD if grown else NON_TARGET_PRESENT
        )
    scans.new[v] = NO_NEW_LESION
    if day >= new_lesion:
        first = scans.new[v - 1] == NO_NEW_LESION
        scans.new[v] = EQUIVOCAL_LESION if first and tumor.first_seen_equivocal else NEW_LESION
