"""What did somebody mean who typed this? Numbers and dates as people write them, turned into what
the ledger keeps; where two things can be meant, neither is taken.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import NamedTuple

from equipoise.terms.dates import PartialDate, parse_date

_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_PARTS = re.compile(r"(\d{1,2})[ ./-](\d{1,2}|[A-Za-z]{3,9})[ ./-](\d{4}|\d{2})")
_MONTH_YEAR = re.compile(r"(\d{1,2}|[A-Za-z]{3,9})[ ./-](\d{4})")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_DAYS = {"today": 0, "yesterday": 1}
_CENTURY = 100
_DIGITS = 12


class Understood(NamedTuple):
    """The text that is kept, and why it cannot be, if so."""

    text: str
    slip: str = ""


def whole(text: str) -> int | None:
    """The number of an entry, as an address or a form holds it; None for anything else."""
    is_one = text.isdecimal() and text.isascii() and len(text) <= _DIGITS
    return int(text) if is_one else None


def number(typed: str) -> Understood:
    """A number with a point or a comma; `1,000` and `1.000` may be a thousand or one."""
    text = unicodedata.normalize("NFKC", typed).strip().replace("\u2212", "-")
    if _THOUSANDS.fullmatch(text):
        whole = re.sub(r"[.,]", "", text)
        start, rest = re.split(r"[.,]", text)
        fraction = rest.rstrip("0") or "0"
        return Understood(
            text, f"found {text}: is {whole} meant, or {start}.{fraction}? Type it without doubt"
        )
    return Understood(text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text)


def day(typed: str, today: date) -> Understood:
    """A day, a month or a year: `2021-04-03`, `3 4 21`, `3 Apr 2021`, `2021-04`, `Apr 2021`,
    `today`; the day stands before the month.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if text.lower() in _DAYS:
        return Understood((today - timedelta(days=_DAYS[text.lower()])).isoformat())
    if parts := _PARTS.fullmatch(text):
        return _checked(text, _year(parts[3], today), _month(parts[2]), parts[1])
    if parts := _MONTH_YEAR.fullmatch(text):
        return _checked(text, parts[2], _month(parts[1]))
    return Understood(text)


def _checked(typed: str, year: str, month: str, of_month: str = "") -> Understood:
    text = "-".join([year, month.zfill(2), *([of_month.zfill(2)] if of_month else [])])
    try:
        parse_date(text)
    except ValueError:
        return Understood(typed, f"found {typed!r}, expected a day that exists, such as 3 Apr 2021")
    return Understood(text)


def _month(text: str) -> str:
    """The number of a month; 0, which is none, for what is not one."""
    if text.isdecimal():
        return text
    found = [n for n, name in enumerate(_MONTHS, 1) if name.startswith(text.lower())]
    return str(found[0]) if len(found) == 1 else "0"


def _year(text: str, today: date) -> str:
    """Two digits are of the hundred years that end in ten."""
    if len(text) > 2:
        return text
    latest = today.year + 10
    year = latest - (latest - int(text)) % _CENTURY
    return str(year)


def in_words(text: str) -> str:
    """A date as people read it: 3 Apr 2021, Apr 2021, 2021; nothing of what is none."""
    try:
        when = parse_date(text)
    except ValueError:
        return ""
    return worded(when)


def worded(when: PartialDate | date) -> str:
    """The same of a date that was read."""
    year, *rest = str(when)[:10].split("-")
    if not rest:
        return year
    month = _MONTHS[int(rest[0]) - 1][:3].title()
    return f"{int(rest[1])} {month} {year}" if len(rest) > 1 else f"{month} {year}"


def local_words(when: datetime | None) -> str:
    """A moment on the clock of its own zone: 3 Apr 2021, 14:30 (Europe/Berlin)."""
    if when is None:
        return ""
    return f"{worded(when.date())}, {when:%H:%M} ({when.tzinfo})"
