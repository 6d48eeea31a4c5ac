"""Which day is it at a site? Days of people are those of their site, clocks of 24 hours are UTC."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

FIRST_MIDNIGHT = timedelta(hours=14)
"""By so much the first calendars on earth are ahead of UTC (Line Islands, UTC+14)."""


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """A time zone by its IANA name. Raises ValueError for a name that the database lacks."""
    try:
        if not name or name.startswith(("/", ".")):
            raise ValueError
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise ValueError(
            f"found the time zone {name!r}, expected an IANA name like Asia/Shanghai"
        ) from None


def moment(at: str) -> datetime:
    """A time of the ledger."""
    return datetime.fromisoformat(at)


def local_day(at: str, name: str) -> date:
    """The calendar day in a time zone at a time of the ledger (UTC)."""
    return moment(at).astimezone(zone(name)).date()


def latest_day(at: str) -> date:
    """The latest calendar day that has begun anywhere at a time of the ledger."""
    return (moment(at) + FIRST_MIDNIGHT).date()
