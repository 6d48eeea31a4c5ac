"""How much do characteristics multiply the hazard, whatever the hazard is?"""

from equipoise.statistics.cox.fit import Ties, fit_cox
from equipoise.statistics.cox.likelihood import two_group_cox
from equipoise.statistics.cox.model import CoxFit
from equipoise.statistics.cox.proportionality import ProportionalityTest, proportionality_test
from equipoise.statistics.cox.residuals import (
    BaselineHazard,
    SchoenfeldResiduals,
    baseline_hazard,
    dfbeta,
    martingale_residuals,
    schoenfeld_residuals,
    score_residuals,
)

__all__ = [
    "BaselineHazard",
    "CoxFit",
    "ProportionalityTest",
    "SchoenfeldResiduals",
    "Ties",
    "baseline_hazard",
    "dfbeta",
    "fit_cox",
    "martingale_residuals",
    "proportionality_test",
    "schoenfeld_residuals",
    "score_residuals",
    "two_group_cox",
]
