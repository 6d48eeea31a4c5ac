"""The pages of a trial, by the list of addresses and the table of who may open which."""

from __future__ import annotations

import re
from typing import Any

from trial_unit import Unit

POSTED_ONLY = {"act_as", "attest", "intend", "fail", "draft"}
PARTS = {
    "code": None,
    "visit": "SCREENING",
    "form_id": "ECOG",
    "seq": None,
}


def table() -> dict[str, Any]:
    from equipoise.web.access import PAGES

    return PAGES


def patterns() -> dict[str, str]:
    """The pages of a trial by their name, each with its address."""
    from equipoise.web.urls import urlpatterns

    return {each.name: str(each.pattern) for each in urlpatterns if "trial_id" in str(each.pattern)}


def address(unit: Unit, name: str, code: str) -> str:
    """Where a page is, about one participant."""
    seq = unit.subject(code).consents[0].source
    given = {**PARTS, "code": code, "seq": str(seq), "trial_id": unit.id}
    path = re.sub(r"<\w+:(\w+)>", lambda found: str(given[found[1]]), patterns()[name])
    return f"/{path}"
