"""What does a protocol declare for which no design is computed?"""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.protocol.estimands import BinaryAnalysis
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Refusal, Use
from equipoise.virtual.tumor import velo_fit

MOST_PARTICIPANTS = 2000
"""Up to here power is enumerated in seconds."""
DAYS_PER_WEEK = 7


def refusals(protocol: Protocol) -> tuple[Refusal, ...]:
    """Primary endpoints that scenarios of two proportions say nothing about, and numbers out of
    range.
    """
    found = [*_primary(protocol), *_numbers(protocol)]
    return tuple(Refusal(Use.DESIGNED, field, why) for field, why in found)


def _primary(protocol: Protocol) -> Iterator[tuple[str, str]]:
    primary, analysis = protocol.primary, protocol.primary.analysis
    if not isinstance(analysis, BinaryAnalysis):
        yield (
            f"endpoints.{primary.id}.analysis",
            (
                f"found {analysis.kind} for the primary endpoint, expected binary: scenarios"
                " declare two proportions, and neither medians nor a hazard ratio; where there are"
                " virtual participants, `equipoise simulate` shows the power of a time to event"
            ),
        )
    if protocol.population(primary.estimand.population).rule != "randomized":
        yield (
            f"endpoints.{primary.id}.estimand.population",
            (
                f"found {primary.estimand.population}, expected a population with the rule"
                " randomized: a design counts everybody who is planned"
            ),
        )


def _numbers(protocol: Protocol) -> Iterator[tuple[str, str]]:
    design, last = protocol.design, velo_fit().follow_days // DAYS_PER_WEEK
    if design.participants > MOST_PARTICIPANTS:
        yield (
            "design.participants",
            (
                f"found {design.participants}, expected at most {MOST_PARTICIPANTS}: power is"
                " enumerated over all tables"
            ),
        )
    if design.power <= design.alpha / 2:
        yield (
            "design.power",
            f"found {design.power}, expected more than half of the alpha of {design.alpha}",
        )
    places = sum(arm.ratio for arm in protocol.arms)
    if places > design.participants:
        yield (
            "design.participants",
            f"found {design.participants}, expected at least the {places} places of the ratio",
        )
    if wrong := [weeks for weeks in design.first_scan_weeks if not 1 <= weeks <= last]:
        yield "design.first_scan_weeks", f"found {wrong[0]}, expected 1 to {last} weeks"
    if not design.control_median_pfs_months > 0:
        found = design.control_median_pfs_months
        yield "design.control_median_pfs_months", f"found {found}, expected a time above 0"
