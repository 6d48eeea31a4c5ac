"""Does a limit hold, where its test was done? (LB)"""

from __future__ import annotations

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided
from equipoise.eligibility.lab import labs
from equipoise.protocol.criteria.if_measured import IfMeasured
from equipoise.protocol.criteria.lab import LabLimit
from equipoise.subject.records import LB
from equipoise.terms.codes import CompletionStatus
from equipoise.terms.dates import ANY_DAY, in_window, window_before
from equipoise.terms.verdict import Reason, Verdict


@evaluate.register
def _(rule: IfMeasured, asked: Asked) -> Finding:
    inner = evaluate(rule.of, asked)
    if inner.reason in (Reason.NO_RESULT, Reason.OUTSIDE_WINDOW) and not _attempted(rule.of, asked):
        return decided(rule, True, f"{rule.of.test} was not measured in the window")
    return inner


def _attempted(rule: LabLimit, asked: Asked) -> bool:
    """Was there a row in the window, even one without a result? A sample that was lost or hemolyzed
    was taken.
    """
    opens, closes = window_before(asked.index, rule.within_days)
    return any(
        in_window(lab.date or ANY_DAY, opens, closes) is not Verdict.NOT_MET and not _not_done(lab)
        for lab in labs(asked, rule.test)
    )


def _not_done(lab: LB) -> bool:
    """Not measured at all. LBSTAT is NOT DONE for every missing result; LBREASND says why."""
    not_done = CompletionStatus.NOT_DONE
    return lab.status == not_done and not lab.original and lab.reason_not_done in ("", not_done)
