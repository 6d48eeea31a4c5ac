"""Who asks, in which role and at which site? Both stand in the ledger: a delegation makes the role,
and ends it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Concatenate, NamedTuple

from django.http import Http404, HttpRequest

from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Details
from equipoise.conduct.guards import may
from equipoise.conduct.record import Outcome
from equipoise.conduct.roles import SITE
from equipoise.subject.state import Subject, Trial
from equipoise.web import trials
from equipoise.web.clock import day_at, now
from equipoise.web.trials import Served

_SKEW = timedelta(seconds=5)
"""So far may the clocks of machines that serve one trial lie apart."""
_KEY = re.compile(r"[A-Za-z0-9-]{16,80}")


class Capacity(NamedTuple):
    """A role, and the site where it is held (None: in the whole trial)."""

    role: str
    site: str | None

    def __str__(self) -> str:
        role = self.role.replace("_", " ")
        return f"{role}, {self.site}" if self.site else role


@dataclass(frozen=True)
class Asking:
    """A request about a trial: who asks, and the trial as it stands."""

    request: HttpRequest
    served: Served
    trial: Trial
    who: Capacity
    capacities: tuple[Capacity, ...]

    @property
    def today(self) -> date:
        """The day at the site of who asks; of a central role the day in UTC."""
        return day_at(self.trial, self.who.site)

    @property
    def is_of_a_site(self) -> bool:
        """Whether only participants of the own site are shown."""
        return self.who.role in SITE

    def may(self, event: str) -> bool:
        """Is an act open to the role that somebody acts in? Whether it can be done now is asked
        when it is tried.
        """
        return may(self.who.role, event)

    def subjects(self) -> list[Subject]:
        """The participants whom this person may see, by code."""
        site = self.who.site if self.is_of_a_site else None
        held = self.trial.site_of.items()
        codes = sorted(code for code, place in held if site in (None, place))
        return [self.trial.subjects[code] for code in codes]

    def subject(self, code: str) -> Subject:
        """One of them. Raises Http404: who is of another site is not even known to be there."""
        found = self.trial.subjects.get(code)
        if found is None or not self.sees(found):
            raise Http404
        return found

    def sees(self, subject: Subject) -> bool:
        """Whether somebody belongs to the own site, where one has one."""
        return not self.is_of_a_site or subject.site == self.who.site

    def do(
        self,
        command: Callable[Concatenate[Trial, Attribution, Details], Outcome],
        *args: Details.args,
        **details: Details.kwargs,
    ) -> Outcome:
        """Carry out a command as the person who asks; the key that the page carried makes a second
        click harmless, for each command that it leads to.
        """

        def in_turn(
            trial: Trial, by: Attribution, /, *args: Details.args, **details: Details.kwargs
        ) -> Outcome:
            """With the time at which nobody else writes: who waited is not before who did not."""
            return command(trial, replace(by, at=_after(trial)), *args, **details)

        by = Attribution(
            at=now(),
            actor=self.person,
            role=self.who.role,
            site=self.who.site,
            key=self._key(command),
            salt=secrets.token_hex(32),
        )
        return self.served.session.do(in_turn, by, *args, **details)

    def is_done(self, command: Callable[..., Outcome]) -> bool:
        """Was the command carried out from this very page before?"""
        return self.trial.keys.get(self._key(command)) is not None

    def _key(self, command: Callable[..., Outcome]) -> str:
        told = self.request.POST.get("key", "")
        key = told if _KEY.fullmatch(told) else secrets.token_hex(16)
        return f"{key}:{command.__name__}"

    @property
    def person(self) -> str:
        """The code of who asks."""
        return str(self.request.user.get_username())


def _after(trial: Trial) -> str:
    """The server's clock, and that of the last entry where another machine is a little ahead; a
    clock that is further behind is refused.
    """
    at, head = now(), trial.head
    if head is None or at >= head.at:
        return at
    ahead = datetime.fromisoformat(head.at) - datetime.fromisoformat(at)
    return head.at if ahead <= _SKEW else at


def capacities_of(trial: Trial, person: str) -> tuple[Capacity, ...]:
    """The roles that somebody holds today, by delegation or as the founder of the trial."""
    held = [
        Capacity(each.role, each.site)
        for each in trial.delegations.values()
        if each.holds(person, each.role, each.site, day_at(trial, each.site))
    ]
    founder = [Capacity("sponsor", None)] if person == trial.founder else []
    return tuple(dict.fromkeys([*founder, *held]))


def asking(request: HttpRequest, trial_id: str) -> Asking | None:
    """The request as a question about a trial; None where the person has no role in it. Raises
    Http404 where there is no such trial.
    """
    try:
        served = trials.trial(trial_id)
    except LookupError:
        raise Http404 from None
    trial = served.read()
    held = capacities_of(trial, str(request.user.get_username()))
    if not held:
        return None
    chosen: Any = request.session.get(_acts(trial_id))
    who = Capacity(*chosen) if chosen and Capacity(*chosen) in held else held[0]
    return Asking(request, served, trial, who, held)


def act_as(asked: Asking, chosen: str) -> None:
    """From now on act in another of the capacities that one holds, named as it reads."""
    for each in asked.capacities:
        if str(each) == chosen:
            asked.request.session[_acts(asked.served.id)] = list(each)


def _acts(trial_id: str) -> str:
    return f"acts:{trial_id}"
