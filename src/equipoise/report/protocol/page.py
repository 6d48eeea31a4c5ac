"""What does this protocol say? The whole of it on one page of plain text, each value with where it
comes from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from equipoise.allocation.declared import public_words
from equipoise.protocol.assessment import Assessment
from equipoise.protocol.estimands import BinaryAnalysis, SafetyAnalysis, TimeToEventAnalysis
from equipoise.protocol.forms import Form
from equipoise.protocol.model import Criterion, Endpoint, Protocol
from equipoise.protocol.provenance import Sourced
from equipoise.protocol.schedule import CYCLE, Visit
from equipoise.report.kit.formats import first_up, plural, spoken
from equipoise.report.protocol.form_words import form_lines

COLUMNS = 100
LABEL = 18
JOINED = "\N{NO-BREAK SPACE}"
"""Keeps a mark on one line; printed as a blank."""


def show_protocol(protocol: Protocol) -> str:
    """Plain text, 100 columns: the trial, its criteria, its rules, its endpoints, and everything
    that was assumed.
    """
    parts = (
        _trial,
        _arms,
        _eligibility,
        _randomization,
        _treatment,
        _schedule,
        _assessment,
        _endpoints,
        _size,
        _forms,
        _assumptions,
    )
    lines = [line for part in parts for line in part(protocol)]
    return "\n".join(line.rstrip().replace(JOINED, " ") for line in lines).lstrip("\n") + "\n"


def _heading(title: str) -> list[str]:
    return ["", "", title.upper(), "─" * len(title)]


def _mark(block: Sourced, *fields: str) -> str:
    """Where values come from: [record], [mirror] or [assumed A-...], each once."""
    sources = dict.fromkeys(block.provenance(field) for field in fields or ("*",))
    return " ".join(
        f"[{source}]" if source in ("record", "mirror") else f"[assumed{JOINED}{source}]"
        for source in sources
    )


def _row(label: str, content: str, indent: int = 2) -> list[str]:
    """A label and its text beside it, hanging; a long label has a line of its own."""
    above = [" " * indent + label] if len(label) >= LABEL else []
    lead = " " * indent + f"{'' if above else label:<{LABEL}}"
    return [*above, *(_wrap(content, lead, " " * (indent + LABEL)) or [lead])]


def _wrap(content: str, lead: str = "", hang: str = "") -> list[str]:
    return wrap(
        content, COLUMNS, initial_indent=lead, subsequent_indent=hang, break_on_hyphens=False
    )


def _bullet(content: str, indent: int = 2) -> list[str]:
    return _wrap(content, " " * indent + "· ", " " * (indent + 2))


def _trial(protocol: Protocol) -> Iterator[str]:
    about = protocol.registration
    title = f"{about.id}  {about.title}"
    yield from [title, "═" * min(len(title), COLUMNS), ""]
    yield from _wrap(about.summary)
    yield ""
    design = protocol.design
    for label, field in (
        ("Sponsor", "sponsor"),
        ("Phase", "phase"),
        ("Design", "design"),
        ("Condition", "condition"),
        ("Planned from", "start"),
        ("Planned until", "end"),
        ("Status", "status"),
    ):
        yield from _row(label, f"{getattr(about, field)}  {_mark(about, field)}")
    yield from _row("Masking", f"{spoken(design.masking)}  {_mark(design, 'masking')}")
    yield from _row("Protocol", f"version {protocol.version}")
    checks = sum(assumed.to_check for assumed in protocol.assumptions.values())
    yield ""
    yield from wrap(
        "[record] is the registered text, [mirror] another copy of the record. Everything else is"
        f" assumed: {plural(len(protocol.assumptions), 'assumption')}, listed at the end; {checks}"
        " still to be checked with their source before clinical use. Research software, not"
        " validated for patient care.",
        COLUMNS,
    )
    yield from _heading("Traps of the record")
    for trap in about.traps:
        yield from _bullet(trap)


def _arms(protocol: Protocol) -> Iterator[str]:
    yield from _heading("Arms")
    for arm in protocol.arms:
        yield from _row(arm.role, f"{arm.label} ({arm.id}), ratio {arm.ratio}  {_mark(arm)}")


def _eligibility(protocol: Protocol) -> Iterator[str]:
    kinds = (
        ("Inclusion", protocol.eligibility.inclusion),
        ("Exclusion", protocol.eligibility.exclusion),
        ("Added by assumption", protocol.eligibility.added),
    )
    for title, criteria in kinds:
        if criteria:
            yield from _heading(f"{title} ({len(criteria)})")
            for criterion in criteria:
                yield from _criterion(criterion)
    yield from [
        "",
        *wrap(
            "Met always means: does not block entry. Every criterion is met, not met or unknown; "
            "an unknown one keeps a participant out until it is answered.",
            COLUMNS,
        ),
    ]


def _criterion(criterion: Criterion) -> Iterator[str]:
    yield ""
    yield from _row(criterion.id, first_up(criterion.short))
    yield from _row("", f"Registered: {criterion.registered or 'nothing'}")
    yield from _row("", f"Asked: {criterion.rule.words()}  {_mark(criterion, 'rule')}")
    if criterion.note:
        yield from _row("", f"Note: {criterion.note}  {_mark(criterion, 'note')}")


def _randomization(protocol: Protocol) -> Iterator[str]:
    declared = protocol.randomization
    yield from _heading("Randomization")
    public = public_words(protocol)
    words = f"{declared.words()} ({public})" if public else declared.words()
    yield from _row("Method", f"{words}  {_mark(declared)}")
    for stratum in declared.strata:
        yield from _row(
            "Stratum", f"{stratum.label}: {', '.join(stratum.levels)}  {_mark(stratum)}"
        )
    if declared.requires_intended_chemotherapy:
        mark = _mark(declared, "requires_intended_chemotherapy")
        yield from _row(
            "Before", f"the intended chemotherapy is chosen and signed by the MDT  {mark}"
        )
    after = f"first dose within {plural(declared.first_dose_within_days, 'day')}"
    yield from _row("After", f"{after}  {_mark(declared, 'first_dose_within_days')}")


def _treatment(protocol: Protocol) -> Iterator[str]:
    yield from _heading("Treatment")
    for rule in protocol.treatment:
        yield from _row(spoken(rule.id), f"{rule.text}  {_mark(rule)}")
    for regimen in protocol.regimens:
        yield from _row(
            regimen.id,
            f"{', '.join(regimen.drugs).lower()}, cycles of {regimen.cycle_days} days:"
            f" {regimen.for_}  {_mark(regimen)} {_mark(regimen, 'cycle_days')}",
        )


def _schedule(protocol: Protocol) -> Iterator[str]:
    yield from _heading("Schedule")
    for visit in protocol.schedule:
        yield from _row(visit.label, f"{_when(visit)}{_for_whom(visit)}  {_mark(visit)}")
        forms = [form for name in visit.forms if (form := protocol.form(name))]
        yield from _row("", "; ".join(_title(form) for form in forms))


def _title(form: Form) -> str:
    asked = {"F": " (women)", "M": " (men)", None: ""}
    return form.title + asked[form.sex]


def _when(visit: Visit) -> str:
    anchor = spoken(visit.anchor)
    days = {visit.day: f"day {visit.day} from {anchor}", CYCLE: f"one cycle from {anchor}"}
    day = days[visit.day] if visit.day else f"at {anchor}"
    every = "cycle" if visit.every_days == CYCLE else f"{visit.every_days} days"
    before = " after the one before" if visit.counted_from == "previous" else ""
    again = f", then every {every}{before} until {spoken(visit.until)}" if visit.every_days else ""
    early, late = visit.before_days, visit.after_days
    if early == late:
        return f"{day}{again}, ±{early} days" if early else f"{day}{again}"
    window = [f"up to {n} days {word}" for n, word in ((early, "earlier"), (late, "later")) if n]
    return f"{day}{again}, {', '.join(window)}"


def _for_whom(visit: Visit) -> str:
    """Who is not expected, and what stands for a visit that was not made."""
    whom = f"; of those given {visit.drug.lower()}" if visit.drug else ""
    return whom + ("; an unscheduled one counts" if visit.unscheduled_fills else "")


def _assessment(protocol: Protocol) -> Iterator[str]:
    yield from _heading("Tumor assessment")
    for label, words, mark in (*_reading(protocol.assessment), *_recist(protocol.assessment)):
        yield from _row(label, f"{words}  {mark}".lstrip())
    for name, chosen in protocol.assessment.recist.choices.items():
        words = ("yes" if chosen else "no") if isinstance(chosen, bool) else str(chosen)
        yield from _row("", f"{spoken(name)}: {words}")


def _reading(declared: Assessment) -> Iterator[tuple[str, str, str]]:
    """(label, words, where from) of who reads which images."""
    derived = f"the response derived from the lesions is {declared.derived}"
    who = f"{declared.reader}, {'blinded' if declared.blinded else 'not blinded'}"
    yield "Reader", f"{who}; {derived}", _mark(declared, "reader", "blinded", "derived")
    yield "Images", " or ".join(declared.modality), _mark(declared, "modality")
    step = f"recorded to {declared.recorded_precision}"
    yield "Lengths", step, _mark(declared, "recorded_precision")


def _recist(declared: Assessment) -> Iterator[tuple[str, str, str]]:
    """(label, words, where from) of the thresholds."""
    recist = declared.recist
    measurable = (
        f"diameter {recist.diameter}, node short axis {recist.short_axis}; at most "
        f"{recist.max_targets} targets, {recist.max_per_organ} in an organ"
    )
    response = (
        f"{recist.pr_percent} % under baseline; progression {recist.pd_percent} % and "
        f"{recist.pd_absolute} over the smallest sum (RECIST {recist.version})"
    )
    stable = (
        f"from day {declared.sd_min_days}; sensitivity from day"
        f" {declared.sd_min_days_sensitivity}, and control still there on day"
        f" {declared.late_control_days}"
    )
    confirmation = declared.confirmation
    confirmed = f"after {confirmation.min_days} days" if confirmation else "not required"
    yield "Measurable", measurable, _mark(recist)
    yield "Response", response, _mark(recist)
    yield "Stable disease", stable, _mark(declared, "sd_min_days")
    yield "Confirmation", confirmed, _mark(declared, "confirmation")
    yield "Choices", "", _mark(recist, "choices")


def _endpoints(protocol: Protocol) -> Iterator[str]:
    for endpoint in protocol.endpoints:
        yield from _heading(f"{endpoint.role} endpoint: {endpoint.label}")
        yield from _estimand(protocol, endpoint)
        yield from _row("Analysis", f"{_analysis(endpoint)}  {_mark(endpoint, 'analysis')}")
    yield from _heading("Populations and cutoff")
    for population in protocol.populations:
        yield from _row(population.id, f"{population.definition}  {_mark(population)}")
    cut = protocol.cutoff
    primary = f"{cut.primary_days_after_last_randomization} days after the last randomization"
    later = f"survival {cut.os_months_after_last_randomization} months after it"
    yield from _row("Cutoff", f"{primary}; {later}  {_mark(cut)}")


def _estimand(protocol: Protocol, endpoint: Endpoint) -> Iterator[str]:
    estimand = endpoint.estimand
    population = protocol.population(estimand.population)
    yield from _row("Variable", f"{estimand.variable}  {_mark(endpoint, 'estimand')}")
    yield from _row("Treatment", estimand.treatment)
    yield from _row("Population", f"{population.definition} ({population.id})")
    for event in estimand.intercurrent:
        handled = f", {event.handled}" if event.handled else ""
        yield from _row("If", f"{event.event}: {event.strategy}{handled}")
    yield from _row("Summary", estimand.summary)


def _analysis(endpoint: Endpoint) -> str:
    match endpoint.analysis:
        case BinaryAnalysis(primary_test=test, sensitivity=others):
            tested = f"{test}, two-sided" if test else "no test of its own: nominal"
            also = (
                f"; sensitivity: {', '.join(spoken(other) for other in others)}" if others else ""
            )
            if covariates := endpoint.analysis.covariates:
                also += f"; adjusted for {', '.join(spoken(each) for each in covariates)}"
            return (
                f"{tested}; interval {endpoint.analysis.interval.replace('_', '-').title()};"
                f" missing or not evaluable: {endpoint.analysis.missing}{also}"
            )
        case TimeToEventAnalysis(rules=rules, stratified=stratified):
            standing = "" if endpoint.role == "primary" else ", nominal"
            return (
                f"{'stratified ' if stratified else ''}Cox and log-rank{standing}; rules"
                f" {', '.join(rules)}"
            )
        case SafetyAnalysis(ctcae=version):
            return f"worst grade by term, CTCAE {version}"


def _size(protocol: Protocol) -> Iterator[str]:
    design = protocol.design
    yield from _heading("Size")
    yield from _row("Participants", f"{design.participants}  {_mark(design, 'participants')}")
    yield from _row("Error", f"{design.alpha}, two-sided  {_mark(design, 'alpha')}")
    yield from _row("Interim looks", f"{protocol.interim_words()}  {_mark(design, 'looks')}")
    for scenario in design.scenarios:
        rates = (
            f"{100 * scenario.control:g} % in control, {100 * scenario.experimental:g} %"
            f" ({scenario.source})"
        )
        yield from _row("If the truth is", f"{scenario.label}: {rates}  {_mark(scenario)}")


def _forms(protocol: Protocol) -> Iterator[str]:
    yield from _heading(f"Forms ({len(protocol.forms)})")
    for form in protocol.forms:
        yield from form_lines(form)


def _assumptions(protocol: Protocol) -> Iterator[str]:
    yield from _heading(f"Assumptions ({len(protocol.assumptions)})")
    for name, assumption in protocol.assumptions.items():
        yield from [
            "",
            f"  {name}{'  — TO BE CHECKED with its source' if assumption.to_check else ''}",
        ]
        yield from _pairs(
            (
                ("Said", assumption.said),
                ("Taken", assumption.taken),
                ("Why", assumption.why),
                ("Otherwise", assumption.otherwise),
            )
        )


def _pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for label, text in pairs:
        yield from _wrap(text, f"    {label:<12}", " " * LABEL)
