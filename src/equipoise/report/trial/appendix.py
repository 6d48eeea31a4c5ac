"""Where does each value come from? The appendix: every subject with its values, and the ledger
entries they rest on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from equipoise.analysis.analyze import Analysis
from equipoise.analysis.description import reasons_of_record
from equipoise.eligibility import of_record
from equipoise.eligibility.finding import Finding
from equipoise.eligibility.of_record import failed_screening
from equipoise.endpoints.course import Course
from equipoise.ledger.entry import Entry
from equipoise.report.kit.drill_down import entry_anchor, subject_anchor
from equipoise.report.kit.formats import RULES, plural, spoken
from equipoise.subject.records import CM, DM, QS, TR, TU
from equipoise.subject.state import Subject
from equipoise.terms.response import Response
from equipoise.terms.verdict import Verdict

MILESTONES = (
    "ProtocolAdopted",
    "ProtocolAmended",
    "AllocationCommitted",
    "AllocationOpened",
    "SubjectScreened",
    "ConsentRecorded",
    "ChemotherapyIntended",
    "SubjectRandomized",
    "ScreeningFailed",
    "SubjectWithdrew",
    "TreatmentEnded",
    "StudyEnded",
    "DeathRecorded",
)
LONGEST = 420
"""Letters of a payload that are shown; the ledger holds the rest."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a subject, why it is so, and the places it came from."""

    label: str
    value: str
    why: str
    sources: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """One subject of the appendix."""

    id: str
    anchor: str
    role: str
    standing: str
    facts: tuple[Fact, ...]
    milestones: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the appendix."""

    anchor: str
    entry: Entry
    said: str


def people(analysis: Analysis, entries: Sequence[Entry]) -> list[Person]:
    """Every subject of the flow diagram, in order of their codes."""
    flow = analysis.results["flow"]
    others = {name for names in flow["reasons"].values() for name in names} | {
        *flow["open"],
        *flow["declined"],
        *flow["eligible_not_randomized"],
    }
    found = [
        _randomized(analysis, name, course, entries) for name, course in analysis.courses.items()
    ]
    found += [
        _not_randomized(analysis, analysis.trial.subjects[name], entries)
        for name in others - set(analysis.courses)
    ]
    return sorted(found, key=lambda one: one.id)


def _randomized(analysis: Analysis, name: str, course: Course, entries: Sequence[Entry]) -> Person:
    results = analysis.results
    arm, stratum = (
        results["baseline"][name]["arm"],
        " / ".join(results["strata"][name]["as_randomized"]),
    )
    about = results["arms"][arm]
    facts = [
        Fact(
            "Randomized",
            course.start.isoformat(),
            f"{about['label']}; stratum {stratum}",
            course.sources["randomization"],
        ),
        _baseline_fact(results["baseline"][name], course),
        *_endpoint_facts(results, name),
        *_course_facts(course),
        *_adverse_event_facts(results, name),
        *_eligibility_facts(analysis, course.subject),
        *_problem_facts(results, name),
    ]
    return Person(
        name,
        subject_anchor(name),
        about["role"],
        about["label"],
        tuple(facts),
        _milestones(entries, name),
    )


def _not_randomized(analysis: Analysis, subject: Subject, entries: Sequence[Entry]) -> Person:
    findings = of_record.at_screening(analysis.trial, subject, analysis.cutoff)
    short = _short(analysis)
    facts = [_finding_fact(f, short) for f in findings if f.verdict is not Verdict.MET]
    failed = failed_screening(subject, analysis.cutoff)
    if failed:
        named = [
            f"{one} {short.get(one, '')}" for one in reasons_of_record(subject, analysis.cutoff)
        ]
        facts.insert(
            0,
            Fact(
                "Will not enter",
                failed.on.isoformat(),
                "; ".join(named) or "declined",
                (failed.source,),
            ),
        )
    standing = _standing(analysis.results["flow"], subject.id)
    return Person(
        subject.id,
        subject_anchor(subject.id),
        "none",
        standing,
        tuple(facts),
        _milestones(entries, subject.id),
    )


def _standing(flow: Mapping[str, Any], name: str) -> str:
    """The box of the flow diagram in which somebody stands who was not randomized."""
    if name in flow["declined"]:
        return "declined"
    if name in flow["open"]:
        return "eligibility not known"
    return "eligible, in screening" if name in flow["eligible_not_randomized"] else "not eligible"


def _milestones(entries: Iterable[Entry], name: str) -> tuple[int, ...]:
    return tuple(
        entry.seq for entry in entries if entry.subject == name and entry.type in MILESTONES
    )


def _baseline_fact(known: Mapping[str, Any], course: Course) -> Fact:
    def said(key: str, unit: str) -> str:
        return (
            f"{known[key]:g}{unit}"
            if known[key] is not None
            else f"{key.replace('_', ' ')} not known"
        )

    spelled = [
        said("age", " years"),
        {"M": "male", "F": "female"}.get(known["sex"] or "", "sex not known"),
        f"ECOG {known['ecog'] if known['ecog'] is not None else 'not known'}",
        plural(known["organs"], "organ"),
        said("sum_mm", " mm"),
        said("anti_egfr_free_months", " months without anti-EGFR"),
    ]
    return Fact("Baseline", "", ", ".join(spelled), _baseline_sources(course))


def _baseline_sources(course: Course) -> tuple[Any, ...]:
    subject, start = course.subject, course.start
    records = [
        *subject.records(DM),
        *(
            cm
            for cm in subject.records(CM)
            if cm.drug_class == "ANTI-EGFR" and cm.category.startswith("PRIOR")
        ),
    ]
    dated: list[QS | TU | TR] = [*subject.records(QS), *subject.records(TU), *subject.records(TR)]
    found = {r.source for r in records} | {
        r.source for r in dated if r.date and r.date.latest <= start
    }
    return tuple(
        sorted(
            found,
            key=lambda source: (0, source, "") if isinstance(source, int) else (1, 0, str(source)),
        )
    )


def _endpoint_facts(results: Mapping[str, Any], name: str) -> Iterable[Fact]:
    for endpoint in results["endpoints"].values():
        if name in endpoint.get("subjects", {}):
            one = endpoint["subjects"][name]
            yield Fact(
                endpoint["label"],
                "reached" if one["value"] else "not reached",
                one["why"],
                tuple(one["source"]),
            )
        for rules in (key for key in endpoint if key in RULES):
            one = endpoint[rules]["subjects"].get(name)
            if one:
                happened = "event" if one["value"]["event"] else "censored"
                label = f"{endpoint['label']}{', ' + RULES[rules] if RULES[rules] else ''}"
                yield Fact(
                    label,
                    f"{one['value']['days']} days, {happened}",
                    one["why"],
                    tuple(one["source"]),
                )
    change = results["tumor_change"].get(name)
    if change:
        yield Fact(
            "Best change of the sum",
            f"{change['value']:+.0f} %".replace("-", "−"),
            change["why"],
            tuple(change["source"]),
        )


def _course_facts(course: Course) -> Iterable[Fact]:
    rows = zip(course.read.days, course.read.responses, course.read.sources, strict=True)
    for day, code, source in rows:
        yield Fact("Scan as read", Response(code).cdisc, f"day {day}", source)
    ended = course.subject.treatment_ended
    if ended and (ended.on - course.start).days <= course.cutoff:
        yield Fact("Treatment ended", ended.on.isoformat(), spoken(ended.cause), (ended.source,))
    if 0 <= course.new_therapy <= course.cutoff:
        yield Fact(
            "New anticancer therapy", f"day {course.new_therapy}", "", course.sources["new_therapy"]
        )
    if 0 <= course.death <= course.cutoff:
        yield Fact("Died", f"day {course.death}", "", course.sources["death"])


def _adverse_event_facts(results: Mapping[str, Any], name: str) -> Iterable[Fact]:
    for endpoint in results["endpoints"].values():
        for term, by_arm in endpoint.get("terms", {}).items():
            for one in by_arm.values():
                if name in one["subjects"]:
                    its = one["subjects"][name]
                    yield Fact(
                        term,
                        f"grade {its['value']}",
                        "adverse event, worst grade",
                        tuple(its["source"]),
                    )


def _eligibility_facts(analysis: Analysis, subject: Subject) -> Iterable[Fact]:
    """Criteria that were not proven at randomization, or that fail by what is known now; for most,
    none.
    """
    one = analysis.results["eligibility"][subject.id]
    if subject.randomized is None or not (one["then"] or one["now"]):
        return
    trial, short = analysis.trial, _short(analysis)
    for when, findings, ids in (
        ("at randomization", of_record.at_randomization(trial, subject), one["then"]),
        ("as known now", of_record.as_known_now(trial, subject), one["now"]),
    ):
        for finding in findings:
            if finding.id in ids:
                fact = _finding_fact(finding, short)
                yield Fact(f"{fact.label}, {when}", fact.value, fact.why, fact.sources)


def _problem_facts(results: Mapping[str, Any], name: str) -> Iterable[Fact]:
    if name in results["problems"]:
        yield Fact("Problem in the data", "to be asked about", results["problems"][name])
    if results["strata"][name]["differs"]:
        yield Fact(
            "Stratum as recorded now",
            " / ".join(results["strata"][name]["actual"]),
            "differs from the one randomized in",
        )


def _finding_fact(finding: Finding, short: Mapping[str, str]) -> Fact:
    detail = "; ".join(dict.fromkeys(part.detail for part in finding.open_parts))
    evidence = tuple(
        dict.fromkeys(source for part in finding.open_parts for source in part.evidence)
    )
    return Fact(
        f"{finding.id} {short.get(finding.id, '')}", spoken(finding.verdict.name), detail, evidence
    )


def _short(analysis: Analysis) -> dict[str, str]:
    return {criterion.id: criterion.short for criterion in analysis.trial.protocol.criteria}


# ------------------------------------------------------------------ entries


def referenced(persons: Iterable[Person], entries: Sequence[Entry]) -> list[Line]:
    """The entries that a value names, with those they replace, and the milestones of trial and
    subjects.
    """
    persons = list(persons)
    wanted = {
        source
        for p in persons
        for fact in p.facts
        for source in fact.sources
        if isinstance(source, int)
    }
    wanted |= {seq for person in persons for seq in person.milestones}
    wanted |= {entry.seq for entry in entries if entry.subject is None and entry.type in MILESTONES}
    for entry in reversed(entries):  # a chain of corrections is walked back to its first entry
        if entry.seq in wanted and entry.supersedes:
            wanted.add(entry.supersedes)
    return [
        Line(entry_anchor(entry.seq), entry, payload_words(entry))
        for entry in entries
        if entry.seq in wanted
    ]


def payload_words(entry: Entry) -> str:
    """What an entry says, in short."""
    if entry.payload is None:
        return "content redacted; the hash chain still holds"
    if entry.type in ("ProtocolAdopted", "ProtocolAmended"):
        return f"version {entry.payload['version']}, hash {entry.payload['hash'][:12]}"
    said = _form_words(entry.payload) if entry.type == "FormSaved" else _pairs(entry.payload)
    return said if len(said) <= LONGEST else said[: LONGEST - 1].rsplit(" ", 1)[0] + " …"


def _form_words(payload: Mapping[str, Any]) -> str:
    parts = [f"{payload['form']}, {payload['visit']}", _pairs(payload["values"])]
    for rows in payload["groups"].values():
        parts += [
            " ".join(_plain(value) for value in row.values() if value not in (None, ""))
            for row in rows
        ]
    return "; ".join(part for part in parts if part)


def _pairs(values: Mapping[str, Any]) -> str:
    known = {key: value for key, value in values.items() if value not in (None, "", [], {})}
    return ", ".join(f"{key.replace('_', ' ')} {_plain(value)}" for key, value in known.items())


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return f"missing: {value['missing']}" if "missing" in value else _pairs(value)
    if isinstance(value, list | tuple):
        return " / ".join(_plain(one) for one in value)
    return (
        {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    )


def entry_cells(line: Line) -> tuple[str, str, Markup]:
    """Who, where and the reason of an entry, for the table."""
    entry = line.entry
    why = (
        Markup(" <em>replaces {}: {}</em>").format(_seq_link(entry.supersedes), entry.reason)
        if entry.supersedes
        else Markup("")
    )
    return entry.role, entry.site or "", Markup("{}").format(line.said) + why


def _seq_link(seq: int) -> Markup:
    return Markup('<a class="e" href="#{}">{}</a>').format(entry_anchor(seq), seq)
