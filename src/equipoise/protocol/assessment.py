"""How are tumors assessed? RECIST 1.1 with its named choices, and whose reading decides."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from equipoise.protocol.base import Model
from equipoise.protocol.measure import Measure
from equipoise.protocol.provenance import Sourced


class RecistRules(Sourced):
    """Thresholds and named choices of RECIST 1.1; see assessments.rules for what each of them
    does.
    """

    version: Literal["1.1"]
    diameter: Measure
    short_axis: Measure
    node_normal: Measure
    too_small: Measure
    max_targets: int
    max_per_organ: int
    pr_percent: int
    pd_percent: int
    pd_absolute: Measure
    choices: dict[str, bool | int] = Field(
        description="one entry for each switch of assessments.policy"
    )


class Confirmation(Model):
    """What confirms a response (RECIST 1.1 4.4.3)."""

    min_days: int = Field(gt=0)
    intervening_ne_allowed: int = Field(ge=0)
    intervening_sd_allowed: bool


class Assessment(Sourced):
    """How tumors are assessed, and whose reading decides."""

    reader: str = Field(description="evaluator (RSEVAL) whose response is primary")
    blinded: bool = Field(description="the reader does not know the arm")
    derived: Literal["sensitivity", "primary"] = Field(
        description="standing of the response derived from the lesions"
    )
    modality: tuple[str, ...] = Field(
        min_length=1, description="CDISC METHOD of the scans; one by another is asked about"
    )
    scan_visit: str = Field(description="id of the visit in the schedule")
    sd_min_days: int = Field(gt=0)
    sd_min_days_sensitivity: int = Field(gt=0)
    late_control_days: int = Field(
        gt=0, description="sensitivity: control still there on this day or later"
    )
    confirmation: Confirmation | None = Field(description="null: unconfirmed best response")
    recist: RecistRules
