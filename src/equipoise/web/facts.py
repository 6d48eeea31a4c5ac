"""What tells a person from another, on every page about her."""

from __future__ import annotations

from equipoise.protocol.model import Arm
from equipoise.subject.records import DM
from equipoise.subject.state import Subject, Trial


def facts(subject: Subject) -> dict[str, str]:
    """What tells a person from another: sex and year of birth, where they are entered."""
    rows = subject.records(DM)
    sex = next((dm.sex for dm in rows if dm.sex), "")
    birth = next((str(dm.birth)[:4] for dm in rows if dm.birth), "")
    return {"sex": {"F": "female", "M": "male"}.get(sex, sex), "birth": birth}


def arm_of(trial: Trial, her: Subject) -> Arm | None:
    """What she was allocated to, as the protocol of that day names it."""
    if her.randomized is None:
        return None
    arms = trial.version_at(her.site, her.randomized.on, her).protocol.arms
    return next((each for each in arms if each.id == her.randomized.arm), None)
