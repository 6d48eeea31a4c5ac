"""What ends the time of one person, an event or censoring? The rules of the agencies as switches.

Days count from randomization, day 0. Each situation has one switch: FDA, Clinical Trial Endpoints
for the Approval of Cancer Drugs and Biologics (2018), appendix 3, tables A and C; EMA, guideline on
anticancer medicinal products, appendix 1 (2013).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from equipoise.arrays import NEVER, NOWHERE, Codes, Ints
from equipoise.compiled import njit
from equipoise.terms.response import Response

NE, PD = int(Response.NE), int(Response.PD)

CENSOR, EVENT, IGNORE = range(3)
"""What a situation does: censors at the last adequate scan before it, is an event, or changes
nothing."""
DATED, SCAN = range(2)
"""`progression_date`: the day the assessment dates PD on (new lesion's first sight), or the day of
the visit."""
RANDOMIZATION, AT_SCAN, DEATH, THERAPY, CLINICAL, ALIVE, DECLARED = range(7)
"""Kinds of source, in the order of `time_to_event.KINDS`."""


class TimeToEventRules(NamedTuple):
    """One choice for each situation of PFS, and the longest gap, in days, that is not "more than
    one missed visit": 0 where no schedule is declared.
    """

    no_baseline_scan: int  # CENSOR at randomization, or IGNORE
    progression_date: int  # DATED or SCAN
    clinical_progression: int  # undocumented: CENSOR, EVENT or IGNORE
    new_therapy: int  # CENSOR (hypothetical), EVENT (composite) or IGNORE (treatment policy)
    death: int  # before the first scan or between scans: EVENT, or CENSOR (time to progression)
    missed_visits: int  # event after more than one missed visit: CENSOR, or IGNORE (still an event)
    longest_gap: int = 0


_DOES = {"censor": CENSOR, "event": EVENT, "ignore": IGNORE}
SWITCHES: Mapping[str, Mapping[str, int]] = {
    name: {"dated": DATED, "scan": SCAN} if name == "progression_date" else _DOES
    for name in TimeToEventRules._fields
    if name != "longest_gap"
}
"""Switch -> what a protocol writes for each of its positions."""


def spelled(rules: TimeToEventRules) -> dict[str, str]:
    """The positions of a rule set in the words of a protocol."""
    positions = rules._asdict()
    return {
        name: next(word for word, position in words.items() if position == positions[name])
        for name, words in SWITCHES.items()
    }


def read_switches(words: Mapping[str, str]) -> TimeToEventRules:
    """The rule set that a protocol spells, without its schedule."""
    return TimeToEventRules(**{name: SWITCHES[name][words[name]] for name in SWITCHES})


def rules_for_schedule(
    choices: TimeToEventRules, *, interval_days: int, window_days: int
) -> TimeToEventRules:
    """A rule set for scans every `interval_days` +- `window_days`: two visits late by the window is
    the longest gap.
    """
    if interval_days <= 0 or window_days < 0:
        raise ValueError(
            f"scans every {interval_days} days +-{window_days}: the interval must be positive, the"
            " window not negative"
        )
    return choices._replace(longest_gap=2 * interval_days + 2 * window_days)


def rules_without_schedule(choices: TimeToEventRules) -> TimeToEventRules:
    """A rule set where no schedule of scans is declared: nothing counts as a missed visit."""
    return choices._replace(missed_visits=IGNORE, longest_gap=0)


WHY = {
    0: "progression",
    1: "death without progression",
    2: "progression by clinical signs, not documented by a scan",
    3: "new anticancer therapy, counted as an event",
    10: "no scan at baseline: censored at randomization",
    11: "no progression: censored at the last adequate scan",
    12: "no adequate scan after baseline: censored at randomization",
    13: "new anticancer therapy first: censored at the last adequate scan before it",
    14: "event after more than one missed visit: censored at the last adequate scan before",
    15: (
        "stopped for clinical progression that no scan documents: censored at the last adequate"
        " scan before"
    ),
    16: "death does not count: censored at the last adequate scan before",
    20: "death",
    21: "alive: censored when last known alive",
    22: "alive: censored at the data cutoff",
    23: "nothing known after randomization: censored there",
    30: "the declared event",
    31: "the declared event was not seen: censored at the last observation",
}
"""Sentences for the reasons that the compiled rules return."""


CENSORS = {13: THERAPY, 15: CLINICAL, 16: DEATH}
"""Keys of WHY that censor at a scan for what came after it, and the kind of source of that."""


class End(NamedTuple):
    """What a compiled rule returns: day, event (1 or 0), key of WHY, kind of source, index of the
    scan or -1.
    """

    day: int
    event: int
    why: int
    kind: int
    scan: int


@njit(cache=True)
def end_on(day: int, event: int, why: int, kind: int, scan: int) -> End:
    """An `End` with numbers of one width: the compiler tells ends of int32 arrays and of plain
    numbers apart until they are reckoned with.
    """
    return End(1 * int(day), event, why, kind, 1 * int(scan))


@njit(cache=True)
def documented_progression(day: Ints, response: Codes, until: int) -> int:
    """The first scan not after `until` that shows PD, or -1. The day of the scan documents it, not
    its dating.
    """
    for i in range(day.shape[0]):
        if response[i] == PD and day[i] <= until:
            return i
    return NOWHERE


@njit(cache=True)
def last_adequate(day: Ints, response: Codes, until: int) -> int:
    """The last scan not after `until` that could be evaluated, or -1 (then randomization stands
    in).
    """
    last = NOWHERE
    for i in range(day.shape[0]):
        if response[i] != NE and day[i] <= until:
            last = i
    return last


@njit(cache=True)
def censored(day: Ints, response: Codes, until: int, why: int) -> End:
    """Censored at the last adequate scan not after `until`."""
    i = last_adequate(day, response, until)
    if i == NOWHERE:
        return end_on(0, 0, 12 if why == 11 else why, RANDOMIZATION, NOWHERE)
    return end_on(day[i], 0, why, AT_SCAN, i)


@njit(cache=True)
def sooner(first: End, second: End) -> End:
    """The earlier of two ends; on one day the first stands. Day -1 is never."""
    if second.day < 0 or (0 <= first.day <= second.day):
        return first
    return second


@njit(cache=True)
def happens(day: int, until: int) -> bool:
    """Whether something dated `day` (-1 never) is known by `until`."""
    return 0 <= day <= until


class KnownDays(NamedTuple):
    """What is known of one person up to a cutoff; days from randomization, NEVER for what did not
    happen. The arrays have a place for each scan after baseline, in order of time.
    """

    day: Ints
    response: Codes
    pd_day: Ints
    has_baseline: bool
    death: int
    therapy: int
    clinical: int
    cutoff: int


@njit(cache=True)
def first_event(known: KnownDays, until: int, rules: TimeToEventRules) -> End:
    """The first event that counts and is known by `until`; day NEVER when there is none."""
    first = end_on(NEVER, NEVER, NEVER, NEVER, NOWHERE)
    i = documented_progression(known.day, known.response, until)
    if i != NOWHERE:
        dated = rules.progression_date == DATED and known.pd_day[i] != NEVER
        first = end_on(known.pd_day[i] if dated else known.day[i], 1, 0, AT_SCAN, i)
    if rules.clinical_progression == EVENT and happens(known.clinical, until):
        first = sooner(first, end_on(known.clinical, 1, 2, CLINICAL, NOWHERE))
    if rules.death == EVENT and happens(known.death, until):
        first = sooner(first, end_on(known.death, 1, 1, DEATH, NOWHERE))
    if rules.new_therapy == EVENT and happens(known.therapy, until):
        first = sooner(first, end_on(known.therapy, 1, 3, THERAPY, NOWHERE))
    return first


@njit(cache=True)
def horizon(known: KnownDays, rules: TimeToEventRules) -> tuple[int, int]:
    """Until when events count, and why no longer: cutoff, new therapy, or clinical progression
    nobody documented. A scan on the day itself was made before it, and counts.
    """
    until, why = known.cutoff, 11
    if rules.death == CENSOR and happens(known.death, until):
        until, why = known.death, 16
    if rules.new_therapy == CENSOR and happens(known.therapy, until):
        until, why = known.therapy, 13
    undocumented = documented_progression(known.day, known.response, until) == NOWHERE
    if rules.clinical_progression == CENSOR and undocumented and happens(known.clinical, until):
        until, why = known.clinical, 15
    return until, why


@njit(cache=True)
def progression_free(known: KnownDays, rules: TimeToEventRules) -> End:
    """PFS of one subject: the first event, unless something came before it that the rules censor
    for.
    """
    if not known.has_baseline and rules.no_baseline_scan == CENSOR:
        return end_on(0, 0, 10, RANDOMIZATION, NOWHERE)
    until, why = horizon(known, rules)
    event = first_event(known, until, rules)
    if event.day < 0:
        return censored(known.day, known.response, until, why)
    if rules.missed_visits == CENSOR:
        day_before = event.day - 1
        before = last_adequate(known.day, known.response, day_before)
        seen = int(known.day[before]) if before != NOWHERE else 0
        if event.day - seen > rules.longest_gap:
            return censored(known.day, known.response, day_before, 14)
    return event


@njit(cache=True)
def survival_end(death: int, last_known_alive: int, cutoff: int) -> End:
    """Death by the cutoff; else censored when last known alive, not after the cutoff."""
    if happens(death, cutoff):
        return end_on(death, 1, 20, DEATH, NOWHERE)
    if last_known_alive > cutoff or death > cutoff:  # who dies later was alive at the cutoff
        return end_on(cutoff, 0, 22, ALIVE, NOWHERE)
    if last_known_alive < 0:
        return end_on(0, 0, 23, RANDOMIZATION, NOWHERE)
    return end_on(last_known_alive, 0, 21, ALIVE, NOWHERE)
