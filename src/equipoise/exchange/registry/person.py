"""What does a registered criterion ask about the person today? Age, sex, performance, consent,
judgements.

The texts read here have single blanks for white space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.exchange.registry.history import diagnosis
from equipoise.exchange.registry.labs import SIGN, sign_of
from equipoise.exchange.registry.piece import (
    FROM_TEXT,
    Piece,
    RuleData,
    all_together,
    attest,
    negated,
    number_of,
)

_CONSENT = re.compile(
    "(?:(?:written|signed),? )*informed consent(?: form)?(?: for participation in the"
    " (?:trial|study))?",
    re.IGNORECASE,
)
_MEASURABLE = re.compile(
    r"(?:(?:with )?at least (?P<n>\w+) )?measurable (?:target )?(?:tumou?r|lesion|disease)s?"
    r"(?: (?:by|according to|per|as defined by) RECIST(?: (?:version |v)?1\.1)?)?",
    re.IGNORECASE,
)
_HISTOLOGY = re.compile(
    r"(?:primary tumou?r was )?(?:histo|cyto|patho)logically(?: ?(?:or|/|and) ?\w+logically)?[- ]"
    "(?:confirmed|proven|documented) [^;.:]+",
    re.IGNORECASE,
)
_LIFE = re.compile(
    rf"(?:an? )?(?:expected )?life expectancy ?(?:of )?(?:{SIGN})? ?\w+ (?:months?|weeks?)",
    re.IGNORECASE,
)
_SEX = re.compile("(?P<sex>women|females?|men|males?)(?: only| patients?)*[.;]?", re.IGNORECASE)


def persons(text: str, _everything: str) -> Iterator[Piece]:
    """Everything about the person that is one phrase."""
    yield from _age(text)
    yield from _performance(text)
    if match := _CONSENT.search(text):
        yield Piece(*match.span(), {"kind": "consent"}, "informed consent")
    if match := _MEASURABLE.search(text):
        rule = {
            "kind": "measurable_disease",
            "at_least": number_of(match["n"] or "one") or 1,
            "within_days": FROM_TEXT,
        }
        yield Piece(*match.span(), rule, "measurable disease")
    if match := _HISTOLOGY.search(text):
        notes = (("SILENCE", match[0]), ("DIAGNOSIS_CODES", match[0]))
        yield Piece(*match.span(), diagnosis(match[0]), "diagnosis confirmed", notes)
    if match := _LIFE.search(text):
        yield Piece(*match.span(), attest(match[0]), "life expectancy", (("JUDGEMENT", match[0]),))
    if match := _SEX.fullmatch(text):
        yield Piece(
            *match.span(), {"kind": "sex", "is": "F" if match["sex"][0] in "wfWF" else "M"}, "sex"
        )


_YEARS = "(?: ?years?(?: old| of age| or older| and older| or over)*)?"
_AGES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        (
            r"(?:patients? )?\bage[ds]?:? ?(?:between )?(?P<low>\d\d?) ?(?:-|–|~|to|and)"
            rf" ?(?P<high>\d{{2,3}}){_YEARS}"
        ),
        rf"(?:patients? )?\bage[ds]?:? ?(?:≥|>=|=>|at least|of at least) ?(?P<low>\d\d?){_YEARS}",
        (
            r"(?:≥|>=|at least|\baged?) ?(?P<low>\d\d?) ?years(?: old| of age| or older| and older|"
            r" or over)*"
        ),
        r"\b(?P<low>\d\d?) ?years? ?(?:of age |old )?(?:or|and) (?:older|over|above)",
    )
)


def _age(text: str) -> Iterator[Piece]:
    """Age in completed years; an upper limit of 75 means: not yet 76."""
    years = next((match for form in _AGES if (match := form.search(text))), None)
    if years:
        rules: list[RuleData] = [{"kind": "age", "at_least": int(years["low"])}]
        if high := years.groupdict().get("high"):
            rules.append({"kind": "not", "of": {"kind": "age", "at_least": int(high) + 1}})
        yield Piece(*years.span(), all_together(rules), "age")


_ECOG = re.compile(
    r"(?=[^.;]*\b(?:ECOG|eastern cooperative|WHO|zubrod)\b)(?:(?:an? )?(?:eastern cooperative"
    r" oncology group|ECOG|WHO|"
    rf"zubrod|performance (?:status|score)|PS|[ ()/,:])+?) ?(?:of |score |is )*(?P<cmp>{SIGN})?"
    r" ?(?P<low>[0-4])"
    r"(?:(?: ?(?:-|–|~|to|or|,|/) ?)+(?P<high>[0-4]))*(?![\d.])",
    re.IGNORECASE,
)


def _performance(text: str) -> Iterator[Piece]:
    """ECOG at or under a limit. What leaves out 0 ("ECOG 2") is no limit, and stays with a
    person.
    """
    if not (match := _ECOG.search(text)):
        return
    low, high, sign = int(match["low"]), match["high"], sign_of(match["cmp"])
    top = low if high is None else int(high)
    if not sign and low > 0:
        return
    top -= sign in ("<", ">=")
    if top >= 0:
        rule: RuleData = {
            "kind": "performance",
            "test": "ECOG101",
            "at_most": top,
            "within_days": FROM_TEXT,
        }
        yield Piece(*match.span(), negated(rule) if sign in (">", ">=") else rule, "ECOG")
