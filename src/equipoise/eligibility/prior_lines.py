"""How many lines of therapy came before? (CM)"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from equipoise.eligibility.concerned import concerned
from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.protocol.criteria.prior_lines import PriorLines
from equipoise.subject.records import CM, Record
from equipoise.terms.codes import TherapyCategory, TherapySetting
from equipoise.terms.dates import PartialDate, months_after
from equipoise.terms.drugs import is_anticancer
from equipoise.terms.verdict import Reason, Verdict

ADJUVANT_LINE = "0"
"""CMLINE of what was given before there was metastatic disease."""


def prior_drugs(asked: Asked, line: int | None = None) -> list[CM]:
    """The anticancer drugs given before, in all lines or in one."""
    rows = [
        cm for cm in asked.subject.records(CM) if cm.category == TherapyCategory.PRIOR_ANTICANCER
    ]
    return [cm for cm in rows if line is None or cm.line == str(line)]


def perhaps_prior_drugs(asked: Asked, line: int | None = None) -> list[CM]:
    """Rows that may be anticancer drugs given before, and in this line: of a category that no list
    has, or without their line.
    """
    rows = [
        cm
        for cm in asked.subject.records(CM)
        if cm.category == TherapyCategory.PRIOR_ANTICANCER or _may_be_prior(asked, cm)
    ]
    certain = {id(cm) for cm in prior_drugs(asked, line)}  # each row is one object in both
    return [
        cm for cm in rows if id(cm) not in certain and (line is None or cm.line in ("", str(line)))
    ]


def _may_be_prior(asked: Asked, cm: CM) -> bool:
    if asked.vocabulary.knows("CMCAT", cm.category):
        return False
    if cm.start and cm.start.earliest > asked.index:
        return False
    return is_anticancer(cm.treatment, cm.drug_class) is not Verdict.NOT_MET


@concerned.register
def _(rule: PriorLines, asked: Asked) -> Iterator[Record]:  # noqa: ARG001  (all lines)
    yield from prior_drugs(asked)
    yield from perhaps_prior_drugs(asked)


@evaluate.register
def _(rule: PriorLines, asked: Asked) -> Finding:
    rows = prior_drugs(asked)
    if unclear := perhaps_prior_drugs(asked):
        named = unclear[0].treatment or "a row without its drug"
        detail = f"{named}: CMCAT {unclear[0].category!r} is no category that is asked about"
        return unknown(rule, Reason.NOT_CODED, detail, *(row.source for row in unclear))
    if not rows:
        return unknown(rule, Reason.NO_RESULT, "no prior anticancer therapy recorded")
    sources = tuple(dict.fromkeys(row.source for row in rows))
    lines = sorted({int(row.line) for row in rows if row.line and row.line != ADJUVANT_LINE})
    if lines != list(range(1, len(lines) + 1)) or any(not row.line for row in rows):
        detail = f"the lines recorded are {lines}, with gaps"
        return unknown(rule, Reason.NOT_CLASSIFIED, detail, *sources)
    counts, why = _adjuvant_counts(rule, rows)
    least, most = len(lines) + (counts is Verdict.MET), len(lines) + (counts is not Verdict.NOT_MET)
    if rule.exactly in (least, most) and least != most:
        detail = f"{least} or {most} lines of therapy, needed exactly {rule.exactly}: {why}"
        return unknown(rule, Reason.PARTIAL_DATE, detail, *sources)
    told = f" ({why})" if why else ""
    detail = f"{most} lines of therapy, needed exactly {rule.exactly}{told}"
    return decided(rule, most == rule.exactly, detail, *sources)


def _adjuvant_counts(rule: PriorLines, rows: Sequence[CM]) -> tuple[Verdict, str]:
    """Is treatment before metastatic disease a line? If the disease came back within the declared
    months of its last dose; line 0 of metastatic disease cannot be.
    """
    adjuvant = [row for row in rows if row.line == ADJUVANT_LINE]
    if not adjuvant or rule.adjuvant_within_months is None:
        return Verdict.NOT_MET, ""
    if any(row.setting == TherapySetting.METASTATIC for row in adjuvant):
        return Verdict.UNKNOWN, "line 0 is recorded as metastatic"
    end = _latest([row.end for row in adjuvant])
    relapse = _earliest([row.progressed for row in adjuvant if row.progressed])
    if end is None:
        return Verdict.UNKNOWN, "the last dose of adjuvant therapy has no date"
    if relapse is None:
        return _by_first_line(rule, rows, end)
    return (
        _within_months(rule, relapse, end),
        f"adjuvant therapy ended {end}, relapse {relapse}, limit {_limit(rule)}",
    )


def _by_first_line(rule: PriorLines, rows: Sequence[CM], end: PartialDate) -> tuple[Verdict, str]:
    """Without a date of relapse: it was before the first dose of line 1, whenever that was."""
    first = _earliest([row.start for row in rows if row.line == "1" and row.start])
    why = f"adjuvant therapy ended {end}, the relapse has no date, limit {_limit(rule)}"
    if first and _within_months(rule, first, end) is Verdict.MET:
        return Verdict.MET, f"adjuvant therapy ended {end}, line 1 began {first}"
    return Verdict.UNKNOWN, why


def _limit(rule: PriorLines) -> str:
    return f"{rule.adjuvant_within_months} months"


def _within_months(rule: PriorLines, relapse: PartialDate, end: PartialDate) -> Verdict:
    months = rule.adjuvant_within_months or 0
    latest = PartialDate(months_after(end.earliest, months), months_after(end.latest, months))
    if relapse.latest <= latest.earliest:
        return Verdict.MET
    return Verdict.NOT_MET if relapse.earliest > latest.latest else Verdict.UNKNOWN


def _latest(dates: Sequence[PartialDate | None]) -> PartialDate | None:
    known = [when for when in dates if when]
    if not known or len(known) < len(dates):
        return None
    return PartialDate(max(when.earliest for when in known), max(when.latest for when in known))


def _earliest(dates: Sequence[PartialDate | None]) -> PartialDate | None:
    known = [when for when in dates if when]
    if not known:
        return None
    return PartialDate(min(when.earliest for when in known), min(when.latest for when in known))
