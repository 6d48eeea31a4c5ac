"""What does a registered criterion ask about a person's history? Conditions, pregnancy, lines of
therapy, genes.

The texts read here have single blanks for white space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.exchange.registry.piece import (
    FROM_TEXT,
    Piece,
    RuleData,
    all_together,
    attest,
    number_of,
)

Notes = list[tuple[str, str]]

_BEFORE = (
    "(?:patients? with )?(?:any )?(?:known |(?:a )?history of |pre-?existing |active |acute"
    " |previous |prior )*(?:or sub-?acute )?"
)
_STUDY_DRUG = (
    "(?: to (?:any of )?(?:the )?(?:components? of )?(?:the )?study"
    " (?:treatment|drug|medication)s?)?"
)
_CONDITIONS = {
    "HYPERSENSITIVITY": f"(?:hypersensitivity|allergy|allergic)(?: reactions?)?{_STUDY_DRUG}",
    "INTESTINAL OCCLUSION": "(?:intestinal|bowel) (?:occlusion|obstruction)",
    "SUBSTANCE ABUSE": "(?:(?:drug|alcohol|substance)(?: abuse)? ?(?:/|or|and)? ?)+abuse",
    "LEGAL INCAPACITY": "legal incapacity(?: or limited legal capacity)?",
    "PERIPHERAL NEUROPATHY": "peripheral (?:sensory )?neuropathy",
    "INTERSTITIAL LUNG DISEASE": "interstitial lung disease",
    "CNS METASTASIS": "(?:brain|cns|central nervous system) metastas[ei]s",
}
_STATES = ("LEGAL INCAPACITY", "BREAST-FEEDING")
"""Conditions that exclude while they last; once over, they are no reason."""
_SITES = {
    "colorectal": ("C18", "C19", "C20"),
    "lung": ("C34",),
    "breast": ("C50",),
    "gastric": ("C16",),
}
_IN_SITU = "(?:pre-?invasive carcinoma|(?:carcinoma|cancer) in situ|in situ carcinoma)"
_EXCEPTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("basal cell (?:carcinoma|cancer)(?: of the skin)?", {"code": "C44", "morphology": "809"}),
    ("squamous cell (?:carcinoma|cancer) of the skin", {"code": "C44", "morphology": "807"}),
    (f"{_IN_SITU} of the (?:uterine )?cervix", {"code": "D06"}),
    (
        "cervical (?:carcinoma|cancer) in situ|in situ cervical (?:carcinoma|cancer)",
        {"code": "D06"},
    ),
)


_ADENOCARCINOMA = ("814", "821", "822", "826", "848", "849")


_ICD10: dict[str, tuple[str, ...]] = {
    "HYPERSENSITIVITY": ("T78.2", "T78.4", "T88.6", "T88.7", "Z88.8", "Z88.9"),
    "INTESTINAL OCCLUSION": ("K56",),
    "BREAST-FEEDING": ("Z39.1",),
    "OTHER MALIGNANCY": ("C", "D0"),
    "SUBSTANCE ABUSE": ("F10", "F11", "F12", "F13", "F14", "F15", "F16", "F18", "F19"),
    "LEGAL INCAPACITY": (),
    "PERIPHERAL NEUROPATHY": ("G60", "G61", "G62", "G63", "G64"),
}
"""Category -> the ICD-10 prefixes that mean it, whatever category they stand in."""


def condition(category: str) -> RuleData:
    """Has, or had, the participant this condition? Silence is unknown, the only reading that lets
    nobody in.
    """
    rule: RuleData = {"kind": "condition", "category": category, "absence": "unknown"}
    if category in _ICD10:
        rule["icd10"] = list(_ICD10[category])
    return {**rule, "current": True} if category in _STATES else rule


def diagnosis(text: str) -> RuleData:
    """The disease under study, by ICD-10 where the text names an organ that is known here, and by
    its histology.
    """
    rule = condition("PRIMARY DIAGNOSIS")
    if codes := [code for name, codes in _SITES.items() if name in text.lower() for code in codes]:
        rule["codes"] = codes
    if "colorectal adenocarcinoma" in text.lower():
        rule["histology"] = list(_ADENOCARCINOMA)
    return rule


def conditions(text: str, everything: str) -> Iterator[Piece]:
    """The conditions listed above, other malignancies with their exceptions, and liver
    metastases.
    """
    for category, pattern in _CONDITIONS.items():
        if match := re.search(_BEFORE + pattern, text, re.IGNORECASE):
            notes = [("SILENCE", match[0])]
            if category == "PERIPHERAL NEUROPATHY":
                notes.append(("ANY_GRADE", match[0]))
            rule = condition(category)
            if re.search(r"\b(?:acute|active)\b", match[0], re.IGNORECASE):
                rule["current"] = True
            yield Piece(*match.span(), rule, category.lower(), tuple(notes))
    yield from _malignancy(text)
    yield from _liver_metastases(text, everything)


_MALIGNANCY = re.compile(
    "(?:other|another|second(?:ary)?) (?:previous |prior |primary |concurrent"
    " )*(?:malignanc(?:y|ies)|cancers?)"
    r"(?: (?:with)?in (?:the )?(?:last |past |previous )?(?P<years>\w+) years?)?"
    "(?P<except>,? ?(?:with (?:the )?exception of|except(?: for)?|other than) .*)?",
    re.IGNORECASE,
)


def _malignancy(text: str) -> Iterator[Piece]:
    match = _MALIGNANCY.search(text)
    if not match:
        return
    rule, notes = (
        condition("OTHER MALIGNANCY"),
        [("SILENCE", match[0]), ("MALIGNANCY_CODES", match[0])],
    )
    if years := number_of(match["years"] or ""):
        rule["within_years"] = years
        notes.append(("YEARS_OF_WHAT", match[0].split(",")[0]))
    rule["same_disease"] = ["C77", "C78", "C79"]
    excepted, left = _exceptions(match["except"] or "")
    if excepted:
        rule["except"] = excepted
    if left:
        notes.append(("EXCEPTION_NOT_CODED", left))
    yield Piece(*match.span(), rule, "other malignancy", tuple(notes))


def _exceptions(text: str) -> tuple[list[dict[str, str]], str]:
    """(exceptions with their codes, what of the text was not coded)."""
    coded = [code for pattern, code in _EXCEPTIONS if re.search(pattern, text, re.IGNORECASE)]
    for pattern, _ in _EXCEPTIONS:
        text = re.sub(pattern, "", text, flags=re.IGNORECASE)
    filler = (
        "with|the|exception|of|except|for|a|an|history|previous|prior|adequately|treated|cured|"
        "curatively|or|and|other|than"
    )
    return (
        coded,
        re.sub(
            r"[\s,.;()/]+", " ", re.sub(rf"\b(?:{filler})\b", "", text, flags=re.IGNORECASE)
        ).strip(),
    )


_LIVER = re.compile(
    "(?:clinical or radiological evidence of )?(?P<not>non-?resectable |unresectable )?liver"
    " metastas[ei]s",
    re.IGNORECASE,
)


def _liver_metastases(text: str, everything: str) -> Iterator[Piece]:
    if not (match := _LIVER.search(text)):
        return
    rules = [{**condition("LIVER METASTASIS"), "codes": ["C78.7"]}]
    notes = [("SILENCE", match[0]), ("DIAGNOSIS_CODES", match[0])]
    if match["not"]:
        rules.append(attest("the liver metastases cannot be resected"))
        notes.append(("JUDGEMENT", match["not"].strip()))
    if not re.search(
        "extra-?hepatic|outside the liver|liver[- ](?:only|limited)", everything, re.IGNORECASE
    ):
        notes.append(("OUTSIDE_LIVER", match[0]))
    yield Piece(*match.span(), all_together(rules), "liver metastases", tuple(notes))


_NEGATIVE = re.compile(
    "negative (?:(?:serum|urine|or|/|blood|beta-?hcg|β-?hcg|hcg) ?)*pregnancy tests?", re.IGNORECASE
)


def _test_negative() -> RuleData:
    return {"kind": "lab_answer", "test": "HCG", "is": "NEGATIVE", "within_days": FROM_TEXT}


def pregnancy(text: str, _everything: str) -> Iterator[Piece]:
    """Pregnancy and breast-feeding: no question to men, and a test only when the record asks for
    one.
    """
    if negative := _NEGATIVE.search(text):
        of_women: RuleData = {"kind": "any", "of": [{"kind": "sex", "is": "M"}, _test_negative()]}
        yield Piece(*negative.span(), of_women, "pregnancy test", (("NOT_FOR_MEN", negative[0]),))
        return
    pregnant = re.search(r"\bpregnan(?:t|cy)\b(?: women)?(?: \([^)]*\))?", text, re.IGNORECASE)
    feeding = re.search(
        r"(?:or |and )?\b(?:breast-? ?feeding|lactating|lactation|nursing)\b(?: women)?",
        text,
        re.IGNORECASE,
    )
    mentions = [match for match in (pregnant, feeding) if match]
    if not mentions:
        return
    parts: list[RuleData] = []
    notes = [("NOT_FOR_MEN", text)]
    if pregnant and re.search("hcg|pregnancy test", text, re.IGNORECASE):
        parts.append({"kind": "not", "of": _test_negative()})
    elif pregnant:
        parts.append(condition("PREGNANCY"))
    if feeding:
        parts.append(condition("BREAST-FEEDING"))
        notes.append(("SILENCE", feeding[0]))
    woman: RuleData = {"kind": "not", "of": {"kind": "sex", "is": "M"}}
    excluded: RuleData = {
        "kind": "all",
        "of": [woman, {"kind": "any", "of": parts} if len(parts) > 1 else parts[0]],
    }
    yield Piece(
        mentions[0].start(),
        max(match.end() for match in mentions),
        excluded,
        "pregnancy, breast-feeding",
        tuple(notes),
    )
