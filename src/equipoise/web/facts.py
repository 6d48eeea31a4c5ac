"""What tells a person from another, on every page about her."""

from __future__ import annotations

from equipoise.subject.records import DM
from equipoise.subject.state import Subject


def facts(subject: Subject) -> dict[str, str]:
    """What tells a person from another: sex and year of birth, where they are entered."""
    rows = subject.records(DM)
    sex = next((dm.sex for dm in rows if dm.sex), "")
    birth = next((str(dm.birth)[:4] for dm in rows if dm.birth), "")
    return {"sex": {"F": "female", "M": "male"}.get(sex, sex), "birth": birth}
