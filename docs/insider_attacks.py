"""What somebody with rights, or with the file, could try, and what answers it: attempts on a small
simulated trial. Run `python docs/insider_attacks.py`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from functools import partial
from pathlib import Path

import equipoise
from equipoise.conduct import (
    data_entry,
    data_management,
    disposition,
    protocol_versions,
    redaction,
    trial_setup,
)
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Session
from equipoise.conduct.data_entry import FormData
from equipoise.conduct.redaction import RedactionRequest
from equipoise.conduct.verify import verify_entries
from equipoise.ledger import events
from equipoise.ledger.chain import append
from equipoise.ledger.entry import Entry, Header, line_of
from equipoise.ledger.events import event_of
from equipoise.ledger.verified import Broken
from equipoise.store.memory import Memory
from equipoise.surface import heads
from equipoise.surface.redactions import same_results

PROTOCOL = equipoise.load_protocol("NCT04509635")
WHOLE = equipoise.rehearse(PROTOCOL, participants=4, seed=7)
LOCKED = list(WHOLE.entries)
OPEN = LOCKED[: next(e.seq for e in LOCKED if e.type == "TrialStatusChanged" and e.seq > 60) - 1]
NOW = "2029-01-01T08:00:00Z"


def by(role: str, site: str | None = None, **changes: str) -> Attribution:
    """Somebody acts."""
    told = {"at": NOW, "actor": f"{role}-{site}" if site else role, "key": "attack"}
    return Attribution(**{**told, **changes}, role=role, site=site, salt="5a" * 16)


def last(kind: str, entries: list[Entry] = LOCKED, holding: str = "") -> Entry:
    """The last entry of a kind whose content has a text in it."""
    return next(e for e in reversed(entries) if e.type == kind and holding in str(e.payload))


def redact(entries: list[Entry], seq: int, who: Attribution, *names: str) -> str:
    """What is said to a redaction."""
    session = Session(Memory(entries))
    request = RedactionRequest(seq, names, "IDENTIFIER", "GDPR 17", "sponsor")
    unchanged = partial(same_results, WHOLE)
    told = {"reason": "a name was typed", "same_results": unchanged}
    return str(redaction.redact(session.trial, who, entries, request, **told))


def forged(place: int, **changes: object) -> str:
    """One entry changed by the owner of the file, and the whole chain written anew."""
    history = [
        (Header(**{f.name: getattr(e, f.name) for f in fields(Header)}), event_of(e))
        for e in LOCKED
    ]
    header, event = history[place - 1]
    own = {f.name for f in fields(Header)}
    header = replace(header, **{k: v for k, v in changes.items() if k in own})
    event = replace(event, **{k: v for k, v in changes.items() if k not in own})
    history[place - 1] = header, event
    entries: list[Entry] = []
    for told, what in history:
        head = entries[-1].hash if entries else ""
        said = replace(what, head=head) if isinstance(what, events.Signed) else what
        entries.append(append(entries[-1] if entries else None, said, told, "ab" * 16))
    found = verify_entries(entries)
    return f"entry {found.seq}: {found.why}" if isinstance(found, Broken) else "not found"


def with_rights() -> Iterator[tuple[str, str]]:
    """What people who may record try: (attempt, answer)."""
    manager = by("data_manager")
    scan = last("FormSaved", holding="TUMOR_ASSESSMENT")
    who, site = scan.subject or "", scan.site or ""
    yield "take out the lock", redact(LOCKED, last("Locked").seq, manager)
    yield "take out a scan after the lock", redact(LOCKED, scan.seq, manager)
    coordinator = by("coordinator", "S02", at="1999-01-01T00:00:00Z", key=LOCKED[3].key)
    yield "redact as a coordinator, in 1999, under a used key", redact(OPEN, 70, coordinator)

    arm = PROTOCOL.arms[0].model_copy(update={"id": "OTHER"})
    second = PROTOCOL.model_copy(update={"version": "2.0", "arms": (arm, *PROTOCOL.arms[1:])})
    how = {"sites": (), "effective_on": date(2029, 1, 1), "reconsent": False}
    session = Session(Memory(OPEN))
    do = session.do
    amend = protocol_versions.amend_protocol
    yield "amend an arm away", str(do(amend, by("sponsor"), second, **how))

    enter = by("coordinator", site)
    read = last("FormSaved", OPEN, "TUMOR_ASSESSMENT")
    visit = str(read.payload["visit"])
    reading = {"date": "2028-12-01", "evaluator": "LOCAL MDT"}
    form = FormData("TUMOR_ASSESSMENT", visit, reading, {"response": [{"response": "PD"}]})
    save = data_entry.save_form
    again = by("coordinator", read.site)
    yield "enter a scan twice", str(do(save, again, read.subject or "", form))
    used = replace(enter, key=read.key)
    died = {"died_on": "2028-01-01", "cause": "disease"}
    yield "hide a death under a used key", str(do(disposition.record_death, used, who, **died))
    unknown = form._replace(form="HOROSCOPE")
    yield "write what cannot be read", str(do(save, enter, who, unknown))
    fraction = replace(enter, at="2029-01-01T08:00:00.5Z")
    yield "a time in another form", str(do(save, fraction, who, form))
    sign = data_management.sign
    seen = {"meaning": "REVIEWED", "about": (scan.seq,)}
    other = next(name for name in ("S01", "S02") if name != site)
    yield "sign for another site", str(do(sign, by("investigator", other), who, **seen))
    empty = {**seen, "meaning": ""}
    yield "sign without a meaning", str(do(sign, by("investigator", site), who, **empty))
    yield "enter from a site that nobody opened", str(do(save, by("coordinator", "S99"), who, form))

    ahead = replace(by("sponsor"), at="2199-01-01T00:00:00Z", key="ahead")
    duty = {"training": "GCP", "trained_on": date(2029, 1, 1)}
    wrong = do(trial_setup.train, ahead, "nurse-01", **duty)
    back = replace(by("sponsor"), key="clock")
    mended = do(trial_setup.correct_clock, back, wrong.seq, reason="the year was wrong")
    yield "brick the trial by a date in 2199", f"{mended.type}, and the trial goes on"


def with_the_file() -> Iterator[tuple[str, str]]:
    """What the owner of the file tries, and who reads the protocol."""
    given, scan = last("SubjectRandomized"), last("FormSaved", holding="TUMOR_ASSESSMENT")
    yield "write it anew: another arm", forged(given.seq, arm="OTHER")
    yield "write it anew: position 1 for everybody", forged(given.seq, list_position=1)
    yield "write it anew: times backward", forged(given.seq, at="2020-09-01T00:00:00Z")
    yield "write it anew: equal keys", forged(given.seq, key=LOCKED[3].key)
    yield "write it anew: another role", forged(scan.seq, role="monitor")
    yield "write it anew, by every rule, or roll it back", _rolled_back()
    words = PROTOCOL.randomization.words()
    yield "read the block sizes in the protocol", words
    yield "guess the next arm by counting", _guessed()


def _rolled_back() -> str:
    with tempfile.TemporaryDirectory() as folder:
        place, keys = Path(folder) / "data" / "ledger.jsonl", Path(folder) / "keys"
        keys.mkdir()
        equipoise.write_ledger(WHOLE, place)
        heads.create_key(place, keys / "head.pem", actor="sponsor")
        heads.sign_head(place, keys / "head.pem", keys / "witness")
        place.write_bytes(b"".join(line_of(entry) for entry in OPEN))
        finding = equipoise.verify(place)
        found = equipoise.witnessed(finding, place, keys / "witness")
        return f"hashes and rules hold; the witness says: {found.why}"


def _guessed() -> str:
    blocks = equipoise.design(PROTOCOL, trials=0).computed.blocks
    return f"not hidden from who counts in an open trial; the design says so: {blocks.words()}"


if __name__ == "__main__":
    for tried, answer in (*with_rights(), *with_the_file()):
        sys.stdout.write(f"{tried}\n    {answer}\n")
