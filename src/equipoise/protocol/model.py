"""What does a protocol declare? The whole trial, as frozen models that a YAML file is validated
into.

Each block says in `from` where its values come from: `record` (the registered text), `mirror`
(another copy of the record) or the id of an assumption; a mapping gives single fields a provenance
of their own (`"*"` is the rest).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from equipoise.protocol.base import Model
from equipoise.protocol.criteria import AnyRule
from equipoise.protocol.estimands import Analysis, BinaryAnalysis, Estimand
from equipoise.protocol.forms import Form
from equipoise.protocol.measure import Measure
from equipoise.protocol.panel import RasPanel
from equipoise.protocol.provenance import Assumption, Sourced, provenance_problems
from equipoise.terms.verdict import Verdict, all_of


class Registration(Sourced):
    """The registered record."""

    id: str
    title: str
    sponsor: str
    phase: str
    design: str
    status: str
    start: str
    end: str
    condition: str
    summary: str
    traps: tuple[str, ...] = Field(
        (), description="what a reader of the record must know before using it"
    )


class Arm(Sourced):
    """One arm of the trial."""

    id: str
    label: str
    role: Literal["experimental", "control"]
    ratio: int = Field(ge=1)


class Criterion(Sourced):
    """One criterion: the registered wording beside its executable form. Met always means: does not
    block entry.
    """

    id: str
    registered: str | None = Field(
        description="the wording in the record; null for a criterion added by assumption"
    )
    short: str
    rule: AnyRule
    note: str | None = None


class Eligibility(Model):
    """Who may enter."""

    inclusion: tuple[Criterion, ...]
    exclusion: tuple[Criterion, ...]
    added: tuple[Criterion, ...] = ()

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria in the order in which they are asked."""
        return self.inclusion + self.exclusion + self.added


class ValueStratum(Sourced):
    """A stratum read from the latest record that matches."""

    kind: Literal["record_value"]
    id: str
    label: str
    domain: str
    where: dict[str, str]
    variable: str
    levels: dict[str, tuple[str, ...]] = Field(
        description="level -> values; any other value is unknown"
    )


class IntervalLevel(Model):
    """Months from `at_least` (included) to `below` (excluded)."""

    at_least: Decimal | None = None
    below: Decimal | None = None


class IntervalStratum(Sourced):
    """A stratum from the months between the end of the last matching record and randomization."""

    kind: Literal["months_since"]
    id: str
    label: str
    domain: str
    where: dict[str, str]
    variable: str
    levels: dict[str, IntervalLevel]


Stratum = Annotated[ValueStratum | IntervalStratum, Field(discriminator="kind")]


class Randomization(Sourced):
    """How arms are allocated."""

    method: Literal["stratified permuted blocks"]
    block_sizes: tuple[int, ...] = Field(min_length=1)
    strata: tuple[Stratum, ...]
    requires_intended_chemotherapy: bool
    first_dose_within_days: int = Field(gt=0)

    def words(self) -> str:
        """The method and its numbers."""
        sizes = " and ".join(str(size) for size in self.block_sizes)
        return f"{self.method}, blocks of {sizes} in random order"


class Visit(Sourced):
    """When something is due: once, or again and again from an anchor."""

    id: str
    label: str
    anchor: Literal["randomization", "first_dose", "last_dose", "progression"]
    day: int = Field(description="days from the anchor to the first occurrence")
    every_days: int | None = Field(None, gt=0)
    before_days: int = Field(ge=0, description="how much earlier it may happen")
    after_days: int = Field(ge=0, description="how much later it may happen")
    until: Literal["progression", "end_of_treatment", "death", "once"] = "once"
    forms: tuple[str, ...]

    @model_validator(mode="after")
    def _repeats_until(self) -> Visit:
        if (self.every_days is None) != (self.until == "once"):
            raise ValueError(f"visit {self.id!r}: every_days and until belong together")
        return self


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
    derived: Literal["sensitivity", "primary"] = Field(
        description="standing of the response derived from the lesions"
    )
    modality: tuple[str, ...]
    scan_visit: str = Field(description="id of the visit in the schedule")
    sd_min_days: int = Field(gt=0)
    sd_min_days_sensitivity: int = Field(gt=0)
    late_control_days: int = Field(
        gt=0, description="sensitivity: control still there on this day or later"
    )
    confirmation: Confirmation | None = Field(description="null: unconfirmed best response")
    recist: RecistRules


class Endpoint(Sourced):
    """An endpoint as an estimand with its analysis."""

    id: str
    label: str
    role: Literal["primary", "secondary"]
    responses: tuple[str, ...] = Field((), description="best responses that count as an event")
    estimand: Estimand
    analysis: Analysis


class Population(Sourced):
    """An analysis population."""

    id: str
    definition: str
    rule: Literal[
        "randomized", "received_experimental_drug", "treated_as_planned", "baseline_and_one_scan"
    ]


class Observed(Model):
    """Patients with the primary endpoint, of how many."""

    events: int = Field(ge=0)
    n: int = Field(gt=0)

    @model_validator(mode="after")
    def _no_more_than_all(self) -> Observed:
        if self.events > self.n:
            raise ValueError(
                f"events is {self.events} of n {self.n}; expected no more events than patients"
            )
        return self


class Scenario(Sourced):
    """An assumption about the primary endpoint, for power."""

    id: str
    label: str
    control: Decimal = Field(gt=0, lt=1)
    experimental: Decimal = Field(gt=0, lt=1)
    control_observed: Observed | None = Field(
        None, description="the counts behind the shares, for assurance"
    )
    experimental_observed: Observed | None = None
    source: str


class Hypotheses(Model):
    """What the primary analysis decides between (ICH E9 3.3.2)."""

    h0: str
    h1: str


class EarlyLook(Model):
    """A look at the primary endpoint before the end, when so many participants can be judged."""

    participants: int = Field(gt=1)


class Design(Sourced):
    """The size of the trial and what it was, or was not, based on."""

    hypotheses: Hypotheses
    participants: int = Field(gt=0)
    alpha: Decimal = Field(gt=0, lt=1, description="two-sided")
    power: Decimal = Field(gt=0, lt=1, description="for which the needed size is shown")
    interim: str
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
    scenarios: tuple[Scenario, ...]
    control_median_pfs_months: Decimal
    first_scan_weeks: tuple[int, ...]

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

    primary_days_after_last_randomization: int
    os_months_after_last_randomization: int


class CensoringRules(Sourced):
    """The named choices of one set of rules for progression-free survival (DOMAIN: time to
    event).
    """

    no_baseline_scan: Literal["censor", "ignore"]
    progression_date: Literal["dated", "scan"] = Field(
        description="a new lesion's first sight, or the scan"
    )
    clinical_progression: Literal["censor", "event", "ignore"]
    new_therapy: Literal["censor", "event", "ignore"]
    death: Literal["event", "censor"]
    missed_visits: Literal["censor", "ignore"] = Field(
        description="an event after more than one missed visit"
    )
    strategy: dict[str, str] = Field(description="E9(R1) strategy by intercurrent event")


class Treatment(Sourced):
    """One rule of treatment, in words and, where the commands use it, in figures."""

    id: str
    text: str
    values: dict[str, str] = Field(default_factory=dict)


class Regimen(Sourced):
    """A chemotherapy the MDT may choose."""

    id: str
    for_: str = Field(alias="for")
    irinotecan: bool
    drugs: tuple[str, ...]


class Conduct(Sourced):
    """Figures that the commands use."""

    cycle_days: int
    consent_before_entry: bool
    earlier_results_label: str = Field(
        description="how standard-of-care results from before consent are marked"
    )
    adverse_events_days_after_last_dose: int
    washout_days: int
    safety_review_after: int


class Protocol(Model):
    """The trial."""

    equipoise: Literal[1] = Field(description="version of this file format")
    version: str
    registration: Registration
    design: Design
    arms: tuple[Arm, ...] = Field(min_length=2)
    eligibility: Eligibility
    molecular: dict[str, RasPanelBlock]
    randomization: Randomization
    conduct: Conduct
    regimens: tuple[Regimen, ...]
    treatment: tuple[Treatment, ...]
    schedule: tuple[Visit, ...]
    assessment: Assessment
    censoring: dict[str, CensoringRules]
    endpoints: tuple[Endpoint, ...]
    populations: tuple[Population, ...]
    cutoff: Cutoff
    forms: tuple[Form, ...]
    assumptions: dict[str, Assumption]

    @model_validator(mode="after")
    def _consistent(self) -> Protocol:
        found = _contradictions(self)
        if found:
            raise ValueError("\n".join(found))
        return self

    @property
    def id(self) -> str:
        """The registry number."""
        return self.registration.id

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria."""
        return self.eligibility.criteria

    @property
    def control(self) -> Arm:
        """The arm that the others are compared with."""
        return next(arm for arm in self.arms if arm.role == "control")

    @property
    def experimental(self) -> Arm:
        """The arm under test."""
        return next(arm for arm in self.arms if arm.role == "experimental")

    @property
    def primary(self) -> Endpoint:
        """The one primary endpoint."""
        return next(endpoint for endpoint in self.endpoints if endpoint.role == "primary")

    def form(self, form_id: str) -> Form | None:
        """The form with this id."""
        return next((form for form in self.forms if form.id == form_id), None)

    def visit(self, visit_id: str) -> Visit:
        """The visit of the schedule with this id."""
        return next(visit for visit in self.schedule if visit.id == visit_id)


class RasPanelBlock(RasPanel, Sourced):
    """A panel with its provenance."""


def _unique(what: str, ids: list[str]) -> list[str]:
    return [
        f"{what}: the id {one!r} stands {ids.count(one)} times, expected once"
        for one in sorted(set(ids))
        if ids.count(one) > 1
    ]


def _contradictions(trial: Protocol) -> list[str]:
    """What single fields cannot show: roles, references and the participant without data."""
    found = _unique("criteria", [c.id for c in trial.criteria]) + _unique(
        "forms", [f.id for f in trial.forms]
    )
    for role in ("experimental", "control"):
        if (n := sum(arm.role == role for arm in trial.arms)) != 1:
            found.append(f"arms: found {n} with the role {role}, expected exactly one")
    primaries = [e for e in trial.endpoints if e.role == "primary"]
    if len(primaries) != 1:
        found.append(f"endpoints: found {len(primaries)} primary endpoints, expected exactly one")
    if any(
        isinstance(e.analysis, BinaryAnalysis) and e.analysis.primary_test is None
        for e in primaries
    ):
        found.append("endpoints: the primary endpoint has no primary_test")
    ratio = sum(arm.ratio for arm in trial.arms)
    found += [
        f"randomization.block_sizes: {b} is not a multiple of the {ratio} places of the ratio"
        for b in trial.randomization.block_sizes
        if b % ratio
    ]
    known = {form.id for form in trial.forms}
    found += [
        f"schedule.{visit.id}.forms: no form {form!r}; known are {', '.join(sorted(known))}"
        for visit in trial.schedule
        for form in visit.forms
        if form not in known
    ]
    if trial.assessment.scan_visit not in {visit.id for visit in trial.schedule}:
        found.append(
            f"assessment.scan_visit: no visit {trial.assessment.scan_visit!r} in the schedule"
        )
    if all_of(c.rule.without_data() for c in trial.criteria) is Verdict.MET:
        found.append(
            "eligibility: a participant without any data would be eligible; "
            "state at least one criterion that only data can meet"
        )
    return found + provenance_problems(trial, trial.assumptions)


Protocol.model_rebuild()
