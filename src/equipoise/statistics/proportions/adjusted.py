"""How far apart are two groups once chance differences at baseline are taken into account?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from equipoise.arrays import Flags, Floats
from equipoise.statistics.checks import check_share
from equipoise.statistics.proportions.intervals import Interval, two_sided_z

_STEPS, _TOLERANCE = 50, 1e-10
_FARTHEST = 15.0
"""A logit beyond which the likelihood has no maximum in sight: the outcomes separate."""


@dataclass(frozen=True, slots=True)
class AdjustedDifference:
    """The shares that either group would have with the covariates of all, and their difference."""

    share_1: float
    share_0: float
    difference: Interval


def standardized_difference(
    reached: ArrayLike, treated: ArrayLike, covariates: ArrayLike, level: float = 0.95
) -> AdjustedDifference:
    """The unconditional difference p1 - p0 by G-computation: a logistic regression on treatment and
    covariates predicts everybody under either treatment (FDA, Adjusting for Covariates in
    Randomized Clinical Trials, 2023, III.C).

    `reached` and `treated` are yes or no, (subject,); `covariates` has shape (subject, covariate).
    With its canonical link the estimate equals the augmented one, so its variance is that of the
    influence function, which holds for a wrong model too (Ye, Shao, Yi and Zhao, Biometrics 2023;
    Bannick et al., 2023). Each residual is divided by one less its leverage, as leaving out the
    subject would (HC3; MacKinnon and White, J Econom 1985): without, intervals of 50 subjects cover
    93 to 94 % where they say 95 %.

    Raises ValueError where a group is empty, the outcomes separate, or a covariate says nothing of
    its own.
    """
    y, arm = np.asarray(reached, bool).astype(float), np.asarray(treated, bool)
    given = np.asarray(covariates, float).reshape(len(y), -1)
    check_share("level", level)
    if not (np.isfinite(given).all() and arm.any() and not arm.all()):
        raise ValueError("expected both groups, and a number for each covariate of each subject")
    x = _standard(given)
    design = np.column_stack([np.ones(len(y)), arm, x])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError("a covariate follows from the others, or from the group")
    coef = _fitted(design, y)
    one, zero = (_predicted(coef, design, to) for to in (1.0, 0.0))
    gap = float(np.mean(one - zero))
    spread = one - zero - gap + _weighed(arm) * _left_out(coef, design, y)
    half = two_sided_z(level) * float(np.sqrt(np.sum(spread**2))) / len(y)
    bounds = Interval(gap, max(gap - half, -1.0), min(gap + half, 1.0), level)
    return AdjustedDifference(float(one.mean()), float(zero.mean()), bounds)


def _standard(given: Floats) -> Floats:
    """Centered, in standard deviations: the answer is the same, and the steps are steadier."""
    spread = given.std(axis=0)
    return np.asarray((given - given.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def _fitted(design: Floats, y: Floats) -> Floats:
    """Maximum likelihood by Newton's steps."""
    coef = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        share = expit(design @ coef)
        weight = share * (1 - share)
        if np.abs(design @ coef).max() > _FARTHEST:
            break
        step = np.linalg.solve(design.T @ (design * weight[:, None]), design.T @ (y - share))
        coef = coef + step
        if np.abs(step).max() < _TOLERANCE:
            return np.asarray(coef)
    raise ValueError("the covariates tell the outcome of some subjects for sure: no model fits")


def _predicted(coef: Floats, design: Floats, treated: float) -> Floats:
    """The share of each subject, had all been treated so."""
    as_if = design.copy()
    as_if[:, 1] = treated
    return np.asarray(expit(as_if @ coef))


def _weighed(arm: Flags) -> Floats:
    """What a residual of each subject does to the difference: plus or minus one by the share."""
    share = arm.mean()
    return np.asarray(np.where(arm, 1 / share, -1 / (1 - share)))


def _left_out(coef: Floats, design: Floats, y: Floats) -> Floats:
    """Residuals, about as they were if the model had been fitted without the subject."""
    share = expit(design @ coef)
    weight = share * (1 - share)
    inverse = np.linalg.inv(design.T @ (design * weight[:, None]))
    leverage = weight * np.einsum("ij,jk,ik->i", design, inverse, design)
    return np.asarray((y - share) / (1 - leverage))
