"""How do we answer the published cases of responses and times? Plain JSON, read into arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from equipoise.arrays import NEVER
from equipoise.assessments.recist.clauses import CLAUSES
from equipoise.assessments.recist.policy import build_policy
from equipoise.assessments.recist.rules import (
    Lesions,
    VisitDays,
    VisitResults,
    assess_dated_visits,
)
from equipoise.assessments.recist.series import combine
from equipoise.assessments.recist.sightings import LENGTH_OF
from equipoise.assessments.recist.target_rules import NO_SUM, NO_TARGETS, NOT_EVALUATED, TOO_SMALL
from equipoise.endpoints.best_response import (
    BestResponse,
    derive_best_response,
    derive_confirmed_best_response,
    reached,
)
from equipoise.endpoints.catalogue import (
    DISEASE_CONTROL,
    NOTHING_CENSORS,
    OBJECTIVE_RESPONSE,
    RULE_SETS,
    TIME_ENDPOINTS,
)
from equipoise.endpoints.censoring import TimeToEventRules, read_switches, rules_for_schedule
from equipoise.endpoints.response_rules import AFTER_CR, ResponsePolicy
from equipoise.endpoints.time_to_event import FollowUp
from equipoise.terms.response import NewLesion, NonTarget, Response


def answer_time_point(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Topic `time_point`: RECIST 1.1 at every visit."""
    visits = inputs["visits"]
    first, last, new = (
        np.array([visit.get(name, visit["day"]) for visit in visits], np.int32)
        for name in ("day", "last_day", "new_day")
    )
    results = assess_dated_visits(
        VisitDays(first, last, new),
        _lesions(inputs["targets"], visits),
        inputs.get("assessable_until", NEVER),
        build_policy(inputs["policy"]),
    )
    return _told(results)


def _lesions(targets: Sequence[Mapping[str, Any]], visits: Sequence[Mapping[str, Any]]) -> Lesions:
    length = [[_micrometers(text) for text in visit["targets"]] for visit in visits]
    return Lesions(
        length=np.array(length, np.int32).reshape(len(visits), len(targets)),
        node=np.array([target["node"] for target in targets], np.int8),
        nontarget=np.array([NonTarget.parse(visit["nontarget"]) for visit in visits], np.int8),
        new=np.array([NewLesion.parse(visit["new"]) for visit in visits], np.int8),
    )


def _told(results: VisitResults) -> dict[str, Any]:
    after = range(1, len(results.response))
    target = [int(code) for code in results.target[1:]]
    return {
        "response": [Response(int(results.response[v])).cdisc for v in after],
        "target": ["NONE" if code == NO_TARGETS else Response(code).cdisc for code in target],
        "sum_mm": [None if s == NO_SUM else _millimeters(int(s)) for s in results.sum],
        "decided_by": [int(v) for v in results.decided_by[1:]],
        "pd_day": [None if d == NEVER else int(d) for d in results.pd_day[1:]],
        "clause": [CLAUSES[int(c)].reference for c in results.clause[1:]],
    }


def _micrometers(text: str) -> int:
    return LENGTH_OF[text] if text in LENGTH_OF else int(1000 * Decimal(text))


def _millimeters(length: int) -> str:
    """With one digit after the point, and more only where there are more."""
    whole, _, rest = f"{length / 1000:.3f}".partition(".")
    return f"{whole}.{rest.rstrip('0') or '0'}"


def answer_combine(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Topic `split_and_merged`: one length for a lesion in parts."""
    length = combine(
        [_micrometers(text) for text in inputs["parts"]],
        inputs["how"],
        build_policy(inputs["policy"]),
    )
    named = {NOT_EVALUATED: "NOT EVALUATED", TOO_SMALL: "TOO SMALL"}
    return {"mm": named.get(length, _millimeters(length))}


def _best(inputs: Mapping[str, Any], derive: Callable[..., BestResponse]) -> dict[str, Any]:
    policy = ResponsePolicy(
        **{**inputs["policy"], "after_cr": AFTER_CR.index(inputs["policy"]["after_cr"])}
    )
    scans = inputs["scans"]
    best = derive(
        [s["day"] for s in scans],
        [Response.parse(s["response"]) for s in scans],
        policy,
        pd_day=[s.get("pd_day", NEVER) for s in scans],
        therapy_day=inputs.get("new_therapy", NEVER),
    )
    return {
        "best": best.response.cdisc,
        "scan": best.index,
        "disease_control": reached(best, DISEASE_CONTROL.counted).achieved,
        "objective_response": reached(best, OBJECTIVE_RESPONSE.counted).achieved,
    }


def answer_best(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Topic `best_response`: without confirmation."""
    return _best(inputs, derive_best_response)


def answer_confirmed(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Topic `confirmed_response`: RECIST 1.1 Table 3."""
    return _best(inputs, derive_confirmed_best_response)


def _follow_up(inputs: Mapping[str, Any]) -> FollowUp:
    scans = inputs["scans"]
    return FollowUp(
        scan_days=tuple(s["day"] for s in scans),
        responses=tuple(int(Response.parse(s["response"])) for s in scans),
        pd_days=tuple(s.get("pd_day", NEVER) for s in scans),
        cutoff=inputs["cutoff"],
        has_baseline=inputs.get("baseline_scan", True),
        death=inputs.get("death", NEVER),
        new_therapy=inputs.get("new_therapy", NEVER),
        clinical_progression=inputs.get("clinical_progression", NEVER),
        last_known_alive=inputs.get("last_known_alive", NEVER),
    )


def _rules(inputs: Mapping[str, Any]) -> TimeToEventRules:
    if "rules" not in inputs:
        return NOTHING_CENSORS
    declared = inputs["rules"]
    return rules_for_schedule(
        RULE_SETS[declared].rules if isinstance(declared, str) else read_switches(declared),
        interval_days=inputs["schedule"]["interval"],
        window_days=inputs["schedule"]["window"],
    )


def answer_censoring(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Topic `censoring`: PFS, duration of response or overall survival under a rule set."""
    endpoint = TIME_ENDPOINTS[inputs["endpoint"]]
    responded = inputs.get("first_response", NEVER)
    end = endpoint.derive(_follow_up(inputs), responded, _rules(inputs))
    return (
        {"days": None}
        if end is None
        else {"days": end.days, "event": end.event, "source": end.source_kind}
    )
