"""Which lines of therapy came before, with which drugs, and how did they end? Criteria I04 and I05
(CM).
"""

from __future__ import annotations

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding
from equipoise.protocol.criteria import PriorLine, PriorLines
from equipoise.subject.records import CM, Source
from equipoise.terms.verdict import Reason, Verdict

DRUGS = {"ANTI-EGFR": ("CETUXIMAB", "PANITUMUMAB")}
"""Drugs by class, by the names to be used (ATC L01FE01, L01FE02); another name in the class may be
one of them."""


def _met(rule: PriorLine, yes: bool, detail: str, sources: tuple[Source, ...]) -> Finding:
    return Finding(rule.kind, Verdict.MET if yes else Verdict.NOT_MET, detail, sources)


def _unknown(
    rule: PriorLine | PriorLines, reason: Reason, detail: str, sources: tuple[Source, ...] = ()
) -> Finding:
    return Finding(rule.kind, Verdict.UNKNOWN, detail, sources, reason)


@evaluate.register
def _(rule: PriorLines, asked: Asked) -> Finding:
    rows = prior_drugs(asked)
    if not rows:
        return _unknown(rule, Reason.NO_RESULT, "no prior anticancer therapy recorded")
    lines = sorted({int(row.line) for row in rows if row.line.isdigit() and int(row.line) > 0})
    sources = tuple(dict.fromkeys(row.source for row in rows))
    if lines != list(range(1, len(lines) + 1)) or any(not row.line.isdigit() for row in rows):
        return _unknown(
            rule, Reason.NOT_CLASSIFIED, f"the lines recorded are {lines}, with gaps", sources
        )
    return Finding(
        rule.kind,
        Verdict.MET if len(lines) == rule.exactly else Verdict.NOT_MET,
        f"{len(lines)} lines of therapy, needed exactly {rule.exactly}",
        sources,
    )


def prior_drugs(asked: Asked, line: int | None = None) -> list[CM]:
    rows = [cm for cm in asked.subject.records(CM) if cm.category == "PRIOR ANTICANCER THERAPY"]
    return [cm for cm in rows if line is None or cm.line == str(line)]


@evaluate.register
def _(rule: PriorLine, asked: Asked) -> Finding:
    rows = prior_drugs(asked, rule.line)
    if not rows:
        return _unknown(rule, Reason.NO_RESULT, f"no therapy of line {rule.line} recorded")
    sources = tuple(dict.fromkeys(row.source for row in rows))
    drugs = [_normal(row.treatment) for row in rows]
    shown = f"line {rule.line}: {', '.join(drugs)}"
    if any(
        when and when.earliest > asked.index
        for row in rows
        for when in (row.start, row.end, row.progressed)
    ):
        return _unknown(
            rule, Reason.VALUE_UNREADABLE, f"{shown}; a date of it lies in the future", sources
        )
    if lacking := [drug for drug in rule.includes if _normal(drug) not in drugs]:
        return _without(rule, rows, lacking, shown, sources)
    if barred := [
        _normal(row.treatment)
        for row in rows
        if any(_is_of(row, kind) for kind in rule.excludes_class)
    ]:
        return _met(rule, False, f"{shown}; {', '.join(barred)} is not allowed there", sources)
    if rule.excludes_class and any(not row.drug_class for row in rows):
        return _unknown(rule, Reason.NOT_CLASSIFIED, f"{shown}; a drug has no class", sources)
    return _progressed(rule, rows, shown, sources)


def _without(
    rule: PriorLine, rows: list[CM], lacking: list[str], shown: str, sources: tuple[Source, ...]
) -> Finding:
    """A drug asked for is not among those given, unless one of its class stands there under a name
    not known here.
    """
    classes = {
        kind for kind, known in DRUGS.items() if any(_normal(drug) in known for drug in lacking)
    }
    unclear = [
        _normal(row.treatment) for row in rows for kind in classes if _named_otherwise(row, kind)
    ]
    if unclear:
        detail = f"{shown}; {', '.join(unclear)} may be {' or '.join(lacking)} by another name"
        return _unknown(rule, Reason.NOT_CLASSIFIED, detail, sources)
    return _met(rule, False, f"{shown}; without {', '.join(lacking)}", sources)


def _normal(text: str) -> str:
    """Names as compared: `Cetuximab ` is CETUXIMAB."""
    return " ".join(text.upper().split())


def _is_of(row: CM, kind: str) -> bool:
    """By the class recorded, or by a drug that is known to be of the class whatever was
    recorded.
    """
    return _normal(row.drug_class) == _normal(kind) or _normal(row.treatment) in DRUGS.get(
        _normal(kind), ()
    )


def _named_otherwise(row: CM, kind: str) -> bool:
    return _normal(row.drug_class) == kind and _normal(row.treatment) not in DRUGS[kind]


def _progressed(
    rule: PriorLine, rows: list[CM], shown: str, sources: tuple[Source, ...]
) -> Finding:
    outcomes = {row.outcome for row in rows}
    if not rule.progressed:
        return _met(rule, True, shown, sources)
    if "PROGRESSION" not in outcomes and "" in outcomes:
        return _unknown(rule, Reason.NO_RESULT, f"{shown}; how it ended is not recorded", sources)
    ended = (
        "ended in progression"
        if "PROGRESSION" in outcomes
        else f"ended in {', '.join(sorted(outcomes))}"
    )
    return _met(rule, "PROGRESSION" in outcomes, f"{shown}; {ended}", sources)
