"""Who is this virtual person? Everything that is true of her before a protocol asks, drawn once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from equipoise.arrays import Floats
from equipoise.protocol.assessment import micrometers
from equipoise.protocol.model import Protocol, Regimen
from equipoise.subject.records import CM, MH
from equipoise.terms.codes import TherapyCategory, TherapyOutcome
from equipoise.terms.dates import DAYS_PER_MONTH, exact
from equipoise.virtual.parameters import Parameters, Site
from equipoise.virtual.tumor import TumorParameters, VirtualTumor, draw_virtual_tumor, velo_fit

ANTI_EGFR, ANTI_VEGF = "ANTI-EGFR", "ANTI-VEGF"
Drugs = tuple[tuple[str, str], ...]
_IRINOTECAN: Drugs = (("IRINOTECAN", "IRINOTECAN"), ("FLUOROURACIL", "FLUOROPYRIMIDINE"))
_OXALIPLATIN: Drugs = (("OXALIPLATIN", "OXALIPLATIN"), ("FLUOROURACIL", "FLUOROPYRIMIDINE"))
_NEITHER: Drugs = (("CAPECITABINE", "FLUOROPYRIMIDINE"),)
_PRIMARY = (
    ("C18.2", "cecum to splenic flexure"),
    ("C18.7", "sigmoid colon"),
    ("C19", "junction"),
    ("C20", "rectum"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One virtual person; what came before is told as records.

    Laboratory levels are in SI units; the tumor is drawn again from its seed in either arm.
    """

    site: Site
    sex: str
    birth: str
    height: int
    weight: float
    declines: bool
    history: tuple[MH, ...]
    told_late: str
    """Morphology of a carcinoma of the skin, which the record holds only after pathology was
    asked."""
    therapy: tuple[CM, ...]
    had: frozenset[str]
    tissue: str
    ecog: int
    pregnant: bool
    judgements: Mapping[str, bool]
    levels: Mapping[str, float]
    tumor_seed: int
    non_target: bool
    resistant_by_ras: bool
    tumor_fraction: float
    seed: int


def draw_person(
    rng: np.random.Generator, protocol: Protocol, parameters: Parameters, day: date
) -> Person:
    """One person who is first seen on this day."""
    p = parameters
    site = p.sites[int(rng.choice(len(p.sites), p=[site.share for site in p.sites]))]
    sex = "F" if rng.random() < p["women"] else "M"
    age = int(np.clip(rng.normal(p["age_mean"], p["age_sd"]), 19, 84))
    therapy, had = _draw_therapy(rng, p, day)
    history, told_late = _draw_history(rng, p, day, sex)
    no = p.tables["judgements"]
    return Person(
        site=site,
        sex=sex,
        birth=f"{day.year - age}-{int(rng.integers(1, 13)):02d}",
        height=int(rng.normal(170 if sex == "M" else 159, 6)),
        weight=round(float(np.clip(rng.normal(p["weight_mean"], p["weight_sd"]), 42, 110)), 1),
        declines=bool(rng.random() < p["declines"]),
        history=history,
        told_late=told_late,
        therapy=therapy,
        had=had,
        tissue="MUTATED" if rng.random() < p["tissue_mutated"] else "WILD TYPE",
        ecog=_draw_ecog(rng, p),
        pregnant=bool(sex == "F" and rng.random() < p["pregnant"]),
        judgements={c.id: bool(rng.random() >= no.get(c.id, 0.0)) for c in protocol.criteria},
        levels=_draw_levels(rng, p),
        tumor_seed=int(rng.integers(2**62)),
        non_target=bool(rng.random() < velo_fit().non_target_disease),
        resistant_by_ras=bool(rng.random() < p["resistant_by_ras"]),
        tumor_fraction=float(tumor_fraction(rng.standard_normal(), p)),
        seed=int(rng.integers(2**62)),
    )


def tumor_fraction(normal: float | Floats, p: Parameters) -> Floats:
    """The share of tumor DNA in plasma that belongs to a standard normal number; of the same
    shape.
    """
    return np.clip(p["tumor_fraction"] * np.exp(p["tumor_fraction_sd"] * normal), 2e-4, 0.8)


def _spread(rng: np.random.Generator, sd: float) -> float:
    return float(np.exp(sd * rng.standard_normal()))


def _draw_ecog(rng: np.random.Generator, p: Parameters) -> int:
    return int(rng.choice(3, p=[p["ecog_0"], 1 - p["ecog_0"] - p["ecog_2"], p["ecog_2"]]))


def _draw_levels(rng: np.random.Generator, p: Parameters) -> dict[str, float]:
    return {test: row["median"] * _spread(rng, row["sd"]) for test, row in p.tables["labs"].items()}


# ------------------------------------------------------------------ what came before


def _draw_history(
    rng: np.random.Generator, p: Parameters, day: date, sex: str
) -> tuple[tuple[MH, ...], str]:
    code, where = _PRIMARY[int(rng.integers(len(_PRIMARY)))]
    primary = _present("PRIMARY DIAGNOSIS", f"adenocarcinoma, {where}", code, day, 2.5)
    rows = [
        replace(primary, morphology="8140/3"),
        _present("LIVER METASTASIS", "metastases of the liver", "C78.7", day, 2.0),
    ]
    for category, share in p.tables["conditions"].items():
        has = rng.random() < share
        present = MH(category=category, occurred="Y", term=category.lower())
        rows.append(present if has else _absent(category))
    if sex == "F":
        rows.append(_absent("BREAST-FEEDING"))
    other, told_late = _draw_other_malignancy(rng, p, day)
    return (*rows, other), told_late


def _present(category: str, term: str, code: str, day: date, years: float) -> MH:
    start = exact(day - timedelta(days=int(365.25 * years)))
    return MH(category=category, occurred="Y", term=term, code=code, start=start)


def _absent(category: str) -> MH:
    return MH(category=category, occurred="N")


def _draw_other_malignancy(rng: np.random.Generator, p: Parameters, day: date) -> tuple[MH, str]:
    """At most one; the second value is a morphology that the record does not hold at first."""
    at, below = rng.random(), 0.0
    for kind in p.tables["other_malignancies"]:
        below += kind["share"]
        if at < below:
            row = _present("OTHER MALIGNANCY", kind["term"], kind["code"], day, kind["years"])
            assert row.start is not None
            row = replace(row, end=exact(row.start.earliest + timedelta(days=60)))
            if kind["told_late"]:
                return row, kind["morphology"]
            return replace(row, morphology=kind["morphology"]), ""
    return _absent("OTHER MALIGNANCY"), ""


def _draw_therapy(
    rng: np.random.Generator, p: Parameters, day: date
) -> tuple[tuple[CM, ...], frozenset[str]]:
    """First line with cetuximab, second without; the interval since cetuximab is mostly the length
    of the second.
    """
    first: Drugs
    second: Drugs
    naive = rng.random()
    if naive < p["irinotecan_naive"]:
        first, second = _OXALIPLATIN, _NEITHER
    elif naive < p["irinotecan_naive"] + p["oxaliplatin_naive"]:
        first, second = _IRINOTECAN, _NEITHER
    else:
        first, second = (
            (_IRINOTECAN, _OXALIPLATIN) if rng.random() < 0.5 else (_OXALIPLATIN, _IRINOTECAN)
        )
    months = p["second_line_months"] * _spread(rng, p["second_line_sd"])
    ended = day - timedelta(days=int(rng.integers(10, 25)))
    began = ended - timedelta(days=int(np.clip(months, 1, 18) * DAYS_PER_MONTH))
    stopped = began - timedelta(days=int(rng.integers(10, 30)))
    started = stopped - timedelta(days=int(rng.integers(150, 420)))
    outcome = "TOXICITY" if rng.random() < p["second_line_without_progression"] else "PROGRESSION"
    rows = _line(1, (("CETUXIMAB", ANTI_EGFR), *first), started, stopped, "PROGRESSION")
    rows += _line(2, (("BEVACIZUMAB", ANTI_VEGF), *second), began, ended, outcome)
    if rng.random() < p["third_line_given"]:
        rows += _line(3, (("REGORAFENIB", "OTHER"),), ended, day - timedelta(days=3), "PROGRESSION")
    return tuple(rows), frozenset(drug for drug, _ in (*first, *second))


def _line(line: int, drugs: Drugs, start: date, end: date, outcome: str) -> list[CM]:
    """The last dose is some days before the scan that shows progression."""
    return [
        CM(
            treatment=drug,
            drug_class=kind,
            category=TherapyCategory.PRIOR_ANTICANCER.value,
            line=str(line),
            setting="METASTATIC",
            start=exact(start),
            end=exact(end - timedelta(days=8)),
            outcome=outcome,
            progressed=exact(end) if outcome == TherapyOutcome.PROGRESSION else None,
        )
        for drug, kind in drugs
    ]


def intended_regimen(
    rng: np.random.Generator, protocol: Protocol, p: Parameters, person: Person
) -> str:
    """What the MDT chooses by previous chemotherapy, before the arm is known (protocol:
    chemotherapy): all that goes with a drug that is new to her; else one drug again, or none of
    those she had.
    """
    with_irinotecan = sorted(_regimens_with("IRINOTECAN", protocol), key=lambda r: len(r.drugs))
    if "IRINOTECAN" not in person.had:
        return with_irinotecan[-1].id
    if "OXALIPLATIN" not in person.had:
        return _regimens_with("OXALIPLATIN", protocol)[0].id
    if rng.random() < p["again_irinotecan"]:
        return with_irinotecan[0].id
    return next(r.id for r in protocol.regimens if not person.had.intersection(r.drugs))


def without_regimen(protocol: Protocol) -> Iterator[str]:
    """The previous chemotherapy after which the protocol leaves no regimen to choose."""
    for drug in ("IRINOTECAN", "OXALIPLATIN"):
        if not _regimens_with(drug, protocol):
            yield f"no {drug.lower()} before"
    both = {drug for drug, _ in (*_IRINOTECAN, *_OXALIPLATIN)}
    if all(both.intersection(regimen.drugs) for regimen in protocol.regimens):
        yield f"{', '.join(sorted(both)).lower()} before"


def _regimens_with(drug: str, protocol: Protocol) -> list[Regimen]:
    return [regimen for regimen in protocol.regimens if drug in regimen.drugs]


# ------------------------------------------------------------------ the tumor, in either arm


def tumor_parameters(person: Person, protocol: Protocol, p: Parameters) -> TumorParameters:
    """The fitted tumor with the protocol's window of scans and this person's kind of disease."""
    return velo_fit()._replace(
        step_um=micrometers(protocol.assessment.recorded_precision),
        window_days=protocol.scans.after,
        missed_scan=p["scan_missed"],
        late_scan=p["scan_late"],
        non_target_disease=1.0 if person.non_target else 0.0,
    )


def tumor_course(
    person: Person, protocol: Protocol, p: Parameters, *, experimental: bool
) -> VirtualTumor:
    """The tumor of this person in one arm or the other: the same seed, so the same person at
    baseline.
    """
    scans, tumor = protocol.scans, tumor_parameters(person, protocol, p)
    planned = np.arange(scans.first, tumor.follow_days, scans.every or tumor.follow_days)
    rng = np.random.default_rng(person.tumor_seed)  # noqa: TID251  (one tumor under either arm)
    return draw_virtual_tumor(rng, experimental, tumor, planned)


def recovered(person: Person, p: Parameters) -> Person:
    """The same person some weeks later, when what time mends is mended (re-screening)."""
    labs = p.tables["labs"]
    # Half way back, on the scale of logarithms, to what most have.
    levels = {
        test: float(np.sqrt(value * labs[test]["median"])) for test, value in person.levels.items()
    }
    return replace(
        person,
        levels=levels,
        ecog=min(person.ecog, 1),
        tumor_fraction=min(person.tumor_fraction * 1.6, 0.8),
        seed=person.seed + 1,
    )
