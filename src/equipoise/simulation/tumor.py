"""What would the scans of one virtual subject show?

A tumor of two clones: anti-EGFR treatment kills the sensitive one, both grow, and chemotherapy slows both for a
while. Volumes are relative to baseline, times are days from randomization, lengths tenths of a millimeter.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Codes = NDArray[np.int8]

LIVER, LUNG, NODE, OTHER = 1, 2, 3, 4
"""Values of `organ`; nodes are one organ (RECIST 1.1)."""
GONE, NOT_EVALUATED, TOO_SMALL = 0, -1, -2
"""Values of `tenths` that are no length."""
NO_NON_TARGET, NON_TARGET_GONE, NON_TARGET_PRESENT, NON_TARGET_PD = 0, 1, 2, 3
"""Values of `nontarget`: no such disease, CR, Non-CR/Non-PD, unequivocal progression."""
NO_NEW_LESION, NEW_LESION, EQUIVOCAL_LESION = 0, 1, 2
"""Values of `new`."""
ALIVE = -1
"""`death_day` of a subject who outlives the days followed."""


class TumorParameters(NamedTuple):
    """Rates are given as logarithms per day with the standard deviation between subjects, where there is one."""

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
    lesion_not_evaluated: float
    first_seen_equivocal: float
    non_target_disease: float
    non_target_pd_volume: float
    too_small_mm: float
    gone_mm: float


def velo_fit() -> TumorParameters:
    """Starting values, not truth: ten parameters fitted to ten results of the VELO trial (FTD/TPI +- panitumumab).

    Fitted: growth, chemotherapy, anti-EGFR, resistant fraction, new lesions, with baseline 80 mm, 5 % noise and scans
    every 9 weeks +-1. Assumed, and fitted to nothing: everything from `baseline_sd` on. Death has a hazard that rises
    with a power of the tumor's volume, set so that overall survival is 8 to 12 months in the median; volume is capped
    for death and new lesions alike.
    """
    return TumorParameters(
        growth_log=-4.63,
        growth_sd=0.57,
        chemotherapy_log=-5.17,
        chemotherapy_sd=0.31,
        chemotherapy_fading_log=-2.84,
        anti_egfr_log=-4.43,
        anti_egfr_sd=0.54,
        resistant_logit=-0.85,
        resistant_sd=2.7,
        new_lesion_log=-6.18,
        volume_cap=20.0,
        baseline_mm=80.0,
        noise=0.05,
        window_days=7,
        baseline_sd=0.25,
        baseline_days=28,
        death_log=-7.9,
        death_power=1.25,
        follow_days=1461,
        missed_scan=0.02,
        lesion_not_evaluated=0.005,
        first_seen_equivocal=0.1,
        non_target_disease=0.6,
        non_target_pd_volume=4.0,
        too_small_mm=5.0,
        gone_mm=2.0,
    )


@dataclass(frozen=True, slots=True)
class Course:
    """What was seen of one virtual subject, in the arrays the RECIST rules take; v visits, the first is baseline.

    `days` int32 (v,) from randomization, baseline 0 or before; `tenths` int32 (v, lesion); `node` bool (lesion,);
    `organ` int8 (lesion,); `nontarget` and `new` int8 (v,). `resistant_fraction` is the true share of the resistant
    clone at randomization, which no scan shows; `death_day` is ALIVE if not within the days followed.
    """

    days: Ints
    tenths: Ints
    node: NDArray[np.bool_]
    organ: Codes
    nontarget: Codes
    new: Codes
    resistant_fraction: float
    death_day: int


def draw_course(
    rng: np.random.Generator, experimental: bool, parameters: TumorParameters, scan_days: NDArray[np.integer]
) -> Course:
    """Draw one subject; `scan_days` are the planned days after randomization, rising. Scans stop only with death.

    Whether progression ends the scans is for the caller to decide, by the rules of the trial.
    """
    planned = np.asarray(scan_days, dtype=np.int32)
    if planned.ndim != 1 or not len(planned) or planned[0] < 1 or (np.diff(planned) < 1).any():
        raise ValueError(f"scan_days is {planned.tolist()}; expected rising days after randomization (day 0)")
    horizon = max(parameters.follow_days, int(planned[-1]) + parameters.window_days)
    volume, resistant = _draw_volume(rng, experimental, parameters, horizon)
    burden = np.minimum(volume, parameters.volume_cap)
    new_day = _first_day(rng, np.exp(parameters.new_lesion_log) * burden)
    death = _first_day(rng, np.exp(parameters.death_log) * burden**parameters.death_power)
    days = _draw_days(rng, planned, death, parameters)
    seen = volume[np.maximum(days, 0)]
    organ, node = _draw_sites(rng)
    return Course(
        days=days,
        tenths=_draw_tenths(rng, seen, node, parameters),
        node=node,
        organ=organ,
        nontarget=_draw_non_target(rng, seen, parameters),
        new=_new_lesions(days, new_day, rng.random() < parameters.first_seen_equivocal),
        resistant_fraction=resistant,
        death_day=death if death <= parameters.follow_days else ALIVE,
    )


def _draw_volume(
    rng: np.random.Generator, experimental: bool, parameters: TumorParameters, horizon: int
) -> tuple[Floats, float]:
    """Relative volume on each day 0..horizon, and the resistant fraction on day 0.

    dR/dt = (g - c(t)) R and dS/dt = (g - c(t) - a) S with c(t) = c exp(-f t) have this closed form.
    """
    p, unit = parameters, rng.standard_normal(4)
    growth = np.exp(p.growth_log + p.growth_sd * unit[0])
    kill = np.exp(p.chemotherapy_log + p.chemotherapy_sd * unit[1])
    anti_egfr = np.exp(p.anti_egfr_log + p.anti_egfr_sd * unit[2]) if experimental else 0.0
    resistant = 1 / (1 + np.exp(-(p.resistant_logit + p.resistant_sd * unit[3])))
    day, fading = np.arange(horizon + 1), np.exp(p.chemotherapy_fading_log)
    both = growth * day - kill * -np.expm1(-fading * day) / fading
    # The limit of e^100 is far beyond any body; it only keeps the fastest tumors finite.
    volume = np.exp(np.minimum(both, 100.0)) * (resistant + (1 - resistant) * np.exp(-anti_egfr * day))
    return volume, float(resistant)


def _first_day(rng: np.random.Generator, hazard: Floats) -> int:
    """The first day by which the hazard has added up to a unit exponential; one past the end if it does not."""
    return int(np.searchsorted(np.cumsum(hazard), rng.standard_exponential())) + 1


def _draw_days(rng: np.random.Generator, planned: Ints, death: int, parameters: TumorParameters) -> Ints:
    """The days of the scans made: baseline first, then those neither missed nor after death."""
    shift = rng.integers(-parameters.window_days, parameters.window_days + 1, len(planned))
    made = rng.random(len(planned)) >= parameters.missed_scan
    baseline = -rng.integers(0, parameters.baseline_days + 1)
    days = np.unique(np.maximum(planned + shift, 1)[made])
    return np.concatenate([[baseline], days[days < death]]).astype(np.int32)


def _draw_sites(rng: np.random.Generator) -> tuple[Codes, NDArray[np.bool_]]:
    """Two to five targets, one or two of them in the liver and at most two in any organ (RECIST 1.1 4.2)."""
    lesions, elsewhere = int(rng.integers(2, 6)), rng.permutation([LUNG, LUNG, NODE, NODE, OTHER, OTHER])
    in_liver = int(rng.integers(1, 3))
    organ = np.concatenate([np.full(in_liver, LIVER), np.sort(elsewhere[: lesions - in_liver])]).astype(np.int8)
    return organ, organ == NODE


def _draw_tenths(rng: np.random.Generator, seen: Floats, node: NDArray[np.bool_], parameters: TumorParameters) -> Ints:
    """Measured lengths (visit, lesion): diameters go with the cube root of the volume, all lesions alike."""
    p, shape = parameters, (len(seen), len(node))
    baseline = _draw_baseline_mm(rng, node, p)
    # Independent errors partly cancel in the sum; this is the error of one lesion that leaves `noise` in the sum.
    each = p.noise * baseline.sum() / np.sqrt(np.sum(baseline**2))
    error = np.maximum(1 + each * rng.standard_normal(shape), 0.0)
    true = np.cbrt(seen)[:, None] * baseline
    tenths: Ints = np.rint(np.minimum(10 * true * error, 9999)).astype(np.int32)
    tenths[(true < p.too_small_mm) & ~node] = TOO_SMALL
    tenths[true < p.gone_mm] = GONE
    tenths[rng.random(shape) < p.lesion_not_evaluated] = NOT_EVALUATED
    # A target was measurable at baseline, or it would not have been chosen.
    tenths[0] = np.maximum(np.rint(10 * baseline * error[0]), _measurable_mm(node) * 10)
    return tenths


def _draw_baseline_mm(rng: np.random.Generator, node: NDArray[np.bool_], parameters: TumorParameters) -> Floats:
    """True lengths at baseline: the least that is measurable, and the rest of the sum shared at random."""
    least = _measurable_mm(node)
    total = parameters.baseline_mm * np.exp(parameters.baseline_sd * rng.standard_normal())
    return np.asarray(least + rng.dirichlet(np.full(len(node), 2.0)) * max(total - least.sum(), 5.0), dtype=np.float64)


def _measurable_mm(node: NDArray[np.bool_]) -> Floats:
    """RECIST 1.1 3.1: 10 mm in the longest diameter, 15 mm in the short axis of a node."""
    return np.where(node, 15.0, 10.0)


def _draw_non_target(rng: np.random.Generator, seen: Floats, parameters: TumorParameters) -> Codes:
    """Non-target disease (visit,) goes with the rest; worse only when the volume is some times that of baseline."""
    if rng.random() >= parameters.non_target_disease:
        return np.full(len(seen), NO_NON_TARGET, dtype=np.int8)
    # Gone when a lesion of 10 mm would be.
    states = [np.cbrt(seen) * 10 < parameters.gone_mm, seen >= parameters.non_target_pd_volume]
    return np.select(states, [NON_TARGET_GONE, NON_TARGET_PD], NON_TARGET_PRESENT).astype(np.int8)


def _new_lesions(days: Ints, appeared: int, doubtful: bool) -> Codes:
    """A new lesion is there at every scan from the day it appeared; at the first of them it may be equivocal."""
    new = np.where(days >= appeared, NEW_LESION, NO_NEW_LESION).astype(np.int8)
    if doubtful and new.any():
        new[np.argmax(new)] = EQUIVOCAL_LESION
    return new
