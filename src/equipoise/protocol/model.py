"""What does a protocol declare? The whole trial, as frozen models that a YAML file is validated
into.

Each block says in `from` where its values come from: `record` (the registered text), `mirror`
(another copy of the record) or the id of an assumption; a mapping gives single fields a provenance
of their own (`"*"` is the rest).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, PositiveInt, model_validator

from equipoise.protocol.assessment import Assessment
from equipoise.protocol.base import Model, found_once
from equipoise.protocol.criteria import AnyRule
from equipoise.protocol.design import Cutoff, Design
from equipoise.protocol.estimands import (
    Analysis,
    BinaryAnalysis,
    CtcaeVersion,
    Estimand,
    Event,
    SafetyAnalysis,
    Strategy,
)
from equipoise.protocol.forms import Form
from equipoise.protocol.measure import Measure
from equipoise.protocol.panel import RasPanel
from equipoise.protocol.provenance import Assumption, Sourced, provenance_problems
from equipoise.protocol.randomization import Randomization
from equipoise.protocol.schedule import Rhythm, Visit
from equipoise.terms.verdict import Verdict, all_of


class Registration(Sourced):
    """The registered record."""

    id: str = Field(description="registry number")
    title: str = Field(description="as registered")
    sponsor: str = Field(description="as registered")
    phase: str = Field(description="as registered")
    design: str = Field(description="as registered; may not contradict `design.masking`")
    status: str = Field(description="as registered")
    start: str = Field(description="planned")
    end: str = Field(description="planned")
    condition: str = Field(description="as registered")
    summary: str = Field(description="in one sentence")
    traps: tuple[str, ...] = Field(
        (), description="what a reader of the record must know before using it"
    )


class Arm(Sourced):
    """One arm of the trial."""

    id: str = Field(description="by which lists, ledger and results name it")
    label: str = Field(description="what people read")
    role: Literal["experimental", "control"] = Field(
        description="one arm is experimental, one is control"
    )
    ratio: int = Field(ge=1, description="places in each block, against those of the other arm")


class Criterion(Sourced):
    """One criterion: the registered wording beside its executable form. Met always means: does not
    block entry.
    """

    id: str = Field(description="by which verdicts and attestations name it")
    registered: str | None = Field(
        description="the wording in the record; null for a criterion added by assumption"
    )
    short: str = Field(description="what tables show")
    rule: AnyRule = Field(description="the executable form; one of the kinds below")
    note: str | None = Field(None, description="what a reader must know")


class Eligibility(Model):
    """Who may enter."""

    inclusion: tuple[Criterion, ...] = Field(description="as registered")
    exclusion: tuple[Criterion, ...] = Field(
        description="as registered; met means that it does not exclude"
    )
    added: tuple[Criterion, ...] = Field((), description="by assumption")

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria in the order in which they are asked."""
        return self.inclusion + self.exclusion + self.added


class Endpoint(Sourced):
    """An endpoint as an estimand with its analysis."""

    id: str = Field(description="by which results name it")
    label: str = Field(description="what people read")
    role: Literal["primary", "secondary"] = Field(description="one endpoint is primary")
    responses: tuple[Literal["CR", "PR", "SD", "NON-CR/NON-PD"], ...] = Field(
        (), description="best responses that count as an event (CDISC ONCRSR)"
    )
    estimand: Estimand = Field(description="what is to be estimated")
    analysis: Analysis = Field(description="one of the kinds below")


class Population(Sourced):
    """An analysis population."""

    id: str = Field(description="by which estimands name it")
    definition: str = Field(description="in words")
    rule: Literal[
        "randomized", "received_experimental_drug", "treated_as_planned", "baseline_and_one_scan"
    ] = Field(description="who belongs to it")


class CensoringRules(Sourced):
    """The named choices of one set of rules for progression-free survival."""

    no_baseline_scan: Literal["censor", "ignore"] = Field(
        description="who had none: censored at randomization, or judged by later scans"
    )
    progression_date: Literal["dated", "scan"] = Field(
        description="a new lesion's first sight, or the scan"
    )
    clinical_progression: Literal["censor", "event", "ignore"] = Field(
        description="that no scan shows"
    )
    new_therapy: Literal["censor", "event", "ignore"] = Field(
        description="other anticancer therapy before an event"
    )
    death: Literal["event", "censor"] = Field(description="before any progression")
    missed_visits: Literal["censor", "ignore"] = Field(
        description="an event after more than one missed visit"
    )
    strategy: dict[Event, Strategy] = Field(
        description="E9(R1) strategy of each intercurrent event, as the choices above carry it out"
    )


class DrugGiven(Model):
    """A drug that only the experimental arm is given."""

    drug: str | None = Field(None, description="as EXTRT names it")
    doses: tuple[Measure, ...] = Field(
        (), description="at each reduction level (EXLEVEL), the full dose first"
    )
    every_days: int | None = Field(
        None,
        gt=0,
        description="days from one dose to the next, whatever the cycle; none: each cycle",
    )

    @model_validator(mode="after")
    def _of_a_drug(self) -> DrugGiven:
        if self.drug is None and (self.doses or self.every_days):
            raise ValueError("doses and days between them, and no drug that they are of")
        return self


class Treatment(Sourced):
    """One rule of treatment, in words and, where it is obeyed, in figures."""

    id: str = Field(description="its name on pages")
    text: str = Field(description="the rule, in words")
    values: DrugGiven = Field(
        DrugGiven(drug=None, doses=(), every_days=None), description="the rule, in figures"
    )


class Regimen(Sourced):
    """A chemotherapy the MDT may choose."""

    id: str = Field(description="by which the intended chemotherapy is recorded")
    for_: str = Field(alias="for", description="for whom, in words")
    cycle_days: int = Field(gt=0, description="length of a cycle")
    drugs: tuple[str, ...] = Field(min_length=1, description="as EXTRT names them")


class Conduct(Sourced):
    """Figures that the commands use."""

    consent_before_entry: bool = Field(description="whether entry before consent is refused")
    earlier_results_label: str = Field(
        description="how standard-of-care results from before consent are marked"
    )
    adverse_events_days_after_last_dose: int = Field(description="adverse events count until then")
    washout_days: int = Field(
        description="since earlier treatment; a first dose that comes sooner is asked about"
    )
    death_after_data_withdrawal: Literal["counts", "safety only"] = Field(
        description="whether a death that is dated or recorded after the withdrawal from further"
        " use of data enters the endpoints; it is recorded, reported and asked about in any case"
    )
    safety_review_after: PositiveInt | None = Field(
        description="participants treated until a review of safety is due; null: there is none"
    )


class RasPanelBlock(RasPanel, Sourced):
    """A panel with its provenance."""


class Protocol(Model):
    """The trial."""

    equipoise: Literal[1] = Field(description="version of this file format")
    version: str = Field(description="of this protocol; consents and amendments name it")
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
        problems = list(_contradictions(self))
        if problems:
            raise ValueError("\n".join(problems))
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
    def to_confirm(self) -> dict[str, Assumption]:
        """The assumptions that somebody must confirm before the protocol serves real people."""
        return {name: each for name, each in self.assumptions.items() if each.to_check}

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

    @property
    def ctcae(self) -> CtcaeVersion | None:
        """The version of CTCAE by which sites grade; None if no endpoint is about safety."""
        return next(iter(_ctcae_versions(self)), None)

    def interim_words(self) -> str:
        """What is planned before the end: looks at efficacy, and the review of safety."""
        sizes = [str(look.participants) for look in self.design.looks]
        spent = f" ({self.design.spending.replace('_', ' ')})"
        efficacy = f"at {', '.join(sizes)} participants{spent}" if sizes else "none"
        after = self.conduct.safety_review_after
        review = (
            f"a safety review after {after} treated participants" if after else "none of safety"
        )
        return f"{efficacy} for efficacy; {review}"

    def form(self, form_id: str) -> Form | None:
        """The form with this id."""
        return _forms(self).get(form_id)

    def population(self, population_id: str) -> Population:
        """The analysis population with this id."""
        return next(each for each in self.populations if each.id == population_id)

    @property
    def scans(self) -> Rhythm:
        """When scans are due, in days from randomization."""
        rhythm = self.visit(self.assessment.scan_visit).rhythm()
        assert rhythm is not None  # a protocol whose scans go by a cycle is not loaded
        return rhythm

    def regimen(self, regimen_id: str) -> Regimen | None:
        """The regimen with this id."""
        return next((regimen for regimen in self.regimens if regimen.id == regimen_id), None)

    def visit(self, visit_id: str) -> Visit:
        """The visit of the schedule with this id."""
        return next(visit for visit in self.schedule if visit.id == visit_id)


def _contradictions(trial: Protocol) -> Iterator[str]:
    """What single fields cannot show: roles, references and the participant without data."""
    yield from _names(trial)
    yield from _roles(trial)
    yield from _block_sizes(trial)
    yield from _visits(trial)
    yield from _drugs(trial)
    yield from _methods(trial)
    yield from _populations(trial)
    yield from _ctcae(trial)
    yield from _masking(trial)
    if all_of(criterion.rule.without_data() for criterion in trial.criteria) is Verdict.MET:
        yield (
            "eligibility: a participant without any data would be eligible; "
            "state at least one criterion that only data can meet"
        )
    yield from provenance_problems(trial, trial.assumptions)


def _names(trial: Protocol) -> Iterator[str]:
    """What others refer to by its id has one of its own."""
    yield from _unique("criteria", [criterion.id for criterion in trial.criteria])
    yield from _unique("arms", [arm.id for arm in trial.arms])
    yield from _unique("design.scenarios", [each.id for each in trial.design.scenarios])
    yield from _unique("randomization.strata", [each.id for each in trial.randomization.strata])
    yield from _unique("regimens", [regimen.id for regimen in trial.regimens])
    yield from _unique("treatment", [rule.id for rule in trial.treatment])
    yield from _unique("schedule", [visit.id for visit in trial.schedule])
    yield from _unique("endpoints", [endpoint.id for endpoint in trial.endpoints])
    yield from _unique("populations", [population.id for population in trial.populations])
    yield from _unique("forms", [form.id for form in trial.forms])
    for form in trial.forms:
        yield from _unique(f"forms.{form.id}.header", [field.id for field in form.header])
        yield from _unique(f"forms.{form.id}.groups", [group.id for group in form.groups])
        for group in form.groups:
            yield from _unique(f"forms.{form.id}.{group.id}", [each.id for each in group.fields])


def _unique(what: str, ids: list[str]) -> Iterator[str]:
    for name in sorted(set(ids)):
        if ids.count(name) > 1:
            yield f"{what}: the id {name!r} stands {ids.count(name)} times, expected once"


def _roles(trial: Protocol) -> Iterator[str]:
    for role in ("experimental", "control"):
        if (n := sum(arm.role == role for arm in trial.arms)) != 1:
            yield f"arms: found {n} with the role {role}, expected exactly one"
    primaries = [endpoint for endpoint in trial.endpoints if endpoint.role == "primary"]
    if len(primaries) != 1:
        yield f"endpoints: found {len(primaries)} primary endpoints, expected exactly one"
    binary = [e.analysis for e in primaries if isinstance(e.analysis, BinaryAnalysis)]
    if any(analysis.primary_test is None for analysis in binary):
        yield "endpoints: the primary endpoint has no primary_test"


def _block_sizes(trial: Protocol) -> Iterator[str]:
    places = sum(arm.ratio for arm in trial.arms)
    for size in trial.randomization.public_sizes:
        if size % places:
            yield (
                f"randomization.block_sizes: {size} is not a multiple of the {places} places of"
                " the ratio"
            )


def _populations(trial: Protocol) -> Iterator[str]:
    there = [population.id for population in trial.populations]
    for endpoint in trial.endpoints:
        if (asked := endpoint.estimand.population) not in there:
            yield (
                f"endpoints.{endpoint.id}.estimand.population: found {asked!r}, expected the id of"
                f" a population: {', '.join(there)}"
            )


OPEN_WORDS, BLIND_WORDS = ("open label", "open-label"), ("blind", "masked")


def _ctcae_versions(trial: Protocol) -> list[CtcaeVersion]:
    analyses = [each.analysis for each in trial.endpoints]
    return sorted({each.ctcae for each in analyses if isinstance(each, SafetyAnalysis)})


def _ctcae(trial: Protocol) -> Iterator[str]:
    """A site grades an event once."""
    if len(versions := _ctcae_versions(trial)) > 1:
        yield f"endpoints: found CTCAE {' and '.join(versions)}, expected one version"


def _masking(trial: Protocol) -> Iterator[str]:
    """The words of the record and the declaration that is obeyed may not contradict each other."""
    words, declared = trial.registration.design.lower(), trial.design.masking
    against = BLIND_WORDS if declared == "OPEN LABEL" else OPEN_WORDS
    if any(word in words for word in against):
        yield (
            f"design.masking: found {declared}, and registration.design says"
            f" {trial.registration.design!r}; they must say the same"
        )


def _visits(trial: Protocol) -> Iterator[str]:
    forms = {form.id for form in trial.forms}
    for visit in trial.schedule:
        for form in visit.forms:
            if form not in forms:
                there = ", ".join(sorted(forms))
                yield f"schedule.{visit.id}.forms: no form {form!r}; known are {there}"
        yield from _by_cycle(trial, visit)
    scans = trial.assessment.scan_visit
    if scans not in {visit.id for visit in trial.schedule}:
        yield f"assessment.scan_visit: no visit {scans!r} in the schedule"


def _by_cycle(trial: Protocol, visit: Visit) -> Iterator[str]:
    if not visit.by_cycle:
        return
    if not trial.regimens:
        yield f"schedule.{visit.id}.day: found 'cycle', and no regimen says how long that is"
    if visit.id == trial.assessment.scan_visit:
        yield (
            f"assessment.scan_visit: {visit.id} goes by the cycle, expected days: the regimen may"
            " not decide when progression is seen"
        )


def _methods(trial: Protocol) -> Iterator[str]:
    """A method of scanning is one that a form can record (CDISC METHOD)."""
    fields = (field for form in trial.forms for group in form.groups for field in group.fields)
    asked = dict.fromkeys(
        code for field in fields if field.variable == "TUMETHOD" for code in field.codes
    )
    for method in trial.assessment.modality:
        if method not in asked:
            there = f"one of {', '.join(asked)}" if asked else "a form that asks for TUMETHOD"
            yield f"assessment.modality: found {method!r}, expected {there}"


def _drugs(trial: Protocol) -> Iterator[str]:
    given = {drug for regimen in trial.regimens for drug in regimen.drugs}
    given |= {rule.values.drug for rule in trial.treatment if rule.values.drug}
    for visit in trial.schedule:
        if visit.drug is not None and visit.drug not in given:
            there = ", ".join(sorted(given)) or "none"
            yield f"schedule.{visit.id}.drug: found {visit.drug!r}; drugs of this trial are {there}"


@found_once
def _forms(protocol: Protocol) -> dict[str, Form]:
    return {form.id: form for form in reversed(protocol.forms)}
