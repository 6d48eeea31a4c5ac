"""What did a person judge, and when?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from equipoise.eligibility.concerned import concerned
from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.protocol.criteria.attestation import Attestation
from equipoise.subject.records import Record
from equipoise.subject.state import Attested
from equipoise.terms.codes import JUDGES
from equipoise.terms.dates import window_before
from equipoise.terms.verdict import Reason


@concerned.register
def _(rule: Attestation, asked: Asked) -> Iterator[Record]:  # noqa: ARG001  (it asks no record)
    yield from ()


@evaluate.register
def _(rule: Attestation, asked: Asked) -> Finding:
    """The latest answer decides; two of one day that differ leave it open. An answer that nobody
    gave is none.
    """
    answers = [
        attested
        for attested in asked.subject.attestations
        if attested.criterion == asked.criterion and attested.on <= asked.index
    ]
    named = [attested for attested in answers if not nobody_may(attested)]
    if not named:
        nobody = f"nobody who may is named as having answered: {rule.question}"
        detail = nobody if answers else f"not answered: {rule.question}"
        return unknown(rule, Reason.NOT_ATTESTED, detail, *(said.source for said in answers))
    day = max(attested.on for attested in named)
    return _of_the_day(rule, [said for said in named if said.on == day], asked)


def nobody_may(said: Attested) -> str | None:
    """Why an answer is none: nobody gave it, or somebody whose role may not."""
    if not said.by.strip():
        return "nobody is named who answered"
    if said.role and said.role not in JUDGES:
        return f"{said.role.lower()} may not answer it, {' or '.join(sorted(JUDGES)).lower()} may"
    return None


def _of_the_day(rule: Attestation, said: list[Attested], asked: Asked) -> Finding:
    days = rule.within_days
    opens = date.min if days is None else window_before(asked.index, days)[0]
    sources = tuple(dict.fromkeys(attested.source for attested in said))
    last = said[-1]
    if last.on < opens:
        detail = f"answered on {last.on}, needed from {opens}: {rule.question}"
        return unknown(rule, Reason.OUTSIDE_WINDOW, detail, *sources)
    if len({attested.answer for attested in said}) > 1:
        by = ", ".join(dict.fromkeys(attested.by for attested in said))
        detail = f"{rule.question} answered yes and no on {last.on}, by {by}"
        return unknown(rule, Reason.CONTRADICTION, detail, *sources)
    answer = "yes" if last.answer else "no"
    detail = f"{rule.question} {answer}, by {last.by} on {last.on}"
    return decided(rule, last.answer, detail, *sources)
