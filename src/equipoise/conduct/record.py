"""May this be recorded? The one way from a decided event to an entry of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from equipoise.conduct.asked import WHOLE_TRIAL, Asked, Context, problems
from equipoise.conduct.attribution import ACTOR_CODE, Attribution
from equipoise.conduct.guards import GUARDS, Guard
from equipoise.conduct.preconditions import unfit_correction
from equipoise.conduct.roles import SITE, SYSTEM
from equipoise.eligibility.finding import Finding
from equipoise.ledger import chain, events
from equipoise.ledger.entry import BadEntry, Entry, Header, check_time
from equipoise.ledger.events import Event, asked_of
from equipoise.subject.conditions import SiteStatus, TrialStatus
from equipoise.subject.keys import command_digest
from equipoise.subject.state import Subject, Trial
from equipoise.terms.dates import parse_date
from equipoise.terms.time_zones import local_day

Current = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that was not carried out, with everything in its way.

    `current` are entries that hold instead of what the command was based on, so that both can be
    shown.
    """

    reasons: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    current: Current = ()

    def __str__(self) -> str:
        return "; ".join(self.reasons)


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """The same command (same key, same content) was carried out before, as entry `seq`."""

    seq: int


Outcome = Entry | Refused | AlreadyDone


Rules = Callable[[Event, Asked], Iterable[str]]
"""What is in the way of an event alone."""


def record(trial: Trial, by: Attribution, event: Event, context: Context = WHOLE_TRIAL) -> Outcome:
    """The entry that records the event, or what is in the way. Nothing else decides whether an
    event is recorded.
    """
    asked = asked_as(trial, by, event, context)
    return refusal(event, asked) or chain.append(trial.head, event, _header(asked), by.salt)


def asked_as(trial: Trial, by: Attribution, event: Event, context: Context) -> Asked:
    """The question whether the event may be recorded, under the version that governs it."""
    asked = Asked(trial, by, context)
    return asked._replace(context=replace(context, version=governing_version(event, asked)))


def refusal(event: Event, asked: Asked, rules: Rules = problems) -> Refused | AlreadyDone | None:
    """Why the event is not recorded, if it is not."""
    earlier = repeated(asked.trial, _header(asked), event)
    if earlier is not None:
        return earlier
    obstacles = tuple(in_the_way(event, asked, rules))
    return Refused(obstacles, current=_current(asked)) if obstacles else None


def repeated(trial: Trial, header: Header, event: Event) -> AlreadyDone | Refused | None:
    """A key is bound to what was asked under it, in the whole trial."""
    earlier = trial.keys.get(header.key)
    if earlier is None:
        return None
    if earlier.digest == command_digest(header, asked_of(event), type(event).__name__):
        return AlreadyDone(earlier.seq)
    return Refused(
        (
            (
                f"the key {header.key} was used for another command, entry {earlier.seq}: nothing"
                " of this one was recorded; send it under a key of its own"
            ),
        ),
        current=(earlier.seq,),
    )


def in_the_way(event: Event, asked: Asked, rules: Rules = problems) -> Iterator[str]:
    """Everything that speaks against recording the event now: its guard, and its own rules."""
    kind = type(event).__name__
    guard = GUARDS[kind]
    yield from _out_of_order(asked, event)
    yield from _not_open_to(asked.by, kind, guard)
    if not asked.trial.versions:
        if kind == "ProtocolAdopted":
            yield from rules(event, asked)
        else:
            yield "the ledger holds no protocol yet: adopt one first"
        return
    yield from _not_delegated(asked)
    yield from _not_in_state(asked, kind, guard)
    yield from _not_of_subject(asked, kind, guard)
    yield from _impossible_days(event, asked, guard)
    if asked.subject and asked.context.supersedes is not None:
        yield from unfit_correction(asked.subject, event, asked.context)
    yield from rules(event, asked)


def governing_version(event: Event, asked: Asked) -> str | None:
    """The protocol version under which an event is recorded: that of the day it is about, at the
    site and under the consent of whom it is about; of the trial the latest (ICH E6(R3) 3.15).
    """
    if isinstance(event, events.ProtocolAdopted | events.ProtocolAmended):
        return event.version
    trial = asked.trial
    if not trial.versions:
        return None
    subject = asked.subject
    if asked.context.subject is None:
        return trial.protocol.version
    site = subject.site if subject else asked.by.site or ""
    version = trial.version_at(site, governing_day(event, asked), subject)
    return version.protocol.version


def governing_day(event: Event, asked: Asked) -> date:
    """The day that an event is about: of a form that of its visit, else the first day it names;
    today where it names none.
    """
    if isinstance(event, events.FormSaved):
        form = asked.trial.protocol.form(event.form)
        try:
            on = form.day(event.values) if form else None
        except ValueError:
            on = None
        return on.earliest if on else asked.today
    for name in GUARDS[type(event).__name__].days:
        value = getattr(event, name)
        if value:
            return value if isinstance(value, date) else parse_date(value).earliest
    return asked.today


def _header(asked: Asked) -> Header:
    by, context, trial = asked.by, asked.context, asked.trial
    version = context.version or (trial.protocol.version if trial.versions else "none")
    return Header(
        at=by.at,
        actor=by.actor,
        role=by.role,
        site=by.site,
        subject=context.subject,
        protocol=version,
        key=by.key,
        reason=context.reason,
        supersedes=context.supersedes,
    )


def _current(asked: Asked) -> Current:
    """What holds in the place of what the command would have replaced."""
    stale, subject = asked.context.supersedes, asked.subject
    if stale is None or subject is None:
        return ()
    while stale in subject.replaced:
        stale = subject.replaced[stale]
    return () if stale == asked.context.supersedes else (stale,)


def _out_of_order(asked: Asked, event: Event) -> Iterator[str]:
    """One clock for the whole ledger, which only rises; a clock that was wrong is mended by an
    entry of its own.
    """
    head, by = asked.trial.head, asked.by
    try:
        check_time(by.at)
    except BadEntry as broken:
        yield str(broken)
        return
    if head is not None and by.at < head.at and not isinstance(event, events.ClockCorrected):
        yield (
            f"the clock runs back: {by.at} is before the last entry, {head.at}. If that one is"
            " wrong, correct the clock"
        )


def _not_open_to(by: Attribution, kind: str, guard: Guard) -> Iterator[str]:
    if by.role not in guard.roles:
        allowed = ", ".join(sorted(guard.roles))
        yield f"{kind} is not open to the role {by.role!r}; it is to {allowed}"
    if not ACTOR_CODE.fullmatch(by.actor):
        yield f"actor: found {by.actor!r}, expected a code of 2 to 40 letters and digits; no name"


def _not_delegated(asked: Asked) -> Iterator[str]:
    """Roles are at work from training and delegation on, and lapse with it (ICH E6(R3) 2.3)."""
    trial, by = asked.trial, asked.by
    if by.role == SYSTEM or (by.actor == trial.founder and by.role == "sponsor"):
        return
    own = trial.sites.get(by.site or "")
    today = local_day(by.at, own.time_zone) if own else asked.today
    held = (each.holds(by.actor, by.role, by.site, today) for each in trial.delegations.values())
    if not any(held):
        where = f" at {by.site}" if by.site else ""
        yield f"{by.actor} holds no delegation as {by.role}{where} on {today}"
    elif by.actor not in trial.trained:
        yield f"{by.actor} has no recorded training"


def _not_in_state(asked: Asked, kind: str, guard: Guard) -> Iterator[str]:
    trial, by = asked.trial, asked.by
    if trial.status not in guard.trial:
        yield f"{kind} is not possible while the trial is {_states({trial.status})}" + _when(
            guard.trial, TrialStatus
        )
    if by.role not in SITE:
        return
    site = trial.sites.get(by.site or "")
    if site is None:
        yield (
            f"there is no site {by.site!r}; open it first"
            if by.site
            else (f"{by.role} acts at a site, and none is named")
        )
    elif site.status not in guard.site:
        yield f"{kind} is not possible while site {site.id} is {_states({site.status})}" + _when(
            guard.site, SiteStatus
        )


def _when(allowed: frozenset[str], every: type) -> str:
    return f"; it is while {_states(allowed)}" if len(allowed) < len(list(every)) else ""  # type: ignore[call-overload]


def _states(names: frozenset[str] | set[TrialStatus] | set[SiteStatus]) -> str:
    return " or ".join(sorted(str(name).lower() for name in names))


def _not_of_subject(asked: Asked, kind: str, guard: Guard) -> Iterator[str]:
    """Whom it is about must be there, belong to the site of who acts, and be in a state for it."""
    if guard.subject is None:
        return
    subject, by = asked.subject, asked.by
    if subject is None:
        yield f"there is no subject {asked.context.subject}; screen first"
        return
    if by.role in SITE and by.site != subject.site:
        yield f"{subject.id} belongs to site {subject.site}, not to {by.site}"
    if subject.status not in guard.subject:
        yield f"{kind} is not possible while {subject.id} is {str(subject.status).lower()}"
    if guard.shut:
        yield from _shut(subject)
    needed = asked.trial.protocol.conduct.consent_before_entry
    if guard.consent and needed and not subject.consents:
        yield "no consent is recorded: entry before consent is refused"


def _shut(subject: Subject) -> Iterator[str]:
    if subject.locked:
        yield (
            f"the data of {subject.id} are locked; what concerns safety is reported all the same"
        )
    if subject.left_with_data:
        yield f"{subject.id} withdrew from further use of data"


def _impossible_days(event: Event, asked: Asked, guard: Guard) -> Iterator[str]:
    """No day lies in the future of the site, and none before a birth."""
    born = asked.subject.born_after if asked.subject else None
    for name in guard.days:
        value = getattr(event, name)
        if value in (None, ""):
            continue
        when = parse_date(value) if isinstance(value, str) else parse_date(value.isoformat())
        yield from impossible_day(name, when.earliest, when.latest, asked.today, born)


def impossible_day(
    where: str, earliest: date, latest: date, today: date, born: date | None
) -> Iterator[str]:
    """What cannot be: a day that has not begun at the site, or one before the person was born."""
    if earliest > today:
        yield f"{where}: {earliest} lies in the future; at the site it is {today}"
    if born and latest < born:
        yield f"{where}: {latest} is before birth ({born})"
