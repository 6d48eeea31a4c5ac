"""How does a virtual tumor grow, and what does one scan of it show? Compiled, for rehearsal and
fast loop alike.

A tumor of two clones: anti-EGFR treatment kills the sensitive one, both grow, and chemotherapy
slows both for a while. Volumes are relative to baseline, times are days from randomization, lengths
tenths of a millimeter. Random
numbers are drawn in one order: the person, then scan by scan; who stops looking early has seen the
same scans.
"""

from __future__ import annotations

from math import exp, floor, log, sqrt
from typing import NamedTuple

import numpy as np

from equipoise.arrays import Codes, Floats, Ints
from equipoise.assessments.recist.target_rules import GONE, NOT_EVALUATED, TOO_SMALL
from equipoise.compiled import njit
from equipoise.terms.response import NewLesion, NonTarget

LIVER, LUNG, NODE, OTHER = 1, 2, 3, 4
"""Values of `organ`; nodes are one organ (RECIST 1.1)."""
NO_NON_TARGET, NON_TARGET_GONE = int(NonTarget.NONE), int(NonTarget.CR)
NON_TARGET_PRESENT, NON_TARGET_PD = int(NonTarget.NON_CR_NON_PD), int(NonTarget.PD)
NO_NEW_LESION, NEW_LESION = int(NewLesion.NONE), int(NewLesion.UNEQUIVOCAL)
EQUIVOCAL_LESION = int(NewLesion.EQUIVOCAL)
MAX_TARGETS = 5
BEYOND = 2**30
"""A day after all that is followed: what does not come comes then, so that the least of days is a
comparison. Outside the loops it is `NEVER`."""
_STEP = 14
"""Days over which a hazard is taken as that of their middle."""
_LATE_AT_MOST = 9
_LONGEST = 9999


class TumorParameters(NamedTuple):
    """Rates are given as logarithms per day with the standard deviation between subjects, where
    there is one.
    """

    growth_log: float
    growth_sd: float
    chemotherapy_log: float
    chemotherapy_sd: float
    chemotherapy_fading_log: float
    anti_egfr_log: float
    anti_egfr_sd: float
    resistant_logit: float
    resistant_sd: float
    new_lesion_log: float
    volume_cap: float
    baseline_mm: float
    noise: float  # coefficient of variation of the measured sum of diameters
    window_days: int  # a scan falls up to so many days before or after its planned day
    baseline_sd: float  # of the logarithm of the baseline sum
    baseline_days: int  # the baseline scan falls up to so many days before randomization
    death_log: float
    death_power: float
    follow_days: int
    missed_scan: float  # probabilities from here on
    late_scan: float  # up to nine days after its window
    lesion_not_evaluated: float
    first_seen_equivocal: float
    non_target_disease: float
    non_target_pd_volume: float
    too_small_mm: float
    gone_mm: float


class Tumor(NamedTuple):
    """One person's tumor: rates per day, the resistant share at randomization, and what chance has
    in store.

    `new_lesion_at` and `death_at` are the cumulative hazards at which a new lesion and death come.
    """

    growth: float
    chemotherapy: float
    fading: float
    anti_egfr: float
    resistant: float
    new_lesion_at: float
    death_at: float
    first_seen_equivocal: bool
    non_target: bool
    lesions: int


class Scans(NamedTuple):
    """What is seen of one subject; row 0 is baseline. Only the rows of scans made are filled."""

    days: Ints  # (visit,)
    tenths: Ints  # (visit, lesion)
    node: Codes  # (lesion,)
    organ: Ints  # (lesion,)
    nontarget: Codes  # (visit,)
    new: Codes  # (visit,)
    true_mm: Floats  # (lesion,), at baseline


@njit(cache=True)
def room_for(visits: int, lesions: int) -> Scans:
    """Empty arrays for baseline and so many scans of so many lesions."""
    return Scans(
        days=np.zeros(visits + 1, np.int32),
        tenths=np.zeros((visits + 1, lesions), np.int32),
        node=np.zeros(lesions, np.int8),
        organ=np.zeros(lesions, np.int32),
        nontarget=np.zeros(visits + 1, np.int8),
        new=np.zeros(visits + 1, np.int8),
        true_mm=np.zeros(lesions),
    )


@njit(cache=True)
def part_of(room: Scans, lesions: int) -> Scans:
    """The same memory for a subject with fewer lesions."""
    visits = len(room.days)
    return Scans(
        days=room.days,
        tenths=room.tenths.ravel()[: visits * lesions].reshape(visits, lesions),
        node=room.node[:lesions],
        organ=room.organ[:lesions],
        nontarget=room.nontarget,
        new=room.new,
        true_mm=room.true_mm[:lesions],
    )


@njit(cache=True)
def volume_on(day: float, tumor: Tumor, anti_egfr_from: int) -> float:
    """Relative volume when anti-EGFR treatment starts on a day (BEYOND: not at all).

    dR/dt = (g - c(t)) R and dS/dt = (g - c(t) - a) S with c(t) = c exp(-f t) have this closed form.
    """
    both = tumor.growth * day - tumor.chemotherapy * (1.0 - exp(-tumor.fading * day)) / tumor.fading
    sensitive = 1.0 - tumor.resistant
    if day > anti_egfr_from:
        sensitive *= exp(-tumor.anti_egfr * (day - anti_egfr_from))
    # The limit of e^100 is far beyond any body; it only keeps the fastest tumors finite.
    return exp(min(both, 100.0)) * (tumor.resistant + sensitive)


@njit(cache=True)
def draw_tumor(rng: np.random.Generator, p: TumorParameters) -> Tumor:
    """Draw one person's tumor, the same whatever arm she comes to."""
    growth = exp(p.growth_log + p.growth_sd * rng.standard_normal())
    chemotherapy = exp(p.chemotherapy_log + p.chemotherapy_sd * rng.standard_normal())
    anti_egfr = exp(p.anti_egfr_log + p.anti_egfr_sd * rng.standard_normal())
    resistant = 1 / (1 + exp(-(p.resistant_logit + p.resistant_sd * rng.standard_normal())))
    return Tumor(
        growth=growth,
        chemotherapy=chemotherapy,
        fading=exp(p.chemotherapy_fading_log),
        anti_egfr=anti_egfr,
        resistant=resistant,
        new_lesion_at=rng.standard_exponential(),
        death_at=rng.standard_exponential(),
        first_seen_equivocal=rng.random() < p.first_seen_equivocal,
        non_target=rng.random() < p.non_target_disease,
        lesions=2 + floor(4 * rng.random()),
    )


@njit(cache=True)
def day_reached(
    level: float,
    log_hazard: float,
    power: float,
    tumor: Tumor,
    anti_egfr_from: int,
    last: int,
    p: TumorParameters,
) -> int:
    """The day on which a hazard of exp(log_hazard) * volume^power has added up to `level`; BEYOND
    if after `last`.

    Volume is capped. Midpoint rule over fortnights, and linear within the one that is reached. The
    exponentials of `volume_on` go from one middle to the next by a constant factor.
    """
    middle, log_cap = _STEP / 2, log(p.volume_cap)
    chemotherapy = tumor.chemotherapy / tumor.fading
    fading, fades = exp(-tumor.fading * middle), exp(-tumor.fading * _STEP)
    sensitive, falls, exposed = 1.0 - tumor.resistant, exp(-tumor.anti_egfr * _STEP), False
    added = 0.0
    for start in range(0, last + 1, _STEP):
        if exposed:
            sensitive *= falls
        elif middle > anti_egfr_from:
            sensitive *= exp(-tumor.anti_egfr * (middle - anti_egfr_from))
            exposed = True
        log_volume = (
            tumor.growth * middle - chemotherapy * (1.0 - fading) + log(tumor.resistant + sensitive)
        )
        hazard = exp(log_hazard + power * min(log_volume, log_cap))
        if added + hazard * _STEP >= level:
            day = start + floor((level - added) / hazard) + 1
            return day if day <= last else BEYOND
        added += hazard * _STEP
        middle += _STEP
        fading *= fades
    return BEYOND


@njit(cache=True)
def new_lesion_day(tumor: Tumor, anti_egfr_from: int, last: int, p: TumorParameters) -> int:
    """The day a new lesion appears."""
    return day_reached(tumor.new_lesion_at, p.new_lesion_log, 1.0, tumor, anti_egfr_from, last, p)


@njit(cache=True)
def death_day(tumor: Tumor, anti_egfr_from: int, last: int, p: TumorParameters) -> int:
    """The day of death."""
    return day_reached(tumor.death_at, p.death_log, p.death_power, tumor, anti_egfr_from, last, p)


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
        length = 10 * scans.true_mm[i] * (1 + error * rng.standard_normal())
        scans.tenths[0, i] = int(np.rint(min(max(length, 10 * least_mm(scans.node[i])), _LONGEST)))
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
    """What is written down for one lesion, in tenths of a millimeter or as a special value."""
    length = 10 * true_mm * max(1 + error * rng.standard_normal(), 0.0)
    if rng.random() < p.lesion_not_evaluated:
        return NOT_EVALUATED
    if true_mm < p.gone_mm:
        return GONE
    if true_mm < p.too_small_mm and node == 0:
        return TOO_SMALL
    return int(np.rint(min(length, _LONGEST)))


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
        scans.tenths[v, i] = measured(rng, scans.true_mm[i] * stretch, scans.node[i], error, p)
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
