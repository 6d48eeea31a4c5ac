"""What is to be estimated, and how is it analyzed? Estimands (ICH E9(R1)) and the analyses that
belong to them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

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

    event: Event = Field(description="one that the rules of the endpoints know")
    strategy: Strategy = Field(description="as the analysis carries it out; another is refused")
    handled: str = Field("", description="what that means here, in words")


class Estimand(Model):
    """The five attributes of ICH E9(R1) A.3."""

    treatment: str = Field(description="the treatments that are compared, in words")
    population: str = Field(description="the id of one of the protocol's populations")
    variable: str = Field(description="what is measured of each participant, in words")
    intercurrent: tuple[IntercurrentEvent, ...] = Field(
        description="events that change the meaning of the variable, and what is done with them"
    )
    summary: Literal[
        "difference of proportions", "hazard ratio", "median", "number and percentage by grade"
    ] = Field(description="how the arms are compared")


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
    "tipping_point",
]
Covariate = Literal["strata", "age", "sex", "ecog", "organs", "liver_only", "sum_mm"]
"""What is known of everybody at randomization: the strata as randomized, and the characteristics of
the table of baseline.
"""


class BinaryAnalysis(Model):
    """A comparison of proportions."""

    kind: Literal["binary"]
    primary_test: Literal["boschloo", "fisher", "cmh"] | None = Field(
        None, description="two-sided; a primary endpoint has one, others are nominal"
    )
    interval: Literal["miettinen_nurminen"] = Field(description="of the difference of proportions")
    missing: Literal["failure"] = Field(
        description="how a response that is missing or not evaluable counts"
    )
    sensitivity: tuple[Sensitivity, ...] = Field(
        (), description="analyses that are shown beside the primary one"
    )
    covariates: tuple[Covariate, ...] = Field(
        (), description="known at randomization; the difference is shown adjusted for them too"
    )

    @model_serializer(mode="wrap")
    def _as_adopted(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without covariates where none are declared: ledgers hold the hash of protocols that were
        adopted before there were any.
        """
        told: dict[str, Any] = write(self)
        if not self.covariates:
            del told["covariates"]
        return told


class TimeToEventAnalysis(Model):
    """A comparison of times to an event, under one or more sets of censoring rules."""

    kind: Literal["time_to_event"]
    rules: tuple[str, ...] = Field(
        min_length=1,
        description="a set of censoring rules, for progression-free survival, or another endpoint",
    )
    stratified: bool = Field(
        description="whether test and hazard ratio are stratified by the strata"
    )


CtcaeVersion = Literal["5.0", "6.0"]
"""The versions of the Common Terminology Criteria for Adverse Events whose grades are known."""


class SafetyAnalysis(Model):
    """Worst grade per subject and term."""

    kind: Literal["safety"]
    ctcae: CtcaeVersion = Field(description="version by which sites grade")


Analysis = Annotated[
    BinaryAnalysis | TimeToEventAnalysis | SafetyAnalysis, Field(discriminator="kind")
]
