"""Which drug is it, and of which class? Names, brands, codes and regimens, from one table.

`tables/drugs.csv` says for each row where it was read. A row that was not read in a source may
leave an answer open; it never gives one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from equipoise.terms.coded import coded
from equipoise.terms.table import rows_of
from equipoise.terms.verdict import Verdict, any_of


class Drug(NamedTuple):
    """A row of the table: the name to be used (INN), its class by mechanism, whether it treats
    cancer, and whether its row was read in a source.
    """

    name: str
    kind: str
    anticancer: bool
    checked: bool


class Unlisted(NamedTuple):
    """A name that the table does not have."""

    text: str


REGIMENS: dict[str, tuple[str, ...]] = {
    "FOLFIRI": ("FLUOROURACIL", "CALCIUM FOLINATE", "IRINOTECAN"),  # Azmy 2012
    "FOLFOX": ("FLUOROURACIL", "CALCIUM FOLINATE", "OXALIPLATIN"),  # Lubner 2010
    "FOLFOXIRI": ("FLUOROURACIL", "CALCIUM FOLINATE", "OXALIPLATIN", "IRINOTECAN"),  # Azmy 2012
    "FOLFIRINOX": ("FLUOROURACIL", "CALCIUM FOLINATE", "OXALIPLATIN", "IRINOTECAN"),
    "CAPOX": ("CAPECITABINE", "OXALIPLATIN"),  # Lubner 2010
    "CAPEOX": ("CAPECITABINE", "OXALIPLATIN"),
    "XELOX": ("CAPECITABINE", "OXALIPLATIN"),
    "XELIRI": ("CAPECITABINE", "IRINOTECAN"),  # Montagnani 2010
    "CAPIRI": ("CAPECITABINE", "IRINOTECAN"),
    "XELOXIRI": ("CAPECITABINE", "OXALIPLATIN", "IRINOTECAN"),  # Vasile 2009
    "GEMOX": ("GEMCITABINE", "OXALIPLATIN"),
    "EXTREME": ("CISPLATIN", "FLUOROURACIL", "CETUXIMAB"),  # or carboplatin
}
"""Regimens of several drugs, taken apart; docs/sources.md says where each was read."""

_CLASS_NAMES = {
    "ANTI-EGFR ANTIBODY": "ANTI-EGFR",
    "ANTI-EGFR MONOCLONAL ANTIBODY": "ANTI-EGFR",
    "EGFR ANTIBODY": "ANTI-EGFR",
    "EGFR TKI": "EGFR KINASE INHIBITOR",
    "EGFR TYROSINE KINASE INHIBITOR": "EGFR KINASE INHIBITOR",
    "ANTI-VEGF ANTIBODY": "ANTI-VEGF",
    "TRIFLURIDINE/TIPIRACIL": "FTD/TPI",
    "CYTOTOXIC CHEMOTHERAPY": "CHEMOTHERAPY",
}
"""Declared synonyms of classes."""

_CYTOTOXIC = frozenset(
    {
        "ALKYLATING AGENT",
        "ANTHRACYCLINE",
        "ANTIFOLATE",
        "CYTOTOXIC ANTIBIOTIC",
        "FLUOROPYRIMIDINE",
        "FTD/TPI",
        "IRINOTECAN",
        "OXALIPLATIN",
        "PLANT ALKALOID",
        "PLATINUM",
        "PURINE ANALOGUE",
        "PYRIMIDINE ANALOGUE",
        "TAXANE",
        "TOPOISOMERASE INHIBITOR",
        "VINCA ALKALOID",
    }
)
"""The classes of chemotherapy (ATC L01A to L01D, and platinum)."""

_ANTIBODIES = frozenset({"OTHER ANTIBODY", "COMBINATION OF ANTIBODIES"})

_WITHIN = {
    "OXALIPLATIN": ("PLATINUM",),
    "IRINOTECAN": ("TOPOISOMERASE INHIBITOR",),
    "FLUOROPYRIMIDINE": ("PYRIMIDINE ANALOGUE",),
    "FTD/TPI": ("PYRIMIDINE ANALOGUE",),
}
"""Class -> the wider ones that it belongs to."""


def named(treatment: str) -> tuple[Drug | Unlisted, ...]:
    """The drugs of a medication as written: one name, a regimen, or several with `+`, `/`, `and`
    between them. Whatever is not in the table stays as `Unlisted`.
    """
    return _named(coded(treatment))


def is_drug(treatment: str, drug_class: str, wanted: str) -> Verdict:
    """Is the medication the drug `wanted` (a name, brand or code), or does it contain it?"""
    asked = {drug.name for drug in named(wanted) if isinstance(drug, Drug)} or {coded(wanted)}
    kinds = {drug.kind for drug in named(wanted) if isinstance(drug, Drug)}
    by_code = [drug for drug in named(drug_class) if isinstance(drug, Drug)]
    parts = named(treatment)
    answers = [_alone(part, parts, _is(part, drug_class, asked, kinds)) for part in parts]
    if by_code and Verdict.MET not in answers and any(drug.name in asked for drug in by_code):
        return Verdict.UNKNOWN  # the code says so, and the name otherwise
    return any_of(answers) if answers else Verdict.UNKNOWN


def _is(part: Drug | Unlisted, drug_class: str, asked: set[str], kinds: set[str]) -> Verdict:
    if isinstance(part, Drug):
        if not part.checked:
            return Verdict.UNKNOWN
        return Verdict.MET if part.name in asked else Verdict.NOT_MET
    if part.text in asked:
        return Verdict.MET
    known = _class(drug_class)
    excluded = known is not None and kinds and not any(_may_be(known, kind) for kind in kinds)
    return Verdict.NOT_MET if excluded else Verdict.UNKNOWN


def is_of_class(treatment: str, drug_class: str, wanted: str) -> Verdict:
    """Is the medication of a class, or does it contain a drug that is? The drug decides, not the
    class that was recorded beside it; a drug that is not in the table may be of the class unless a
    known class beside it says that it is not.
    """
    asked = _class(wanted) or coded(wanted)
    parts = named(treatment)
    answers = [_alone(part, parts, _is_of(part, drug_class, asked)) for part in parts]
    found = any_of(answers) if answers else _recorded(drug_class, asked)
    if found is Verdict.NOT_MET and _points_at(drug_class, asked, parts):
        return Verdict.UNKNOWN  # one of the two is wrong
    return found


def _alone(part: Drug | Unlisted, parts: tuple[Drug | Unlisted, ...], answer: Verdict) -> Verdict:
    """One class stands beside the whole of a combination; it excludes nothing of a part of it that
    is not in the table.
    """
    excluded = answer is Verdict.NOT_MET and isinstance(part, Unlisted) and len(parts) > 1
    return Verdict.UNKNOWN if excluded else answer


def _points_at(drug_class: str, asked: str, parts: tuple[Drug | Unlisted, ...]) -> bool:
    """Does what stands in the place of the class name the class asked about, a drug of it, or its
    target in words too coarse for a class, which no drug of the medication explains?
    """
    known = _class(drug_class)
    if known is not None:
        return asked in _widened(known)
    return _names_target(drug_class, asked, parts) or any(
        asked in _widened(part.kind) if isinstance(part, Drug) else _class(part.text) == asked
        for part in named(drug_class)
    )


def _names_target(drug_class: str, asked: str, parts: tuple[Drug | Unlisted, ...]) -> bool:
    """`EGFR INHIBITOR` fits gefitinib, and not irinotecan."""
    target = re.compile(rf"\b{re.escape(asked.removeprefix('ANTI-'))}\b")
    explained = any(isinstance(part, Drug) and target.search(part.kind) for part in parts)
    return not explained and bool(target.search(coded(drug_class)))


def _is_of(part: Drug | Unlisted, drug_class: str, asked: str) -> Verdict:
    if isinstance(part, Unlisted):
        return _recorded(drug_class, asked)
    if asked not in _classes():
        return _recorded(drug_class, asked)
    if not part.checked:
        return Verdict.UNKNOWN
    if asked in _widened(part.kind):
        return Verdict.MET
    return Verdict.UNKNOWN if _unsaid(part.kind, asked) else Verdict.NOT_MET


def _unsaid(kind: str, asked: str) -> bool:
    """Antibodies that the index puts together whatever they are directed at."""
    return kind in _ANTIBODIES and asked.startswith("ANTI-")


def _recorded(drug_class: str, asked: str) -> Verdict:
    """What the class beside a drug says of it, when nothing else does."""
    known = _class(drug_class)
    if known is None:
        if coded(drug_class) == asked:
            return Verdict.MET
        by_itself = asked not in _classes() and bool(coded(drug_class))
        return Verdict.NOT_MET if by_itself else Verdict.UNKNOWN
    if asked in _widened(known):
        return Verdict.MET
    return Verdict.UNKNOWN if _may_be(known, asked) else Verdict.NOT_MET


def is_anticancer(treatment: str, drug_class: str) -> Verdict:
    """Does the medication treat cancer?"""
    parts = named(treatment)
    against = [part for part in parts if isinstance(part, Drug) and part.anticancer]
    if against:
        return Verdict.MET if any(drug.checked for drug in against) else Verdict.UNKNOWN
    if parts and all(isinstance(part, Drug) for part in parts):
        return Verdict.NOT_MET
    codes = (coded(treatment), coded(drug_class))
    if any(_ATC.fullmatch(code) and code[:3] not in ("L01", "L02") for code in codes):
        return Verdict.NOT_MET
    return Verdict.MET if _class(drug_class) in _against_cancer() else Verdict.UNKNOWN


def drugs_of_class(wanted: str) -> tuple[str, ...]:
    """The names of the drugs of a class that were read in a source, in the order of the table."""
    asked = _class(wanted) or coded(wanted)
    rows = dict.fromkeys(drug for drug in _table().values() if drug.checked)
    return tuple(drug.name for drug in rows if drug.kind == asked)


def class_of(drug: str) -> str | None:
    """The class of a drug by its name, or None where the table does not know one."""
    kinds = {part.kind for part in named(drug) if isinstance(part, Drug)}
    return kinds.pop() if len(kinds) == 1 else None


_ATC = re.compile(r"[A-Z]\d\d[A-Z]{2}\d\d")
_ATC_GROUP = re.compile(r"L01[A-Z]{2}")


def _class(text: str) -> str | None:
    """A class of the table as written, by a declared synonym, by the ATC code of a drug of it, or
    by the ATC group; None for anything coarser.
    """
    written = coded(text)
    written = _CLASS_NAMES.get(written, written)
    if written in _classes():
        return written
    if _ATC.fullmatch(written) or _ATC_GROUP.fullmatch(written):
        kinds = {drug.kind for code, drug in _by_atc().items() if code.startswith(written)}
        return kinds.pop() if len(kinds) == 1 else None
    return None


def _widened(kind: str) -> tuple[str, ...]:
    chemotherapy = ("CHEMOTHERAPY",) if kind in _CYTOTOXIC else ()
    return (kind, *_WITHIN.get(kind, ()), *chemotherapy)


def _may_be(known: str, asked: str) -> bool:
    """May a drug of the class known be of the class asked about: a wider one, or a mixed one?"""
    return (
        known in _widened(asked)
        or known in ("OTHER ANTINEOPLASTIC", "COMBINATION")
        or _unsaid(known, asked)
    )


@cache
def _classes() -> frozenset[str]:
    return frozenset(drug.kind for drug in _table().values()) | {"CHEMOTHERAPY"}


@cache
def _against_cancer() -> frozenset[str]:
    """The classes of drugs against cancer; folinates are given beside them."""
    return frozenset(drug.kind for drug in _table().values() if drug.anticancer) | {"CHEMOTHERAPY"}


@cache
def _table() -> dict[str, Drug]:
    """Name or code as compared -> drug."""
    return dict(_rows())


@cache
def _by_atc() -> dict[str, Drug]:
    return {name: drug for name, drug in _table().items() if _ATC.fullmatch(name)}


def _rows() -> Iterable[tuple[str, Drug]]:
    for row in rows_of("drugs"):
        name = coded(row["name"])
        drug = Drug(name, row["class"], row["anticancer"] == "yes", row["checked"] == "yes")
        for each in (row["name"], *row["names"].split(";"), *row["codes"].split(";")):
            if each:
                yield coded(each), drug


_BETWEEN = re.compile(
    r"\s*(?:[+/&,;、，；＋]|\bAND\b|\bPLUS\b|\bWITH\b|联合|加|和|与)\s*", re.IGNORECASE
)
_AROUND = re.compile(r"[()（）\[\]]")
_DOSE = re.compile(
    r"\b\d+(?:[.,]\d+)?\s*(?:MG|G|MCG|UG|IU|UNITS?)(?:\s*/\s*(?:M2|M\^2|M²|KG|D|DAY))*(?!\w)",
    re.IGNORECASE,
)
_FORM = re.compile(
    r"[®™]|\b(?:FOR )?INJECTION\b|\bINFUSION\b|\bTABLETS?\b|\bHYDROCHLORIDE\b|\bDISODIUM\b"
    r"|注射用|注射液|片|胶囊",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"\b(?:NOT?|NEVER|WITHOUT|OR|VS|VERSUS|PLACEBO|EXCEPT|REFUSED|DECLINED|PLANNED)\b"
    r"|未|无|不|或|拒绝|安慰剂|计划",
    re.IGNORECASE,
)
"""Words after which a drug that is named need not have been given."""
_FOLFOX = re.compile(r"(?:M|MODIFIED |MFOLFOX)?FOLFOX-?\d?")


@lru_cache(maxsize=4096)
def _named(written: str) -> tuple[Drug | Unlisted, ...]:
    whole = _looked_up(written)
    if whole:
        return whole
    if _DOUBT.search(written):
        return (Unlisted(written),)
    plain = " ".join(_FORM.sub(" ", _DOSE.sub(" ", written)).split())
    if plain != written and (found := _looked_up(coded(plain))):
        return found
    parts = [part for outer in _AROUND.split(plain) for part in _BETWEEN.split(outer)]
    found_parts: dict[Drug | Unlisted, None] = {}
    for part in (coded(part) for part in parts):
        if part:
            found_parts |= dict.fromkeys(_looked_up(part) or (Unlisted(part),))
    return tuple(found_parts)


def _looked_up(name: str) -> tuple[Drug | Unlisted, ...]:
    """A drug, the drugs of a regimen, or nothing."""
    if (drug := _table().get(name)) is not None:
        return (drug,)
    regimen = "FOLFOX" if _FOLFOX.fullmatch(name) else name
    return tuple(_table()[part] for part in REGIMENS.get(regimen, ()))
