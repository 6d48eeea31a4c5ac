"""What does a site enter about a virtual person before randomization, and what does her blood
show?
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from equipoise.protocol.model import Protocol
from equipoise.rehearsal.filled import Filled, Row, dated
from equipoise.rehearsal.tumor_forms import baseline_form
from equipoise.subject.records import STANDARD_UNITS
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


def first_forms(desk: Desk, day: date) -> list[Filled]:
    """What is asked on the day of consent. A carcinoma told late is entered without its
    morphology.
    """
    person = desk.person
    subject = {"birth": person.birth, "sex": person.sex}
    tissue = dated(
        "TISSUE_RAS",
        SCREENING,
        date.fromisoformat(person.therapy[0]["start"]) - timedelta(days=20),
        status=[{"status": person.tissue}],
    )
    return [
        Filled(form="DEMOGRAPHICS", visit=SCREENING, values={}, groups={"subject": [subject]}),
        dated("MEDICAL_HISTORY", SCREENING, day, condition=list(person.history)),
        Filled(
            form="PRIOR_THERAPY", visit=SCREENING, values={}, groups={"drug": list(person.therapy)}
        ),
        replace(tissue, values={**tissue.values, "standard_of_care": "Y"}),
    ]


def history_with_pathology(desk: Desk, day: date) -> Filled:
    """The history once pathology was asked about the carcinoma of the skin."""
    told = [
        {**row, "morphology": desk.person.told_late}
        if row["category"] == "OTHER MALIGNANCY"
        else row
        for row in desk.person.history
    ]
    return dated("MEDICAL_HISTORY", SCREENING, day, condition=list(told))


def visit_forms(desk: Desk, day: date) -> list[Filled]:
    """What must be recent at randomization: performance, blood, body size and, for women, the
    pregnancy test.
    """
    person = desk.person
    forms = [
        dated("ECOG", SCREENING, day, score=[{"score": str(person.ecog)}]),
        lab_form(desk, "HEMATOLOGY", SCREENING, day, HEMATOLOGY),
        lab_form(desk, "CHEMISTRY", SCREENING, day, CHEMISTRY),
        lab_form(desk, "TUMOR_MARKER", SCREENING, day, ("CEA",)),
        body_form(person, SCREENING, day, person.weight),
    ]
    if person.sex == "F":
        result = "POSITIVE" if person.pregnant else "NEGATIVE"
        forms.append(
            dated(
                "PREGNANCY_TEST", SCREENING, day, result=[{"result": result, "specimen": "SERUM"}]
            )
        )
    return forms


def scan_form(desk: Desk, scanned: date, consented: date) -> Filled:
    """The baseline scan; the arm does not matter for it."""
    course = tumor_course(desk.person, desk.protocol, desk.parameters, experimental=False)
    form = baseline_form(course, desk.protocol, desk.person.site, scanned)
    early = {"standard_of_care": "Y"} if scanned < consented else {}
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
    rows: list[Row] = [_lab_row(desk, test, (at or {}).get(test)) for test in tests]
    if form != "TUMOR_MARKER" and desk.chance("result_lost"):
        lost = int(desk.rng.integers(len(rows)))
        rows[lost] = {"test": tests[lost], "value": {"missing": "HEMOLYZED"}}
    return dated(form, visit, day, result=rows)


def _lab_row(desk: Desk, test: str, wanted: float | None) -> Row:
    person, table = desk.person, desk.parameters.tables["labs"][test]
    drawn = person.levels[test] * float(np.exp(table["within"] * desk.rng.standard_normal()))
    unit, si = person.site.units[test], STANDARD_UNITS[test]
    return {
        "test": test,
        "value": in_site_unit(drawn if wanted is None else wanted, si, unit, test),
        "unit": unit,
        "lower": in_site_unit(float(table["lower"]), si, unit, test),
        "upper": in_site_unit(float(table["upper"]), si, unit, test),
    }


def body_form(person: Person, visit: str, day: date, weight: float) -> Filled:
    """Height, weight and the body surface area by Mosteller."""
    return dated(
        "BODY_SIZE",
        visit,
        day,
        measure=[
            {"test": "HEIGHT", "value": str(person.height), "unit": "cm"},
            {"test": "WEIGHT", "value": f"{weight:.1f}", "unit": "kg"},
            {"test": "BSA", "value": f"{surface(person, weight):.2f}", "unit": "m2"},
        ],
    )


def surface(person: Person, weight: float) -> float:
    """Body surface area in square meters (Mosteller)."""
    return float(np.sqrt(person.height * weight / 3600))


# ------------------------------------------------------------------ circulating tumor DNA


def ctdna_form(desk: Desk, number: int, collected: date, reported: date) -> Filled:
    """One plasma sample: the resistant clone's allele fraction against what the assay can see."""
    values = {
        "sample": f"{desk.person.site.id}-P{desk.rng.integers(10**6):06d}-{number}",
        "collected": collected.isoformat(),
        "received": (collected + timedelta(days=1)).isoformat(),
        "reported": reported.isoformat(),
    }
    failed = desk.chance("ctdna_failed_qc")
    # Every repeat is a new draw with more or less tumor DNA in it.
    fraction = desk.person.tumor_fraction * (
        1.0 if number == 1 else float(np.exp(0.5 * desk.rng.standard_normal()))
    )
    groups = {
        "property": _sample(desk, fraction, failed),
        "codon": [] if failed else _codons(desk, fraction),
    }
    return Filled(form="CTDNA", visit=SCREENING, values=values, groups=groups)


def _sample(desk: Desk, fraction: float, failed: bool) -> list[Row]:
    if failed:
        return [{"property": "QC", "result": "FAIL"}]
    seen = fraction >= _SEEN_FROM and desk.chance("other_somatic_seen")
    return [
        {"property": "QC", "result": "PASS"},
        {"property": "TUMFRAC", "result": f"{min(fraction, 1.0):.4f}"},
        {"property": "SOMSIG", "result": "TP53" if seen else "NONE"},
    ]


def _codons(desk: Desk, fraction: float) -> list[Row]:
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
        _codon(
            gene, codon, limit, vaf if (gene, codon) == mutated else 0.0, (gene, codon) == dropped
        )
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


def _codon(gene: str, codon: int, limit: float, vaf: float, dropped: bool) -> Row:
    row: dict[str, Any] = {"gene": gene, "codon": str(codon)}
    if dropped:
        return row | {"result": {"missing": "NOT COVERED"}}
    if vaf < limit:
        return row | {"result": "NOT DETECTED", "lod": f"{limit}"}
    return row | {
        "result": "DETECTED",
        "variant": _VARIANTS[codon],
        "vaf": f"{vaf:.5f}",
        "lod": f"{limit}",
    }
