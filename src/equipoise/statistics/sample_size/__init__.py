"""How large must a trial be, how long will it take, and how likely is it to succeed?"""

from equipoise.statistics.sample_size.assurance import (
    BetaPrior,
    DiscretePrior,
    NormalPrior,
    assurance,
)
from equipoise.statistics.sample_size.average_hazard_ratio import (
    AverageHazardRatio,
    average_hazard_ratio,
    average_hazard_ratio_power,
    size_by_average_hazard_ratio,
)
from equipoise.statistics.sample_size.events import (
    detectable_hazard_ratio,
    freedman_events,
    log_rank_information,
    schoenfeld_events,
    schoenfeld_power,
)
from equipoise.statistics.sample_size.expected_events import (
    Accrual,
    Arm,
    ExpectedCounts,
    Hazard,
    TwoArms,
    expected_counts,
    time_of_events,
)
from equipoise.statistics.sample_size.group_sequential import (
    SurvivalLook,
    accrual_for_events,
    expected_looks,
    inflate,
)
from equipoise.statistics.sample_size.lachin_foulkes import (
    ProportionalHazards,
    SurvivalSize,
    duration_for_accrual,
    lachin_foulkes_power,
    size_for_duration,
    size_for_follow_up,
)
from equipoise.statistics.sample_size.shares import SharesSize, size_for_shares

__all__ = [
    "Accrual",
    "Arm",
    "AverageHazardRatio",
    "BetaPrior",
    "DiscretePrior",
    "ExpectedCounts",
    "Hazard",
    "NormalPrior",
    "ProportionalHazards",
    "SharesSize",
    "SurvivalLook",
    "SurvivalSize",
    "TwoArms",
    "accrual_for_events",
    "assurance",
    "average_hazard_ratio",
    "average_hazard_ratio_power",
    "detectable_hazard_ratio",
    "duration_for_accrual",
    "expected_counts",
    "expected_looks",
    "freedman_events",
    "inflate",
    "lachin_foulkes_power",
    "log_rank_information",
    "schoenfeld_events",
    "schoenfeld_power",
    "size_by_average_hazard_ratio",
    "size_for_duration",
    "size_for_follow_up",
    "size_for_shares",
    "time_of_events",
]
