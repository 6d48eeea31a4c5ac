"""A page asks the database as often for a long trial as for a short one: the trial is in memory."""

from __future__ import annotations

from datetime import date

from trial_unit import Unit
from web_pages import POSTED_ONLY, address, table

MOST = 6
"""Session, account, its second factor, a draft, an entry that is shown, and the session saved."""


def asked(unit: Unit, name: str) -> int:
    """How often a page asks the database of accounts."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = unit.browser("coordinator-01" if name != "sign" else "investigator-01")
    browser.client.get(address(unit, name, "S01-000"))  # what a session asks once
    with CaptureQueriesContext(connection) as queries:
        assert browser.client.get(address(unit, name, "S01-000")).status_code in (200, 302)
    return len(queries)


def test_the_number_of_queries_is_constant(unit: Unit) -> None:
    pages = [
        name
        for name, row in table().items()
        if name not in POSTED_ONLY and {"coordinator", "investigator"} & row.roles
        if "coordinator" in row.roles or name == "sign"
    ]
    unit.story.ready("S01-000", date(2021, 3, 10))
    unit.story.randomize("S01-000", date(2021, 3, 10))
    before = {name: asked(unit, name) for name in pages}
    for number in range(1, 9):
        unit.story.ready(f"S01-{number:03d}", date(2021, 3, 10))

    assert {name: asked(unit, name) for name in pages} == before
    assert max(before.values()) <= MOST, before
