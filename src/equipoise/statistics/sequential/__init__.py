"""When may a trial stop early, and what may be said after it did?"""

from equipoise.statistics.sequential.boundaries import (
    HaybittlePeto,
    OBrienFleming,
    Pocock,
    WangTsiatis,
)
from equipoise.statistics.sequential.characteristics import (
    OperatingCharacteristics,
    operating_characteristics,
)
from equipoise.statistics.sequential.conditional_power import conditional_power, predictive_power
from equipoise.statistics.sequential.design import (
    GroupSequentialDesign,
    design_group_sequential,
    update_information,
    without_futility,
)
from equipoise.statistics.sequential.futility import (
    BetaSpending,
    ConditionalPowerFutility,
    FutilityBounds,
)
from equipoise.statistics.sequential.inference import (
    FinalInference,
    Interval,
    final_inference,
    repeated_interval,
    repeated_p_value,
    stagewise_p_value,
)
from equipoise.statistics.sequential.spending import (
    HwangShihDeCani,
    KimDeMets,
    OBrienFlemingSpending,
    PocockSpending,
    SpendingFunction,
    TabulatedSpending,
)

__all__ = [
    "BetaSpending",
    "ConditionalPowerFutility",
    "FinalInference",
    "FutilityBounds",
    "GroupSequentialDesign",
    "HaybittlePeto",
    "HwangShihDeCani",
    "Interval",
    "KimDeMets",
    "OBrienFleming",
    "OBrienFlemingSpending",
    "OperatingCharacteristics",
    "Pocock",
    "PocockSpending",
    "SpendingFunction",
    "TabulatedSpending",
    "WangTsiatis",
    "conditional_power",
    "design_group_sequential",
    "final_inference",
    "operating_characteristics",
    "predictive_power",
    "repeated_interval",
    "repeated_p_value",
    "stagewise_p_value",
    "update_information",
    "without_futility",
]
