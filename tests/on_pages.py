"""Somebody in screening, as staff bring her in on pages."""

from __future__ import annotations

import re
from typing import Any

from story import screening_forms
from trial_unit import Browser, Unit, today

HER = "S01-001"
AT = f"subjects/{HER}/"


def text_of(page: Any) -> str:
    """What a page shows, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def screened(unit: Unit, leave_out: str = "", **changes: Any) -> tuple[Browser, Browser]:
    """Somebody with consent and all forms but one, judged and with her chemotherapy decided."""
    coordinator, investigator = unit.browser("coordinator-01"), unit.browser("investigator-01")
    coordinator.post("screen/", code=HER, screened_on="today")
    version = unit.trial.protocol.version
    investigator.post(f"{AT}consent/", consented_on="today", version=version)
    for form, values, groups in screening_forms(today(), **changes):
        if form != leave_out:
            saved = coordinator.fill(HER, "SCREENING", form, values, groups)
            assert saved.status_code == 302, text_of(saved)
    for criterion in ("I02", "I08", "I10"):
        investigator.post(f"{AT}screening/attest/", criterion=criterion, answer="yes")
    investigator.post(f"{AT}screening/intend/", regimen="FOLFIRI")
    return coordinator, investigator
