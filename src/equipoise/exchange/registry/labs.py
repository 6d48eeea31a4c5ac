"""Which laboratory limits does a registered criterion state? Tests, comparisons, units and
multiples of the ULN.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from equipoise.exchange.registry.piece import FROM_TEXT, Piece, RuleData, attest

_AST = (
    r"(?:aspartate"
    r" (?:amino)?trans(?:amin|fer)ase(?:\s*\((?:AST|SGOT)\))?|AST(?:\s*\(SGOT\))?|SGOT|GOT)"
)
_ALT = (
    r"(?:alanine"
    r" (?:amino)?trans(?:amin|fer)ase(?:\s*\((?:ALT|SGPT)\))?|ALT(?:\s*\(SGPT\))?|SGPT|GPT)"
)
_TESTS = {
    "NEUT": r"(?:absolute )?neutrophils?(?: counts?)?(?:\s*\(ANC\))?|ANC",
    "PLAT": r"platelets?(?: counts?)?|PLT",
    "HGB": r"ha?emoglobin(?:\s*\(Hb\))?|Hgb|Hb",
    "BILI": r"(?:serum )?(?:total )?(?:serum )?bilirubin",
    "ALP": r"alkaline phosphatase(?:\s*\(ALP\))?|ALP",
    "CREAT": r"(?:serum )?creatinine(?! clearance)",
    "AST": _AST,
    "ALT": _ALT,
    "MG": r"(?:serum )?magnesium",
}
_SIGNS = {
    "≥": ">=",
    ">=": ">=",
    "=>": ">=",
    "at least": ">=",
    "no less than": ">=",
    "not less than": ">=",
    "greater than or equal to": ">=",
    "≤": "<=",
    "<=": "<=",
    "=<": "<=",
    "at most": "<=",
    "no more than": "<=",
    "not more than": "<=",
    "less than or equal to": "<=",
    "not exceeding": "<=",
    ">": ">",
    "more than": ">",
    "greater than": ">",
    "above": ">",
    "<": "<",
    "less than": "<",
    "below": "<",
}
SIGN = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_ULN = (
    r"(?:the )?(?:institutional )?(?:upper limit of (?:the )?normal(?: range)?|upper normal limit|"
    r"ULN|UNL)(?:\s*\(ULN\))?"
)
_POWER = (
    r"[x×*]?\s*10(?P<sign>\^|\*|[eE]|\s)?(?P<power>[369⁹³⁶])"
    r"\s*/\s*(?P<per>[lL]\b|[µμu][lL]\b|mm3|mm³)"
)
_PLAIN = {
    "/uL": r"(?:cells\s*)?/\s*(?:mm3|mm³|mm\^3|[µμu]l\b)",
    "10*3/uL": r"k\s*/\s*[µμu]l\b",
    "g/dL": r"g\s*/\s*dl\b",
    "mg/dL": r"mg\s*/\s*dl\b",
    "umol/L": r"[µμu]mol\s*/\s*l\b",
    "mmol/L": r"mmol\s*/\s*l\b",
    "g/L": r"g\s*/\s*l\b",
    "U/L": r"i?u\s*/\s*l\b",
}
_UNIT = (
    f"(?:{_POWER}|"
    + "|".join(f"(?P<u{i}>{pattern})" for i, pattern in enumerate(_PLAIN.values()))
    + ")"
)
_LIMIT = (
    rf"(?P<cmp>{SIGN})\s*(?:(?P<times>{_NUMBER})?\s*(?:[x×*]|times)?\s*(?P<uln>{_ULN})"
    rf"|(?P<value>{_NUMBER})\s*(?:{_UNIT})?)"
)
_VERB = r"\s*(?:must be|should be|levels?|of|is|:|,)?\s*"
_NAMES = "|".join(f"(?P<{test}>{names})" for test, names in _TESTS.items())
_LAB = re.compile(rf"(?<![A-Za-z])(?:{_NAMES}){_VERB}{_LIMIT}", re.IGNORECASE)
_TRANSAMINASES = re.compile(
    r"(?:serum )?(?:transaminases?\s*)?\(?\s*(?P<either>either"
    rf" )?\b(?:{_AST}|{_ALT})\s*(?P<link>and/or|or|and|/|,)\s*"
    rf"(?:{_ALT}|{_AST})\s*\)?{_VERB}{_LIMIT}",
    re.IGNORECASE,
)


def transaminases(text: str) -> Iterator[Piece]:
    """AST and ALT under one limit; "either ... or" is read as: one measured, none above."""
    for match in _TRANSAMINASES.finditer(text):
        limits = [_limit(test, match) for test in ("AST", "ALT")]
        notes = _notes(match)
        if match["link"].lower() == "and":
            yield Piece(*match.span(), {"kind": "all", "of": limits}, "AST and ALT", notes)
            continue
        rule: RuleData = {
            "kind": "all",
            "of": [
                {
                    "kind": "measured",
                    "tests": ["AST", "ALT"],
                    "at_least": 1,
                    "within_days": FROM_TEXT,
                },
                *({"kind": "if_measured", "of": limit} for limit in limits),
            ],
        }
        if any(limit["kind"] != "lab" for limit in limits):
            rule = {
                "kind": "any",
                "of": limits,
            }  # "either above" in an exclusion: one above is enough
        yield Piece(*match.span(), rule, "AST, ALT", (("EITHER_OR", match[0]), *notes))


def laboratory(text: str) -> Iterator[Piece]:
    """One piece per test with its limit; without a readable unit a person decides."""
    for match in _LAB.finditer(text):
        test = next(name for name in _TESTS if match[name])
        if not match["uln"] and not _unit(match):
            yield Piece(*match.span(), attest(match[0]), test, (("UNIT_NOT_READ", match[0]),))
        else:
            yield Piece(*match.span(), _limit(test, match), test, _notes(match))


def sign_of(written: str | None) -> str:
    """`>=`, `<=`, `>`, `<`, or nothing, of a comparison in signs or words."""
    return _SIGNS[written.lower()] if written else ""


def _limit(test: str, match: re.Match[str]) -> RuleData:
    """`>` is stated as *not at most*, which leaves unknown unknown; of the ULN only *at most*
    exists.
    """
    sign = sign_of(match["cmp"])
    if match["uln"]:
        base = {
            "kind": "lab",
            "test": test,
            "at_most_uln": match["times"] or "1",
            "within_days": FROM_TEXT,
        }
        return base if sign in ("<=", "<") else {"kind": "not", "of": base}
    measure = f"{match['value'].replace(',', '')} {_unit(match)}"
    at = {">=": "at_least", "<": "at_least", "<=": "at_most", ">": "at_most"}[sign]
    limit: dict[str, Any] = {"kind": "lab", "test": test, at: measure, "within_days": FROM_TEXT}
    return limit if sign in (">=", "<=") else {"kind": "not", "of": limit}


def _unit(match: re.Match[str]) -> str | None:
    if match["power"]:
        power = {"⁹": "9", "³": "3", "⁶": "6"}.get(match["power"], match["power"])
        per = "L" if match["per"].lower() == "l" else "uL"
        return {("9", "L"): "10*9/L", ("6", "L"): "10*6/L", ("3", "uL"): "10*3/uL"}.get(
            (power, per)
        )
    return next((unit for i, unit in enumerate(_PLAIN) if match[f"u{i}"]), None)


def _notes(match: re.Match[str]) -> tuple[tuple[str, str], ...]:
    lost = match["power"] and not match["sign"] and match["power"] in "369"
    strict = match["uln"] and sign_of(match["cmp"]) in ("<", ">=")
    notes = [("LOST_SUPERSCRIPT", match[0])] if lost else []
    return tuple(notes + ([("STRICT_LIMIT", match[0])] if strict else []))


_ORGANS: dict[str, tuple[str, set[str]]] = {
    "hematological": (r"ha?ematolog\w+|marrow", {"NEUT", "PLAT", "HGB"}),
    "hepatic": ("hepatic|liver", {"BILI", "ALP", "AST", "ALT", "AST, ALT", "AST and ALT"}),
    "renal": ("renal|kidney", {"CREAT"}),
    "cardiac": ("cardiac|heart", set()),
    "pulmonary": ("pulmonary|lung", set()),
}


def organs_without_limit(text: str, read: set[str]) -> Iterator[Piece]:
    """Of "adequate hepatic and renal function" limits are given for the one only: the other is a
    judgement.
    """
    if not (
        match := re.search(r"adequate (?P<organs>[^:;.(]*?) ?functions?\b", text, re.IGNORECASE)
    ):
        return
    for organ, (words, tests) in _ORGANS.items():
        if re.search(words, match["organs"], re.IGNORECASE) and not tests & read:
            claim = attest(f"{organ} function is adequate for the study treatment")
            note = ("MISSING_THRESHOLD", f"{organ} function in {match[0]!r}")
            yield Piece(match.start(), match.start(), claim, f"{organ} function attested", (note,))
