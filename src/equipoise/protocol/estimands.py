"""What is to be estimated, and how is it analyzed? Estimands (ICH E9(R1)) and the analyses that
belong to them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from equipoise.protocol.base import Model

Event = Literal[
    "new anticancer therapy", "death", "clinical progression", "study treatment stopped"
]
"""The intercurrent events that the rules of the endpoints know."""

Strategy = Literal[
    "treatment policy", "hypothetical", "composite", "while on treatment", "principal stratum"
]
"""ICH E9(R1) A.3.2."""


class IntercurrentEvent(Model):
    """An event after randomization that affects the meaning or existence of the variable (ICH
    E9(R1) A.3.3). Missing data are none; how they are handled belongs to the analysis.
    """

    event: Event
    strategy: Strategy
    handled: str = Field("", description="what that means here, in words")


class Estimand(Model):
    """The five attributes of ICH E9(R1) A.3."""

    treatment: str
    population: str = Field(description="the id of one of the protocol's populations")
    variable: str
    intercurrent: tuple[IntercurrentEvent, ...]
    summary: Literal[
        "difference of proportions", "hazard ratio", "median", "number and percentage by grade"
    ]


Sensitivity = Literal[
    "boschloo",
    "fisher",
    "cmh",
    "best_case",
    "worst_case",
    "per_protocol",
    "evaluable",
    "other_reading",
    "shorter_sd",
    "late_control",
]


class BinaryAnalysis(Model):
    """A comparison of proportions."""

    kind: Literal["binary"]
    primary_test: Literal["boschloo", "fisher", "cmh"] | None = None
    interval: Literal["miettinen_nurminen"]
    missing: Literal["failure"] = Field(
        description="how a response that is missing or not evaluable counts"
    )
    sensitivity: tuple[Sensitivity, ...] = ()


class TimeToEventAnalysis(Model):
    """A comparison of times to an event, under one or more sets of censoring rules."""

    kind: Literal["time_to_event"]
    rules: tuple[str, ...] = Field(
        min_length=1,
        description="a set of censoring rules, for progression-free survival, or another endpoint",
    )
    stratified: bool


class SafetyAnalysis(Model):
    """Worst grade per subject and term."""

    kind: Literal["safety"]
    ctcae: Literal["5.0", "6.0"]


Analysis = Annotated[
    BinaryAnalysis | TimeToEventAnalysis | SafetyAnalysis, Field(discriminator="kind")
]
