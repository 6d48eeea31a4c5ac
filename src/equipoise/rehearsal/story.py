"""What are the turning points of one virtual participant, once her arm is known?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from equipoise.arrays import NEVER
from equipoise.rehearsal.screening_forms import Desk
from equipoise.rehearsal.treatment_forms import weighted
from equipoise.rehearsal.tumor_forms import Scan, draw_scans
from equipoise.terms.dates import DAYS_PER_MONTH
from equipoise.terms.response import Response
from equipoise.virtual.person import tumor_course

BEYOND = date.max
_NO_VISITS = ("VISITS", "CONTACT", "DATA", "LOST")
NO_CONTACT = ("CONTACT", "DATA", "LOST")
"""Ways to leave after which nobody hears of her."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The turning points of one participant; a day that does not come is `BEYOND`."""

    start: date
    regimen: str
    experimental: bool
    scans: tuple[Scan, ...]
    progression: date
    clinical: date
    leaves: date
    level: str
    therapy: date
    death: date

    @property
    def visits_end(self) -> date:
        """From this day on she is not seen at the site."""
        return min(self.death, self.leaves if self.level in _NO_VISITS else BEYOND)

    @property
    def contact_ends(self) -> date:
        """From this day on nobody hears of her."""
        return self.leaves if self.level in NO_CONTACT else BEYOND

    def treatment_stops(self) -> tuple[date, str]:
        """The first thing that ends treatment, other than what the drugs do."""
        ends = [
            (self.progression, "PROGRESSION"),
            (self.clinical, "CLINICAL PROGRESSION"),
            (self.leaves, "LOST TO FOLLOW-UP" if self.level == "LOST" else "WITHDRAWAL BY SUBJECT"),
            (self.therapy, "OTHER ANTICANCER THERAPY"),
            (self.death, "DEATH"),
        ]
        return min(ends, key=lambda end: end[0])


def draw_story(desk: Desk, regimen: str, start: date, *, experimental: bool) -> Story:
    """Draw the turning points of one participant in her arm."""
    rng, p = desk.rng, desk.parameters
    course = tumor_course(desk.person, desk.protocol, p, experimental=experimental)
    death = (
        BEYOND if course.death_day == NEVER else start + timedelta(days=max(course.death_day, 1))
    )
    leaves = start + timedelta(
        days=1 + int(rng.exponential(DAYS_PER_MONTH / p["leaves_per_month"]))
    )
    level = weighted(rng, p.tables["leaving"])
    ends = min(death, leaves if level in _NO_VISITS else BEYOND)
    scans = draw_scans(rng, course, desk.protocol, p, desk.person.site, start)
    seen = [scan for scan in scans if scan.day < ends]
    clinical = BEYOND
    if desk.chance("clinical_progression") and seen and seen[-1].response is Response.PD:
        clinical = max(
            seen.pop().day - timedelta(days=int(rng.integers(3, 15))), start + timedelta(days=5)
        )
    progressed = bool(seen) and seen[-1].response is Response.PD
    therapy = start + timedelta(days=int(rng.integers(60, 200)))
    early = desk.chance("new_therapy_before_progression")
    return Story(
        start=start,
        regimen=regimen,
        experimental=experimental,
        scans=tuple(seen),
        progression=seen[-1].day if progressed else BEYOND,
        clinical=clinical,
        leaves=leaves if leaves < death else BEYOND,
        level=level if leaves < death else "",
        therapy=therapy if early and therapy < ends else BEYOND,
        death=death,
    )
