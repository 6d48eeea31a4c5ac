"""Which records, and which judgements, give the answers that are wished for?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from equipoise.eligibility.condition_codes import MALIGNANT
from equipoise.exchange.invented.genomic import genomic_rows
from equipoise.exchange.invented.labs import lab_rows
from equipoise.exchange.invented.therapy import therapy_rows
from equipoise.exchange.invented.wishes import Row, Wishes
from equipoise.protocol.criteria.age import Age
from equipoise.protocol.criteria.attestation import Attestation
from equipoise.protocol.criteria.condition import Condition
from equipoise.protocol.criteria.consent import Consent
from equipoise.protocol.criteria.measurable_disease import MeasurableDisease
from equipoise.protocol.criteria.performance import Performance
from equipoise.protocol.criteria.sex import Sex
from equipoise.terms.codes import DispositionTerm, LesionRole, LesionTest, SexCode, YesNo
from equipoise.terms.quantity import convert

_USUAL_AGE, _OLDEST = 60, 110
_ANY_CODE = ("C50.9", "C34.9", "C18.7", "C61", "I10", "J45", "N18")
"""Diagnoses to choose from where a rule says only which do not count."""
_USUAL_MM, _LARGER_MM = Decimal(10), 15


def records_for(wishes: Wishes) -> dict[str, list[Row]]:
    """The rows by domain; domains without any are left out."""
    makers: dict[str, Callable[[Wishes], Iterable[Row]]] = {
        "DM": _demographics,
        "DS": _consent,
        "MH": _history,
        "CM": therapy_rows,
        "GF": genomic_rows,
        "TU": lambda wishes: (identified for identified, _ in _lesions(wishes)),
        "TR": lambda wishes: (measured for _, measured in _lesions(wishes)),
        "QS": _scores,
        "LB": lab_rows,
    }
    made = {domain: list(make(wishes)) for domain, make in makers.items()}
    return {domain: rows for domain, rows in made.items() if rows}


def attestations_for(wishes: Wishes) -> list[dict[str, Any]]:
    """The judgements, one for each criterion that asks for one."""
    answers = {it.criterion: it.met for it in wishes.every if isinstance(it.rule, Attestation)}
    return [
        {"criterion": name, "answer": met, "by": "investigator-01", "date": wishes.yesterday}
        for name, met in answers.items()
    ]


def _demographics(wishes: Wishes) -> Iterator[Row]:
    sexes = [code for rule, met in wishes.of(Sex) for code in SexCode if (code == rule.is_) == met]
    yield {"BRTHDTC": _born(wishes), "SEX": sexes[-1].value if sexes else SexCode.FEMALE.value}


def _born(wishes: Wishes) -> str:
    """The year where it tells enough, which is what should be recorded; else a day."""
    ages = wishes.of(Age)
    least = max((rule.at_least for rule, met in ages if met), default=0)
    most = min((rule.at_least - 1 for rule, met in ages if not met), default=_OLDEST)
    completed = max(min(max(least + 1, _USUAL_AGE), most), 0)
    year = wishes.index.year - completed
    return str(year) if least < completed <= most else f"{year}-01-01"


def _consent(wishes: Wishes) -> Iterator[Row]:
    if any(met for _, met in wishes.of(Consent)):
        given = {"DSTERM": wishes.version, "DSSTDTC": wishes.before(8)}
        yield {"DSDECOD": DispositionTerm.CONSENT.value, **given}


def _history(wishes: Wishes) -> Iterator[Row]:
    """What a person has, and what is declared absent."""
    asked = wishes.of(Condition)
    has = [rule for rule, met in asked if met]
    for rule in has:
        shown = {**_diagnosis(rule), "MHSTDTC": wishes.before(100)}
        yield {"MHCAT": rule.category, "MHOCCUR": YesNo.YES.value, **shown}
    for category in dict.fromkeys(rule.category for rule, met in asked if not met):
        if category not in {rule.category for rule in has}:
            yield {"MHCAT": category, "MHOCCUR": YesNo.NO.value}


def _diagnosis(rule: Condition) -> Row:
    """A code and a morphology that count for the rule, where it asks for any."""
    excepted = [it.code for it in rule.except_ if not it.morphology]
    excepted += rule.same_disease
    among = rule.codes or (_ANY_CODE if rule.except_ or rule.same_disease else ())
    counted = [code for code in among if not code.startswith(tuple(excepted))]
    code = {"MHDECOD": (counted or among)[0]} if among else {}
    return code | ({"MHMORPH": _malignant(rule.histology[0])} if rule.histology else {})


def _malignant(prefix: str) -> str:
    """A whole morphology of ICD-O-3: four digits, and the behavior of a malignant primary."""
    return f"{prefix.split('/', maxsplit=1)[0]:0<4}/{MALIGNANT}"


def _lesions(wishes: Wishes) -> Iterator[tuple[Row, Row]]:
    """Each lesion as it was identified (TU) and measured (TR): large enough, or too small."""
    asked = wishes.of(MeasurableDisease)
    limits = [convert(r.diameter.value, r.diameter.unit, "mm") for r, _ in asked if r.diameter]
    limit = max((at for at in limits if at is not None), default=_USUAL_MM)
    wanted = [rule.at_least for rule, met in asked if met]
    size = limit + _LARGER_MM if wanted else limit / 2
    for number in range(1, max(wanted, default=len(asked[:1])) + 1):
        role = {"TUORRES": LesionRole.TARGET.value, "TULOC": "LIVER", "TUDTC": wishes.yesterday}
        measured = {"TRORRES": f"{size:f}", "TRORRESU": "mm", "TRDTC": wishes.yesterday}
        yield (
            {"TULNKID": f"T{number}", **role},
            {
                "TRLNKID": f"T{number}",
                "TRTESTCD": LesionTest.LONGEST_DIAMETER.value,
                **measured,
            },
        )


def _scores(wishes: Wishes) -> Iterator[Row]:
    asked = wishes.of(Performance)
    for test in dict.fromkeys(rule.test for rule, _ in asked):
        about = [(rule.at_most, met) for rule, met in asked if rule.test == test]
        least = max((limit + 1 for limit, met in about if not met), default=0)
        most = min((limit for limit, met in about if met), default=least)
        score = max(least, min(1, most))
        yield {"QSTESTCD": test, "QSORRES": str(score), "QSDTC": wishes.yesterday}
