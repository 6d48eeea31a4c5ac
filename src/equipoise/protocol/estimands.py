"""What is to be estimated, and how is it analyzed? Estimands (ICH E9(R1)) and the analyses that
belong to them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from equipoise.protocol.base import Model


class IntercurrentEvent(Model):
    """An event after randomization that affects the meaning or existence of the variable (ICH
    E9(R1) A.3.3).
    """

    event: str
    strategy: Literal[
        "treatment policy", "hypothetical", "composite", "while on treatment", "principal stratum"
    ]
    handled: str = ""


class Estimand(Model):
    """The five attributes of ICH E9(R1) A.3."""

    treatment: str
    population: str
    variable: str
    intercurrent: tuple[IntercurrentEvent, ...]
    summary: str


Sensitivity = Literal[
    "boschloo",
    "fisher",
    "cmh",
    "best_case",
    "worst_case",
    "per_protocol",
    "evaluable",
    "derived_response",
    "shorter_sd",
    "late_control",
]


class BinaryAnalysis(Model):
    """A comparison of proportions."""

    kind: Literal["binary"]
    primary_test: Literal["boschloo", "fisher", "cmh"] | None = None
    interval: Literal["miettinen_nurminen"]
    sensitivity: tuple[Sensitivity, ...] = ()


class TimeToEventAnalysis(Model):
    """A comparison of times to an event, under one or more sets of censoring rules."""

    kind: Literal["time_to_event"]
    rules: tuple[str, ...] = Field(
        description="a set of censoring rules, for progression-free survival, or another endpoint"
    )
    stratified: bool


class SafetyAnalysis(Model):
    """Worst grade per subject and term."""

    kind: Literal["safety"]
    ctcae: Literal["5.0", "6.0"]


Analysis = Annotated[
    BinaryAnalysis | TimeToEventAnalysis | SafetyAnalysis, Field(discriminator="kind")
]
