"""What must be true of a participant? The vocabulary in which a protocol states its criteria.

Every kind says what is asked; `eligibility.evaluate` says how the records answer it. `without_data`
gives the answer for a participant of whom nothing is known, so that a protocol that would let such
a person in is refused when loaded.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)

from equipoise.terms.quantity import Quantity, decimal_of, known_unit
from equipoise.terms.verdict import Verdict, all_of, any_of


class Model(BaseModel):
    """A frozen part of the protocol; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _read_quantity(value: object) -> object:
    if not isinstance(value, str):
        return value
    number, _, unit = value.partition(" ")
    if decimal_of(number) is None or known_unit(unit) is None:
        raise ValueError(
            f"found {value!r}, expected a number, a blank and a UCUM unit, such as '1.5 10*9/L'"
        )
    return Quantity(Decimal(number), unit)


Measure = Annotated[
    Quantity, BeforeValidator(_read_quantity), PlainSerializer(str, return_type=str)
]


def _known_test(test: str) -> str:
    if not test.isupper() or len(test) > 8:
        raise ValueError(
            f"found {test!r}, expected a CDISC LBTESTCD: up to 8 capital letters and digits, such"
            " as NEUT"
        )
    return test


TestCode = Annotated[str, AfterValidator(_known_test)]


class LabLimit(Model):
    """A laboratory value against a limit, or against a multiple of the upper limit of normal of the
    same row.
    """

    kind: Literal["lab"]
    test: TestCode = Field(description="CDISC LBTESTCD", examples=["NEUT"])
    at_least: Measure | None = None
    at_most: Measure | None = None
    at_most_uln: Decimal | None = Field(
        None, gt=0, description="times the upper limit of normal (LBORNRHI)"
    )
    within_days: int = Field(
        gt=0, description="calendar days, 0 <= index date - sample date <= within_days"
    )

    @model_validator(mode="after")
    def _one_limit(self) -> LabLimit:
        if sum(limit is not None for limit in (self.at_least, self.at_most, self.at_most_uln)) != 1:
            raise ValueError(
                "a lab criterion needs exactly one of at_least, at_most and at_most_uln"
            )
        return self


class LabAnswer(Model):
    """A laboratory result that is a word, such as a pregnancy test."""

    kind: Literal["lab_answer"]
    test: TestCode
    is_: str = Field(alias="is")
    within_days: int = Field(gt=0)


class NotCounted(Model):
    """A condition that does not count: a code, and where the code alone cannot tell, the morphology
    that must agree.
    """

    code: str = Field(description="ICD-10; a prefix, so C44 covers C44.3")
    morphology: str | None = Field(
        None, description="ICD-O-3 morphology prefix; without it in the record: unknown"
    )


class Condition(Model):
    """Does, or did, the participant have a condition? Met means: has it. Use `not` for an
    exclusion.
    """

    kind: Literal["condition"]
    category: str = Field(description="MHCAT", examples=["OTHER MALIGNANCY"])
    codes: tuple[str, ...] = Field(
        (), description="ICD-10 prefixes; only a row with one of them counts"
    )
    histology: tuple[str, ...] = Field(
        (), description="ICD-O-3 prefixes; only a row with one of them counts"
    )
    absence: Literal["unknown", "closed_world"] = Field(
        description=(
            "what no record means: unknown until its absence is declared (MHOCCUR = N), or absent"
        )
    )
    within_years: int | None = Field(
        None, gt=0, description="calendar years of diagnosis, treatment or end"
    )
    current: bool = Field(
        False, description="only as of the index date: one that ended before it is not present"
    )
    except_: tuple[NotCounted, ...] = Field((), alias="except")
    same_disease: tuple[str, ...] = Field(
        (), description="ICD-10 prefixes that belong to the disease under study"
    )


class PriorLine(Model):
    """A line of systemic therapy that was given, with or without a drug, and ended in progression
    or not.
    """

    kind: Literal["prior_line"]
    line: int = Field(ge=1)
    includes: tuple[str, ...] = Field(
        (), description="treatments (CMTRT), each of them given in the line"
    )
    excludes_class: tuple[str, ...] = Field(
        (), description="drug classes (CMCLAS), none of them given in the line"
    )
    progressed: bool = True


class PriorLines(Model):
    """The number of lines of systemic therapy received for metastatic disease."""

    kind: Literal["prior_lines"]
    exactly: int = Field(ge=0)


class Genomic(Model):
    """A genomic status. `panel` names an entry of `molecular`, which loading replaces by its
    definition.
    """

    kind: Literal["genomic"]
    specimen: Literal["PLASMA", "TISSUE"]
    panel: str
    status: Literal["WILD TYPE"]
    within_days: int | None = Field(None, gt=0)
    after_line: int | None = Field(
        None, description="drawn on or after the progression that ended this line"
    )
    before_line: int | None = Field(
        None, description="reported on or before the first dose of this line"
    )
    resolved: RasPanel | None = Field(None, description="filled when the protocol is loaded")


class RasPanel(Model):
    """Which codons must be shown to be wild type, to which limit, and what a result below it
    means.
    """

    codons: dict[str, tuple[int, ...]] = Field(description="gene -> codons")
    limit_of_detection: Decimal = Field(
        gt=0, lt=1, description="allele fraction; a less sensitive assay is unknown"
    )
    mutated_at: Decimal = Field(gt=0, lt=1, description="allele fraction")
    mutated_at_inclusive: bool
    below_threshold_meets: bool
    tumor_fraction_at_least: Decimal = Field(gt=0, lt=1)
    accept_not_detected: bool
    clonal_hematopoiesis_genes: tuple[str, ...]


class Performance(Model):
    """A performance score at or below a limit (ECOG: QSTESTCD ECOG101)."""

    kind: Literal["performance"]
    test: str
    at_most: int = Field(ge=0, le=5)
    within_days: int = Field(gt=0)


class MeasurableDisease(Model):
    """At least so many measurable lesions at baseline (RECIST 1.1 3.1.1). Loading fills in the
    thresholds.
    """

    kind: Literal["measurable_disease"]
    at_least: int = Field(ge=1)
    within_days: int = Field(gt=0)
    diameter: Measure | None = None
    short_axis: Measure | None = None


class Attestation(Model):
    """A judgement that only a person can make: unknown until answered, with author and date."""

    kind: Literal["attestation"]
    question: str
    within_days: int | None = Field(None, gt=0)


class Consent(Model):
    """Informed consent was given and not withdrawn."""

    kind: Literal["consent"]


class Sex(Model):
    """The participant's sex (CDISC SEX)."""

    kind: Literal["sex"]
    is_: Literal["M", "F"] = Field(alias="is")


class Age(Model):
    """Age in completed years on the index date."""

    kind: Literal["age"]
    at_least: int = Field(ge=0)


class AllOf(Model):
    """Every part must be met."""

    kind: Literal["all"]
    of: tuple[Rule, ...] = Field(min_length=1)


class AnyOf(Model):
    """One part must be met."""

    kind: Literal["any"]
    of: tuple[Rule, ...] = Field(min_length=1)


class Not(Model):
    """The part must not be met."""

    kind: Literal["not"]
    of: Rule


class Measured(Model):
    """At least so many of these tests have a usable result in the window; fewer leave it
    unknown.
    """

    kind: Literal["measured"]
    tests: tuple[TestCode, ...]
    at_least: int = Field(ge=1)
    within_days: int = Field(gt=0)


class IfMeasured(Model):
    """The part holds, or its test was not done at all in the window. An unreadable result stays
    unknown.
    """

    kind: Literal["if_measured"]
    of: LabLimit


Rule = Annotated[
    LabLimit
    | LabAnswer
    | Condition
    | PriorLine
    | PriorLines
    | Genomic
    | Performance
    | MeasurableDisease
    | Attestation
    | Consent
    | Sex
    | Age
    | Measured
    | IfMeasured
    | AllOf
    | AnyOf
    | Not,
    Field(discriminator="kind"),
]

for _model in (AllOf, AnyOf, Not, Genomic):
    _model.model_rebuild()


def without_data(rule: Rule) -> Verdict:
    """The answer for a participant of whom nothing is recorded; `eligibility.evaluate` agrees
    (property-tested).
    """
    match rule:
        case AllOf(of=parts):
            return all_of(without_data(part) for part in parts)
        case AnyOf(of=parts):
            return any_of(without_data(part) for part in parts)
        case Not(of=part):
            return without_data(part).negate()
        case Condition(absence="closed_world"):
            return Verdict.NOT_MET
        case IfMeasured():
            return Verdict.MET
        case _:
            return Verdict.UNKNOWN


def asks_a_person(rule: Any) -> bool:
    """Does a rule, or a part of it, ask for an attestation?"""
    parts = getattr(rule, "of", ())
    inner = parts if isinstance(parts, tuple) else (parts,)
    return isinstance(rule, Attestation) or any(asks_a_person(part) for part in inner)
