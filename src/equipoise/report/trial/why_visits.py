"""What became of the visits of one participant, in words with their entries?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from equipoise.analysis.analyze import Analysis
from equipoise.analysis.visits import VisitAccount, missed_scans
from equipoise.report.kit.formats import listed, plural


def explain_visits(analysis: Analysis, subject: str) -> Iterator[str]:
    """Expected visits in order of time, then what was recorded beside them. Raises ValueError of
    somebody who was never randomized.
    """
    visits = analysis.visits.get(subject)
    if visits is None:
        raise ValueError(f"{subject} has no VISITS: not randomized by {analysis.cutoff}")
    for visit in visits:
        if visit.due:
            yield from _expected(visit)
    beside = [visit for visit in visits if not visit.due]
    if beside:
        yield from ("", "beside the schedule:")
    for visit in beside:
        yield f"  {_beside(visit)}"
    if redacted := analysis.trial.subjects[subject].redacted:
        yield ""
        yield f"without content, and perhaps of a visit: {_entries(redacted)}"


def _expected(visit: VisitAccount) -> Iterator[str]:
    assert visit.due is not None
    window = f"window {visit.due.opens} to {visit.due.closes}"
    yield ""
    yield f"{visit.recorded}: {visit.status}{_when(visit)} ({window})"
    if visit.why:
        yield f"  because: {visit.why}"
    if visit.missing:
        yield f"  not there: {listed(visit.missing)}"
    if visit.unscheduled:
        yield f"  unscheduled at this visit: {listed(visit.unscheduled)}"
    if visit.sources:
        yield f"  {_entries(visit.sources)}"


def _when(visit: VisitAccount) -> str:
    if visit.on is None or visit.off is None:
        return ""
    off = plural(abs(visit.off), "day")
    target = (
        "on the target day"
        if visit.off == 0
        else f"{off} {'before' if visit.off < 0 else 'after'} the target day"
    )
    return f" on {visit.on}, {target}"


def _beside(visit: VisitAccount) -> str:
    on = f" on {visit.on}" if visit.on else ""
    why = f" ({visit.why})" if visit.why else ""
    return f"{visit.recorded}{on}: {listed(visit.unscheduled)}, {_entries(visit.sources)}{why}"


def _entries(sources: Iterable[int]) -> str:
    numbers = [str(source) for source in sources]
    return f"{'entry' if len(numbers) == 1 else 'entries'} {', '.join(numbers)}"


def missed_scan_words(analysis: Analysis, subject: str) -> str:
    """The scans that were missed, by the schedule; empty when none was."""
    missed = missed_scans(analysis.visits.get(subject, ()), analysis.trial.protocol)
    names = [
        f"{visit.recorded} (window closed {visit.due.closes})" for visit in missed if visit.due
    ]
    return listed(names) if names else ""
