"""May content go? State and results are compared before it does. Apart from the ledger, since
whoever verifies one need not wait for the statistics.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from equipoise.analysis.analyze import analyze
from equipoise.analysis.known import CannotAnalyze, know
from equipoise.conduct import redaction
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.record import AlreadyDone, Refused
from equipoise.conduct.redaction import Redacted, RedactionRequest
from equipoise.ledger.entry import Entry
from equipoise.store.places import stored
from equipoise.surface.ledgers import Ledger, acting, read_ledger


def redact(
    path: str | Path, request: RedactionRequest, *, reason: str, actor: str
) -> Redacted | Refused | AlreadyDone:
    """Take fields out of one entry, now; returns the ledger without them, whose last entry logs it,
    or what is in the way. Raises BrokenLedger.

    `actor` is the code of a data manager who is delegated, never a name; it stays in the ledger,
    and so does the reason.
    """
    read = read_ledger(path)
    decided = decide_redaction(read, acting(actor, "data_manager", None), request, reason=reason)
    if isinstance(decided, Redacted):
        with stored(path).writing() as ledger:
            ledger.redact(decided.log)
    return decided


def decide_redaction(
    read: Ledger, by: Attribution, request: RedactionRequest, *, reason: str
) -> Redacted | Refused | AlreadyDone:
    """May fields of an entry go, with state and results unchanged? Nothing is written."""
    return redaction.redact(
        read.trial,
        by,
        read.entries,
        request,
        reason=reason,
        same_results=partial(same_results, read),
    )


def same_results(read: Ledger, before: Sequence[Entry], after: Sequence[Entry]) -> bool:
    """Are the results of both the same? Asked before content goes; no figures are shown."""
    return _results(read, before) == _results(read, after)


def _results(read: Ledger, entries: Sequence[Entry]) -> object:
    """What a ledger shows, beside what was redacted; None where nothing can be analyzed yet."""
    try:
        folded = read.folded if entries is read.entries else None
        return analyze(know(entries, read.verified, folded=folded)).results
    except CannotAnalyze:
        return None
