"""May the protocol serve real people? What it takes from standard knowledge is confirmed by name,
against its source, before anybody is recruited; a simulated trial needs none of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.conduct.asked import Asked, problems
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.record import Outcome, record
from equipoise.ledger import events
from equipoise.subject.state import Trial


def confirm_assumptions(
    trial: Trial, by: Attribution, assumptions: tuple[str, ...], *, version: str
) -> Outcome:
    """Confirm assumptions of a version against their sources. It holds in later versions too, as
    long as their text stays the same.
    """
    event = events.AssumptionsConfirmed(assumptions=assumptions, version=version)
    return record(trial, by, event)


@problems.register
def _assumptions_confirmed(event: events.AssumptionsConfirmed, asked: Asked) -> Iterator[str]:
    if not event.assumptions:
        yield "assumptions: nothing found, expected the ids of those that are confirmed"
    held = {each.protocol.version: each.protocol for each in asked.trial.versions}
    if event.version not in held:
        yield f"there is no protocol version {event.version!r}"
        return
    declared = held[event.version].assumptions
    yield from (
        f"version {event.version} has no assumption {name!r}"
        for name in event.assumptions
        if name not in declared
    )


def not_for_people(asked: Asked) -> Iterator[str]:
    """Assumptions that nobody has confirmed are in the way of recruiting real people."""
    if asked.trial.simulated:
        return
    protocol = asked.protocol
    if missing := asked.trial.unconfirmed(protocol):
        yield (
            f"version {protocol.version} rests on standard knowledge that nobody has confirmed:"
            f" {', '.join(missing)}; compare each with its source, and confirm it"
        )
