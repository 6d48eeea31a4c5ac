"""Was a line of therapy given as asked, and how did it end? (CM)"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from equipoise.eligibility.concerned import concerned
from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.prior_lines import perhaps_prior_drugs, prior_drugs
from equipoise.protocol.criteria.prior_line import PriorLine
from equipoise.subject.records import CM, Record, Source
from equipoise.terms.codes import TO_OUTCOME, TherapyOutcome
from equipoise.terms.drugs import is_drug, is_of_class
from equipoise.terms.verdict import Reason, Verdict, any_of


class _Line(NamedTuple):
    """One line as recorded: its rows, those that may belong to it, its drugs in words, where it
    stands.
    """

    rows: list[CM]
    perhaps: list[CM]
    shown: str
    sources: tuple[Source, ...]


@concerned.register
def _(rule: PriorLine, asked: Asked) -> Iterator[Record]:
    yield from prior_drugs(asked, rule.line)
    yield from perhaps_prior_drugs(asked, rule.line)


@evaluate.register
def _(rule: PriorLine, asked: Asked) -> Finding:
    """Its drugs, those barred, its end: the first that is not met decides, else one left open."""
    rows, perhaps = prior_drugs(asked, rule.line), perhaps_prior_drugs(asked, rule.line)
    if not rows:
        return _nothing_of_the_line(rule, perhaps)
    sources = tuple(dict.fromkeys(row.source for row in rows))
    drugs = ", ".join(" ".join(row.treatment.upper().split()) for row in rows)
    line = _Line(rows, perhaps, f"line {rule.line}: {drugs}", sources)
    if any(_in_the_future(row, asked) for row in rows):
        detail = f"{line.shown}; a date of it lies in the future"
        return unknown(rule, Reason.VALUE_UNREADABLE, detail, *sources)
    findings = [*_given(rule, line), *_barred(rule, line), _ended(rule, line)]
    for verdict in (Verdict.NOT_MET, Verdict.UNKNOWN):
        for finding in findings:
            if finding.verdict is verdict:
                return finding
    return findings[-1]


def _nothing_of_the_line(rule: PriorLine, perhaps: list[CM]) -> Finding:
    if not perhaps:
        return unknown(rule, Reason.NO_RESULT, f"no therapy of line {rule.line} recorded")
    detail = f"{_named(perhaps[0])} may be of line {rule.line}"
    return unknown(rule, Reason.NOT_CODED, detail, *(row.source for row in perhaps))


def _named(row: CM) -> str:
    told = " ".join(row.treatment.upper().split()) or "a row without its drug"
    return f"{told} (CMCAT {row.category!r}, CMLINE {row.line!r})"


def _in_the_future(row: CM, asked: Asked) -> bool:
    return any(
        when and when.earliest > asked.index for when in (row.start, row.end, row.progressed)
    )


def _given(rule: PriorLine, line: _Line) -> Iterator[Finding]:
    """Each drug asked for, by whatever name the drug table knows it."""
    for drug in rule.includes:
        verdicts = [is_drug(row.treatment, row.drug_class, drug) for row in line.rows]
        if Verdict.MET in verdicts:
            continue
        perhaps = any(
            is_drug(row.treatment, row.drug_class, drug) is not Verdict.NOT_MET
            for row in line.perhaps
        )
        if any_of(verdicts) is Verdict.UNKNOWN or perhaps:
            detail = f"{line.shown}; one of them may be {drug} by another name"
            yield unknown(rule, Reason.NOT_CLASSIFIED, detail, *line.sources)
        else:
            yield decided(rule, False, f"{line.shown}; without {drug}", *line.sources)


def _barred(rule: PriorLine, line: _Line) -> Iterator[Finding]:
    """No drug of a class that is not allowed, and none that may be of it."""
    for kind in rule.excludes_class:
        of_class = [(row, is_of_class(row.treatment, row.drug_class, kind)) for row in line.rows]
        barred = [row.treatment for row, verdict in of_class if verdict is Verdict.MET]
        if barred:
            told = " ".join(", ".join(barred).upper().split())
            detail = f"{line.shown}; {told} is not allowed there"
            yield decided(rule, False, detail, *line.sources)
            continue
        if any(verdict is Verdict.UNKNOWN for _, verdict in of_class):
            detail = f"{line.shown}; one of them may be of the class {kind}"
            yield unknown(rule, Reason.NOT_CLASSIFIED, detail, *line.sources)
        for row in line.perhaps:
            if is_of_class(row.treatment, row.drug_class, kind) is not Verdict.NOT_MET:
                detail = f"{line.shown}; {_named(row)} may be of the line, and of {kind}"
                yield unknown(rule, Reason.NOT_CODED, detail, *line.sources, row.source)


def _ended(rule: PriorLine, line: _Line) -> Finding:
    outcomes = {TO_OUTCOME.get(row.outcome, row.outcome) for row in line.rows}
    if not rule.progressed:
        return decided(rule, True, line.shown, *line.sources)
    if TherapyOutcome.PROGRESSION in outcomes:
        return decided(rule, True, f"{line.shown}; ended in progression", *line.sources)
    if "" in outcomes:
        detail = f"{line.shown}; how it ended is not recorded"
        return unknown(rule, Reason.NO_RESULT, detail, *line.sources)
    told = ", ".join(sorted(outcomes))
    if not outcomes <= set(TherapyOutcome):
        detail = f"{line.shown}; ended in {told}, expected one of {', '.join(TherapyOutcome)}"
        return unknown(rule, Reason.NOT_CODED, detail, *line.sources)
    return decided(rule, False, f"{line.shown}; ended in {told}", *line.sources)
