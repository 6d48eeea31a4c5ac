"""How is the next cycle given? The treatment rules of the protocol for the drug under test."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from equipoise.protocol.model import DrugGiven, Protocol
from equipoise.rehearsal.adverse_events import Event
from equipoise.rehearsal.screening_forms import Desk

WEEK = 7


class Dosing(NamedTuple):
    """How a cycle is given: with the drug under test or without, at which reduction level of it,
    how many days late, and how many severe rashes there were.
    """

    tested: bool
    level: int = 0
    delay: int = 0
    rashes: int = 0


def drugs_under_test(protocol: Protocol) -> list[DrugGiven]:
    """What only the experimental arm is given."""
    return [rule.values for rule in protocol.treatment if rule.values.drug]


def next_dosing(desk: Desk, dosing: Dosing, events: Iterable[Event]) -> Dosing:
    """After a cycle with these events.

    A severe rash delays for one to two weeks; after the first the full dose is resumed, after each
    other one the next lower; when there is none, or the rash stays, the drug is stopped.
    """
    severe = [event for event in events if event.delays]
    rash = dosing.tested and any(event.is_rash for event in severe)
    rashes = dosing.rashes + int(rash)
    levels = max((len(given.doses) for given in drugs_under_test(desk.protocol)), default=0)
    stops = any(event.ends_tested for event in events) or rashes > levels
    if rash and desk.chance("rash_stays"):
        stops = True
    delay = WEEK if severe or desk.chance("cycle_delayed") else 0
    if rash:
        delay = int(desk.rng.integers(WEEK, 2 * WEEK + 1))
    return Dosing(dosing.tested and not stops, max(rashes - 1, 0), delay, rashes)


def infusion_days(given: DrugGiven, cycle_days: int, number: int) -> list[int]:
    """Days of a cycle on which a drug is due that keeps its own rhythm; day 0 opens the cycle."""
    every = given.every_days or cycle_days
    begun = (number - 1) * cycle_days
    return [day for day in range(cycle_days) if (begun + day) % every == 0]
