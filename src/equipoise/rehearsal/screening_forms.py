"""What does a site enter about a virtual person before randomization, and what does her blood
show?
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from equipoise.protocol.model import Protocol
from equipoise.rehearsal.filled import Filled, filled
from equipoise.rehearsal.tumor_forms import baseline_form
from equipoise.subject.records import DM, GF, LB, QS, STANDARD_UNITS, VS, Record
from equipoise.terms.codes import (
    CompletionStatus,
    Detection,
    GenomicTest,
    SexCode,
    Specimen,
    TestAnswer,
    YesNo,
)
from equipoise.terms.dates import exact, parse_date
from equipoise.virtual.clonal_decay import allele_fraction
from equipoise.virtual.parameters import Parameters, Site, in_site_unit
from equipoise.virtual.person import Person, tumor_course

SCREENING = "SCREENING"
HEMATOLOGY, CHEMISTRY = ("NEUT", "PLAT", "HGB"), ("BILI", "ALP", "AST", "ALT", "CREAT", "MG")
_VARIANTS = {12: "p.G12D", 13: "p.G13D", 59: "p.A59T", 61: "p.Q61H", 117: "p.K117N", 146: "p.A146T"}
_SEEN_FROM = 0.003  # tumor fraction from which another somatic variant can be reported


@dataclass(frozen=True, slots=True)
class Desk:
    """What is needed to fill in the forms of one person: she, her dice, the protocol and the
    parameters.
    """

    person: Person
    rng: np.random.Generator
    protocol: Protocol
    parameters: Parameters

    def chance(self, name: str) -> bool:
        """Does something happen that has this share?"""
        return bool(self.rng.random() < self.parameters[name])

    @property
    def earlier(self) -> dict[str, str]:
        """The label of a result from before consent."""
        return {self.protocol.conduct.earlier_results_label: YesNo.YES.value}

    def form(self, form: str, visit: str, records: Iterable[Record], **beside: str) -> Filled:
        """A form of the protocol that holds these records; see `filled`."""
        return filled(self.protocol, form, visit, records, **beside)


def first_forms(desk: Desk, day: date) -> list[Filled]:
    """What is asked on the day of consent. A carcinoma told late is entered without its
    morphology.
    """
    person = desk.person
    began = person.therapy[0].start
    assert began is not None
    tissue = GF(
        specimen=Specimen.TISSUE.value,
        test="RASSTAT",
        original=person.tissue,
        date=exact(began.earliest - timedelta(days=20)),
    )
    who = DM(birth=parse_date(person.birth), sex=person.sex)
    return [
        desk.form("DEMOGRAPHICS", SCREENING, [who]),
        history_form(desk, day),
        desk.form("PRIOR_THERAPY", SCREENING, person.therapy),
        desk.form("TISSUE_RAS", SCREENING, [tissue], **desk.earlier),
    ]


def history_form(desk: Desk, day: date, morphology: str = "") -> Filled:
    """The history; with the morphology once pathology was asked about the carcinoma of the skin."""
    told = [
        replace(mh, date=exact(day), morphology=morphology or mh.morphology)
        if mh.category == "OTHER MALIGNANCY"
        else replace(mh, date=exact(day))
        for mh in desk.person.history
    ]
    return desk.form("MEDICAL_HISTORY", SCREENING, told)


def visit_forms(desk: Desk, day: date) -> list[Filled]:
    """What must be recent at randomization: performance, blood, body size and, for women, the
    pregnancy test.
    """
    person = desk.person
    ecog = QS(test="ECOG101", original=str(person.ecog), date=exact(day))
    forms = [
        desk.form("ECOG", SCREENING, [ecog]),
        lab_form(desk, "HEMATOLOGY", SCREENING, day, HEMATOLOGY),
        lab_form(desk, "CHEMISTRY", SCREENING, day, CHEMISTRY),
        lab_form(desk, "TUMOR_MARKER", SCREENING, day, ("CEA",)),
        body_form(desk, SCREENING, day, person.weight),
    ]
    if person.sex == SexCode.FEMALE:
        answer = TestAnswer.POSITIVE if person.pregnant else TestAnswer.NEGATIVE
        hcg = LB(test="HCG", original=answer.value, specimen="SERUM", date=exact(day))
        forms.append(desk.form("PREGNANCY_TEST", SCREENING, [hcg]))
    return forms


def scan_form(desk: Desk, scanned: date, consented: date) -> Filled:
    """The baseline scan; the arm does not matter for it."""
    course = tumor_course(desk.person, desk.protocol, desk.parameters, experimental=False)
    form = baseline_form(course, desk.protocol, desk.person.site, scanned)
    early = desk.earlier if scanned < consented else {}
    return replace(form, values={**form.values, **early})


# ------------------------------------------------------------------ blood and body


def lab_form(
    desk: Desk,
    form: str,
    visit: str,
    day: date,
    tests: tuple[str, ...],
    at: Mapping[str, float] | None = None,
) -> Filled:
    """A laboratory report; `at` holds values that are known, such as those that go with a grade."""
    rows = [_result(desk, test, day, (at or {}).get(test)) for test in tests]
    if form != "TUMOR_MARKER" and desk.chance("result_lost"):
        lost = int(desk.rng.integers(len(rows)))
        rows[lost] = LB(
            test=tests[lost],
            status=CompletionStatus.NOT_DONE.value,
            reason_not_done="HEMOLYZED",
            date=exact(day),
        )
    return desk.form(form, visit, rows)


def _result(desk: Desk, test: str, day: date, wanted: float | None) -> LB:
    person, table = desk.person, desk.parameters.tables["labs"][test]
    drawn = person.levels[test] * float(np.exp(table["within"] * desk.rng.standard_normal()))
    unit, si = person.site.units[test], STANDARD_UNITS[test]
    return LB(
        test=test,
        original=in_site_unit(drawn if wanted is None else wanted, si, unit, test),
        original_unit=unit,
        original_lower=in_site_unit(float(table["lower"]), si, unit, test),
        original_upper=in_site_unit(float(table["upper"]), si, unit, test),
        date=exact(day),
    )


def body_form(desk: Desk, visit: str, day: date, weight: float) -> Filled:
    """Height, weight and the body surface area by Mosteller."""
    person = desk.person
    measures = (
        ("HEIGHT", str(person.height), "cm"),
        ("WEIGHT", f"{weight:.1f}", "kg"),
        ("BSA", f"{surface(person, weight):.2f}", "m2"),
    )
    rows = [
        VS(test=test, original=value, original_unit=unit, date=exact(day))
        for test, value, unit in measures
    ]
    return desk.form("BODY_SIZE", visit, rows)


def surface(person: Person, weight: float) -> float:
    """Body surface area in square meters (Mosteller)."""
    return float(np.sqrt(person.height * weight / 3600))


# ------------------------------------------------------------------ circulating tumor DNA


def ctdna_form(desk: Desk, number: int, collected: date, reported: date) -> Filled:
    """One plasma sample: the resistant clone's allele fraction against what the assay can see."""
    sample = GF(
        sample=f"{desk.person.site.id}-P{desk.rng.integers(10**6):06d}-{number}",
        specimen=Specimen.PLASMA.value,
        date=exact(collected),
        received=exact(collected + timedelta(days=1)),
        reported=exact(reported),
    )
    failed = desk.chance("ctdna_failed_qc")
    # Every repeat is a new draw with more or less tumor DNA in it, and never more than all.
    drawn_again = 1.0 if number == 1 else float(np.exp(0.5 * desk.rng.standard_normal()))
    fraction = min(desk.person.tumor_fraction * drawn_again, 1.0)
    rows = _sample(desk, sample, fraction, failed)
    if not failed:
        rows += _codons(desk, sample, fraction)
    return desk.form("CTDNA", SCREENING, rows)


def _sample(desk: Desk, sample: GF, fraction: float, failed: bool) -> list[GF]:
    def told(test: GenomicTest, result: str) -> GF:
        return replace(sample, test=test.value, original=result)

    if failed:
        return [told(GenomicTest.QUALITY, "FAIL")]
    seen = fraction >= _SEEN_FROM and desk.chance("other_somatic_seen")
    return [
        told(GenomicTest.QUALITY, "PASS"),
        told(GenomicTest.TUMOR_FRACTION, f"{fraction:.4f}"),
        told(GenomicTest.SOMATIC_SIGNAL, "TP53" if seen else "NONE"),
    ]


def _codons(desk: Desk, sample: GF, fraction: float) -> list[GF]:
    panel = [
        (gene, codon)
        for gene, codons in desk.protocol.molecular["RAS"].codons.items()
        for codon in codons
    ]
    limit = _limit(desk, desk.person.site)
    mutated = panel[desk.person.seed % len(panel)]
    dropped = (
        panel[int(desk.rng.integers(len(panel)))]
        if desk.chance("ctdna_codon_not_covered")
        else None
    )
    vaf = _allele_fraction(desk, fraction)
    return [
        replace(
            _codon(sample, codon, limit, vaf if (gene, codon) == mutated else 0.0),
            gene=gene,
        )
        if (gene, codon) != dropped
        else _not_covered(sample, gene, codon)
        for gene, codon in panel
    ]


def _limit(desk: Desk, site: Site) -> float:
    return 0.005 if desk.chance("ctdna_limit_too_high") else site.limit_of_detection


def _allele_fraction(desk: Desk, fraction: float) -> float:
    """Of a variant that the resistant clone carries, heterozygous, as the assay measures it."""
    if not desk.person.resistant_by_ras:
        return 0.0
    clone = tumor_course(
        desk.person, desk.protocol, desk.parameters, experimental=False
    ).resistant_fraction
    noise = float(np.exp(desk.parameters["allele_fraction_noise"] * desk.rng.standard_normal()))
    return min(float(allele_fraction(fraction, clone)) * noise, 0.5)


def _not_covered(sample: GF, gene: str, codon: int) -> GF:
    return replace(
        sample,
        test=GenomicTest.CODON.value,
        gene=gene,
        codon=str(codon),
        status=CompletionStatus.NOT_DONE.value,
    )


def _codon(sample: GF, codon: int, limit: float, vaf: float) -> GF:
    seen = replace(
        sample, test=GenomicTest.CODON.value, codon=str(codon), limit=Decimal(f"{limit}")
    )
    if vaf < limit:
        return replace(seen, original=Detection.NOT_DETECTED.value)
    return replace(
        seen,
        original=Detection.DETECTED.value,
        variant=_VARIANTS[codon],
        allele_fraction=Decimal(f"{vaf:.5f}"),
    )
