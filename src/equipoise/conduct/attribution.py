"""Who acts, and when? And which earlier entry does it correct?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

ACTOR_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,39}")
"""What a person is called in the ledger; names never enter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who acts, in which role, where and when (UTC to the second); `key` makes a repeated command
    harmless; `salt` is random (21 CFR 11.10(e)).
    """

    at: str
    actor: str
    role: str
    site: str | None
    key: str
    salt: str


class Correction(NamedTuple):
    """The entry that no longer holds, and why; the new entry takes its place."""

    supersedes: int
    reason: str
