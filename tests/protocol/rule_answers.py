"""What do the rules of each room answer under a protocol? Answers that can be compared, and none
that only repeats what was declared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Any

import numpy as np
from field_places import file_values, loaded
from filled_forms import battery
from told_trial import CUTOFF, START, ToldTrial, tell

import equipoise.rehearsal.refusals as to_rehearse
from equipoise.allocation.declared import allocation_of
from equipoise.allocation.method import draw_list
from equipoise.allocation.strata import cells
from equipoise.analysis.analyze import Analysis, analyze
from equipoise.analysis.results.json_form import plain
from equipoise.assessments.ctcae.from_records import graded_results
from equipoise.conduct.edit_checks import implausible
from equipoise.conduct.randomization import draw_allocation
from equipoise.conformance.eligibility_answers import _policy, _sample, subject_of
from equipoise.conformance.runner import CASES, read_topics
from equipoise.conformance.tumor_answers import (
    answer_best,
    answer_censoring,
    answer_combine,
    answer_confirmed,
    answer_time_point,
)
from equipoise.eligibility.evaluate import evaluate_criterion
from equipoise.eligibility.genomic import ras_policy
from equipoise.endpoints.choices import recist_policy, response_policy
from equipoise.endpoints.response_rules import AFTER_CR
from equipoise.molecular.ras import answers_criterion, ras_status
from equipoise.planning import check
from equipoise.planning.design import ComputedDesign, compute_design
from equipoise.planning.simulated_design import simulate_design
from equipoise.protocol.form_records import fill, fold
from equipoise.protocol.forms import Form, problems
from equipoise.protocol.model import Criterion, Protocol
from equipoise.protocol.refusal import Refusal, Use
from equipoise.rehearsal.rehearse import rehearse
from equipoise.report.design.page import show_design
from equipoise.report.protocol.page import show_protocol
from equipoise.report.trial.page import write_report
from equipoise.simulation.protocol_trials import simulate_protocol
from equipoise.store.memory import Memory
from equipoise.subject.state import Trial
from equipoise.subject.visits import visits_of

DAYS = (date(2021, 4, 20), date(2021, 6, 30), date(2021, 12, 31))
"""On which visits are asked about."""
REPEATED = frozenset(
    {"title", "protocol", "ledger", "as_of", "label", "role", "population", "policy"}
    | {"ctcae", "after"}
)
"""Members of the results that say again what was declared, or name the bytes of the ledger."""
DIGEST = re.compile("[0-9a-f]{8,64}")


@cache
def cases() -> Mapping[str, list[Any]]:
    """The published cases by topic."""
    return dict(read_topics(CASES))


# ------------------------------------------------------------------ one person


def eligibility(asked: Asked) -> Iterator[Any]:
    """Each criterion about every participant of the published cases."""
    for criterion in asked.protocol.criteria:
        yield criterion.id, verdicts(criterion.rule.model_dump_json(by_alias=True), criterion.id)
    for panel in asked.protocol.molecular.values():
        for case in cases()["ras"]:
            of_case = _policy(case["inputs"]["policy"]).panel
            policy = replace(ras_policy(panel), panel=of_case)
            found = ras_status(_sample(case["inputs"]["sample"]), policy)
            yield found.state, answers_criterion(found, policy)


@cache
def verdicts(rule: str, name: str = "C") -> tuple[tuple[Any, Any], ...]:
    """The answers of a rule, as JSON, about every participant of the published cases."""
    asked = Criterion.model_validate_json(
        f'{{"id": "C", "registered": null, "short": "", "from": "record", "rule": {rule}}}'
    )
    own = asked.model_copy(update={"id": name})
    return tuple(
        (finding.verdict, finding.reason)
        for subject, index in participants()
        for finding in [evaluate_criterion(asked if subject.id == "CASE" else own, subject, index)]
    )


@cache
def participants() -> tuple[Any, ...]:
    """Those of the cases, and those of a told trial on several days: what was recent is old later,
    what ended has ended.
    """
    published = [
        (subject_of(case["inputs"]), date.fromisoformat(case["inputs"]["index"]))
        for case in cases()["eligibility"]
    ]
    told = tell(loaded(file_values())).session.trial.subjects.values()
    days = [START + timedelta(days) for days in (-5, 0, 4, 11, 30, 60)]
    return (*published, *((subject, day) for subject in told for day in days))


def tumors(asked: Asked) -> Iterator[Any]:
    """Each published case of tumors and times, judged by the protocol's own choices."""
    protocol = asked.protocol
    recist = recist_policy(protocol.assessment)._asdict()
    response = response_policy(protocol.assessment)._asdict()
    response["after_cr"] = AFTER_CR[response["after_cr"]]
    yield under("time_point", answer_time_point, "policy", tuple(recist.items()))
    yield under("split_and_merged", answer_combine, "policy", tuple(recist.items()))
    confirms = protocol.assessment.confirmation is not None
    answer = answer_confirmed if confirms else answer_best
    for topic in ("best_response", "confirmed_response"):
        yield under(topic, answer, "policy", tuple(response.items()))
    for name, rules in protocol.censoring.items():
        switches = rules.model_dump(exclude={"from_", "strategy"})
        yield name, under("censoring", answer_censoring, "rules", tuple(switches.items()))


@cache
def under(topic: str, answer: Callable[..., Any], what: str, choices: tuple[Any, ...]) -> str:
    """The answers of a topic with these choices in place of those of each case."""
    asked = (case["inputs"] for case in cases()[topic])
    return repr([answer({**inputs, what: dict(choices)}) for inputs in asked if what in inputs])


# ------------------------------------------------------------------ forms, lists


def forms(asked: Asked) -> Iterator[Any]:
    """What each form accepts, asks about, and makes of what was typed."""
    for form in asked.protocol.forms:
        yield form.id, typed(form.model_dump_json())


@cache
def typed(form: str) -> str:
    declared = Form.model_validate_json(form)
    return repr(list(_typed(declared)))


def _typed(form: Form) -> Iterator[Any]:
    for values, groups in battery(form.id):
        refused = problems(form, values, groups)
        yield len(refused)
        if not refused:
            records = list(fold(form, "SCREENING", values, groups))
            yield records, form.day(values), fill(form, records)
            yield [where for where, _ in implausible(form, groups)]


def allocation(asked: Asked) -> Iterator[Any]:
    """The lists of every stratum."""
    strata = cells(asked.protocol.randomization.strata)
    yield draw_list(np.random.default_rng(1), allocation_of(asked.protocol), strata, 12)


# ------------------------------------------------------------------ a told trial


def conduct(asked: Asked) -> Iterator[Any]:
    """What commands came to, the records, their grades, and what was due."""
    yield from asked.told.outcomes
    trial = asked.told.session.trial
    yield Trial().unconfirmed(asked.protocol)
    for subject in trial.subjects.values():
        yield sorted(subject.by_domain.items(), key=lambda rows: rows[0].__name__)
        yield [visits_of(trial, subject, on) for on in DAYS if trial.versions]
        for result in graded_results(subject, asked.protocol.ctcae):
            yield [(each.term, each.possible) for each in result.grades]


def analysis(asked: Asked) -> Iterator[Any]:
    """The computed results of the told trial."""
    if asked.told.session.trial.versions:
        yield without_repetitions(plain(asked.analyzed.results))
        yield asked.analyzed.accounts, asked.analyzed.primary_due


def without_repetitions(results: Any) -> Any:
    """Results without what says again what was declared."""
    if isinstance(results, dict):
        return {
            name: without_repetitions(value)
            for name, value in results.items()
            if name not in REPEATED
        }
    return [without_repetitions(each) for each in results] if isinstance(results, list) else results


# ------------------------------------------------------------------ before the trial


def design(asked: Asked) -> Iterator[Any]:
    """The design, computed and simulated."""
    yield without_repetitions(asdict(asked.computed))
    simulated = simulate_design(asked.protocol, 3, seed=1)
    yield simulated.rejected, simulated.early_looks, simulated.scan_intervals


def simulation(asked: Asked) -> Iterator[Any]:
    """A few virtual trials."""
    simulated = simulate_protocol(asked.protocol, 3, seed=1).told()
    yield without_repetitions(simulated["scenarios"])


def rehearsal(asked: Asked) -> Iterator[Any]:
    """What four virtual participants are given and go through."""
    storage, rng = Memory(), np.random.default_rng(1)
    sealed = draw_allocation(asked.protocol, rng, "ab" * 16)
    rehearse(asked.protocol, storage, sealed, participants=4, seed=1)
    yield [(entry.type, entry.subject, entry.payload) for entry in storage.read()[1:]]


# ------------------------------------------------------------------ what people read


def sentences(asked: Asked) -> Iterator[list[str]]:
    """What is said of forms that were left empty."""
    for form in asked.protocol.forms:
        yield problems(form, {}, {group.id: [{}] for group in form.groups})


def protocol_page(asked: Asked) -> Iterator[str]:
    yield show_protocol(asked.protocol)


def report_page(asked: Asked) -> Iterator[str]:
    """The report of the told trial, without the digests of its bytes."""
    if asked.told.session.trial.versions:
        yield DIGEST.sub("", write_report(asked.analyzed, asked.told.storage.read()))


def design_page(asked: Asked) -> Iterator[str]:
    yield show_design(asked.protocol, asked.computed, None)


# ------------------------------------------------------------------ all of them


@dataclass(frozen=True)
class Asked:
    """A protocol, and what several rooms need of it, made once."""

    protocol: Protocol
    given: dict[str, str] = field(default_factory=dict)

    @cached_property
    def told(self) -> ToldTrial:
        return tell(self.protocol)

    @cached_property
    def analyzed(self) -> Analysis:
        return analyze(self.told.known(CUTOFF))

    @cached_property
    def computed(self) -> ComputedDesign:
        return compute_design(self.protocol)


ROOMS: Mapping[str, Callable[[Asked], Iterable[Any]]] = {
    "eligibility": eligibility,
    "endpoints": tumors,
    "forms": forms,
    "allocation": allocation,
    "conduct": conduct,
    "analysis": analysis,
    "planning": design,
    "simulation": simulation,
    "rehearsal": rehearsal,
}
PAGES: Mapping[str, Callable[[Asked], Iterable[Any]]] = {
    "sentences": sentences,
    "protocol page": protocol_page,
    "design page": design_page,
    "report": report_page,
}
NEEDED: Mapping[str, frozenset[Use]] = {
    "planning": frozenset({Use.DESIGNED}),
    "design page": frozenset({Use.DESIGNED}),
    "simulation": frozenset({Use.SIMULATED}),
    "rehearsal": frozenset({Use.CONDUCTED, Use.REHEARSED}),
}
"""Answers that a protocol has only if it can be used in these ways."""


def refused(protocol: Protocol, rooms: Collection[str] = ROOMS) -> tuple[Refusal, ...]:
    """What the check refuses. The rehearsal, which plays some participants to say so, is asked if
    it is among the rooms.
    """
    asked = [room for room in check.ROOMS if room is not to_rehearse or "rehearsal" in rooms]
    return tuple(refusal for room in asked for refusal in room.refusals(protocol))


def answer_of(asked: Asked, room: str) -> str:
    """What a room answers, or a page shows."""
    if room not in asked.given:
        asked.given[room] = repr(list({**ROOMS, **PAGES}[room](asked)))
    return asked.given[room]


def can_answer(room: str, lost: Collection[Use]) -> bool:
    return not NEEDED.get(room, frozenset()) & set(lost)


def answers(
    protocol: Protocol, lost: Collection[Use] = (), rooms: Collection[str] = (*ROOMS, *PAGES)
) -> dict[str, str]:
    """Room or page -> its answers, but for the uses that were refused."""
    asked = Asked(protocol)
    return {room: answer_of(asked, room) for room in rooms if can_answer(room, lost)}


def forget() -> None:
    """Ask anew what was answered before."""
    for remembered in (verdicts, participants, under, typed):
        remembered.cache_clear()
