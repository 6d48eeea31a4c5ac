"""How many lines of therapy came before? (CM)"""

from __future__ import annotations

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.protocol.criteria.prior_lines import PriorLines
from equipoise.subject.records import CM
from equipoise.terms.codes import TherapyCategory
from equipoise.terms.verdict import Reason


def prior_drugs(asked: Asked, line: int | None = None) -> list[CM]:
    """The anticancer drugs given before, in all lines or in one."""
    rows = [
        cm for cm in asked.subject.records(CM) if cm.category == TherapyCategory.PRIOR_ANTICANCER
    ]
    return [cm for cm in rows if line is None or cm.line == str(line)]


@evaluate.register
def _(rule: PriorLines, asked: Asked) -> Finding:
    rows = prior_drugs(asked)
    if not rows:
        return unknown(rule, Reason.NO_RESULT, "no prior anticancer therapy recorded")
    lines = sorted({int(row.line) for row in rows if row.line.isdigit() and int(row.line) > 0})
    sources = tuple(dict.fromkeys(row.source for row in rows))
    if lines != list(range(1, len(lines) + 1)) or any(not row.line.isdigit() for row in rows):
        detail = f"the lines recorded are {lines}, with gaps"
        return unknown(rule, Reason.NOT_CLASSIFIED, detail, *sources)
    detail = f"{len(lines)} lines of therapy, needed exactly {rule.exactly}"
    return decided(rule, len(lines) == rule.exactly, detail, *sources)
