"""How are tumors assessed? RECIST 1.1 with its named choices, and whose reading decides."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, field_validator

from equipoise.protocol.base import Model
from equipoise.protocol.measure import Measure
from equipoise.protocol.provenance import Sourced
from equipoise.terms.quantity import Quantity, convert


def micrometers(length: Quantity) -> int:
    """A declared length in thousandths of a millimeter. Raises ValueError for what is no length or
    falls between two.
    """
    millimeters = convert(length.value, length.unit, "mm")
    if millimeters is None or millimeters * 1000 % 1:
        raise ValueError(
            f"assessment: found {length}, expected a length in mm or cm, to a thousandth of a"
            " millimeter"
        )
    return int(millimeters * 1000)


class RecistRules(Sourced):
    """Thresholds and named choices of RECIST 1.1."""

    version: Literal["1.1"] = Field(description="the version of RECIST that the rules carry out")
    diameter: Measure = Field(description="least longest diameter of a measurable lesion")
    short_axis: Measure = Field(description="least short axis of a measurable node")
    node_normal: Measure = Field(description="a node with a shorter short axis is normal")
    too_small: Measure = Field(
        description="length that a target counts which is too small to measure"
    )
    max_targets: int = Field(description="most target lesions")
    max_per_organ: int = Field(description="most target lesions in one organ")
    pr_percent: int = Field(
        description="decrease of the sum from baseline that is a partial response"
    )
    pd_percent: int = Field(description="increase of the sum from its nadir that is progression")
    pd_absolute: Measure = Field(
        description="and the length by which the sum must have grown at least"
    )
    choices: dict[str, bool | int] = Field(
        description="one for each switch; docs/rules/recist.md shows what it does"
    )


class Confirmation(Model):
    """What confirms a response (RECIST 1.1 4.4.3)."""

    min_days: int = Field(
        gt=0, description="days from the first CR or PR to the one that confirms it"
    )
    intervening_ne_allowed: int = Field(
        ge=0, description="how many scans between the two may be not evaluable"
    )
    intervening_sd_allowed: bool = Field(
        description="whether stable disease may come between PR and PR"
    )


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
    recorded_precision: Measure = Field(
        Quantity(Decimal(1), "mm"),
        description="to which lengths are recorded; a finer entry is asked about, never rounded",
    )
    scan_visit: str = Field(description="id of the visit in the schedule")
    sd_min_days: int = Field(
        gt=0, description="days from randomization that stable disease must last"
    )
    sd_min_days_sensitivity: int = Field(
        gt=0, description="the same, for the sensitivity analysis `shorter_sd`"
    )
    late_control_days: int = Field(
        gt=0, description="sensitivity: control still there on this day or later"
    )
    confirmation: Confirmation | None = Field(description="null: unconfirmed best response")
    recist: RecistRules = Field(description="thresholds and switches of RECIST 1.1")

    @field_validator("recorded_precision")
    @classmethod
    def _is_a_step(cls, step: Quantity) -> Quantity:
        if micrometers(step) <= 0:
            raise ValueError(f"found {step}, expected a length above 0")
        return step
