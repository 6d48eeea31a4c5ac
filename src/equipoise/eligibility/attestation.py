"""What did a person judge, and when?"""

from __future__ import annotations

from datetime import date

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.protocol.criteria.attestation import Attestation
from equipoise.terms.dates import window_before
from equipoise.terms.verdict import Reason


@evaluate.register
def _(rule: Attestation, asked: Asked) -> Finding:
    days = rule.within_days
    opens = date.min if days is None else window_before(asked.index, days)[0]
    answers = [
        attested
        for attested in asked.subject.attestations
        if attested.criterion == asked.criterion and attested.on <= asked.index
    ]
    if not answers:
        return unknown(rule, Reason.NOT_ATTESTED, f"not answered: {rule.question}")
    last = max(answers, key=lambda attested: (attested.on, attested.source))
    if last.on < opens:
        detail = f"answered on {last.on}, needed from {opens}: {rule.question}"
        return unknown(rule, Reason.OUTSIDE_WINDOW, detail, last.source)
    answer = "yes" if last.answer else "no"
    return decided(
        rule, last.answer, f"{rule.question} {answer}, by {last.by} on {last.on}", last.source
    )
