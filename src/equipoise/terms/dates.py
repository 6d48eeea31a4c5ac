"""When was it? ISO 8601 dates that may be incomplete, calendar windows and study days."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from equipoise.terms.verdict import Verdict

_ISO = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})(T\d{2}(:\d{2}(:\d{2})?)?(Z|[+-]\d{2}:\d{2})?)?)?)?",
    re.ASCII,
)
_TIME = re.compile(
    r"T([01]\d|2[0-3])(?::([0-5]\d)(?::([0-5]\d))?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?", re.ASCII
)


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A calendar date known to the year, month or day (SDTM --DTC); it lies between `earliest` and
    `latest`.

    `time` is the local time of day as written (`T08:30`), which orders results of one day and
    decides nothing else.
    """

    earliest: date
    latest: date
    time: str = ""

    @property
    def exact(self) -> date | None:
        """The date when it is known to the day, else None."""
        return self.earliest if self.earliest == self.latest else None

    def certainly_before(self, other: PartialDate) -> bool:
        """Is it earlier whatever the rest of both is? Of one day the times of day tell, if both
        are known, in one zone, and far enough: 08:00 is before 08:30, and neither before nor after
        a day without its time.
        """
        if self.latest != other.earliest:
            return self.latest < other.earliest
        if not (self.time and other.time and self.exact and other.exact):
            return False
        mine, theirs = _TIME.fullmatch(self.time), _TIME.fullmatch(other.time)
        if mine is None or theirs is None or mine[4] != theirs[4]:
            return False
        return _seconds(mine, last=True) < _seconds(theirs, last=False)

    def __str__(self) -> str:
        if self.earliest == self.latest:
            return self.earliest.isoformat() + self.time
        return (
            f"{self.earliest:%Y-%m}"
            if self.earliest.month == self.latest.month
            else f"{self.earliest:%Y}"
        )


def _seconds(time: re.Match[str], *, last: bool) -> int:
    """The first or the last second of the day that a time, perhaps without its minutes, names."""
    rest = 59 if last else 0
    minute = rest if time[2] is None else int(time[2])
    second = rest if time[3] is None else int(time[3])
    return int(time[1]) * 3600 + minute * 60 + second


ANY_DAY = PartialDate(date.min, date.max)
"""Of what has no date: every day is possible."""


def exact(day: date) -> PartialDate:
    """A date that is known to the day."""
    return PartialDate(day, day)


@lru_cache(maxsize=65536)
@lru_cache(maxsize=1 << 15)
def parse_date(text: str) -> PartialDate:
    """Read `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or a date with a time of day (the local date counts).

    Raises ValueError for anything else, for digits other than 0 to 9, for dates that no calendar
    and times that no day has.
    """
    match = _ISO.fullmatch(text)
    if not match:
        raise ValueError(
            f"{text!r} is not a date; write YYYY-MM-DD (or YYYY-MM, YYYY when the rest is unknown)"
        )
    year, month, day = int(match[1]), match[2], match[3]
    if match[4] and not _TIME.fullmatch(match[4]):
        raise ValueError(
            f"{text!r} has a time that no day has; write YYYY-MM-DDThh:mm, or leave the time out"
        )
    try:
        if day:
            whole = date(year, int(month), int(day))
            return PartialDate(whole, whole, match[4] or "")
        if month:
            return PartialDate(
                date(year, int(month), 1), date(year, int(month), monthrange(year, int(month))[1])
            )
        return PartialDate(date(year, 1, 1), date(year, 12, 31))
    except ValueError:
        raise ValueError(f"{text!r} is a date that no calendar has; write YYYY-MM-DD") from None


def years_before(index: date, years: int) -> date:
    """The same calendar day so many years earlier; 29 February becomes 28 February."""
    try:
        return index.replace(year=index.year - years)
    except ValueError:
        return index.replace(year=index.year - years, day=28)


def months_after(day: date, months: int) -> date:
    """The same day of the month so many calendar months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def completed_years(birth: date, on: date) -> int:
    """Age in calendar years: the birthday counts, whatever the leap years before it; 29 February
    waits for 1 March.
    """
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def in_window(when: PartialDate, opens: date, closes: date) -> Verdict:
    """Is the date between two days, both included? A partial date decides only if every completion
    agrees.
    """
    if opens <= when.earliest and when.latest <= closes:
        return Verdict.MET
    if when.latest < opens or closes < when.earliest:
        return Verdict.NOT_MET
    return Verdict.UNKNOWN


def window_before(index: date, days: int) -> tuple[date, date]:
    """Calendar days with 0 <= index - date <= days; the same day counts."""
    return date.fromordinal(max(1, index.toordinal() - days)), index


def study_day(when: date, reference: date) -> int:
    """CDISC study day: the reference date is day 1, the day before it day -1; there is no day 0."""
    days = (when - reference).days
    return days + 1 if days >= 0 else days


DAYS_PER_MONTH = 365.25 / 12
