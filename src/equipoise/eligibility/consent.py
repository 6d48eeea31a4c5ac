"""Was consent given, and not withdrawn? (DS)"""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.eligibility.concerned import concerned
from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.latest import decided_by_latest, shown
from equipoise.protocol.criteria.consent import Consent
from equipoise.subject.records import DS, Record
from equipoise.subject.state import Ended
from equipoise.terms.codes import (
    CONSENT_WITHDRAWALS,
    OTHER_DISPOSITIONS,
    WITHDRAWALS,
    DispositionTerm,
)
from equipoise.terms.verdict import Reason

_SILENT = OTHER_DISPOSITIONS | (
    set(DispositionTerm) - {DispositionTerm.CONSENT} - WITHDRAWALS - CONSENT_WITHDRAWALS
)
"""DSDECOD that say nothing about consent."""


@concerned.register
def _(rule: Consent, asked: Asked) -> Iterator[Record]:  # noqa: ARG001  (one kind of consent)
    yield from _about_consent(asked)


def _about_consent(asked: Asked) -> list[DS]:
    """Consents and withdrawals, and what no code list has; those of our own commands stand in
    `withdrawals` too.
    """
    ours = {withdrawal.source for withdrawal in asked.subject.withdrawals}
    return [
        ds
        for ds in asked.subject.records(DS)
        if ds.decoded not in _SILENT and ds.source not in ours
    ]


@evaluate.register
def _(rule: Consent, asked: Asked) -> Finding:
    if withdrawn := _withdrawn_before_entry(asked):
        detail = f"withdrew on {withdrawn.on} ({withdrawn.what})"
        return decided(rule, False, detail, withdrawn.source)

    def decide(ds: DS) -> Finding:
        return _told(rule, ds)

    rows = [ds for ds in _about_consent(asked) if not ds.date or ds.date.earliest <= asked.index]
    if not any(ds.decoded == DispositionTerm.CONSENT for ds in rows):
        return unknown(rule, Reason.NO_RESULT, f"no consent recorded up to {asked.index}")
    return decided_by_latest(rule, rows, "consent", asked, None, decide)


def _told(rule: Consent, ds: DS) -> Finding:
    when = shown(ds.date)
    if ds.decoded == DispositionTerm.CONSENT:
        return decided(rule, True, f"consent to version {ds.term} on {when}", ds.source)
    if ds.decoded in CONSENT_WITHDRAWALS or (ds.decoded in WITHDRAWALS and not _of_treatment(ds)):
        detail = f"consent withdrawn on {when} ({ds.decoded.lower()})"
        return decided(rule, False, detail, ds.source)
    if ds.decoded in WITHDRAWALS:
        detail = f"{ds.decoded.lower()} on {when}: of the treatment only, or of the consent?"
        return unknown(rule, Reason.NOT_CLASSIFIED, detail, ds.source)
    detail = f"{ds.decoded or 'a row without DSDECOD'} on {when} may be a withdrawal of consent"
    return unknown(rule, Reason.NOT_CODED, detail, ds.source)


def _of_treatment(ds: DS) -> bool:
    """Does DSSCAT or EPOCH say that the withdrawal may be of treatment alone?"""
    return "TREATMENT" in ds.subcategory or "TREATMENT" in ds.epoch


def _withdrawn_before_entry(asked: Asked) -> Ended | None:
    """A withdrawal recorded by our command, unless a consent was recorded after it. Who withdraws
    after the randomization was eligible; no entry of a ledger is both, so before it and up to it
    are one.
    """
    entry = asked.subject.randomized.source if asked.subject.randomized else None
    withdrawals = [
        withdrawal
        for withdrawal in asked.subject.withdrawals
        if withdrawal.on <= asked.index
        and (not isinstance(entry, int) or withdrawal.source < entry)
    ]
    if not withdrawals:
        return None
    last = withdrawals[-1]
    again = any(
        consent.source > last.source and consent.on <= asked.index
        for consent in asked.subject.consents
    )
    return None if again else last
