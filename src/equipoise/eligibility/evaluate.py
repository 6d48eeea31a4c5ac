"""May this person enter? Each criterion against the records: met, not met or unknown, with reason
and evidence.

This is the definition of the criteria; whatever else answers them (queries over a warehouse) is
held to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import singledispatch
from typing import Any

from equipoise.eligibility.finding import Finding
from equipoise.protocol import criteria as c
from equipoise.protocol.model import Criterion, Protocol
from equipoise.subject.records import DM, DS, LB, QS, AnyRecord, Source
from equipoise.subject.state import Subject
from equipoise.terms.dates import completed_years, in_window, window_before
from equipoise.terms.quantity import convert, decimal_of
from equipoise.terms.verdict import Reason, Verdict, all_of, any_of


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a criterion is asked about, and as of which day (DESIGN: index date)."""

    subject: Subject
    index: date
    criterion: str = ""


def evaluate_all(protocol: Protocol, subject: Subject, index: date) -> tuple[Finding, ...]:
    """A finding for each criterion of the protocol, in its order."""
    return tuple(evaluate_criterion(criterion, subject, index) for criterion in protocol.criteria)


def evaluate_criterion(criterion: Criterion, subject: Subject, index: date) -> Finding:
    """The finding for one criterion; for exclusions too, *met* means: does not block entry."""
    return replace(evaluate(criterion.rule, Asked(subject, index, criterion.id)), id=criterion.id)


def overall(findings: Sequence[Finding]) -> Verdict:
    """May she enter? Kleene's *and* over all criteria."""
    return all_of(finding.verdict for finding in findings)


@singledispatch
def evaluate(rule: Any, asked: Asked) -> Finding:
    """The finding for one rule. The kinds of rules are those of `protocol.criteria`."""
    raise TypeError(f"no way to evaluate {type(rule).__name__}")


def _met(rule: Any, yes: bool, detail: str, *evidence: Source) -> Finding:
    return Finding(rule.kind, Verdict.MET if yes else Verdict.NOT_MET, detail, evidence)


def _unknown(rule: Any, reason: Reason, detail: str, *evidence: Source) -> Finding:
    return Finding(rule.kind, Verdict.UNKNOWN, detail, evidence, reason)


# ------------------------------------------------------------------ which row decides


def _order(record: Any) -> Any:
    return (record.date.latest, record.date.time, record.order)


def decided_by_latest(
    rule: Any,
    rows: Sequence[AnyRecord],
    what: str,
    asked: Asked,
    days: int | None,
    decide: Callable[[Any], Finding],
) -> Finding:
    """The finding of the latest row in the window, the same day included; older rows never stand in
    for it.

    A row with a partial date decides only if every completion of the date leads to the same
    verdict. Sources order
    rows of one day: what was entered later counts as later.
    """
    opens, closes = (
        window_before(asked.index, days) if days is not None else (date.min, asked.index)
    )
    dated = [(row, in_window(row.date, opens, closes)) for row in rows if row.date]  # type: ignore[attr-defined]
    inside = [row for row, where in dated if where is Verdict.MET]
    perhaps = [row for row, where in dated if where is Verdict.UNKNOWN]
    if not inside and not perhaps:
        return _nothing_in_window(rule, rows, what, opens, closes, days)
    certain = max((row.date.earliest for row in inside), default=date.min)  # type: ignore[attr-defined]
    latest = sorted((row for row in inside + perhaps if row.date.latest >= certain), key=_order)  # type: ignore[attr-defined]
    if all(row.date.exact for row in latest):  # type: ignore[attr-defined]
        return decide(latest[-1])
    findings = [decide(row) for row in latest]
    if inside and len({finding.verdict for finding in findings}) == 1:
        return findings[-1]
    partial = next(row for row in latest if not row.date.exact)  # type: ignore[attr-defined]
    detail = f"{what} has a date known only as {partial.date}, which may decide"  # type: ignore[attr-defined]
    return _unknown(rule, Reason.PARTIAL_DATE, detail, partial.source)


def _nothing_in_window(
    rule: Any, rows: Sequence[Any], what: str, opens: date, closes: date, days: int | None
) -> Finding:
    window = f"between {opens} and {closes}" if days is not None else f"up to {closes}"
    if not rows:
        return _unknown(rule, Reason.NO_RESULT, f"no {what} {window}")
    last = max(rows, key=lambda row: (row.date.latest if row.date else date.min, row.source))
    detail = f"no {what} {window}; the last is of {last.date or 'an unknown date'}"
    return _unknown(rule, Reason.OUTSIDE_WINDOW, detail, last.source)


# ------------------------------------------------------------------ laboratory and scores


def _labs(asked: Asked, test: str) -> list[LB]:
    return [lab for lab in asked.subject.records(LB) if lab.test == test]


@evaluate.register
def _(rule: c.LabLimit, asked: Asked) -> Finding:
    return decided_by_latest(
        rule,
        _labs(asked, rule.test),
        rule.test,
        asked,
        rule.within_days,
        lambda lab: _against_limit(rule, lab),
    )


def _against_limit(rule: c.LabLimit, lab: LB) -> Finding:
    shown = f"{lab.test} {lab.original} {lab.original_unit}".rstrip() + f" on {lab.date}"
    if lab.value is None:
        why = lab.why_missing or Reason.NO_RESULT
        found = (
            f"{lab.test} on {lab.date}: found {lab.original or lab.reason_not_done or 'nothing'!r}"
        )
        return _unknown(rule, why, f"{found} {lab.original_unit}".rstrip(), lab.source)
    if rule.at_most_uln is not None:
        return _against_uln(rule, lab, shown)
    limit = rule.at_least or rule.at_most
    assert limit is not None  # the model allows exactly one of the three
    bound = convert(limit.value, limit.unit, lab.unit, lab.test)
    if bound is None:
        return _unknown(
            rule, Reason.UNIT_UNKNOWN, f"{shown} cannot be compared with {limit}", lab.source
        )
    holds = lab.value >= bound if rule.at_least else lab.value <= bound
    return _met(
        rule, holds, f"{shown}, limit {'>=' if rule.at_least else '<='} {limit}", lab.source
    )


def _against_uln(rule: c.LabLimit, lab: LB, shown: str) -> Finding:
    """Value and limit of normal come from the same row and unit, so the ratio needs no
    conversion.
    """
    value, upper = decimal_of(lab.original), decimal_of(lab.original_upper)
    if upper is None or upper <= 0 or value is None or rule.at_most_uln is None:
        return _unknown(rule, Reason.NO_ULN, f"{shown} has no upper limit of normal", lab.source)
    detail = f"{shown}, limit {rule.at_most_uln} x ULN {upper}"
    return _met(rule, value <= rule.at_most_uln * upper, detail, lab.source)


@evaluate.register
def _(rule: c.LabAnswer, asked: Asked) -> Finding:
    def decide(lab: LB) -> Finding:
        answer = lab.original.strip().upper()
        if answer not in ("POSITIVE", "NEGATIVE"):
            return _unknown(
                rule,
                Reason.VALUE_UNREADABLE,
                f"{lab.test} on {lab.date}: found {answer!r}",
                lab.source,
            )
        return _met(rule, answer == rule.is_, f"{lab.test} {answer} on {lab.date}", lab.source)

    return decided_by_latest(
        rule, _labs(asked, rule.test), rule.test, asked, rule.within_days, decide
    )


@evaluate.register
def _(rule: c.Measured, asked: Asked) -> Finding:
    def decide(lab: LB) -> Finding:
        if lab.value is None:
            return _unknown(
                rule, lab.why_missing or Reason.NO_RESULT, f"{lab.test} not readable", lab.source
            )
        return _met(rule, True, f"{lab.test} on {lab.date}", lab.source)

    found = [
        decided_by_latest(rule, _labs(asked, test), test, asked, rule.within_days, decide)
        for test in rule.tests
    ]
    usable = [finding for finding in found if finding.verdict is Verdict.MET]
    sources = tuple(dict.fromkeys(source for finding in usable for source in finding.evidence))
    detail = (
        f"{len(usable)} of {', '.join(rule.tests)} measured in the window, needed {rule.at_least}"
    )
    if len(usable) >= rule.at_least:
        return _met(rule, True, detail, *sources)
    return _unknown(rule, Reason.NO_RESULT, detail, *sources)


@evaluate.register
def _(rule: c.IfMeasured, asked: Asked) -> Finding:
    inner = evaluate(rule.of, asked)
    if inner.reason in (Reason.NO_RESULT, Reason.OUTSIDE_WINDOW) and not _attempted(rule.of, asked):
        return Finding(rule.kind, Verdict.MET, f"{rule.of.test} was not measured in the window")
    return inner


def _attempted(rule: c.LabLimit, asked: Asked) -> bool:
    """Was there a row in the window, even one without a result? A sample that was lost or hemolyzed
    was taken.
    """
    opens, closes = window_before(asked.index, rule.within_days)
    return any(
        lab.date
        and in_window(lab.date, opens, closes) is not Verdict.NOT_MET
        and not _not_done(lab)
        for lab in _labs(asked, rule.test)
    )


def _not_done(lab: LB) -> bool:
    """Not measured at all. LBSTAT is NOT DONE for every missing result; LBREASND says why."""
    return lab.status == "NOT DONE" and lab.reason_not_done.strip().upper() in ("", "NOT DONE")


@evaluate.register
def _(rule: c.Performance, asked: Asked) -> Finding:
    def decide(score: QS) -> Finding:
        value = decimal_of(score.original)
        if value is None or value < 0:
            why = Reason.VALUE_UNREADABLE if score.original else Reason.NO_RESULT
            return _unknown(
                rule, why, f"{rule.test} on {score.date}: found {score.original!r}", score.source
            )
        detail = f"{rule.test} {value} on {score.date}, limit <= {rule.at_most}"
        return _met(rule, value <= rule.at_most, detail, score.source)

    rows = [score for score in asked.subject.records(QS) if score.test == rule.test]
    return decided_by_latest(rule, rows, rule.test, asked, rule.within_days, decide)


# ------------------------------------------------------------------ persons and judgements


@evaluate.register
def _(rule: c.Consent, asked: Asked) -> Finding:
    given = [
        ds
        for ds in asked.subject.records(DS)
        if ds.decoded == "INFORMED CONSENT OBTAINED" and _by(ds, asked)
    ]
    arm_known = asked.subject.randomized  # who withdraws after it was eligible
    entry = arm_known.source if arm_known else None
    before = [
        w for w in asked.subject.withdrawals if not isinstance(entry, int) or w.source < entry
    ]
    withdrawn = [w for w in before if w.on <= asked.index]
    if withdrawn:
        return _met(
            rule,
            False,
            f"withdrew on {withdrawn[-1].on} ({withdrawn[-1].what})",
            withdrawn[-1].source,
        )
    if not given:
        return _unknown(rule, Reason.NO_RESULT, f"no consent recorded up to {asked.index}")
    return _met(
        rule, True, f"consent to version {given[-1].term} on {given[-1].date}", given[-1].source
    )


def _by(record: Any, asked: Asked) -> bool:
    return record.date is not None and record.date.latest <= asked.index


@evaluate.register
def _(rule: c.Attestation, asked: Asked) -> Finding:
    opens = (
        window_before(asked.index, rule.within_days)[0]
        if rule.within_days is not None
        else date.min
    )
    said = [
        a
        for a in asked.subject.attestations
        if a.criterion == asked.criterion and a.on <= asked.index
    ]
    if not said:
        return _unknown(rule, Reason.NOT_ATTESTED, f"not answered: {rule.question}")
    last = max(said, key=lambda a: (a.on, a.source))
    if last.on < opens:
        return _unknown(
            rule,
            Reason.OUTSIDE_WINDOW,
            f"answered on {last.on}, needed from {opens}: {rule.question}",
            last.source,
        )
    answer = "yes" if last.answer else "no"
    return _met(
        rule, last.answer, f"{rule.question} {answer}, by {last.by} on {last.on}", last.source
    )


@evaluate.register
def _(rule: c.Sex, asked: Asked) -> Finding:
    known = [dm for dm in asked.subject.records(DM) if dm.sex in ("M", "F")]
    if not known:
        return _unknown(rule, Reason.NO_RESULT, "sex not recorded")
    return _met(rule, known[-1].sex == rule.is_, f"sex {known[-1].sex}", known[-1].source)


@evaluate.register
def _(rule: c.Age, asked: Asked) -> Finding:
    rows = [dm for dm in asked.subject.records(DM) if dm.birth or dm.age is not None]
    if not rows:
        return _unknown(rule, Reason.NO_RESULT, "neither date of birth nor age recorded")
    last = rows[-1]
    if last.birth is None:
        assert last.age is not None
        return _met(
            rule,
            last.age >= rule.at_least,
            f"age {last.age}, limit >= {rule.at_least}",
            last.source,
        )
    least, most = (
        completed_years(last.birth.latest, asked.index),
        completed_years(last.birth.earliest, asked.index),
    )
    if (least >= rule.at_least) != (most >= rule.at_least):
        return _unknown(
            rule,
            Reason.PARTIAL_DATE,
            f"born {last.birth}: {least} or {most} years old",
            last.source,
        )
    return _met(
        rule,
        least >= rule.at_least,
        f"born {last.birth}, limit >= {rule.at_least} years",
        last.source,
    )


# ------------------------------------------------------------------ combination


@evaluate.register
def _(rule: c.AllOf, asked: Asked) -> Finding:
    return _combined(rule, tuple(evaluate(part, asked) for part in rule.of), all_of)


@evaluate.register
def _(rule: c.AnyOf, asked: Asked) -> Finding:
    return _combined(rule, tuple(evaluate(part, asked) for part in rule.of), any_of)


def _combined(rule: Any, parts: tuple[Finding, ...], combine: Callable[..., Verdict]) -> Finding:
    """Only the parts that decided speak and give evidence; all are kept below."""
    verdict = combine(part.verdict for part in parts)
    deciding = [part for part in parts if part.verdict is verdict]
    sources = tuple(dict.fromkeys(source for part in deciding for source in part.evidence))
    reason = next((part.reason for part in deciding if part.reason), None)
    return Finding(
        rule.kind, verdict, "; ".join(part.detail for part in deciding), sources, reason, parts
    )


@evaluate.register
def _(rule: c.Not, asked: Asked) -> Finding:
    inner = evaluate(rule.of, asked)
    return Finding(
        rule.kind, inner.verdict.negate(), inner.detail, inner.evidence, inner.reason, ()
    )
