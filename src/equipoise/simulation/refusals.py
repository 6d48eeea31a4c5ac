"""What does a protocol declare that no virtual trial obeys?"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from equipoise.protocol.estimands import SafetyAnalysis, TimeToEventAnalysis
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Refusal, Use
from equipoise.simulation.judged import DOR, counts_everybody, kind_of
from equipoise.simulation.trial_rules import MOST_STRATA
from equipoise.terms.dates import DAYS_PER_MONTH
from equipoise.virtual.parameters import rehearsed
from equipoise.virtual.tumor import velo_fit

FEWEST = 8


def refusals(protocol: Protocol) -> tuple[Refusal, ...]:
    """Primary endpoints, populations, looks and schedules that the compiled loop does not follow,
    and a trial that has no virtual participants.
    """
    found = [
        *_participants(protocol),
        *_primary(protocol),
        *_looks(protocol),
        *_scans(protocol),
        *_cutoffs(protocol),
        *_strata(protocol),
    ]
    return tuple(Refusal(Use.SIMULATED, field, why) for field, why in found)


def _participants(protocol: Protocol) -> Iterator[tuple[str, str]]:
    if protocol.id not in rehearsed():
        yield (
            "registration.id",
            (
                f"found {protocol.id}, expected a trial that has virtual participants:"
                f" {', '.join(rehearsed())}"
            ),
        )
    if (n := protocol.design.participants) < FEWEST:
        yield (
            "design.participants",
            (
                f"found {n}, expected {FEWEST} or more: with fewer an arm is empty in too many"
                " virtual trials"
            ),
        )


def _primary(protocol: Protocol) -> Iterator[tuple[str, str]]:
    primary = protocol.primary
    field, analysis = f"endpoints.{primary.id}.analysis", primary.analysis
    if isinstance(analysis, SafetyAnalysis):
        yield (
            field,
            (
                "found safety for the primary endpoint, expected binary or time_to_event: adverse"
                " events are not drawn"
            ),
        )
    if isinstance(analysis, TimeToEventAnalysis):
        kind = kind_of(analysis.rules[0], protocol)
        if kind is None or kind == DOR:
            yield (
                f"{field}.rules",
                (
                    f"found {analysis.rules[0]} first for the primary endpoint, expected a set of"
                    " censoring rules or OS: those compare randomized groups by a compiled rule"
                ),
            )
    if not counts_everybody(protocol, primary):
        yield (
            f"endpoints.{primary.id}.estimand.population",
            (
                f"found {primary.estimand.population}, expected a population with the rule"
                " randomized: virtual trials count everybody who was randomized"
            ),
        )


def _looks(protocol: Protocol) -> Iterator[tuple[str, str]]:
    looks, primary = protocol.design.looks, protocol.primary
    if looks and isinstance(primary.analysis, TimeToEventAnalysis):
        yield (
            "design.looks",
            (
                f"found looks at {', '.join(str(look.participants) for look in looks)}"
                " participants, expected []: the information of a time to event is its events, and"
                " looks are declared in participants"
            ),
        )


def _scans(protocol: Protocol) -> Iterator[tuple[str, str]]:
    scan, last = protocol.visit(protocol.assessment.scan_visit), velo_fit().follow_days
    field = f"schedule.{scan.id}"
    if scan.anchor != "randomization":
        yield (
            f"{field}.anchor",
            f"found {scan.anchor}, expected randomization: virtual scans are counted from there",
        )
    if scan.until not in ("progression", "once"):
        yield (
            f"{field}.until",
            f"found {scan.until}, expected progression: virtual scans end with it",
        )
    if scan.before_days != scan.after_days:
        yield (
            f"{field}.after_days",
            (
                f"found {scan.before_days} days before and {scan.after_days} after, expected the"
                " same: virtual scans fall on both sides alike"
            ),
        )
    if not 1 <= protocol.scans.first < last:
        yield (
            f"{field}.day",
            (
                f"found {protocol.scans.first}, expected 1 to {last - 1}: virtual participants are"
                f" followed for {last} days"
            ),
        )


def _cutoffs(protocol: Protocol) -> Iterator[tuple[str, str]]:
    last, cutoff = velo_fit().follow_days, protocol.cutoff
    primary, months = (
        cutoff.primary_days_after_last_randomization,
        cutoff.os_months_after_last_randomization,
    )
    if not 1 <= primary <= last:
        yield (
            "cutoff.primary_days_after_last_randomization",
            f"found {primary}, expected 1 to {last}, the days that participants are followed",
        )
    if not 1 <= months <= last / DAYS_PER_MONTH:
        yield (
            "cutoff.os_months_after_last_randomization",
            (
                f"found {months}, expected 1 to {int(last / DAYS_PER_MONTH)}: virtual participants"
                f" are followed for {last} days"
            ),
        )


def _strata(protocol: Protocol) -> Iterator[tuple[str, str]]:
    strata = prod(len(stratum.levels) for stratum in protocol.randomization.strata)
    if strata > MOST_STRATA:
        yield (
            "randomization.strata",
            f"found {strata} combinations of levels, expected at most {MOST_STRATA}",
        )
