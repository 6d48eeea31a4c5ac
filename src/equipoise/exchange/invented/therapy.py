"""Which lines of therapy came before, and with which drugs? (CM)"""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.exchange.invented.wishes import Row, Wishes
from equipoise.protocol.criteria.genomic import Genomic
from equipoise.protocol.criteria.prior_line import PriorLine
from equipoise.protocol.criteria.prior_lines import PriorLines
from equipoise.terms.codes import TherapyCategory, TherapyOutcome
from equipoise.terms.drugs import class_of, drugs_of_class

_DAYS_OF_A_LINE = 200
_DAYS_BETWEEN = 10
_SINCE_THE_LAST_LINE = 30
_LONG_AGO = 3650
_OTHER = "CHEMOTHERAPY"
_PROGRESSED, _COMPLETED = TherapyOutcome.PROGRESSION.value, "COMPLETED"


def therapy_rows(wishes: Wishes) -> Iterator[Row]:
    """A row for each drug of each line; of somebody who had none, an adjuvant one, or nothing would
    tell that there was none.
    """
    lines = lines_of(wishes)
    if not lines and wishes.of(PriorLines):
        yield _row(wishes, 0, "CAPECITABINE", _OTHER, _COMPLETED)
    for line in range(1, lines + 1):
        about = [(rule, met) for rule, met in wishes.of(PriorLine) if rule.line == line]
        for drug, kind in _drugs(about) or [("OXALIPLATIN", _OTHER)]:
            yield _row(wishes, line, drug, kind, _outcome(about))


def lines_of(wishes: Wishes) -> int:
    """How many lines of therapy there were: as many as are asked for, or named."""
    about = wishes.of(PriorLines)
    if exact := [rule.exactly for rule, met in about if met]:
        return exact[-1]
    named = [rule.line for rule, _ in wishes.of(PriorLine)]
    for rule, _ in wishes.of(Genomic):
        named += [line for line in (rule.after_line, rule.before_line) if line]
    lines = max(named, default=0)
    while lines in {rule.exactly for rule, _ in about}:
        lines += 1
    return lines


def days_of(wishes: Wishes, line: int) -> tuple[str, str]:
    """When a line began, and when it ended."""
    later = lines_of(wishes) - line
    ended = _SINCE_THE_LAST_LINE + later * (_DAYS_OF_A_LINE + _DAYS_BETWEEN)
    return wishes.before(ended + _DAYS_OF_A_LINE), wishes.before(ended)


def _drugs(about: list[tuple[PriorLine, bool]]) -> list[tuple[str, str]]:
    """The drugs asked for, and those that deny a line without them; each with its class."""
    asked = dict.fromkeys(drug for rule, met in about if met for drug in rule.includes)
    given = [(drug, _class_of(drug)) for drug in asked]
    for rule, met in about:
        if not met and not rule.includes:
            given += [(_one_of(kind), kind) for kind in rule.excludes_class]
    return given


def _class_of(drug: str) -> str:
    return class_of(drug) or _OTHER


def _one_of(kind: str) -> str:
    return next(iter(drugs_of_class(kind)), f"A DRUG OF CLASS {kind}")


def _outcome(about: list[tuple[PriorLine, bool]]) -> str:
    """Progression, unless that is all that a line to be denied asks for."""
    by_outcome = (
        rule.progressed and not met and not rule.includes and not rule.excludes_class
        for rule, met in about
    )
    return _COMPLETED if any(by_outcome) else _PROGRESSED


def _row(wishes: Wishes, line: int, drug: str, kind: str, outcome: str) -> Row:
    began, ended = days_of(wishes, max(line, 1))
    row = {
        "CMCAT": TherapyCategory.PRIOR_ANTICANCER.value,
        "CMLINE": str(line),
        "CMSETTING": "METASTATIC" if line else "ADJUVANT",
        "CMTRT": drug,
        "CMCLAS": kind,
        "CMSTDTC": began,
        "CMENDTC": ended,
        "CMOUTCOME": outcome,
    }
    if not line:  # relapsed long after its end, so that it is no line of metastatic disease
        return {**row, "CMENDTC": wishes.before(_LONG_AGO), "CMPDDTC": wishes.yesterday} | {
            "CMSTDTC": wishes.before(_LONG_AGO + _DAYS_OF_A_LINE)
        }
    return row | ({"CMPDDTC": ended} if outcome == _PROGRESSED else {})
