"""Were enough of some tests measured at all? (LB)"""

from __future__ import annotations

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.lab import labs
from equipoise.eligibility.latest import decided_by_latest
from equipoise.protocol.criteria.measured import Measured
from equipoise.subject.records import LB
from equipoise.terms.verdict import Reason, Verdict


@evaluate.register
def _(rule: Measured, asked: Asked) -> Finding:
    def decide(lab: LB) -> Finding:
        if lab.value is None:
            return unknown(rule, Reason.NO_RESULT, f"{lab.test} not readable", lab.source)
        return decided(rule, True, f"{lab.test} on {lab.date}", lab.source)

    findings = [
        decided_by_latest(rule, labs(asked, test), test, asked, rule.within_days, decide)
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
