"""Is the ledger still the one whose head somebody else keeps?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from equipoise.conduct import trial_setup
from equipoise.conduct.carry_out import Session
from equipoise.conduct.record import Outcome
from equipoise.ledger.entry import Entry
from equipoise.ledger.verified import Broken, Meaning, Verified
from equipoise.store import witness
from equipoise.store.places import stored
from equipoise.store.witness import SignedHead
from equipoise.subject.fold import replay
from equipoise.surface.ledgers import acting, read_ledger


def create_key(ledger: str | Path, key: str | Path, *, actor: str) -> Outcome:
    """Make a key for signing heads and publish its public part in the ledger, by a sponsor or
    administrator. Nothing is made if the ledger refuses. Raises WitnessError, FileExistsError.
    """
    read = read_ledger(ledger)
    place = Path(key)
    witness.check_place(place, Path(ledger))
    public = witness.create_key(place)
    session = Session(stored(ledger))
    role = "sponsor" if actor == read.trial.founder else "administrator"
    outcome = session.do(trial_setup.publish_key, acting(actor, role, None), public)
    if not isinstance(outcome, Entry):
        place.unlink()
    return outcome


def sign_head(
    ledger: str | Path, key: str | Path, witness_file: str | Path | None = None
) -> SignedHead:
    """Sign the head of a ledger that verifies, and add it to a witness file. Raises BrokenLedger or
    WitnessError: the key must be published, and every head witnessed before must still be there.
    """
    read = read_ledger(ledger)
    private = witness.read_key(Path(key), Path(ledger))
    trial = read.trial
    public = witness.public_part(private)
    if public not in trial.public_keys:
        raise witness.WitnessError(
            f"{key} is not published in {ledger}: `equipoise head --create-key` does both"
        )
    place = Path(witness_file) if witness_file is not None else None
    if place is not None and place.exists() and (why := _missing(read.entries, place)):
        raise witness.WitnessError(f"{ledger}: {why}")
    signed = witness.sign_head(
        private,
        trial=trial.protocol.id,
        entries=read.verified.entries,
        head=read.verified.head,
        at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    if place is not None:
        witness.add_witness(place, signed)
    return signed


def witnessed(finding: Verified, ledger: str | Path, witness_file: str | Path) -> Verified | Broken:
    """Does a ledger that holds have every head that was witnessed? Raises WitnessError for a file
    that is no witness.
    """
    why = _missing(stored(ledger).read(), Path(witness_file))
    return Broken(finding.entries + 1, why, Meaning.ROLLED_BACK) if why else finding


def last_witnessed(witness_file: str | Path) -> SignedHead | None:
    """The youngest head of a witness file: what is older is held by it."""
    return max(witness.read_witness(Path(witness_file)), key=lambda head: head.at, default=None)


def _missing(entries: Sequence[Entry], place: Path) -> str | None:
    trial = replay(entries)
    hashes = [entry.hash for entry in entries]
    heads = list(witness.read_witness(place))
    if not heads:
        return f"{place} holds no head: nothing was witnessed"
    return witness.missing_head(heads, trial.protocol.id, hashes, trial.public_keys)
