"""Where does each value come from? The appendix: every subject with its values, and the ledger
entries they rest on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from equipoise.analysis.accounts import Account
from equipoise.analysis.analyze import Analysis
from equipoise.analysis.results.endpoints import (
    BinaryEndpoint,
    EndpointResult,
    SafetyEndpoint,
    TimeToEventEndpoint,
)
from equipoise.analysis.results.participants import Baseline, Flow
from equipoise.analysis.results.trial import Results
from equipoise.analysis.screening import Answer, Screening
from equipoise.analysis.visits import REMARKABLE, VisitAccount
from equipoise.ledger.entry import Entry
from equipoise.report.kit.drill_down import Source, subject_anchor
from equipoise.report.kit.formats import listed, plural, spoken
from equipoise.report.trial.arms import ending
from equipoise.report.trial.words import with_rules
from equipoise.terms.verdict import Verdict

MILESTONES = (
    "ProtocolAdopted",
    "ProtocolAmended",
    "AllocationCommitted",
    "AllocationOpened",
    "EmergencyListCommitted",
    "EnvelopesCounted",
    "SubjectScreened",
    "ConsentRecorded",
    "ChemotherapyIntended",
    "SubjectRandomized",
    "RandomizedOffline",
    "ScreeningFailed",
    "SubjectWithdrew",
    "TreatmentEnded",
    "StudyEnded",
    "DeathRecorded",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a subject, why it is so, and the places it came from."""

    label: str
    value: str
    why: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class ParticipantSection:
    """One subject of the appendix."""

    id: str
    anchor: str
    role: str
    standing: str
    facts: tuple[Fact, ...]
    milestones: tuple[int, ...]


def people(analysis: Analysis, entries: Sequence[Entry]) -> list[ParticipantSection]:
    """Every subject of the flow diagram, in order of their codes."""
    flow = analysis.results.flow
    others = {name for names in flow.reasons.values() for name in names} | {
        *flow.open,
        *flow.declined,
        *flow.eligible_not_randomized,
    }
    milestones = _milestones(entries)
    persons = [_randomized(analysis, name, milestones) for name in analysis.accounts]
    others -= set(analysis.accounts)
    persons += [_not_randomized(analysis, name, milestones) for name in others]
    return sorted(persons, key=lambda person: person.id)


Milestones = Mapping[str, Sequence[int]]
"""The entries that are milestones of each participant."""


def _milestones(entries: Iterable[Entry]) -> Milestones:
    told: dict[str, list[int]] = {}
    for entry in entries:
        if entry.subject is not None and entry.type in MILESTONES:
            told.setdefault(entry.subject, []).append(entry.seq)
    return told


# ------------------------------------------------------------------ who entered


def _randomized(analysis: Analysis, name: str, milestones: Milestones) -> ParticipantSection:
    results, account = analysis.results, analysis.accounts[name]
    about = results.arms[results.baseline[name].arm]
    stratum = " / ".join(results.strata[name].as_randomized)
    why = f"{about.label}; stratum {stratum}"
    facts = (
        Fact("Randomized", account.randomized_on.isoformat(), why, account.randomization),
        _baseline_fact(results.baseline[name], account.baseline),
        *_endpoint_facts(results, name),
        *_first_dose_facts(results, name),
        *_course_facts(account),
        *_visit_facts(analysis, name),
        *_adverse_event_facts(results, name),
        *_eligibility_facts(analysis, name),
        *_problem_facts(results, name),
    )
    anchor = subject_anchor(name)
    own = tuple(milestones.get(name, ()))
    return ParticipantSection(name, anchor, about.role, about.label, facts, own)


def _baseline_fact(baseline: Baseline, sources: tuple[Source, ...]) -> Fact:
    spelled = [
        _measured(baseline.age, " years", "age"),
        {"M": "male", "F": "female"}.get(baseline.sex or "", "sex not known"),
        f"ECOG {'not known' if baseline.ecog is None else baseline.ecog}",
        plural(baseline.organs, "organ"),
        _measured(baseline.sum_mm, " mm", "sum mm"),
        _measured(
            baseline.anti_egfr_free_months,
            " months without anti-EGFR",
            "anti egfr free months",
        ),
    ]
    return Fact("Baseline", "", ", ".join(spelled), sources)


def _measured(value: float | None, unit: str, name: str) -> str:
    return f"{name} not known" if value is None else f"{value:g}{unit}"


def _endpoint_facts(results: Results, name: str) -> Iterator[Fact]:
    for endpoint in results.endpoints.values():
        yield from _facts_of(endpoint, name)
    if change := results.tumor_change.get(name):
        shown = f"{change.value:+.0f} %".replace("-", "−")
        yield Fact("Best change of the sum", shown, change.why, change.source)


def _facts_of(endpoint: EndpointResult, name: str) -> Iterator[Fact]:
    match endpoint:
        case BinaryEndpoint() if name in endpoint.subjects:
            reached = endpoint.subjects[name]
            shown = "reached" if reached.value else "not reached"
            yield Fact(endpoint.label, shown, reached.why, reached.source)
        case TimeToEventEndpoint():
            for rules, rule_set in endpoint.rules.items():
                if time := rule_set.subjects.get(name):
                    label = with_rules(endpoint.label, rules)
                    shown = f"{time.value.days} days, {ending(time.value.event)}"
                    yield Fact(label, shown, time.why, time.source)


def _first_dose_facts(results: Results, name: str) -> Iterator[Fact]:
    """Of those whom the review of safety waited for."""
    for dose in results.safety_review.treated:
        if dose.subject == name:
            yield Fact("First dose", dose.on, "counted for the safety review", dose.source)


def _visit_facts(analysis: Analysis, name: str) -> Iterator[Fact]:
    """Visits that were not simply done, by what became of them; `equipoise why` tells each."""
    for status in REMARKABLE:
        visits = [visit for visit in analysis.visits[name] if visit.status is status]
        if visits:
            sources = [source for visit in visits for source in visit.sources]
            named = "; ".join(map(_visit_words, visits))
            yield Fact(f"Visits {status}", str(len(visits)), named, tuple(sources))


def _visit_words(visit: VisitAccount) -> str:
    missing = listed([spoken(form) for form in visit.missing])
    return f"{visit.recorded} without {missing}" if visit.missing else visit.recorded


def _course_facts(account: Account) -> Iterator[Fact]:
    for scan in account.scans:
        yield Fact("Scan as read", scan.response, f"day {scan.day}", scan.sources)
    if ended := account.treatment_ended:
        cause = spoken(ended.cause)
        yield Fact("Treatment ended", ended.on.isoformat(), cause, ended.sources)
    if therapy := account.new_therapy:
        yield Fact("New anticancer therapy", f"day {therapy.day}", "", therapy.sources)
    if death := account.death:
        yield Fact("Died", f"day {death.day}", "", death.sources)


def _adverse_event_facts(results: Results, name: str) -> Iterator[Fact]:
    for endpoint in results.endpoints.values():
        if not isinstance(endpoint, SafetyEndpoint):
            continue
        for term, by_arm in endpoint.terms.items():
            for counts in by_arm.values():
                if worst := counts.subjects.get(name):
                    shown = f"grade {worst.value or 'not recorded'}"
                    yield Fact(term, shown, "adverse event, worst grade", worst.source)


def _eligibility_facts(analysis: Analysis, name: str) -> Iterator[Fact]:
    """Criteria that were not proven at randomization, or that fail by what is known now; for most,
    none.
    """
    screening, short = analysis.screenings[name], _short(analysis)
    unproven = [a for a in screening.of_record if a.verdict is not Verdict.MET]
    failing = [a for a in screening.now if a.verdict is Verdict.NOT_MET]
    for when, answers in (("at randomization", unproven), ("as known now", failing)):
        for answer in answers:
            fact = _answer_fact(answer, short)
            yield Fact(f"{fact.label}, {when}", fact.value, fact.why, fact.sources)
    yield from _not_used(screening)


def _not_used(screening: Screening) -> Iterator[Fact]:
    """Records that could not be used when it was asked who may enter."""
    for aside in screening.not_used:
        yield Fact("Not used for eligibility", aside.shown, aside.reason, (aside.source,))


def _problem_facts(results: Results, name: str) -> Iterator[Fact]:
    if name in results.problems:
        yield Fact("Problem in the data", "to be asked about", results.problems[name])
    stratum = results.strata[name]
    if stratum.differs:
        actual = " / ".join(stratum.actual)
        yield Fact("Stratum as recorded now", actual, "differs from the one randomized in")


# ------------------------------------------------------------------ who did not enter


def _not_randomized(analysis: Analysis, name: str, milestones: Milestones) -> ParticipantSection:
    screening, short = analysis.screenings[name], _short(analysis)
    facts = [_answer_fact(a, short) for a in screening.of_record if a.verdict is not Verdict.MET]
    if decision := screening.no_entry:
        named = [f"{criterion} {short.get(criterion, '')}" for criterion in decision.criteria]
        why = "; ".join(named) or "declined"
        on = decision.on.isoformat()
        facts.insert(0, Fact("Will not enter", on, why, (decision.source,)))
    facts += _not_used(screening)
    standing = _standing(analysis.results.flow, name)
    anchor = subject_anchor(name)
    own = tuple(milestones.get(name, ()))
    return ParticipantSection(name, anchor, "none", standing, tuple(facts), own)


def _standing(flow: Flow, name: str) -> str:
    """The box of the flow diagram in which somebody stands who was not randomized."""
    if name in flow.declined:
        return "declined"
    if name in flow.open:
        return "eligibility not known"
    return "eligible, in screening" if name in flow.eligible_not_randomized else "not eligible"


def _answer_fact(answer: Answer, short: Mapping[str, str]) -> Fact:
    label = f"{answer.id} {short.get(answer.id, '')}"
    return Fact(label, spoken(answer.verdict.name), answer.open_detail, answer.open_evidence)


def _short(analysis: Analysis) -> dict[str, str]:
    return {criterion.id: criterion.short for criterion in analysis.trial.protocol.criteria}
