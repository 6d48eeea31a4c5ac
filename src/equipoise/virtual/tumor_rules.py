"""How does a virtual tumor grow? Compiled, for rehearsal and fast loop alike.

A tumor of two clones: anti-EGFR treatment kills the sensitive one, both grow, and chemotherapy
slows both for a while. Volumes are relative to baseline, times are days from randomization, lengths
thousandths of a millimeter. Random numbers are drawn in one order: the person, then scan by scan
(`virtual.scan_rules`); who stops looking early has seen the same scans.
"""

from __future__ import annotations

from math import exp, floor, log
from typing import NamedTuple

import numpy as np

from equipoise.arrays import Codes, Floats, Ints
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
    step_um: int  # lengths are written down as multiples of so many thousandths of a millimeter
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
    length: Ints  # (visit, lesion)
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
        length=np.zeros((visits + 1, lesions), np.int32),
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
        length=room.length.ravel()[: visits * lesions].reshape(visits, lesions),
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
