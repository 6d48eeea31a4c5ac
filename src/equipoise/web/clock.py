"""What time is it, and which day at a site?"""

from __future__ import annotations

from datetime import UTC, date, datetime

from equipoise.subject.state import Trial
from equipoise.terms.time_zones import local_day


def now() -> str:
    """The server's clock, as the ledger writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_at(trial: Trial, site: str | None) -> date:
    """The day at a site; where there is none the day in UTC."""
    held = trial.sites.get(site or "")
    return local_day(now(), held.time_zone if held else "UTC")
