"""How large is the trial, when does it look and end, and what is that based on?"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from equipoise.protocol.base import Model
from equipoise.protocol.provenance import Sourced


class Observed(Model):
    """Patients with the primary endpoint, of how many."""

    events: int = Field(ge=0, description="patients who reached the endpoint")
    n: int = Field(gt=0, description="of so many")

    @model_validator(mode="after")
    def _no_more_than_all(self) -> Observed:
        if self.events > self.n:
            raise ValueError(
                f"events is {self.events} of n {self.n}; expected no more events than patients"
            )
        return self


class Scenario(Sourced):
    """An assumption about the primary endpoint, for power."""

    id: str = Field(description="its name in tables and figures")
    label: str = Field(description="what people read")
    control: Decimal = Field(
        gt=0, lt=1, description="share who reach the endpoint in the control arm"
    )
    experimental: Decimal = Field(
        gt=0, lt=1, description="share who reach it in the experimental arm"
    )
    control_observed: Observed | None = Field(
        None, description="the counts behind the shares, for assurance"
    )
    experimental_observed: Observed | None = Field(
        None, description="the counts behind the experimental share"
    )
    source: str = Field(description="where the shares were taken from")


class Hypotheses(Model):
    """What the primary analysis decides between (ICH E9 3.3.2)."""

    h0: str = Field(description="what is to be rejected")
    h1: str = Field(description="what is to be shown")


class EarlyLook(Model):
    """A look at the primary endpoint before the end, when so many participants can be judged."""

    participants: int = Field(gt=1, description="so many can be judged when the look is taken")


class Design(Sourced):
    """The size of the trial and what it was, or was not, based on."""

    masking: Literal["OPEN LABEL", "SINGLE BLIND", "DOUBLE BLIND"] = Field(
        description="CDISC TBLIND: who knows the arm that was given"
    )
    hypotheses: Hypotheses = Field(description="in words")
    participants: int = Field(gt=0, description="randomized, both arms together")
    alpha: Decimal = Field(gt=0, lt=1, description="two-sided")
    power: Decimal = Field(gt=0, lt=1, description="for which the needed size is shown")
    looks: tuple[EarlyLook, ...] = Field(
        (), description="at efficacy, before the end; none: nothing is spent early"
    )
    spending: Literal["obrien_fleming", "pocock", "obrien_fleming_spending", "pocock_spending"] = (
        Field(
            description=(
                "how alpha is spent if there are looks, and what a look would cost if there are"
                " none"
            )
        )
    )
    scenarios: tuple[Scenario, ...] = Field(description="assumptions about the truth, for power")
    control_median_pfs_months: Decimal = Field(
        description="shows what the day of the first scan decides"
    )
    first_scan_weeks: tuple[int, ...] = Field(
        description="days of the first scan that are compared, in weeks"
    )

    @model_validator(mode="after")
    def _looks_rise(self) -> Design:
        sizes = [look.participants for look in self.looks]
        if sizes != sorted(set(sizes)) or any(size >= self.participants for size in sizes):
            raise ValueError(
                f"looks at {sizes} participants; expected rising numbers under {self.participants}"
            )
        return self


class Cutoff(Sourced):
    """When the data are cut."""

    primary_days_after_last_randomization: int = Field(
        description="days until the primary endpoint is analyzed"
    )
    os_months_after_last_randomization: int = Field(description="months until survival is analyzed")
