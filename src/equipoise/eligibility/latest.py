"""Which row decides? The latest in the window; an older one never stands in for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from equipoise.eligibility.evaluate import Asked
from equipoise.eligibility.finding import Finding, unknown
from equipoise.protocol.criteria import Rule
from equipoise.subject.records import AnyRecord
from equipoise.terms.dates import in_window, window_before
from equipoise.terms.verdict import Reason, Verdict


def decided_by_latest(
    rule: Rule,
    rows: Sequence[AnyRecord],
    what: str,
    asked: Asked,
    days: int | None,
    decide: Callable[[Any], Finding],
) -> Finding:
    """The finding of the latest row in the window, the same day included; older rows never stand in
    for it.

    A row with a partial date decides only if every completion of the date leads to the same
    verdict. Sources order rows of one day: what was entered later counts as later.
    """
    opens, closes = (
        window_before(asked.index, days) if days is not None else (date.min, asked.index)
    )
    dated = _in_window(rows, opens, closes)
    inside = [row for row, where in dated if where is Verdict.MET]
    perhaps = [row for row, where in dated if where is Verdict.UNKNOWN]
    if not inside and not perhaps:
        window = f"between {opens} and {closes}" if days is not None else f"up to {closes}"
        return _nothing_in_window(rule, rows, what, window)
    certain = max((row.date.earliest for row in inside), default=date.min)
    latest = sorted((row for row in inside + perhaps if row.date.latest >= certain), key=_order)
    if all(row.date.exact for row in latest):
        return decide(latest[-1])
    findings = [decide(row) for row in latest]
    if inside and len({finding.verdict for finding in findings}) == 1:
        return findings[-1]
    partial = next(row for row in latest if not row.date.exact)
    detail = f"{what} has a date known only as {partial.date}, which may decide"
    return unknown(rule, Reason.PARTIAL_DATE, detail, partial.source)


def _in_window(rows: Sequence[Any], opens: date, closes: date) -> list[tuple[Any, Verdict]]:
    return [(row, in_window(row.date, opens, closes)) for row in rows if row.date]


def _order(record: Any) -> Any:
    return (record.date.latest, record.date.time, record.order)


def _nothing_in_window(rule: Rule, rows: Sequence[Any], what: str, window: str) -> Finding:
    if not rows:
        return unknown(rule, Reason.NO_RESULT, f"no {what} {window}")
    last = max(rows, key=lambda row: (row.date.latest if row.date else date.min, row.source))
    detail = f"no {what} {window}; the last is of {last.date or 'an unknown date'}"
    return unknown(rule, Reason.OUTSIDE_WINDOW, detail, last.source)
