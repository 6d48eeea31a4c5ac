"""One participant's time in the trial, drawn: visits, doses, scans with their response, and adverse
events, from screening to today or her end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from equipoise.report.kit import svg
from equipoise.subject.records import AE, EX
from equipoise.subject.state import Subject
from equipoise.subject.visits import Status, VisitStatus
from equipoise.surface.scans import Scan
from equipoise.terms.dates import DAYS_PER_MONTH, PartialDate

WIDE, NARROW = 1120.0, 350.0
_LABEL, _ROW, _TOP, _RIGHT = 92.0, 26.0, 22.0, 14.0
_MOST_EVENTS = 8
"""So many adverse events are drawn, the worst first; the rest is counted."""
_MARKS = {
    Status.DONE: ("full", "done"),
    Status.OUTSIDE: ("full", "done outside the window"),
    Status.PARTLY: ("open", "partly done"),
    Status.DUE: ("open", "due"),
    Status.OVERDUE: ("open", "overdue"),
    Status.MISSED: ("none", "missed"),
}


class _Frame(NamedTuple):
    """Days to pixels."""

    start: date
    scale: svg.Scale

    def x(self, on: date) -> float:
        return self.scale((on - self.start).days)


def draw_timeline(
    subject: Subject, visits: Sequence[VisitStatus], scans: Sequence[Scan], today: date
) -> SafeString:
    """The figure at two widths, of which the page shows the one that fits; nothing of somebody who
    is not randomized.
    """
    if subject.randomized is None:
        return mark_safe("")
    drawn = (
        f'<div class="{css}">{_figure(subject, visits, scans, today, width)}</div>'
        for css, width in (("wide", WIDE), ("narrow", NARROW))
    )
    return mark_safe("".join(drawn))  # noqa: S308  (made of pieces that were escaped)


def _figure(
    subject: Subject,
    visits: Sequence[VisitStatus],
    scans: Sequence[Scan],
    today: date,
    width: float,
) -> str:
    start = subject.screened_on or today
    last = min(_end(subject) or today, today)
    days = max((last - start).days, 30)
    frame = _Frame(start, svg.Scale(0, days, _LABEL, width - _RIGHT))
    events = _worst_first(subject)
    rows: list[tuple[str, str]] = [
        ("visits", "".join(_visits(frame, visits, _TOP + _ROW / 2))),
        ("doses", "".join(_doses(frame, subject, _TOP + 1.5 * _ROW))),
        ("scans", "".join(_scans(frame, scans, _TOP + 2.5 * _ROW, width))),
    ]
    for number, event in enumerate(events[:_MOST_EVENTS]):
        y = _TOP + (3.5 + number) * _ROW
        rows.append((f"grade {event.grade}", _event(frame, event, last, y, width)))
    height = _TOP + _ROW * len(rows) + 24
    labels = "".join(
        svg.text(0, _TOP + (n + 0.5) * _ROW + 4, name, "muted") for n, (name, _) in enumerate(rows)
    )
    marks = "".join(_milestones(frame, subject, height))
    left = len(events) - _MOST_EVENTS
    more = svg.text(width - _RIGHT, height - 4, f"and {left} more events", "muted", "end", 11)
    inner = (
        _axis(frame, days, height)
        + marks
        + labels
        + "".join(drawn for _, drawn in rows)
        + (more if left > 0 else "")
    )
    label = f"time of {subject.id} in the trial: visits, doses, scans, adverse events"
    return svg.picture(width, height, inner, label, simulated=False)


def _end(subject: Subject) -> date | None:
    ended = [subject.study_ended.on] if subject.study_ended else []
    return max([*ended, *([subject.died.latest] if subject.died else [])], default=None)


def _axis(frame: _Frame, days: int, height: float) -> str:
    months = svg.steps(days / DAYS_PER_MONTH, int((frame.scale.end - frame.scale.start) / 60))
    shown = [m for m in months if m * DAYS_PER_MONTH <= days]
    places = [(m, frame.scale(m * DAYS_PER_MONTH)) for m in shown]
    return "".join(
        svg.line(x, _TOP, x, height - 20, "grid")
        + svg.text(x, height - 6, f"{month:g} mo" if month else "screening", "muted", "middle", 11)
        for month, x in places
    )


def _milestones(frame: _Frame, subject: Subject, height: float) -> Iterator[str]:
    held: list[tuple[date, str]] = []
    if subject.randomized:
        held.append((subject.randomized.on, "randomized"))
    if subject.treatment_ended:
        held.append((subject.treatment_ended.on, "treatment ended"))
    if subject.died:
        held.append((subject.died.latest, "died"))
    elif subject.study_ended:
        held.append((subject.study_ended.on, "study ended"))
    for on, name in held:
        x = frame.x(on)
        mark = svg.line(x, _TOP - 6, x, height - 20, "limit")
        yield svg.titled(mark + svg.text(x + 3, _TOP - 8, name, "", "start", 11), f"{name} {on}")


def _visits(frame: _Frame, visits: Iterable[VisitStatus], y: float) -> Iterator[str]:
    for visit in visits:
        on = visit.on or (visit.due.target if visit.due else None)
        css, said = _MARKS.get(visit.status, ("open", "beside the schedule"))
        if on is None:
            continue
        x = frame.x(on)
        mark = (
            svg.strokes([(x - 4, y - 4, 8, 8), (x - 4, y + 4, 8, -8)], "tick")
            if css == "none"
            else svg.circle(x, y, 5, f"mark {css}")
        )
        yield svg.titled(mark, f"{visit.recorded}, {on}: {said}")


def _doses(frame: _Frame, subject: Subject, y: float) -> Iterator[str]:
    by_day: dict[date, list[str]] = {}
    for dose in subject.records(EX):
        if dose.start and (dose.dose or 0) > 0:
            by_day.setdefault(dose.start.earliest, []).append(dose.treatment.lower())
    for on, drugs in sorted(by_day.items()):
        x = frame.x(on)
        yield svg.titled(svg.line(x, y - 7, x, y + 7, "tick"), f"{on}: {', '.join(drugs)}")


def _scans(frame: _Frame, scans: Iterable[Scan], y: float, width: float) -> Iterator[str]:
    for scan in scans:
        x = min(frame.x(scan.on), width - _RIGHT - 4)
        said = scan.derived or "baseline"
        mark = svg.text(x, y + 4, scan.derived or "B", "strong", "middle", 12)
        yield svg.titled(mark, f"{scan.visit}, {scan.on}: {said}; {scan.sentence}")


def _worst_first(subject: Subject) -> list[AE]:
    found = [event for event in subject.records(AE) if event.start]
    return sorted(found, key=lambda event: (event.grade, event.start.earliest), reverse=True)  # type: ignore[union-attr]


def _event(frame: _Frame, event: AE, last: date, y: float, width: float) -> str:
    assert event.start is not None
    begun = event.start.earliest
    ended = event.end.latest if isinstance(event.end, PartialDate) else last
    left = frame.x(begun)
    right = max(frame.x(min(ended, last) + timedelta(days=1)), left + 4)
    bar = svg.rect(left, y - 5, right - left, 10, "bar control light", 2)
    word = event.decoded.lower() or event.term
    room = svg.LETTER * 12 * len(word)
    anchor, x = ("start", right + 5) if right + 5 + room < width else ("end", left - 5)
    fits = anchor == "start" or left > _LABEL + room
    named = svg.text(x, y + 4, word, "", anchor, 12) if fits else ""
    until = str(event.end) if event.end else "goes on"
    return svg.titled(bar + named, f"{word}, grade {event.grade}, {event.start} to {until}")
