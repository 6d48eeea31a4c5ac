"""When was it? ISO 8601 dates that may be incomplete, calendar windows and study days."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from equipoise.terms.verdict import Verdict

_ISO = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})(T\d{2}(:\d{2}(:\d{2})?)?(Z|[+-]\d{2}:\d{2})?)?)?)?"
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

    def __str__(self) -> str:
        if self.earliest == self.latest:
            return self.earliest.isoformat() + self.time
        return (
            f"{self.earliest:%Y-%m}"
            if self.earliest.month == self.latest.month
            else f"{self.earliest:%Y}"
        )


def exact(day: date) -> PartialDate:
    """A date that is known to the day."""
    return PartialDate(day, day)


@lru_cache(maxsize=65536)
def parse_date(text: str) -> PartialDate:
    """Read `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or a date with a time of day (the local date counts).

    Raises ValueError for anything else, and for dates that no calendar has.
    """
    match = _ISO.fullmatch(text)
    if not match:
        raise ValueError(
            f"{text!r} is not a date; write YYYY-MM-DD (or YYYY-MM, YYYY when the rest is unknown)"
        )
    year, month, day = int(match[1]), match[2], match[3]
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
