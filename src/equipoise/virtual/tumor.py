"""What would the scans of one virtual subject show?

Volumes are relative to baseline, times are days from randomization, lengths thousandths of a
millimeter.
The growth and the scans themselves are compiled, in `tumor_rules`; here is the one subject as numpy
arrays.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from equipoise.arrays import NEVER, Codes, Ints
from equipoise.assessments.recist.target_rules import GONE, NOT_EVALUATED, TOO_SMALL
from equipoise.compiled import at, njit
from equipoise.virtual.scan_rules import draw_scan_day, last_scan_day, scan_baseline, scan_once
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
    death_day,
    draw_tumor,
    new_lesion_day,
    room_for,
)

__all__ = [
    "EQUIVOCAL_LESION",
    "GONE",
    "LIVER",
    "LUNG",
    "NEW_LESION",
    "NODE",
    "NON_TARGET_GONE",
    "NON_TARGET_PD",
    "NON_TARGET_PRESENT",
    "NOT_EVALUATED",
    "NO_NEW_LESION",
    "NO_NON_TARGET",
    "OTHER",
    "TOO_SMALL",
    "TumorParameters",
    "VirtualTumor",
    "draw_virtual_tumor",
    "velo_fit",
]


def velo_fit() -> TumorParameters:
    """Starting values, not truth: ten parameters fitted to ten results of the VELO trial (FTD/TPI
    +- panitumumab).

    Fitted: growth, chemotherapy, anti-EGFR, resistant fraction, new lesions, with baseline 80 mm, 5
    % noise and scans every 9 weeks +-1. Assumed, and fitted to nothing: everything from
    `baseline_sd` on. Death has a hazard that rises with a power of the tumor's volume, set so that
    overall survival is 8 to 12 months in the median; volume is capped for death and new lesions
    alike.
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
        step_um=100,
        window_days=7,
        baseline_sd=0.25,
        baseline_days=28,
        death_log=-7.9,
        death_power=1.25,
        follow_days=1461,
        missed_scan=0.02,
        late_scan=0.0,
        lesion_not_evaluated=0.005,
        first_seen_equivocal=0.1,
        non_target_disease=0.6,
        non_target_pd_volume=4.0,
        too_small_mm=5.0,
        gone_mm=2.0,
    )


@dataclass(frozen=True, slots=True)
class VirtualTumor:
    """What was seen of one virtual subject, in the arrays the RECIST rules take; v visits, the
    first is baseline.

    `days` int32 (v,) from randomization, baseline 0 or before; `length` int32 (v, lesion); `node`
    int8 (lesion,), 1 for nodes; `organ` int32 (lesion,); `nontarget` and `new` int8 (v,).
    `resistant_fraction` is the true share of the resistant clone at randomization, which no scan
    shows; `death_day` is NEVER if not within the days followed.
    """

    days: Ints
    length: Ints
    node: Codes
    organ: Ints
    nontarget: Codes
    new: Codes
    resistant_fraction: float
    death_day: int


def draw_virtual_tumor(
    rng: np.random.Generator,
    experimental: bool,
    parameters: TumorParameters,
    scan_days: NDArray[np.integer],
) -> VirtualTumor:
    """Draw one subject; `scan_days` are the planned days after randomization, rising. Scans stop
    only with death.

    Whether progression ends the scans is for the caller to decide, by the rules of the trial. Of
    two scans that fall on one day, or out of order, only the earlier planned one is made. Raises
    ValueError for days that do not rise.
    """
    planned = check_scan_days(scan_days)
    seen = at(_draw, 6 * len(planned))(rng, experimental, parameters, planned)
    v, scans, death = seen.visits, seen.scans, seen.death
    return VirtualTumor(
        days=scans.days[:v],
        length=scans.length[:v],
        node=scans.node,
        organ=scans.organ,
        nontarget=scans.nontarget[:v],
        new=scans.new[:v],
        resistant_fraction=seen.tumor.resistant,
        death_day=death if death != BEYOND else NEVER,
    )


def check_scan_days(scan_days: NDArray[np.integer]) -> Ints:
    """Planned days as int32 (scan,). Raises ValueError unless they rise from day 1 on."""
    planned = np.asarray(scan_days, dtype=np.int32)
    if planned.ndim != 1 or not len(planned) or planned[0] < 1 or (np.diff(planned) < 1).any():
        raise ValueError(
            f"scan_days is {planned.tolist()}; expected rising days after randomization (day 0)"
        )
    return planned


class _Seen(NamedTuple):
    tumor: Tumor
    scans: Scans
    visits: int
    death: int


@njit(cache=True)
def _draw(rng: np.random.Generator, experimental: bool, p: TumorParameters, planned: Ints) -> _Seen:
    """Baseline and every scan made before death."""
    anti_egfr_from = 0 if experimental else BEYOND
    tumor = draw_tumor(rng, p)
    scans = room_for(len(planned), tumor.lesions)
    error = scan_baseline(rng, tumor, scans, p)
    dies = death_day(tumor, anti_egfr_from, p.follow_days, p)
    appears = new_lesion_day(tumor, anti_egfr_from, min(dies, last_scan_day(planned, p)), p)
    v = 1
    for when in planned:
        day = draw_scan_day(rng, when, p)
        if day >= dies or day == BEYOND or day <= scans.days[v - 1]:
            continue
        scan_once(rng, v, day, tumor, anti_egfr_from, appears, error, scans, p)
        v += 1
    return _Seen(tumor, scans, v, dies)
