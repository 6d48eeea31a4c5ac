"""Commands asked of a trial that is told once: what they say is in the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from equipoise.conduct import enrolment
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.data_entry import FormData
from equipoise.conduct.questions import questions
from equipoise.conduct.record import Outcome, Refused
from equipoise.ledger.entry import Entry
from equipoise.protocol.yaml_file import load
from equipoise.subject.fold import step
from equipoise.subject.state import Trial
from story import Story

DAY, NEXT = date(2021, 3, 10), date(2021, 3, 11)
READY, IN, FAILED, AGAIN = "S01-001", "S01-002", "S01-003", "S01-004"
SCREENED, NOBODY = "S01-005", "S01-099"
PROTOCOL = load("NCT04509635")


@dataclass
class Asked:
    """Commands about one trial; nothing is recorded."""

    story: Story

    @property
    def trial(self) -> Trial:
        return self.story.session.trial

    def ask(
        self,
        command: Callable[..., Outcome],
        *args: Any,
        role: str = "investigator",
        **details: Any,
    ) -> Outcome:
        return command(self.trial, self.by(role), *args, **details)

    def by(self, role: str, on: str = "2021-03-10") -> Attribution:
        return self.story.attribution(on, role)

    def refused(self, command: Callable[..., Outcome], *args: Any, **details: Any) -> list[str]:
        outcome = self.ask(command, *args, **details)
        return list(outcome.reasons) if isinstance(outcome, Refused) else []

    def asks(self, command: Callable[..., Outcome], *args: Any, **details: Any) -> list[str]:
        """What a command that is carried out asks about."""
        entry = self.ask(command, *args, **details)
        assert isinstance(entry, Entry), entry
        found = questions(self.trial, entry, step(self.trial, entry))
        return [question.text for question in found]


def assert_begins(said: list[str], reasons: list[str]) -> None:
    """As many reasons as expected, each with the words it begins with."""
    assert [text[: len(words)] for text, words in zip(said, reasons, strict=True)] == reasons


def ecog(visit: str = "SCREENING", on: str = "2021-03-10", **more: str) -> FormData:
    return FormData("ECOG", visit, {"date": on, **more}, {"score": [{"score": "1"}]})


def dose(on: str) -> FormData:
    given = {"drug": "IRINOTECAN", "dose": "180", "unit": "mg/m2"}
    return FormData("TREATMENT", "FIRST_DOSE", {"date": on}, {"dose": [given]})


def therapy(*starts: str) -> FormData:
    rows = [{"therapy": "X", "class": "OTHER TARGETED", "start": start} for start in starts]
    return FormData("SUBSEQUENT_THERAPY", "UNSCHEDULED 1", {}, {"therapy": rows})


@cache
def once_told() -> Asked:
    """One is ready, one randomized, one failed and was screened again, one has no consent."""
    story = Story().begin().ready(READY, DAY).ready(IN, DAY)
    assert isinstance(story.randomize(IN, DAY), Entry)
    for who, previous in ((FAILED, None), (AGAIN, FAILED), (SCREENED, None)):
        details = {"screened_on": DAY, "previous_subject": previous}
        story.done("2021-03-10", "coordinator", enrolment.screen, who, **details)
        if who == FAILED:
            failed = {"failed_on": DAY, "criteria": ("I09",)}
            story.done("2021-03-10", "coordinator", enrolment.fail_screening, who, **failed)
    return Asked(story)
