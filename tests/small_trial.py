"""A trial of a few participants with everything that a report must show, told through the
commands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from equipoise.analysis.analyze import Analysis, analyze
from equipoise.conduct import disposition, enrolment
from equipoise.ledger.entry import Entry
from story import Story

CUTOFF = date(2022, 12, 31)
START = date(2021, 3, 10)
REGIMENS = ("FOLFIRI", "MFOLFOX6", "IRINOTECAN", "FTD/TPI")
TERMS = ("Rash acneiform", "Neutrophil count decreased", "Diarrhea", "Hypomagnesemia", "Fatigue")


@dataclass
class Diary(Story):
    """A story whose parts are told in order of their days; what was late is recorded late."""

    told: list[tuple[date, int, Callable[[], object]]] = field(default_factory=list)

    def later(self, on: date, part: Callable[[], object]) -> None:
        """Tell this part when its day comes."""
        self.told.append((on, len(self.told), part))

    def tell(self) -> None:
        """Tell everything, the parts that other parts add included."""
        while self.told:
            self.told.sort(key=lambda one: one[:2])
            self.told.pop(0)[2]()


@cache
def small_trial(
    participants: int = 12, failures: int = 3, cutoff: date = CUTOFF
) -> tuple[Analysis, tuple[Entry, ...]]:
    """The analysis and the ledger of a simulated trial; the same numbers give the same bytes."""
    story = Diary()
    story.begin()
    rng = np.random.default_rng(7)
    for number in range(1, participants + failures + 1):
        subject, day = f"S01-{number:03d}", START + timedelta(5 * number)
        enters = number % (1 + participants // max(failures, 1)) != 2 if failures else True
        part = _enter if enters else _not_entered
        story.later(
            day,
            lambda part=part, subject=subject, day=day, n=number: part(story, rng, subject, day, n),  # type: ignore[misc]
        )
    story.tell()
    return analyze(story.known(cutoff)), tuple(story.storage.read())


def _not_entered(story: Diary, rng: Any, subject: str, day: date, number: int) -> None:
    """Screening failures, and one of whom nothing has been entered."""
    if number == 2:
        story.done(day.isoformat(), "coordinator", enrolment.screen, subject, screened_on=day)
        return
    story.ready(subject, day, HGB="8.1", **({"ecog": "2"} if number % 2 else {}))
    failed = ("I09", "I07") if number % 2 else ("I09",)
    story.done(
        day.isoformat(),
        "investigator",
        enrolment.fail_screening,
        subject,
        failed_on=day,
        criteria=failed,
    )


def _enter(story: Diary, rng: Any, subject: str, day: date, number: int) -> None:
    free = 90 if number % 4 == 0 else 400
    story.ready(subject, day, regimen=REGIMENS[number % 4], free_days=free, ecog=str(number % 2))
    assert isinstance(story.randomize(subject, day), Entry)
    if number == 5:
        return  # randomized, never seen again
    arm = story.session.trial.subjects[subject].randomized.arm  # type: ignore[union-attr]
    treated = day + timedelta(1)
    story.later(treated, lambda: _treat(story, rng, subject, treated, arm, number))
    _scan(story, rng, subject, day, arm, number, 1, 50.0, 50.0)


def _treat(story: Diary, rng: Any, subject: str, day: date, arm: str, number: int) -> None:
    given = [{"drug": "IRINOTECAN", "dose": "180", "unit": "mg/m2"}]
    if arm.startswith("CETUXIMAB"):
        given.append({"drug": "CETUXIMAB", "dose": "500", "unit": "mg/m2"})
    story.form(
        day.isoformat(),
        subject,
        "TREATMENT",
        "FIRST_DOSE",
        {"date": day.isoformat()},
        {"dose": given},
    )
    events = []
    for term in (
        TERMS[number % 3 + 1 : number % 3 + 3]
        if arm.startswith("CHEMO")
        else TERMS[: 1 + number % 4]
    ):
        grade = str(1 + min(int(rng.integers(0, 6)), 3) // (1 if number % 2 else 2))
        start = (day + timedelta(int(rng.integers(3, 20)))).isoformat()
        serious = "Y" if grade == "4" else "N"
        events.append(
            {
                "term": term.lower(),
                "decoded": term,
                "grade": grade,
                "serious": serious,
                "start": start,
            }
        )
    if events:
        seen = day + timedelta(21)
        story.later(
            seen,
            lambda: story.form(
                seen.isoformat(), subject, "ADVERSE_EVENTS", "CYCLE 1", {}, {"event": events}
            ),
        )


def _scan(
    story: Diary,
    rng: Any,
    subject: str,
    day: date,
    arm: str,
    number: int,
    visit: int,
    size: float,
    least: float,
) -> None:
    """Scans every eight weeks until progression; the sum of diameters wanders, faster in the
    control arm.
    """
    on = day + timedelta(56 * visit + int(rng.integers(-5, 6)))
    drift = -9.0 if arm.startswith("CETUXIMAB") else 4.0
    size = max(5.0, size + drift + float(rng.normal(4.0 * visit - 2, 9)))
    grown = size >= 1.2 * least and size - least >= 5
    response = "PD" if grown else "PR" if size <= 35 else "SD"
    if number == 3 and visit == 1:
        response = "SD" if response == "PD" else "PD"  # the reader and the lesions disagree

    def scan() -> None:
        story.scan(subject, on.isoformat(), visit, response, f"{size:.1f}")
        if response == "PD" or visit == 8:
            _afterwards(story, rng, subject, on, number)
        else:
            _scan(story, rng, subject, day, arm, number, visit + 1, size, min(least, size))

    story.later(on, scan)


def _afterwards(story: Diary, rng: Any, subject: str, last: date, number: int) -> None:
    end = last + timedelta(5)
    story.later(
        end,
        lambda: story.done(
            end.isoformat(),
            "investigator",
            disposition.end_treatment,
            subject,
            ended_on=end,
            cause="PROGRESSION",
        ),
    )
    begin, seen = last + timedelta(20), last + timedelta(84)
    therapy = {"therapy": "FRUQUINTINIB", "class": "OTHER TARGETED", "start": begin.isoformat()}
    if number % 3 == 0:
        story.later(
            begin,
            lambda: story.form(
                begin.isoformat(),
                subject,
                "SUBSEQUENT_THERAPY",
                "SURVIVAL 1",
                {},
                {"therapy": [therapy]},
            ),
        )
    died = last + timedelta(int(rng.integers(40, 400)))
    if number % 4 != 3:
        story.later(
            died,
            lambda: story.done(
                died.isoformat(),
                "investigator",
                disposition.record_death,
                subject,
                died_on=died.isoformat(),
                cause="DISEASE UNDER STUDY",
            ),
        )
    if number % 4 == 3 or died > seen:
        story.later(
            seen,
            lambda: story.form(
                seen.isoformat(),
                subject,
                "SURVIVAL_CONTACT",
                "SURVIVAL 1",
                {"date": seen.isoformat()},
                {"contact": [{"status": "ALIVE", "contact": "TELEPHONE"}]},
            ),
        )
