"""How long until it happens, when for some it has not happened yet?"""

from equipoise.statistics.survival.combination import MaxCombo, max_combo, max_combo_of_scores
from equipoise.statistics.survival.competing_risks import (
    CumulativeIncidence,
    GrayTest,
    cumulative_incidence,
    gray_test,
)
from equipoise.statistics.survival.curve import (
    Quantile,
    SurvivalCurve,
    Transformation,
    kaplan_meier,
    median_of_sorted,
)
from equipoise.statistics.survival.means import (
    MeanContrast,
    MeanTime,
    RestrictedMean,
    restricted_mean,
)
from equipoise.statistics.survival.rank_sums import two_group_log_rank, two_group_scores
from equipoise.statistics.survival.rank_tests import (
    FlemingHarrington,
    LogRank,
    LogRankScores,
    ModestWeight,
    Weight,
    log_rank,
    weight_row,
    weighted_log_rank_scores,
)

__all__ = [
    "CumulativeIncidence",
    "FlemingHarrington",
    "GrayTest",
    "LogRank",
    "LogRankScores",
    "MaxCombo",
    "MeanContrast",
    "MeanTime",
    "ModestWeight",
    "Quantile",
    "RestrictedMean",
    "SurvivalCurve",
    "Transformation",
    "Weight",
    "cumulative_incidence",
    "gray_test",
    "kaplan_meier",
    "log_rank",
    "max_combo",
    "max_combo_of_scores",
    "median_of_sorted",
    "restricted_mean",
    "two_group_log_rank",
    "two_group_scores",
    "weight_row",
    "weighted_log_rank_scores",
]
