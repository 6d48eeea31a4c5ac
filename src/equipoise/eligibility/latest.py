"""Which row decides? The latest in the window; an older one never stands in for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from equipoise.eligibility.evaluate import Asked
from equipoise.eligibility.finding import Finding, unknown
from equipoise.protocol.criteria import Rule
from equipoise.subject.records import AnyRecord, Source
from equipoise.terms.dates import ANY_DAY, PartialDate, in_window, window_before
from equipoise.terms.verdict import Reason, Verdict


def decided_by_latest(
    rule: Rule,
    rows: Sequence[AnyRecord],
    what: str,
    asked: Asked,
    days: int | None,
    decide: Callable[[Any], Finding],
) -> Finding:
    """The finding of the latest rows in the window, the same day included; older rows never stand
    in for them.

    A row with a partial date has each of its completions, one without a date every day. Rows of
    which none is certainly later than the others are of one rank, whatever order they stand in:
    they decide where they agree.
    """
    opens, closes = _window(asked, days)
    dated = [(row, in_window(_when(row), opens, closes)) for row in rows]
    inside = [row for row, where in dated if where is Verdict.MET]
    perhaps = [row for row, where in dated if where is Verdict.UNKNOWN]
    if not inside and not perhaps:
        window = f"between {opens} and {closes}" if days is not None else f"up to {closes}"
        return _nothing_in_window(rule, rows, what, window)
    last = _last_rank(inside, perhaps)
    findings = [decide(row) for row in last]
    if inside and len({finding.verdict for finding in findings}) == 1:
        return _together(findings)
    return _disagree(rule, last, findings, what)


def shown(when: PartialDate | None) -> str:
    """A date as findings tell it."""
    return str(when) if when else "an unknown date"


def _window(asked: Asked, days: int | None) -> tuple[date, date]:
    return window_before(asked.index, days) if days is not None else (date.min, asked.index)


def _when(row: Any) -> PartialDate:
    when: PartialDate = row.date or ANY_DAY
    return when


def _last_rank(inside: Sequence[Any], perhaps: Sequence[Any]) -> list[Any]:
    """The rows than which none that is certainly in the window is certainly later."""
    newest = max((_when(row).earliest for row in inside), default=date.min)
    late = [row for row in (*inside, *perhaps) if _when(row).latest >= newest]
    certain = {_when(row) for row in inside if _when(row).earliest == newest}
    earlier = {
        when
        for when in {_when(row) for row in late}
        if any(when.certainly_before(other) for other in certain)
    }
    return sorted((row for row in late if _when(row) not in earlier), key=_order)


def _order(row: Any) -> Any:
    return _when(row).latest, _when(row).time, row.order


def _together(findings: Sequence[Finding]) -> Finding:
    """One finding for rows that agree, with what all of them rest on."""
    last = findings[-1]
    evidence = tuple(dict.fromkeys(source for finding in findings for source in finding.evidence))
    return Finding(last.id, last.verdict, last.detail, evidence, last.reason, last.parts)


def _disagree(rule: Rule, last: Sequence[Any], findings: Sequence[Finding], what: str) -> Finding:
    """Why rows of one rank leave it open: a date that is not known, one that cannot be read, or
    two that contradict each other.
    """
    for row in last:
        if row.date is None or not row.date.exact:
            known = f"a date known only as {row.date}" if row.date else "no date"
            detail = f"{what} has {known}, which may decide"
            return unknown(rule, Reason.PARTIAL_DATE, detail, row.source)
    for finding in findings:
        if finding.verdict is Verdict.UNKNOWN:
            return finding
    found = "; ".join(dict.fromkeys(finding.detail for finding in findings))
    sources: Iterable[Source] = (source for finding in findings for source in finding.evidence)
    detail = f"{what}: rows of one rank contradict each other: {found}"
    return unknown(rule, Reason.CONTRADICTION, detail, *dict.fromkeys(sources))


def _nothing_in_window(rule: Rule, rows: Sequence[Any], what: str, window: str) -> Finding:
    if not rows:
        return unknown(rule, Reason.NO_RESULT, f"no {what} {window}")
    last = max(rows, key=_order)
    detail = f"no {what} {window}; the last is of {shown(last.date)}"
    return unknown(rule, Reason.OUTSIDE_WINDOW, detail, last.source)
