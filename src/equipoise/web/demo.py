"""What does a trial unit look like in the middle of its work? A simulated trial that recruits, with
accounts for everybody; today is the day after the last that was recorded.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from equipoise.allocation.declared import with_sizes
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Session
from equipoise.conduct.data_entry import FormData, save_form
from equipoise.conduct.data_management import Question, answer_query, next_query, open_query
from equipoise.conduct.randomization import draw_allocation
from equipoise.conduct.safety import Report, report_safety
from equipoise.ledger.entry import Entry
from equipoise.protocol.model import Protocol
from equipoise.rehearsal.rehearse import rehearse_until
from equipoise.store.allocator import AllocatorLog, Answered
from equipoise.store.files import make_folder
from equipoise.store.memory import Memory
from equipoise.store.sealed_boxes import SealedBoxes, create_key
from equipoise.subject.fold import replay
from equipoise.subject.regimen import suspects
from equipoise.subject.state import Subject, Trial
from equipoise.web.accounts import Made, create_account
from equipoise.web.models import User
from equipoise.web.trials import KEY, LOG, SEALED, storage_of

SEED = 11
_ASKED = 6
ACCOUNTS = "demo-accounts.txt"
NAMES = {
    "sponsor": "Sponsor Demo",
    "coordinator": "Coordinator Demo",
    "investigator": "Investigator Demo",
    "monitor": "Monitor Demo",
    "data_manager": "Data Manager Demo",
    "statistician": "Statistician Demo",
    "safety": "Safety Physician Demo",
}


def make_demo(
    data: Path, protocol: Protocol, *, participants: int = 50, days: int = 388
) -> list[Made]:
    """The trial, which has recruited for so many days, and its accounts in a prepared folder.
    Raises FileExistsError where the trial is there already.
    """
    folder = data / "trials" / protocol.id
    if folder.exists():
        raise FileExistsError(f"{folder} holds a trial already")
    make_folder(folder)
    now = datetime.now(UTC)
    storage = Memory()
    rng = np.random.default_rng(int.from_bytes(os.urandom(32), "big"))
    declared = with_sizes(protocol, None)
    longest = max(participants, declared.design.participants)
    design = declared.design.model_copy(update={"participants": longest})
    long = declared.model_copy(update={"design": design})
    drawn = draw_allocation(long, rng, os.urandom(32).hex())
    SealedBoxes.create(folder / SEALED, drawn, create_key(folder / KEY))
    first_and_last = ((now - timedelta(days=days)).date(), (now - timedelta(days=1)).date())
    rehearse_until(
        declared, storage, drawn, participants=participants, seed=SEED, days=first_and_last
    )
    _waiting(Session(storage))
    entries = storage.read()
    _log(AllocatorLog(folder / LOG), entries)
    with storage_of(folder).writing() as ledger:
        ledger.append(entries)
    made = list(_accounts(replay(entries)))
    _write_private(data / ACCOUNTS, "".join(f"{' '.join(each)}\n" for each in made))
    return made


def _waiting(session: Session) -> None:
    """The monitor has read some forms of yesterday and asks about them, and a site has reported a
    serious event, which nobody has judged; another site has one to report. One question is
    answered.
    """
    trial = session.trial
    seen = [each for each in trial.subjects.values() if each.randomized and not each.died]
    latest = sorted(seen, key=lambda each: -max(each.forms))
    asked = [(her, _ask(session, her)) for her in latest[:_ASKED]]
    her, query = asked[-1]
    coordinator = (f"coordinator-{her.site}", "coordinator", her.site)
    _do(session, coordinator, answer_query, her.id, query, text="yes, it says the same day")
    her = latest[0]
    assert trial.head is not None
    yesterday = datetime.fromisoformat(trial.head.at).date()
    report = Report(
        report=f"{her.id}-1",
        kind="SERIOUS ADVERSE EVENT",
        term="febrile neutropenia",
        onset=yesterday.isoformat(),
        criteria=("HOSPITALIZATION",),
        aware_at=trial.head.at.replace("Z", "+00:00"),
        causality=dict.fromkeys(suspects(her, trial.protocol), "NOT KNOWN"),
        outcome="NOT RECOVERED/NOT RESOLVED",
    )
    investigator = (f"investigator-{her.site}", "investigator", her.site)
    _do(session, investigator, report_safety, her.id, report)
    her = next(each for each in latest if each.site != her.site)
    event = {"term": "ileus", "decoded": "Ileus", "grade": "3", "serious": "Y"}
    rows = {"event": [{**event, "start": yesterday.isoformat()}]}
    typed = FormData("ADVERSE_EVENTS", "UNSCHEDULED 90", {"date": yesterday.isoformat()}, rows)
    coordinator = (f"coordinator-{her.site}", "coordinator", her.site)
    _do(session, coordinator, save_form, her.id, typed)


def _ask(session: Session, her: Subject) -> str:
    """The name of the monitor's question about the latest form."""
    form = max(her.forms)
    query = next_query(her, form)
    question = Question(query, form, "date", "is this the day on the source document?")
    _do(session, ("monitor", "monitor", None), open_query, her.id, question)
    return query


def _do(
    session: Session, who: tuple[str, str, str | None], command: Any, *args: Any, **details: Any
) -> None:
    """One more entry, in the moment of the last one."""
    head = session.trial.head
    assert head is not None
    actor, role, site = who
    key, salt = f"the demo {head.seq}", os.urandom(32).hex()
    by = Attribution(at=head.at, actor=actor, role=role, site=site, key=key, salt=salt)
    outcome = session.do(command, by, *args, **details)
    assert isinstance(outcome, Entry), outcome


def _log(log: AllocatorLog, entries: Iterable[Entry]) -> None:
    """The allocator remembers what it was asked while the trial was played."""
    for entry in entries:
        if entry.type == "SubjectRandomized":
            told = entry.payload
            log.add(Answered(entry.at, tuple(told["stratum"]), told["list_position"], again=False))


def _accounts(trial: Trial) -> Iterable[Made]:
    """One for everybody who acts in the trial."""
    people = dict.fromkeys([trial.founder, *(each.person for each in trial.delegations.values())])
    for person in people:
        role, _, site = person.partition("-")
        name = f"{NAMES.get(role, 'Staff Demo')} {site}".strip()
        yield create_account(person, name, with_factor=True, is_demo=True)


def demo_accounts(data: Path) -> list[Made]:
    """The accounts as they were made."""
    lines = (data / ACCOUNTS).read_text(encoding="utf-8").splitlines()
    return [Made(*line.split(" ")) for line in lines]


def has_demo_accounts() -> bool:
    """Whether anybody signs in with a password that was printed."""
    return User.objects.filter(is_demo=True).exists()


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
