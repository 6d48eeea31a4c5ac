"""Was a line of therapy given as asked, and how did it end? (CM)"""

from __future__ import annotations

from typing import NamedTuple

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.prior_lines import prior_drugs
from equipoise.protocol.criteria.prior_line import PriorLine
from equipoise.subject.records import CM, Source
from equipoise.terms.codes import TherapyOutcome
from equipoise.terms.verdict import Reason

DRUGS = {"ANTI-EGFR": ("CETUXIMAB", "PANITUMUMAB")}
"""Drugs by class, by the names to be used (ATC L01FE01, L01FE02); another name in the class may be
one of them."""


class _Line(NamedTuple):
    """One line as recorded: its rows, its drugs in words, where it stands."""

    rows: list[CM]
    shown: str
    sources: tuple[Source, ...]


@evaluate.register
def _(rule: PriorLine, asked: Asked) -> Finding:
    rows = prior_drugs(asked, rule.line)
    if not rows:
        return unknown(rule, Reason.NO_RESULT, f"no therapy of line {rule.line} recorded")
    drugs = [_normal(row.treatment) for row in rows]
    sources = tuple(dict.fromkeys(row.source for row in rows))
    line = _Line(rows, f"line {rule.line}: {', '.join(drugs)}", sources)
    if any(_in_the_future(row, asked) for row in rows):
        detail = f"{line.shown}; a date of it lies in the future"
        return unknown(rule, Reason.VALUE_UNREADABLE, detail, *sources)
    if lacking := [drug for drug in rule.includes if _normal(drug) not in drugs]:
        return _without(rule, line, lacking)
    barred = [drug for row, drug in zip(rows, drugs, strict=True) if _is_barred(rule, row)]
    if barred:
        detail = f"{line.shown}; {', '.join(barred)} is not allowed there"
        return decided(rule, False, detail, *sources)
    if rule.excludes_class and any(not row.drug_class for row in rows):
        return unknown(rule, Reason.NOT_CLASSIFIED, f"{line.shown}; a drug has no class", *sources)
    return _progressed(rule, line)


def _in_the_future(row: CM, asked: Asked) -> bool:
    return any(
        when and when.earliest > asked.index for when in (row.start, row.end, row.progressed)
    )


def _without(rule: PriorLine, line: _Line, lacking: list[str]) -> Finding:
    """A drug asked for is not among those given, unless one of its class stands there under a name
    not known here.
    """
    classes = {
        kind for kind, names in DRUGS.items() if any(_normal(drug) in names for drug in lacking)
    }
    unclear = [
        _normal(row.treatment)
        for row in line.rows
        for kind in classes
        if _named_otherwise(row, kind)
    ]
    if unclear:
        detail = f"{line.shown}; {', '.join(unclear)} may be {' or '.join(lacking)} by another name"
        return unknown(rule, Reason.NOT_CLASSIFIED, detail, *line.sources)
    return decided(rule, False, f"{line.shown}; without {', '.join(lacking)}", *line.sources)


def _normal(text: str) -> str:
    """Names as compared: `Cetuximab ` is CETUXIMAB."""
    return " ".join(text.upper().split())


def _is_barred(rule: PriorLine, row: CM) -> bool:
    """Of an excluded class by the class recorded, or by a drug that is known to be of it whatever
    was recorded.
    """
    return any(
        _normal(row.drug_class) == _normal(kind)
        or _normal(row.treatment) in DRUGS.get(_normal(kind), ())
        for kind in rule.excludes_class
    )


def _named_otherwise(row: CM, kind: str) -> bool:
    return _normal(row.drug_class) == kind and _normal(row.treatment) not in DRUGS[kind]


def _progressed(rule: PriorLine, line: _Line) -> Finding:
    outcomes = {row.outcome for row in line.rows}
    if not rule.progressed:
        return decided(rule, True, line.shown, *line.sources)
    if TherapyOutcome.PROGRESSION in outcomes:
        return decided(rule, True, f"{line.shown}; ended in progression", *line.sources)
    if "" in outcomes:
        detail = f"{line.shown}; how it ended is not recorded"
        return unknown(rule, Reason.NO_RESULT, detail, *line.sources)
    detail = f"{line.shown}; ended in {', '.join(sorted(outcomes))}"
    return decided(rule, False, detail, *line.sources)
