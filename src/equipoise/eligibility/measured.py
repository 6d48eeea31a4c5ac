"""Were enough of some tests measured at all? (LB)"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from equipoise.eligibility.concerned import concerned
from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.lab import labs, unreadable
from equipoise.eligibility.latest import decided_by_latest, shown
from equipoise.protocol.criteria.measured import Measured
from equipoise.subject.records import LB, Record
from equipoise.terms.verdict import Reason, Verdict


@concerned.register
def _(rule: Measured, asked: Asked) -> Iterator[Record]:
    for test in rule.tests:
        yield from labs(asked, test)


@evaluate.register
def _(rule: Measured, asked: Asked) -> Finding:
    def decide(test: str, lab: LB) -> Finding:
        if cannot := unreadable(rule, asked, test, lab):
            return cannot
        if lab.value is None:
            reason = lab.why_missing or Reason.NO_RESULT
            return unknown(rule, reason, f"{test} not readable", lab.source)
        return decided(rule, True, f"{test} on {shown(lab.date)}", lab.source)

    findings = [
        decided_by_latest(
            rule, labs(asked, test), test, asked, rule.within_days, partial(decide, test)
        )
        for test in rule.tests
    ]
    usable = [finding for finding in findings if finding.verdict is Verdict.MET]
    sources = tuple(dict.fromkeys(source for finding in usable for source in finding.evidence))
    detail = (
        f"{len(usable)} of {', '.join(rule.tests)} measured in the window, needed {rule.at_least}"
    )
    if len(usable) >= rule.at_least:
        return decided(rule, True, detail, *sources)
    return unknown(rule, Reason.NO_RESULT, detail, *sources)
