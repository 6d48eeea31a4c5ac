"""What do several criteria say together? Kleene's strong logic over their findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding
from equipoise.protocol.criteria import Rule
from equipoise.protocol.criteria.combination import AllOf, AnyOf, Not
from equipoise.terms.verdict import Reason, Verdict, all_of, any_of


@evaluate.register
def _(rule: AllOf, asked: Asked) -> Finding:
    return _combined(rule, tuple(evaluate(part, asked) for part in rule.of), all_of)


@evaluate.register
def _(rule: AnyOf, asked: Asked) -> Finding:
    found = _combined(rule, tuple(evaluate(part, asked) for part in rule.of), any_of)
    doubt = next((part for part in found.parts if _is_of_two(part)), None)
    if doubt is None or found.verdict is not Verdict.MET:
        return found
    return replace(
        found,
        verdict=Verdict.UNKNOWN,
        detail=doubt.detail,
        evidence=doubt.evidence,
        reason=doubt.reason,
    )


def _is_of_two(part: Finding) -> bool:
    """Do the rows of demographics describe two people? Then whose the other answers are is open,
    though they be the same for either.
    """
    return part.id == "sex" and part.reason is Reason.CONTRADICTION


def _combined(rule: Rule, parts: tuple[Finding, ...], combine: Callable[..., Verdict]) -> Finding:
    """Only the parts that decided speak and give evidence; all are kept below."""
    verdict = combine(part.verdict for part in parts)
    deciding = [part for part in parts if part.verdict is verdict]
    sources = tuple(dict.fromkeys(source for part in deciding for source in part.evidence))
    reason = next((part.reason for part in deciding if part.reason), None)
    return Finding(
        rule.kind, verdict, "; ".join(part.detail for part in deciding), sources, reason, parts
    )


@evaluate.register
def _(rule: Not, asked: Asked) -> Finding:
    inner = evaluate(rule.of, replace(asked, denied=not asked.denied))
    return Finding(
        rule.kind, inner.verdict.negate(), inner.detail, inner.evidence, inner.reason, ()
    )
