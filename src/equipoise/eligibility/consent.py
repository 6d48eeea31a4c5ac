"""Was consent given, and not withdrawn? (DS)"""

from __future__ import annotations

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.protocol.criteria.consent import Consent
from equipoise.subject.records import DS
from equipoise.subject.state import Ended
from equipoise.terms.codes import DispositionTerm
from equipoise.terms.verdict import Reason


@evaluate.register
def _(rule: Consent, asked: Asked) -> Finding:
    if withdrawn := _withdrawals_before_entry(asked):
        last = withdrawn[-1]
        return decided(rule, False, f"withdrew on {last.on} ({last.what})", last.source)
    given = [
        ds
        for ds in asked.subject.records(DS)
        if ds.decoded == DispositionTerm.CONSENT and ds.date and ds.date.latest <= asked.index
    ]
    if not given:
        return unknown(rule, Reason.NO_RESULT, f"no consent recorded up to {asked.index}")
    consent = given[-1]
    return decided(
        rule, True, f"consent to version {consent.term} on {consent.date}", consent.source
    )


def _withdrawals_before_entry(asked: Asked) -> list[Ended]:
    """Who withdraws after the randomization was eligible. No entry of a ledger is both, so before
    it and up to it are one.
    """
    entry = asked.subject.randomized.source if asked.subject.randomized else None
    return [
        withdrawal
        for withdrawal in asked.subject.withdrawals
        if withdrawal.on <= asked.index
        and (not isinstance(entry, int) or withdrawal.source < entry)
    ]
