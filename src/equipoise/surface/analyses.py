"""What does a trial show?"""

from __future__ import annotations

from datetime import date

from equipoise.analysis import analyze as analysis
from equipoise.analysis.analyze import Analysis
from equipoise.analysis.known import know
from equipoise.surface.ledgers import Ledger


def analyze(ledger: Ledger, *, as_of: date | None = None, cutoff: date | None = None) -> Analysis:
    """The trial as it was known on a day (`as_of`, default: all entries), up to a clinical day
    (`cutoff`, default: `as_of`, or the last day recorded).

    Raises CannotAnalyze.
    """
    known = know(ledger.entries, ledger.verified, as_of=as_of, cutoff=cutoff, folded=ledger.folded)
    return analysis.analyze(known)
