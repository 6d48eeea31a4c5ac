"""Does a piece of software answer the published rules as they are written? Runs the cases of
`conformance/cases/`.

A case is plain JSON: inputs, the clause, the expected answer, why. Nothing in it belongs to this
package, so any other
program can be held to it: it reads one question per line and writes one answer per line
(`against`).
"""

from __future__ import annotations

import json
import select
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from equipoise.arrays import NEVER
from equipoise.assessments.recist.clauses import CLAUSES
from equipoise.assessments.recist.policy import build_policy
from equipoise.assessments.recist.rules import (
    NOT_EVALUATED,
    TOO_SMALL,
    VisitResults,
    assess_dated_visits,
)
from equipoise.assessments.recist.series import combine
from equipoise.conformance.eligibility_answers import answer_eligibility, answer_ras
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
from equipoise.endpoints.censoring import TimeToEventRules, rules_for_schedule
from equipoise.endpoints.response_rules import ResponsePolicy
from equipoise.endpoints.time_to_event import FollowUp
from equipoise.terms.response import NewLesion, NonTarget, Response

CASES = Path(__file__).parent / "cases"
"""The cases that come along."""
Answer = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Failure:
    """A case whose answer differs from the published one."""

    topic: str
    case: str
    clause: str
    expected: Mapping[str, Any]
    got: Mapping[str, Any]
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """How many cases of each topic passed, of how many, and those which did not."""

    passed: Mapping[str, int]
    total: Mapping[str, int]
    failures: tuple[Failure, ...]


def read_topics(directory: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each topic with its cases, named values (`"policy": "recist_1_1"`) written out in full."""
    for path in sorted(directory.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        shared = content.get("shared", {})
        try:
            cases = [
                {**case, "inputs": resolve(case["inputs"], shared)} for case in content["cases"]
            ]
            yield content["topic"], cases
        except (KeyError, TypeError) as error:
            raise ValueError(
                f"{path}: not a file of cases (see their README.md): {error!r} is missing"
            ) from None


def resolve(inputs: Mapping[str, Any], shared: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Write out the named values of a file: `key: name`, and `key_changes` on top of it."""
    full = {key: value for key, value in inputs.items() if not key.endswith("_changes")}
    for key, named in shared.items():
        if isinstance(full.get(key), str):
            full[key] = {**named[full[key]], **inputs.get(f"{key}_changes", {})}
    return full


def run(directory: Path, answer: Answer) -> Result:
    """Ask every case of every topic in the directory; only the keys that a case expects are
    compared.
    """
    passed: dict[str, int] = {}
    total: dict[str, int] = {}
    failures: list[Failure] = []
    for topic, cases in read_topics(directory):
        for case in cases:
            got = answer(topic, case["inputs"])
            total[topic] = total.get(topic, 0) + 1
            passed.setdefault(topic, 0)
            if all(key in got and got[key] == value for key, value in case["expected"].items()):
                passed[topic] += 1
            else:
                failures.append(
                    Failure(topic, case["id"], case["clause"], case["expected"], got, case["why"])
                )
    return Result(MappingProxyType(passed), MappingProxyType(total), tuple(failures))


PATIENCE_SECONDS = 60
"""How long another program may think about one case."""


@contextmanager
def against(command: str) -> Iterator[Answer]:
    """Another program as the one who answers: started once, one JSON question and one JSON answer
    per line.

    Raises RuntimeError when it ends early or answers something that is no JSON object.
    """
    if not command.strip():
        raise RuntimeError("name the program to run against")
    with subprocess.Popen(
        shlex.split(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as program:

        def ask(topic: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
            assert program.stdin and program.stdout
            try:
                program.stdin.write(json.dumps({"topic": topic, "inputs": inputs}) + "\n")
                program.stdin.flush()
                silent = not select.select([program.stdout], [], [], PATIENCE_SECONDS)[0]
                line = "" if silent else program.stdout.readline()
            except (BrokenPipeError, UnicodeDecodeError):
                line, silent = "", False
            if silent:
                raise RuntimeError(f"{command!r} did not answer within {PATIENCE_SECONDS} seconds")
            return _answer_line(command, line)

        try:
            yield ask
        finally:
            program.terminate()
            with suppress(BrokenPipeError):  # it ended before everything was asked
                program.communicate()


def _answer_line(command: str, line: str) -> Mapping[str, Any]:
    try:
        got = json.loads(line)
    except ValueError:
        got = None
    if not isinstance(got, dict):
        raise RuntimeError(
            f"{command!r} answered {line!r}; it must write one JSON object per line for each"
            " question"
        )
    return got


def answer_time_point(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Topic `time_point`: RECIST 1.1 at every visit."""
    visits, targets = inputs["visits"], inputs["targets"]
    first, last = [v["day"] for v in visits], [v.get("last_day", v["day"]) for v in visits]
    tenths = [[_tenths(text) for text in v["targets"]] for v in visits]
    r = assess_dated_visits(
        np.array(first, np.int32),
        np.array(last, np.int32),
        np.array([v.get("new_day", v["day"]) for v in visits], np.int32),
        np.array(tenths, np.int32).reshape(len(visits), len(targets)),
        np.array([t["node"] for t in targets], np.int8),
        np.array([NonTarget.parse(v["nontarget"]) for v in visits], np.int8),
        np.array([NewLesion.parse(v["new"]) for v in visits], np.int8),
        inputs.get("assessable_until", -1),
        build_policy(inputs["policy"]),
    )
    return _told(r)


def _told(r: VisitResults) -> dict[str, Any]:
    after = range(1, len(r.response))
    return {
        "response": [Response(int(r.response[v])).cdisc for v in after],
        "target": ["NONE" if r.target[v] < 0 else Response(int(r.target[v])).cdisc for v in after],
        "sum_mm": [None if s < 0 else f"{s / 10:.1f}" for s in r.sum],
        "decided_by": [int(v) for v in r.decided_by[1:]],
        "pd_day": [None if d < 0 else int(d) for d in r.pd_day[1:]],
        "clause": [CLAUSES[int(c)].reference for c in r.clause[1:]],
    }


def _tenths(text: str) -> int:
    named = {"NOT EVALUATED": NOT_EVALUATED, "TOO SMALL": TOO_SMALL, "GONE": 0}
    return (
        named[text]
        if text in named
        else int(text.replace(".", ""))
        if "." in text
        else 10 * int(text)
    )


def answer_combine(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Topic `split_and_merged`: one length for a lesion in parts."""
    tenths = combine(
        [_tenths(text) for text in inputs["parts"]], inputs["how"], build_policy(inputs["policy"])
    )
    named = {NOT_EVALUATED: "NOT EVALUATED", TOO_SMALL: "TOO SMALL"}
    return {"mm": named.get(tenths, f"{tenths / 10:.1f}")}


AFTER_CR = ("CR_WAS_TRUE", "CR_WAS_PR", "AS_RECORDED")


def _best(inputs: Mapping[str, Any], derive: Callable[..., BestResponse]) -> dict[str, Any]:
    policy = ResponsePolicy(
        **{**inputs["policy"], "after_cr": AFTER_CR.index(inputs["policy"]["after_cr"])}
    )
    scans = inputs["scans"]
    best = derive(
        [s["day"] for s in scans],
        [Response.parse(s["response"]) for s in scans],
        policy,
        pd_day=[s.get("pd_day", -1) for s in scans],
        therapy_day=inputs.get("new_therapy", -1),
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
        pd_days=tuple(s.get("pd_day", -1) for s in scans),
        cutoff=inputs["cutoff"],
        has_baseline=inputs.get("baseline_scan", True),
        death=inputs.get("death", -1),
        new_therapy=inputs.get("new_therapy", -1),
        clinical_progression=inputs.get("clinical_progression", -1),
        last_known_alive=inputs.get("last_known_alive", -1),
    )


def _rules(inputs: Mapping[str, Any]) -> TimeToEventRules:
    if "rules" not in inputs:
        return NOTHING_CENSORS
    return rules_for_schedule(
        RULE_SETS[inputs["rules"]].rules,
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


TOPICS: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
    "time_point": answer_time_point,
    "split_and_merged": answer_combine,
    "best_response": answer_best,
    "confirmed_response": answer_confirmed,
    "censoring": answer_censoring,
    "ras": answer_ras,
    "eligibility": answer_eligibility,
}
"""Who answers which topic for this package. Rooms above add theirs here."""


def answer(topic: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Our own answer to one case; raises ValueError for a topic nobody answers."""
    if topic not in TOPICS:
        raise ValueError(f"topic {topic!r} has no answer here; known are {', '.join(TOPICS)}")
    return TOPICS[topic](inputs)
