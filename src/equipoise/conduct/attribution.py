"""Who acts, and when? And which earlier entry does it correct?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

ACTOR_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,39}")
"""What a person is called in the ledger; names never enter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who acts, in which role, where and when (UTC); `key` makes a repeated command harmless;
    `salt` is random (21 CFR 11.10(e)).
    """

    at: str
    actor: str
    role: str
    site: str | None
    key: str
    salt: str

    @property
    def day(self) -> date:
        """The day of recording, in UTC."""
        return date.fromisoformat(self.at[:10])

    @property
    def today(self) -> date:
        """The latest calendar day that can have begun at any site: clinical dates are local, `at`
        is UTC.
        """
        return self.day + timedelta(days=1)


class Correction(NamedTuple):
    """The entry that no longer holds, and why; the new entry takes its place."""

    supersedes: int
    reason: str
