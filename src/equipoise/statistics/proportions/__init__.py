"""How sure may one be of a share of subjects and of the difference of two, and what can be found
with how many?

Group 1 is the experimental one, group 0 the control; differences are p1 - p0.
"""

from equipoise.statistics.proportions.adjusted import AdjustedDifference, standardized_difference
from equipoise.statistics.proportions.exact_power import (
    Ratio,
    SubjectsPerArm,
    lowest_terms,
    n_per_arm_by_formula,
    n_per_arm_for,
    power_of,
    rejection_region,
    size_of,
)
from equipoise.statistics.proportions.intervals import (
    Interval,
    clopper_pearson,
    miettinen_nurminen,
    newcombe,
    wilson,
)
from equipoise.statistics.proportions.margin_tests import (
    FarringtonManning,
    ScoreComparison,
    farrington_manning,
)
from equipoise.statistics.proportions.power_by_size import SawTooth, saw_tooth
from equipoise.statistics.proportions.repeated import (
    RepeatedStopping,
    repeated_power_of,
    repeated_size_of,
    repeated_stopping_of,
)
from equipoise.statistics.proportions.stratified import (
    StratifiedComparison,
    cochran_mantel_haenszel,
    heterogeneity,
    stratified_miettinen_nurminen,
)
from equipoise.statistics.proportions.stratified_power import (
    LargestSize,
    cmh_power_by_formula,
    cmh_power_of,
    cmh_size_of,
)
from equipoise.statistics.proportions.two_shares import Test, boschloo, fisher, p_values, pooled_z
from equipoise.statistics.proportions.two_stage import SimonDesigns, TwoStage, simon_two_stage
from equipoise.statistics.proportions.two_stage_estimate import TwoStageResult, two_stage_result
from equipoise.statistics.proportions.unconditional import binomial, exceeds, largest_probability

__all__ = [
    "AdjustedDifference",
    "FarringtonManning",
    "Interval",
    "LargestSize",
    "Ratio",
    "RepeatedStopping",
    "SawTooth",
    "ScoreComparison",
    "SimonDesigns",
    "StratifiedComparison",
    "SubjectsPerArm",
    "Test",
    "TwoStage",
    "TwoStageResult",
    "binomial",
    "boschloo",
    "clopper_pearson",
    "cmh_power_by_formula",
    "cmh_power_of",
    "cmh_size_of",
    "cochran_mantel_haenszel",
    "exceeds",
    "farrington_manning",
    "fisher",
    "heterogeneity",
    "largest_probability",
    "lowest_terms",
    "miettinen_nurminen",
    "n_per_arm_by_formula",
    "n_per_arm_for",
    "newcombe",
    "p_values",
    "pooled_z",
    "power_of",
    "rejection_region",
    "repeated_power_of",
    "repeated_size_of",
    "repeated_stopping_of",
    "saw_tooth",
    "simon_two_stage",
    "size_of",
    "standardized_difference",
    "stratified_miettinen_nurminen",
    "two_stage_result",
    "wilson",
]
