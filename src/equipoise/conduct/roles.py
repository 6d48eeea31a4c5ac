"""Which roles are there? (21 CFR 11.10(d), (g); ICH E6(R3) 2 and 3)."""

from __future__ import annotations

from equipoise.subject.state import PHYSICIANS

SITE = PHYSICIANS | {"coordinator", "pharmacist"}
"""Roles of a site: they enter data, and see their own participants."""
CENTRAL = frozenset(
    {"administrator", "auditor", "data_manager", "monitor", "safety", "sponsor", "statistician"}
)
"""Roles for the whole trial: none of them enters or changes what a site recorded."""
SYSTEM = "system"
"""Edit checks ask in this role; nobody is delegated to it."""
EVERY = SITE | CENTRAL
SPONSOR = frozenset({"sponsor"})
STATISTICIAN = frozenset({"statistician"})
DATA = frozenset({"data_manager"})
STAFFING = frozenset({"administrator", "sponsor"})
ENTRY = PHYSICIANS | {"coordinator"}
"""Roles that enter data."""
