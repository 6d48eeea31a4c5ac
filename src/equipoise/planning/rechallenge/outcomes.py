"""What is expected of a group whose resistant fractions are known? Outcomes at fixed fractions,
mixed by weights.

Patients are followed at each of a row of resistant fractions; a group is a set of weights on that
row. So all groups are compared on the same patients, and one simulation answers for every interval,
half-life and assay. Errors are by a jackknife that leaves out one of twenty parts of the patients
at a time, since the same patient stands at every fraction.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import expit

from equipoise.arrays import Floats
from equipoise.compiled import compiled, pays
from equipoise.planning.rechallenge.figures import Expected, Outcome
from equipoise.planning.rechallenge.rules import follow_both_arms
from equipoise.simulation.blocks import Block, Progress, run_blocks
from equipoise.simulation.full_trial import FullTrial
from equipoise.statistics.survival import kaplan_meier
from equipoise.terms.dates import DAYS_PER_MONTH

LOGITS = np.linspace(-14.0, 10.0, 49)
"""The row of resistant fractions, by their log odds; beyond its ends nothing changes any more."""
PARTS = 20
DAYS = 731
"""PFS curves are kept for two years."""
_MEDIAN = 2
_RESTRICTED = round(12 * DAYS_PER_MONTH)
_SIX_MONTHS = round(6 * DAYS_PER_MONTH)


@dataclass(frozen=True, slots=True)
class OutcomeTable:
    """Row 0 is the control arm, then LOGITS. Column 0 is of all patients, each other leaves out a
    part of them.

    `controlled` (1 + logit, 1 + part) are shares, `curves` (1 + logit, 1 + part, day) PFS, from day
    0.
    """

    controlled: Floats
    curves: Floats


@dataclass(frozen=True, slots=True)
class Figures:
    """`parts` (1 + part, figure): disease control, restricted mean, median, PFS at 6 months; times
    in months.
    """

    parts: Floats
    median_error: float


def simulate_outcomes(
    trial: FullTrial,
    patients: int,
    seed: int,
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> OutcomeTable:
    """Follow so many patients, each in the control arm and once at each resistant fraction. See
    `run_blocks`.
    """
    if patients < 2 * PARTS:
        raise ValueError(
            f"patients is {patients}; it must be {2 * PARTS} or more, for the Monte-Carlo error"
        )
    steps = 200 * patients * (1 + len(LOGITS))
    block = partial(_simulate_block, trial, pays(follow_both_arms, steps))
    return _table(run_blocks(block, patients, seed, workers=workers, progress=progress))


def _simulate_block(trial: FullTrial, bulk: bool, rng: np.random.Generator, patients: int) -> Block:
    out = np.zeros((patients, 1 + len(LOGITS), 3))
    planned = np.array(trial.scan_days, np.int32)
    follow = compiled(follow_both_arms) if bulk else follow_both_arms
    follow(rng, expit(LOGITS), trial.tumor, trial.conduct, trial.rules, planned, out)
    return out


def _table(outcomes: Block) -> OutcomeTable:
    part = np.arange(len(outcomes)) % PARTS
    kept = [np.ones(len(outcomes), bool), *(part != left_out for left_out in range(PARTS))]
    columns = np.ascontiguousarray(np.swapaxes(outcomes, 0, 1))
    return OutcomeTable(
        controlled=np.array([[column[rows, 0].mean() for rows in kept] for column in columns]),
        curves=np.array([[_curve(column[rows]) for rows in kept] for column in columns]),
    )


def _curve(column: Floats) -> Floats:
    """PFS on each day; after the last day observed it stays where it was."""
    curve = kaplan_meier(column[:, 1], column[:, 2])
    row = np.searchsorted(curve.times, np.arange(DAYS), side="right") - 1
    return np.where(row < 0, 1.0, curve.survival[np.maximum(row, 0)])


def weights_on(logits: Floats, chances: Floats) -> Floats:
    """Weights (logit,) that add up to 1: each person's chance of being in the group, shared by the
    two next fractions.

    `logits` and `chances` are of shape (person,). Raises ValueError when nobody can be in the
    group.
    """
    if not chances.sum() > 0:
        raise ValueError("nobody is let in; ask for a less strict assay")
    place = np.interp(logits, LOGITS, np.arange(len(LOGITS)))
    left = np.minimum(place.astype(int), len(LOGITS) - 2)
    upper = chances * (place - left)
    weights = np.bincount(left, chances - upper, len(LOGITS)) + np.bincount(
        left + 1, upper, len(LOGITS)
    )
    return np.asarray(weights / weights.sum())


def control_of(table: OutcomeTable) -> Figures:
    """The control arm, in which resistance to a drug that is not given changes nothing."""
    return _figures(table, _only(0))


def outcomes_of(table: OutcomeTable, weights: Floats, control: Figures) -> tuple[Outcome, Outcome]:
    """A group on the experimental arm, and its difference from the control arm."""
    group = _figures(table, np.concatenate([[0.0], weights]))
    # Errors of the medians do not come from the parts; without their covariance the sum is on the
    # safe side.
    apart = Figures(
        group.parts - control.parts, float(np.hypot(group.median_error, control.median_error))
    )
    return outcome_of(group), outcome_of(apart)


def outcome_at(table: OutcomeTable, place: int) -> Outcome:
    """Patients who all have the resistant fraction at this place of LOGITS."""
    return outcome_of(_figures(table, _only(1 + place)))


def _only(row: int) -> Floats:
    return np.asarray(np.eye(1, 1 + len(LOGITS), row)[0])


def _figures(table: OutcomeTable, weights: Floats) -> Figures:
    rows, parts, days = table.curves.shape
    curves = (weights @ table.curves.reshape(rows, -1)).reshape(parts, days)
    median, error = _median(curves)
    mean = curves[:, :_RESTRICTED].sum(axis=1)
    figures = np.column_stack(
        [
            weights @ table.controlled,
            mean / DAYS_PER_MONTH,
            np.full(parts, median),
            curves[:, _SIX_MONTHS],
        ]
    )
    return Figures(figures, error)


def _median(curves: Floats) -> tuple[float, float]:
    """The median in months, and its error from its interval (Brookmeyer and Crowley, Biometrics
    1982).

    Scans come at intervals, so the curve falls in steps and the median jumps: a jackknife of it
    would see nothing.
    """
    band = 1.96 * _jackknife(curves)
    low, at, high = (_crossing(curve) for curve in (curves[0] - band, curves[0], curves[0] + band))
    return at / DAYS_PER_MONTH, (high - low) / (2 * 1.96) / DAYS_PER_MONTH


def _crossing(curve: Floats) -> float:
    """The first day on which half or less are left; NaN if there is none."""
    under = curve <= 0.5
    return float(under.argmax()) if under.any() else float("nan")


def _jackknife(parts: Floats) -> Floats:
    """Standard errors, from estimates of which each but the first leaves out a part; of the shape
    of one of them.
    """
    left_out = parts[1:]
    return np.asarray(
        np.sqrt((PARTS - 1) / PARTS * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    )


def outcome_of(figures: Figures) -> Outcome:
    """The outcome with the standard error of each figure, by the jackknife over its parts."""
    error = _jackknife(figures.parts)
    error[_MEDIAN] = figures.median_error
    control, mean, median, at_6 = (
        Expected(float(v), float(e)) for v, e in zip(figures.parts[0], error, strict=True)
    )
    return Outcome(disease_control=control, pfs_mean=mean, pfs_median=median, pfs_at_6=at_6)
