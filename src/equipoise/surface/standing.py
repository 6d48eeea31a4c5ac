"""How does a trial stand: what must be confirmed, told, classified or compared, and by when?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from equipoise.conduct.emergency import unaccounted, uncounted
from equipoise.conduct.sponsor_clock import SponsorClock, sponsor_clocks
from equipoise.subject.deviations import recorded_deviations
from equipoise.subject.likeness import alike
from equipoise.subject.state import Subject, Trial
from equipoise.surface.ledgers import Ledger

NOTHING = "none"


def standing(ledger: Ledger, at: str | None = None) -> list[str]:
    """The lines that answer, at a time with its offset from UTC. Without one it is now; of a
    simulated trial it is the time of its last entry. Raises ValueError for a text that is no time.
    """
    trial = ledger.trial
    when = _time(trial, at)
    return [
        *_trial(trial, when),
        "",
        "To confirm before it serves real people:",
        f"  {', '.join(trial.unconfirmed(trial.protocol)) or NOTHING}",
        "Serious events for the authorities:",
        *_listed(_clock(clock, when) for clock in sponsor_clocks(trial)),
        "Deviations:",
        *_listed(line for one in trial.subjects.values() for line in _deviations(one)),
        "Perhaps one person under two codes:",
        *_listed(_alike(trial)),
        "Envelopes of emergency lists:",
        *_listed(_envelopes(trial)),
    ]


def _time(trial: Trial, at: str | None) -> datetime:
    if at is None:
        simulated = trial.simulated and trial.head is not None
        return datetime.fromisoformat(trial.head.at) if simulated else datetime.now(UTC)  # type: ignore[union-attr]
    try:
        when = datetime.fromisoformat(at)
        if when.tzinfo is None:
            raise ValueError
    except ValueError:
        raise ValueError(
            f"--at: found {at!r}, expected a time with its offset from UTC, like"
            " 2026-03-01T16:30+08:00"
        ) from None
    return when


def _listed(lines: Iterator[str]) -> list[str]:
    return [f"  {line}" for line in lines] or [f"  {NOTHING}"]


def _trial(trial: Trial, when: datetime) -> Iterator[str]:
    marked = "SIMULATED. " if trial.simulated else ""
    protocol = trial.protocol
    states = Counter(str(one.status).lower() for one in trial.subjects.values())
    people = ", ".join(f"{name} {number}" for name, number in states.items())
    yield (
        f"{marked}{protocol.id} version {protocol.version}: {str(trial.status).lower()} at"
        f" {_utc(when)}"
    )
    yield f"  {people or 'nobody was screened'}"


def _utc(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _clock(clock: SponsorClock, when: datetime) -> str:
    what = f"{clock.subject}, entry {clock.report}, {clock.term}: {clock.judged}"
    if clock.due is None:
        country = clock.country or "no country"
        return f"{what}; when it is due is not known here for {country}"
    told = "".join(f", told {_utc(sent)}" for sent in clock.submitted)
    more = f", what follows on it {_utc(clock.follow_up_due)}" if clock.follow_up_due else ""
    late = ", OVERDUE" if clock.is_overdue(when) else ""
    return f"{what}, due {_utc(clock.due)}{more} ({clock.law}){told}{late}"


def _deviations(subject: Subject) -> Iterator[str]:
    for place, deviation in recorded_deviations(subject):
        said = subject.classified.get(place)
        what = f"{subject.id}, entry {place.entry} row {place.row}, {deviation.term}"
        if said is None:
            yield f"{what}: not classified"
            continue
        excludes = ", excludes from the per-protocol set" if said.excludes else ""
        seen = ", after results by arm had been seen" if said.results_seen else ""
        yield f"{what}: {said.importance.lower()}{excludes} (entry {said.source}){seen}"


def _envelopes(trial: Trial) -> Iterator[str]:
    for held in uncounted(trial):
        yield f"{held.site}: not counted yet (list of entry {held.source})"
    for site, stratum, envelopes in unaccounted(trial):
        what = "neither unopened nor recorded" if envelopes > 0 else "more than there can be"
        yield f"{site}, stratum ({', '.join(stratum)}): {abs(envelopes)} {what}"


def _alike(trial: Trial) -> Iterator[str]:
    for code in sorted(trial.subjects):
        yield from (f"{code} and {other}" for other in alike(trial, code) if code < other)
