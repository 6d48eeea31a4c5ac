"""How long until the event in each arm, and does that differ?

Effects are experimental over control.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from equipoise.analysis.arms import Arms, confidence_of
from equipoise.analysis.results.endpoints import (
    Curve,
    Events,
    Landmark,
    Median,
    RestrictedMean,
    Time,
    TimeAnalysis,
    TimeComparison,
    TimeToEventEndpoint,
    TimeValue,
)
from equipoise.analysis.results.treatment import FollowUpTime
from equipoise.arrays import Flags, Floats
from equipoise.endpoints.catalogue import endpoint_of
from equipoise.endpoints.values import Courses, Value, time_values
from equipoise.protocol.estimands import TimeToEventAnalysis
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.statistics.cox import fit_cox, proportionality_test
from equipoise.statistics.survival import (
    SurvivalCurve,
    kaplan_meier,
    log_rank,
    restricted_mean,
)
from equipoise.terms.dates import DAYS_PER_MONTH

OVERALL_SURVIVAL = "OS"
"""The catalogue's name: the time to death, known of everybody randomized."""
LANDMARKS = (6, 12)
"""Months from randomization at which the curves are told in numbers."""
Groups = NDArray[np.str_]
Times = Mapping[str, TimeValue]


def analyze_time_to_event(
    endpoint: Endpoint, courses: Courses, arms: Arms, strata: Mapping[str, str], protocol: Protocol
) -> TimeToEventEndpoint:
    """One time-to-event endpoint under each of its rule sets; a duration of response compares
    nothing.
    """
    assert isinstance(endpoint.analysis, TimeToEventAnalysis)
    groups = strata if endpoint.analysis.stratified else {}
    sets: dict[str, TimeAnalysis] = {}
    measured = {name: endpoint_of(name, protocol) for name in endpoint.analysis.rules}
    inside = {name: course for name, course in courses.items() if name in arms}
    for name, kind in measured.items():
        times = _times_of(time_values(name, inside, protocol))
        if kind.of_responders:  # they are no randomized groups
            shown = describe_times(times, arms, protocol, note="descriptive")
        else:
            shown = compare_times(times, arms, groups, protocol)
        sets[name] = TimeAnalysis(comparison=shown, subjects=times)
    of_responders = all(kind.of_responders for kind in measured.values())
    return TimeToEventEndpoint(
        label=endpoint.label,
        role=endpoint.role,
        population=(
            f"responders of {endpoint.estimand.population}"
            if of_responders
            else endpoint.estimand.population
        ),
        rules=sets,
    )


def follow_up_of(courses: Courses, arms: Arms, protocol: Protocol) -> FollowUpTime:
    """How long those randomized were followed: from randomization to the last day on which they are
    known to be alive, who died being censored (reverse Kaplan-Meier; Schemper and Smith, Control
    Clin Trials 1996).
    """
    level, times = (
        confidence_of(protocol),
        _times_of(time_values(OVERALL_SURVIVAL, courses, protocol)),
    )

    def median_of(names: Iterable[str]) -> Median:
        followed = [times[name].value for name in names]
        days = np.array([each.days for each in followed], float)
        alive = np.array([not each.event for each in followed], bool)
        return _estimated(days, alive, level)[0].median

    return FollowUpTime(
        arms={
            arm.id: median_of(name for name in courses if arms[name] == arm.id)
            for arm in protocol.arms
        },
        all=median_of(courses),
    )


def _times_of(values: Mapping[str, Value]) -> dict[str, TimeValue]:
    return {
        name: TimeValue(value=Time(**value.value), why=value.why, source=value.source)
        for name, value in values.items()
    }


def describe_times(times: Times, arms: Arms, protocol: Protocol, note: str = "") -> TimeComparison:
    """Curves, events and medians by arm, without a comparison; the note says why."""
    names, days, event = _arrays(times)
    level = confidence_of(protocol)
    estimated = {
        arm.id: _estimated(days[inside], event[inside], level)
        for arm in protocol.arms
        for inside in [np.array([arms[name] == arm.id for name in names], bool)]
    }
    curves = {arm: curve for arm, (curve, _) in estimated.items()}
    return TimeComparison(
        arms={arm: Events(n=curve.n, events=curve.events_total) for arm, curve in curves.items()},
        medians={arm: curve.median for arm, curve in curves.items()},
        curves=curves,
        landmarks={arm: landmarks for arm, (_, landmarks) in estimated.items()},
        note=note,
    )


def compare_times(
    times: Times, arms: Arms, strata: Mapping[str, str], protocol: Protocol
) -> TimeComparison:
    """Hazard ratio (Cox, Efron), log-rank p (stratified when strata are given), curves and medians
    by arm.

    Two answers, each for itself: arms that separate have no finite hazard ratio and the clearest
    log-rank test.
    """
    described = describe_times(times, arms, protocol)
    names, days, event = _arrays(times)
    treated = np.array([arms[name] == protocol.experimental.id for name in names], float)
    groups = np.array([strata.get(name, "") for name in names]) if strata else None
    if len(set(treated)) < 2:
        return replace(described, note="an arm is empty")
    ratio = _hazard_ratio(days, event, treated, groups, confidence_of(protocol))
    tested = _tested(days, event, treated, groups)
    notes = dict.fromkeys(note for note in (ratio.note, tested.note) if note)
    return replace(
        described,
        hazard_ratio=ratio.value,
        interval=ratio.interval,
        p_value=tested.p,
        test=tested.name,
        restricted_mean=_restricted(days, event, treated, protocol),
        stratified=groups is not None,
        proportional=ratio.proportional,
        note="; ".join(notes),
    )


def _arrays(times: Times) -> tuple[list[str], Floats, Flags]:
    names = sorted(times)
    days = np.array([times[name].value.days for name in names], float)
    event = np.array([times[name].value.event for name in names], bool)
    return names, days, event


class Ratio(NamedTuple):
    """A hazard ratio with its interval, or the note that says why there is none."""

    value: float | None = None
    interval: tuple[float, float] | None = None
    proportional: float | None = None
    note: str = ""


class Tested(NamedTuple):
    """The log-rank test, or the note that says why there is none."""

    p: float | None = None
    name: str | None = None
    note: str = ""


def _hazard_ratio(
    days: Floats, event: Flags, treated: Floats, groups: Groups | None, level: float
) -> Ratio:
    try:
        fit = fit_cox(days, event, treated.reshape(-1, 1), groups, level=level)
    except ValueError as error:
        return Ratio(note=str(error))
    try:
        proportional = number(proportionality_test(fit).global_p)
    except ValueError:  # the ratio stands without it
        proportional = None
    bounds = (float(fit.lower[0]), float(fit.upper[0]))
    return Ratio(float(fit.hazard_ratio[0]), bounds, proportional)


def _restricted(
    days: Floats, event: Flags, treated: Floats, protocol: Protocol
) -> RestrictedMean | None:
    """Up to the latest day that both arms reach; None where that is none."""
    level = confidence_of(protocol)
    try:
        found = restricted_mean(days, event, treated, level=level)
    except ValueError:
        return None
    control, experimental = found.means
    of = {protocol.experimental.id: experimental, protocol.control.id: control}
    gap = found.difference
    return RestrictedMean(
        tau=found.tau,
        means={arm.id: of[arm.id].estimate for arm in protocol.arms},
        intervals={arm.id: (of[arm.id].lower, of[arm.id].upper) for arm in protocol.arms},
        difference=gap.estimate if gap else None,
        interval=(gap.lower, gap.upper) if gap else None,
        p_value=gap.p if gap else None,
    )


def _tested(days: Floats, event: Flags, treated: Floats, groups: Groups | None) -> Tested:
    try:
        p = log_rank(days, event, treated, groups).p
    except ValueError as error:
        return Tested(note=str(error))
    return Tested(float(p), "log-rank" if groups is None else "stratified log-rank")


# ------------------------------------------------------------------ curves


def _estimated(days: Floats, event: Flags, level: float) -> tuple[Curve, tuple[Landmark, ...]]:
    """The curve of one arm, and what it says at the landmarks."""
    if not len(days):
        nothing = Median(median=None, interval=(None, None))
        return Curve(n=0, events_total=0, median=nothing, times=()), ()
    curve = kaplan_meier(days, event, level)
    marks = tuple(_landmark(curve, days, month * DAYS_PER_MONTH) for month in LANDMARKS)
    return _curve(curve, days, event), marks


def _landmark(curve: SurvivalCurve, days: Floats, at: float) -> Landmark:
    survival, lower, upper = curve.at(at)
    return Landmark(
        days=at,
        survival=number(survival),
        interval=(number(lower), number(upper)),
        at_risk=int((days >= at).sum()),
    )


def _curve(curve: SurvivalCurve, days: Floats, event: Flags) -> Curve:
    middle = curve.median()
    return Curve(
        n=len(days),
        events_total=int(event.sum()),
        median=Median(
            median=number(middle.time), interval=(number(middle.lower), number(middle.upper))
        ),
        times=tuple(float(x) for x in curve.times),
        survival=tuple(number(x) for x in curve.survival),
        lower=tuple(number(x) for x in curve.lower),
        upper=tuple(number(x) for x in curve.upper),
        at_risk=tuple(int(x) for x in curve.at_risk),
        censored=tuple(sorted(float(x) for x in days[~event])),
    )


def number(value: float) -> float | None:
    """A float that JSON knows, or None where there is no number."""
    return float(value) if math.isfinite(value) else None
