"""What does an executable criterion ask, in words? For people who compare it with the registered
sentence.
"""

from __future__ import annotations

from equipoise.protocol.criteria import (
    Age,
    AllOf,
    AnyOf,
    Attestation,
    Condition,
    Consent,
    Genomic,
    IfMeasured,
    LabAnswer,
    LabLimit,
    MeasurableDisease,
    Measured,
    Not,
    Performance,
    PriorLine,
    PriorLines,
    Rule,
    Sex,
)


def rule_words(rule: Rule) -> str:
    """One rule as a phrase; parts are joined by `and` or `or`."""
    match rule:
        case AllOf(of=parts):
            return "; and ".join(_part(part) for part in parts)
        case AnyOf(of=parts):
            return "; or ".join(_part(part) for part in parts)
        case Not(of=part):
            return f"not: {_part(part)}"
        case LabLimit() | LabAnswer() | Measured() | IfMeasured():
            return _laboratory(rule)
        case Condition() | PriorLine() | PriorLines():
            return _history(rule)
        case _:
            return _other(rule)


def _part(rule: Rule) -> str:
    return f"({rule_words(rule)})" if isinstance(rule, AllOf | AnyOf) else rule_words(rule)


def _days(days: int | None) -> str:
    return f", within {days} days" if days else ""


def _laboratory(rule: LabLimit | LabAnswer | Measured | IfMeasured) -> str:
    match rule:
        case LabLimit(at_least=low) if low is not None:
            return f"{rule.test} {low} or more{_days(rule.within_days)}"
        case LabLimit(at_most=high) if high is not None:
            return f"{rule.test} {high} or less{_days(rule.within_days)}"
        case LabLimit():
            return (
                f"{rule.test} at most {rule.at_most_uln} times the upper limit of its own"
                f" row{_days(rule.within_days)}"
            )
        case LabAnswer():
            return f"{rule.test} is {rule.is_.lower()}{_days(rule.within_days)}"
        case Measured():
            return (
                f"at least {rule.at_least} of {', '.join(rule.tests)}"
                f" measured{_days(rule.within_days)}"
            )
        case IfMeasured():
            return f"if measured, {rule_words(rule.of)}"


def _history(rule: Condition | PriorLine | PriorLines) -> str:
    match rule:
        case PriorLines():
            return f"exactly {rule.exactly} lines of systemic therapy"
        case PriorLine():
            given = f" with {' and '.join(rule.includes).lower()}" if rule.includes else ""
            without = (
                f" without any {' or '.join(rule.excludes_class)}" if rule.excludes_class else ""
            )
            return (
                "line"
                f" {rule.line}{given}{without}{', ended by progression' if rule.progressed else ''}"
            )
        case Condition():
            within = f" within {rule.within_years} calendar years" if rule.within_years else ""
            current = "current " if rule.current else ""
            coded = f", coded {' or '.join(rule.codes)}" if rule.codes else ""
            coded += f" with morphology {' or '.join(rule.histology)}" if rule.histology else ""
            apart = " or ".join(
                one.code + (f" with morphology {one.morphology}" if one.morphology else "")
                for one in rule.except_
            )
            apart = f", except {apart}" if apart else ""
            same = (
                f"; {', '.join(rule.same_disease)} are the disease itself"
                if rule.same_disease
                else ""
            )
            silent = (
                "unknown until declared" if rule.absence == "unknown" else "silence means absent"
            )
            return f"{current}{rule.category.lower()}{coded}{within}{apart}{same} ({silent})"


def _other(rule: Rule) -> str:
    match rule:
        case Genomic():
            after = (
                f", drawn after progression on line {rule.after_line}" if rule.after_line else ""
            )
            after += (
                f", reported before the first dose of line {rule.before_line}"
                if rule.before_line
                else ""
            )
            return (
                f"{rule.panel} {rule.status.lower()} in"
                f" {rule.specimen.lower()}{after}{_days(rule.within_days)}"
            )
        case Performance():
            return f"{rule.test} at most {rule.at_most}{_days(rule.within_days)}"
        case MeasurableDisease():
            how = (
                f" (diameter {rule.diameter}, node {rule.short_axis} or more)"
                if rule.diameter
                else ""
            )
            return f"at least {rule.at_least} measurable lesion{how}{_days(rule.within_days)}"
        case Attestation():
            return f"an investigator answers yes: “{rule.question}”{_days(rule.within_days)}"
        case Sex():
            return {"M": "male", "F": "female"}[rule.is_]
        case Age():
            return f"{rule.at_least} completed years or more"
        case Consent():
            return "consent given and not withdrawn"
        case _:
            return str(rule)
