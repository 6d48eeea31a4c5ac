"""Which condition is it, by its codes? ICD-10 and the morphology of ICD-O-3."""

from __future__ import annotations

import re
from typing import NamedTuple

from equipoise.protocol.criteria.condition import Condition
from equipoise.subject.records import MH
from equipoise.terms.verdict import Reason, Verdict


class Answer(NamedTuple):
    """Whether a row counts, in words, and why not known."""

    verdict: Verdict
    text: str
    reason: Reason | None = None


_ICD10 = re.compile(r"[A-Z]\d[0-9A-Z]{1,5}", re.ASCII)
MALIGNANT = "3"
"""The behavior of a malignant, primary tumor (ICD-O-3 fifth digit); 0 benign, 1 uncertain, 2 in
situ; 6 metastatic and 9 uncertain whether primary tell nothing about the primary."""
_NO_CARCINOMA = ("0", "1", "2")


def icd10(text: str) -> str:
    """A code as compared: C18.7 and c187 are one."""
    return text.strip().upper().replace(".", "")


def morphology(text: str) -> str:
    """ICD-O-3 morphology as compared: M8140/3 and 8140/3 are one."""
    return text.strip().upper().removeprefix("M").lstrip("- ")


def among(shown_as: str, code: str, wanted: tuple[str, ...]) -> Answer:
    """Is the code one of those asked about? A code shorter than these (C78 where C78.7 is asked)
    may be or not, and so may one that is no code of ICD-10.
    """
    if not wanted:
        return Answer(Verdict.MET, "present")
    told = f"{shown_as}, asked about {', '.join(wanted)}"
    found = icd10(code)
    prefixes = tuple(map(icd10, wanted))
    if found.startswith(prefixes):
        return Answer(Verdict.MET, told)
    if any(prefix.startswith(found) for prefix in prefixes) or not _ICD10.fullmatch(found):
        return Answer(Verdict.UNKNOWN, told, Reason.NOT_CLASSIFIED)
    return Answer(Verdict.NOT_MET, told)


def histology(rule: Condition, mh: MH) -> Answer:
    """Is it of a morphology asked about, and malignant where it arose?"""
    if not rule.histology:
        return Answer(Verdict.MET, "present")
    told = f"morphology {mh.morphology or 'not recorded'}, asked about {', '.join(rule.histology)}"
    type_, _, behavior = morphology(mh.morphology).partition("/")
    if not type_.startswith(rule.histology):
        short = any(wanted.startswith(type_) for wanted in rule.histology)
        if short or not type_.isdecimal():
            return Answer(Verdict.UNKNOWN, told, Reason.NOT_CLASSIFIED)
        return Answer(Verdict.NOT_MET, told)
    if behavior == MALIGNANT:
        return Answer(Verdict.MET, told)
    if behavior in _NO_CARCINOMA:
        return Answer(Verdict.NOT_MET, f"morphology {mh.morphology} is no carcinoma")
    detail = f"morphology {mh.morphology} does not say that the primary is malignant (/3)"
    return Answer(Verdict.UNKNOWN, detail, Reason.NOT_CLASSIFIED)


def by_exception(rule: Condition, mh: MH) -> Answer:
    """Is it the disease under study, or a condition that does not count?"""
    if not (rule.except_ or rule.same_disease):
        return Answer(Verdict.MET, "present")
    code, type_ = icd10(mh.code), morphology(mh.morphology)
    if not code:
        return Answer(Verdict.UNKNOWN, "has no ICD-10 code", Reason.NOT_CLASSIFIED)
    named = (*rule.same_disease, *(excepted.code for excepted in rule.except_))
    if any(icd10(prefix).startswith(code) and icd10(prefix) != code for prefix in named):
        return Answer(Verdict.UNKNOWN, f"{mh.code} is too short to tell", Reason.NOT_CLASSIFIED)
    if code.startswith(tuple(map(icd10, rule.same_disease))):
        return Answer(Verdict.NOT_MET, f"{mh.code} is the disease under study")
    for excepted in rule.except_:
        if not code.startswith(icd10(excepted.code)):
            continue
        if excepted.morphology is None:
            return Answer(Verdict.NOT_MET, f"{mh.code} is excepted")
        short = type_ != excepted.morphology and excepted.morphology.startswith(type_)
        if short or not type_[:3].isdecimal():
            of = f"with morphology {type_}" if type_ else "without morphology"
            told = f"{mh.code} {of} may be excepted or not"
            return Answer(Verdict.UNKNOWN, told, Reason.NOT_CLASSIFIED)
        if type_.startswith(excepted.morphology):
            return Answer(Verdict.NOT_MET, f"{mh.code} with morphology {type_} is excepted")
    return Answer(Verdict.MET, f"{mh.code} counts")


def names_the_condition(rule: Condition, mh: MH) -> bool:
    """Does the code of the row mean the condition, whatever category it stands in?"""
    code = icd10(mh.code)
    return bool(code and rule.icd10) and code.startswith(tuple(map(icd10, rule.icd10 or ())))


def is_about_something_else(rule: Condition, mh: MH) -> bool:
    """Does the code of a row without a known category show that it is another condition?"""
    code, wanted = icd10(mh.code), rule.icd10 if rule.icd10 is not None else rule.codes or None
    if wanted is None or not _ICD10.fullmatch(code):
        return False
    return among("", code, wanted).verdict is Verdict.NOT_MET if wanted else True
