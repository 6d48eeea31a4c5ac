"""From which days do the visits of one person count, and which days end them?

Everything is as known on a day: what is dated after it has not happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from equipoise.protocol.forms import Form
from equipoise.protocol.schedule import Anchor, Visit
from equipoise.subject.records import DM, EX, RS
from equipoise.subject.state import Subject
from equipoise.terms.codes import ResponseTest, SexCode, is_of_site
from equipoise.terms.drugs import is_drug
from equipoise.terms.response import Response
from equipoise.terms.verdict import Verdict

PD = Response.PD.cdisc
HEARD_OF = frozenset({"SS", "CM"})
"""Domains of what can be learned without seeing the person: survival, and later therapy."""


class End(NamedTuple):
    """What ends the visits of a person, and when."""

    on: date
    why: str

    def __str__(self) -> str:
        return f"{self.why} on {self.on}"


@dataclass(frozen=True, slots=True)
class Participation:
    """The days from which visits count, by anchor, and what ends them: `treatment` and
    `progression` those that wait for it, `visits` all but contacts, `contact` everything.
    """

    anchors: Mapping[Anchor, date]
    drugs: frozenset[str]
    progression: End | None
    treatment: End | None
    visits: End | None
    contact: End | None

    def start_of(self, visit: Visit, forms: Iterable[Form]) -> date | None:
        """The day from which this visit counts, None while there is none.

        What a drug did is not followed up of whom it was not given; how she is may be asked.
        """
        followed_up = visit.anchor == "last_dose" and not _is_contact(forms)
        missed_it = visit.drug is not None and not any(
            is_drug(given, "", visit.drug) is Verdict.MET for given in self.drugs
        )
        if missed_it or (followed_up and not self.drugs):
            return None
        return self.anchors.get(visit.anchor)

    def end_of(self, visit: Visit, forms: Iterable[Form]) -> End | None:
        """What ends this visit, with its forms, if it has ended.

        Nobody is asked to a visit after leaving visits, but may be asked after how she is (ICH
        E6(R3) 2.9.3); a visit at which treatment is given ends with treatment.
        """
        ends = [self.contact]
        if not _is_contact(forms):
            ends.append(self.visits)
        if visit.until == "end_of_treatment" or "EX" in _domains(forms):
            ends.append(self.treatment)
        if visit.until == "progression":
            ends.append(self.progression)
        return min((end for end in ends if end), default=None)


def _domains(forms: Iterable[Form]) -> set[str]:
    return {domain for form in forms for domain in form.domains}


def _is_contact(forms: Iterable[Form]) -> bool:
    """Whether all that a visit asks can be learned without it."""
    domains = _domains(forms)
    return bool(domains) and domains <= HEARD_OF


def participation(subject: Subject, on: date) -> Participation:
    """Of a randomized subject, as known on a day."""
    doses = sorted(
        (ex.start.earliest, ex.treatment)
        for ex in subject.records(EX)
        if ex.dose and ex.start and ex.start.earliest <= on
    )
    progression = _first(_progressions(subject), on)
    treatment = _first(_treatment_ends(subject), on)
    return Participation(
        anchors=dict(_anchors(subject, [day for day, _ in doses], progression, treatment)),
        drugs=frozenset(drug for _, drug in doses),
        progression=progression,
        treatment=treatment,
        visits=_first(_withdrawals(subject, ("VISITS",)), on),
        contact=_first(_last_of_all(subject), on),
    )


def _anchors(
    subject: Subject, doses: list[date], progression: End | None, treatment: End | None
) -> Iterator[tuple[Anchor, date]]:
    """A dose is the last one once treatment has ended; of somebody who was never treated the day
    on which that was decided stands for it.
    """
    assert subject.randomized is not None
    yield "randomization", subject.randomized.on
    if doses:
        yield "first_dose", doses[0]
    if treatment:
        yield "last_dose", doses[-1] if doses else treatment.on
    if progression:
        yield "progression", progression.on


def _progressions(subject: Subject) -> Iterator[End]:
    """For the schedule, progression is the first that the site's reader recorded of a scan: the
    site acts on its own reading, whoever's is primary.
    """
    for rs in subject.records(RS):
        is_pd = rs.test == ResponseTest.OVERALL and rs.original.strip().upper() == PD
        if is_pd and rs.date and is_of_site(rs.evaluator):
            yield End(rs.date.earliest, "progression")


def _treatment_ends(subject: Subject) -> Iterator[End]:
    if subject.treatment_ended:
        yield End(subject.treatment_ended.on, "end of treatment")
    yield from _withdrawals(subject, ("TREATMENT",))
    yield from _last_of_all(subject)


def _withdrawals(subject: Subject, levels: tuple[str, ...]) -> Iterator[End]:
    for withdrawal in subject.withdrawals:
        if withdrawal.what in levels:
            yield End(withdrawal.on, f"withdrawal ({withdrawal.what.lower()})")


def _last_of_all(subject: Subject) -> Iterator[End]:
    """After these nothing is expected. Of a death known to the month the first day counts, so that
    a doubt makes no visit a missed one.
    """
    if subject.died:
        yield End(subject.died.earliest, "death")
    if ended := subject.study_ended:
        yield End(ended.on, f"end of study ({ended.cause.lower()})")
    yield from _withdrawals(subject, ("CONTACT", "DATA"))


def _first(ends: Iterable[End], on: date) -> End | None:
    return min((end for end in ends if end.on <= on), key=lambda end: end.on, default=None)


def is_asked(form: Form, subject: Subject) -> bool:
    """Whether a form is asked of this person; one of the other sex is not."""
    sexes = {dm.sex for dm in subject.records(DM)} & set(SexCode)
    return form.sex is None or not sexes or form.sex in sexes
