"""In which state are the trial, its sites and its people? Opening, pausing and closing; training
and delegation; the clock; the keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from equipoise.conduct.asked import Asked, Context, problems
from equipoise.conduct.attribution import ACTOR_CODE, Attribution
from equipoise.conduct.confirmation import not_for_people
from equipoise.conduct.preconditions import without_reason
from equipoise.conduct.record import Outcome, record
from equipoise.conduct.roles import EVERY, SITE
from equipoise.ledger import events
from equipoise.subject.conditions import SiteStatus, TrialStatus
from equipoise.subject.state import Trial
from equipoise.terms.time_zones import zone

_KEY = re.compile(r"[0-9a-f]{64}")
_FROM = {
    TrialStatus.RECRUITING: {TrialStatus.SET_UP, TrialStatus.PAUSED, TrialStatus.CLOSED},
    TrialStatus.PAUSED: {TrialStatus.RECRUITING},
    TrialStatus.CLOSED: {TrialStatus.RECRUITING, TrialStatus.PAUSED, TrialStatus.UNLOCKED},
    TrialStatus.ARCHIVED: {TrialStatus.LOCKED},
}
"""Each state of the trial that is declared, and those from which it is."""


class NewSite(NamedTuple):
    """A site, its country, the IANA time zone of its calendar, and how many it may randomize (None:
    any number).
    """

    site: str
    country: str
    time_zone: str
    cap: int | None = None


class Duty(NamedTuple):
    """Who acts in which role, at a site or (None) for the whole trial, from a day to a day."""

    person: str
    role: str
    site: str | None
    starts_on: date
    ends_on: date | None = None


def change_status(
    trial: Trial,
    by: Attribution,
    status: Literal["RECRUITING", "PAUSED", "CLOSED TO ACCRUAL", "ARCHIVED"],
    *,
    reason: str,
) -> Outcome:
    """Recruit, pause, close to accrual, or archive."""
    event = events.TrialStatusChanged(status=status)
    return record(trial, by, event, Context(reason=reason or None))


@problems.register
def _trial_status_changed(event: events.TrialStatusChanged, asked: Asked) -> Iterator[str]:
    yield from without_reason(asked, "the state changes")
    trial, wanted = asked.trial, TrialStatus(event.status)
    if trial.status not in _FROM[wanted]:
        allowed = " or ".join(sorted(str(each).lower() for each in _FROM[wanted]))
        now = str(trial.status).lower()
        yield f"the trial is {now}; it becomes {wanted.lower()} from {allowed}"
    if wanted is not TrialStatus.RECRUITING:
        return
    if not trial.lists:
        yield "no randomization list was committed"
    yield from not_for_people(asked)


def open_site(trial: Trial, by: Attribution, site: NewSite) -> Outcome:
    """Take a site into the trial; it works once it has its green light."""
    event = events.SiteOpened(
        opened_site=site.site, country=site.country, time_zone=site.time_zone, cap=site.cap
    )
    return record(trial, by, event)


@problems.register
def _site_opened(event: events.SiteOpened, asked: Asked) -> Iterator[str]:
    if event.opened_site in asked.trial.sites:
        yield f"site {event.opened_site} is open already"
    if not event.opened_site.strip():
        yield "opened_site: nothing found, expected a code"
    if event.cap is not None and event.cap < 0:
        yield f"cap: found {event.cap}, expected a number from 0, or none"
    try:
        zone(event.time_zone)
    except ValueError as unknown:
        yield f"time_zone: {unknown}"


def change_site(
    trial: Trial,
    by: Attribution,
    site: str,
    status: Literal["ACTIVE", "PAUSED", "CLOSED"],
    *,
    since: date,
    reason: str,
) -> Outcome:
    """Give a site its green light, pause it, or close it."""
    event = events.SiteStatusChanged(changed_site=site, status=status, since=since)
    return record(trial, by, event, Context(reason=reason or None))


@problems.register
def _site_status_changed(event: events.SiteStatusChanged, asked: Asked) -> Iterator[str]:
    yield from without_reason(asked, "the state changes")
    site = asked.trial.sites.get(event.changed_site)
    if site is None:
        yield f"there is no site {event.changed_site!r}"
    elif site.status is SiteStatus(event.status):
        yield f"site {site.id} is {event.status.lower()} already"
    if event.since > asked.today:
        yield f"since: {event.since} lies in the future"


def train(
    trial: Trial, by: Attribution, person: str, *, training: str, trained_on: date
) -> Outcome:
    """Record that somebody was trained."""
    event = events.StaffTrained(person=person, training=training, trained_on=trained_on)
    return record(trial, by, event)


@problems.register
def _staff_trained(event: events.StaffTrained, _asked: Asked) -> Iterator[str]:
    yield from _no_code(event.person)
    if not event.training.strip():
        yield "training: nothing found, expected what it was"


def delegate(trial: Trial, by: Attribution, duty: Duty) -> Outcome:
    """Let somebody act in a role."""
    event = events.RoleDelegated(
        person=duty.person,
        delegated_role=duty.role,
        at_site=duty.site,
        starts_on=duty.starts_on,
        ends_on=duty.ends_on,
    )
    return record(trial, by, event)


@problems.register
def _role_delegated(event: events.RoleDelegated, asked: Asked) -> Iterator[str]:
    yield from _no_code(event.person)
    role, site = event.delegated_role, event.at_site
    if role not in EVERY:
        yield f"role: found {role!r}, expected one of {', '.join(sorted(EVERY))}"
    elif (role in SITE) != (site is not None):
        yield f"{role} is delegated {'at a site' if role in SITE else 'for the whole trial'}"
    if role in SITE and event.person == asked.by.actor:
        yield "nobody delegates a role at a site to oneself: another person of the office does"
    if site is not None and site not in asked.trial.sites:
        yield f"there is no site {site!r}"
    if event.ends_on is not None and event.ends_on < event.starts_on:
        yield f"ends_on: {event.ends_on} is before {event.starts_on}"


def end_delegation(trial: Trial, by: Attribution, delegation: int, *, ended_on: date) -> Outcome:
    """End a delegation, named by its entry."""
    event = events.DelegationEnded(delegation=delegation, ended_on=ended_on)
    return record(trial, by, event)


@problems.register
def _delegation_ended(event: events.DelegationEnded, asked: Asked) -> Iterator[str]:
    held = asked.trial.delegations.get(event.delegation)
    if held is None:
        yield f"entry {event.delegation} is no delegation"
    elif event.ended_on < held.starts_on:
        yield f"ended_on: {event.ended_on} is before it began ({held.starts_on})"


def correct_clock(trial: Trial, by: Attribution, since: int, *, reason: str) -> Outcome:
    """The clock had been wrong since an entry: from now on `at` is right, and what was recorded
    between counts as of then at the latest. What was wrong stays visible.
    """
    return record(trial, by, events.ClockCorrected(since=since), Context(reason=reason or None))


@problems.register
def _clock_corrected(event: events.ClockCorrected, asked: Asked) -> Iterator[str]:
    yield from without_reason(asked, "the clock was wrong")
    head = asked.trial.head
    if head is None or not 1 < event.since <= head.seq:
        yield f"since: there is no entry {event.since} whose clock could have been wrong"
    elif asked.by.at >= head.at:
        yield f"{asked.by.at} is not before the last entry, {head.at}: no clock runs ahead"
    else:
        right = max((at for seq, at in asked.trial.days if seq < event.since), default="")
        if asked.by.at < right:
            at = asked.by.at
            yield f"{at} is before {right}, when the clock was right: nothing is back-dated"


def publish_key(trial: Trial, by: Attribution, public_key: str) -> Outcome:
    """Publish the key by which heads are signed."""
    return record(trial, by, events.KeyPublished(public_key=public_key))


@problems.register
def _key_published(event: events.KeyPublished, asked: Asked) -> Iterator[str]:
    if not _KEY.fullmatch(event.public_key):
        yield f"public_key: found {event.public_key!r}, expected 64 hexadecimal digits (Ed25519)"
    if event.public_key in asked.trial.public_keys:
        yield "this key is published already"


def _no_code(person: str) -> Iterator[str]:
    if not ACTOR_CODE.fullmatch(person):
        yield f"person: found {person!r}, expected a code of 2 to 40 letters and digits, no name"
