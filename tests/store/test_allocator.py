"""A process of its own tells one arm at a time; whoever holds the process that serves people cannot
tell the next.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_every_store import started
from test_sessions import check_allocations, randomized, ready

from equipoise.allocation.declared import allocation_of
from equipoise.allocation.method import draw_list
from equipoise.allocation.sealed_list import NoSuchPlace, SealedList, seal
from equipoise.conduct.carry_out import Session
from equipoise.ledger.entry import Entry
from equipoise.store.allocator import (
    Allocator,
    AllocatorLog,
    NoAllocator,
    RemoteAllocation,
    looked_ahead,
    serve,
)
from equipoise.store.memory import Memory
from equipoise.store.sealed_boxes import SealedBoxes, Unsealed, create_key, read_key
from equipoise.terms import merkle

X, Y = ("X",), ("Y",)
LIST = seal({X: ("A", "B", "B", "A"), Y: ("B", "A", "A", "B")}, salt="5a" * 16, sizes=(4,))


class Kept:
    """A sealed list, its allocator and what people see of it."""

    def __init__(
        self,
        folder: Path,
        drawn: SealedList,
        *,
        may_open: bool = False,
        site: str | None = None,
    ) -> None:
        self.folder, self.log = folder, AllocatorLog(folder / "log")
        if not (folder / "key").exists():
            SealedBoxes.create(folder / "list", drawn, create_key(folder / "key"), site)
        self.may_open = may_open
        self.server: Any = None

    def start(self) -> RemoteAllocation:
        boxes = SealedBoxes(self.folder / "list", read_key(self.folder / "key"))
        allocator = Allocator(boxes, AllocatorLog(self.folder / "log"), may_open=self.may_open)
        self.server = serve(allocator, self.folder / "socket")
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return RemoteAllocation(self.folder / "socket")

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    held = Kept(tmp_path, LIST)
    yield held
    if held.server:
        held.stop()


def test_it_answers_like_the_list(kept: Kept) -> None:
    remote = kept.start()

    assert (remote.commitment, remote.leaves) == (LIST.commitment, LIST.leaves)
    for number in range(1, 5):
        for stratum in (X, Y):
            assert remote.position(stratum, number) == LIST.position(stratum, number)


def test_one_position_is_shown_after_the_other_and_the_last_one_again(kept: Kept) -> None:
    remote = kept.start()
    remote.position(X, 1)

    for number in (0, 3, 4, -1):
        with pytest.raises(NoAllocator, match=f"position {number} is not next: 1 were shown"):
            remote.position(X, number)
    assert remote.position(X, 1) == LIST.position(X, 1)
    remote.position(X, 2)
    with pytest.raises(NoAllocator, match="position 1 is not next: 2 were shown"):
        remote.position(X, 1)

    assert [(a.stratum, a.position, a.again) for a in kept.log.read()] == [
        (X, 1, False),
        (X, 1, True),
        (X, 2, False),
    ]


def test_what_it_showed_it_still_knows_after_a_restart(kept: Kept) -> None:
    kept.start().position(X, 1)
    kept.stop()

    remote = kept.start()

    with pytest.raises(NoAllocator, match="is not next: 1 were shown"):
        remote.position(X, 3)
    assert remote.position(X, 2) == LIST.position(X, 2)


def test_an_exhausted_list_and_an_unknown_stratum_are_said(kept: Kept) -> None:
    remote = kept.start()
    for number in range(1, 5):
        remote.position(X, number)

    with pytest.raises(NoSuchPlace, match="exhausted: it has 4 positions, 5 was asked for"):
        remote.position(X, 5)
    with pytest.raises(NoSuchPlace, match=r"has no stratum \(Z\)"):
        remote.position(("Z",), 1)
    assert len(kept.log.read()) == 4


def test_the_whole_list_is_shown_only_where_that_is_allowed(tmp_path: Path) -> None:
    for may_open in (False, True):
        folder = tmp_path / str(may_open)
        folder.mkdir()
        held = Kept(folder, LIST, may_open=may_open)
        remote = held.start()
        if may_open:
            assert remote.open() == LIST.open()
        else:
            with pytest.raises(NoAllocator, match="shown after closure"):
                remote.open()
        held.stop()


PLACE = ("S01", "X")
CARDS = seal({PLACE: ("A", "B")}, salt="5b" * 16)


def test_of_an_emergency_list_only_who_has_a_card_gets_an_answer(tmp_path: Path) -> None:
    held = Kept(tmp_path, CARDS, site="S01")
    remote, card = held.start(), CARDS.position(PLACE, 2)

    assert remote.proof(PLACE, 2, card.arm, card.salt) == card
    for wrong in ((1, card.arm, card.salt), (2, "A", card.salt), (2, card.arm, "00" * 16)):
        with pytest.raises(NoSuchPlace):
            remote.proof(PLACE, *wrong)
    with pytest.raises(NoAllocator, match="not a question"):
        remote.position(PLACE, 1)
    held.stop()


def test_the_list_of_the_trial_proves_no_cards(kept: Kept) -> None:
    first = LIST.position(X, 1)

    with pytest.raises(NoAllocator, match="not a question"):
        kept.start().proof(X, 1, first.arm, first.salt)


@pytest.mark.parametrize(
    "line", [b"\n", b"[]\n", b"{}\n", b'{"ask":"seed"}\n', b"\xff\n", b'{"ask":"position"}\n', b""]
)
def test_what_is_no_question_is_answered_and_shows_nothing(kept: Kept, line: bytes) -> None:
    remote = kept.start()
    with socket.socket(socket.AF_UNIX) as sent:
        sent.connect(str(remote.place))
        sent.sendall(line)
        sent.shutdown(socket.SHUT_WR)
        told = json.loads(sent.makefile("rb").readline())

    assert told == {"refused": "not a question"}
    assert kept.log.read() == []


def test_the_socket_is_for_the_owner_and_his_group(kept: Kept) -> None:
    kept.start()

    assert (kept.folder / "socket").stat().st_mode & 0o777 == 0o660
    assert (kept.folder / "list").stat().st_mode & 0o777 == 0o600


def test_two_do_not_answer_at_one_place(kept: Kept) -> None:
    kept.start()

    with pytest.raises(NoAllocator, match=r"answers at .* already"):
        Kept(kept.folder, LIST).start()


def test_a_socket_that_cannot_be_made_is_told_with_its_place(kept: Kept) -> None:
    boxes = SealedBoxes(kept.folder / "list", read_key(kept.folder / "key"))

    with pytest.raises(NoAllocator, match=r"no socket can be made at .*nowhere/socket"):
        serve(Allocator(boxes, kept.log), kept.folder / "nowhere" / "socket")


def test_many_ask_in_one_moment(kept: Kept) -> None:
    """While the allocator is busy with one of them, the others wait; nobody is turned away."""
    kept.start()
    kept.server.shutdown()
    waiting = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(64)]
    for line in waiting:
        line.setblocking(False)
        line.connect(str(kept.folder / "socket"))
    threading.Thread(target=kept.server.serve_forever, args=(0.01,), daemon=True).start()

    for line in waiting:
        line.setblocking(True)
        line.sendall(b'{"ask":"list"}\n')
        assert b"commitment" in line.recv(1000)
        line.close()


def test_without_an_allocator_nobody_is_allocated(tmp_path: Path) -> None:
    with pytest.raises(NoAllocator, match=r"nobody was allocated\. Start it"):
        RemoteAllocation(tmp_path / "nobody")


@pytest.mark.parametrize("change", ["edit", "delete", "reorder"])
def test_a_log_that_was_changed_is_told(kept: Kept, change: str) -> None:
    remote = kept.start()
    for number in (1, 2, 3):
        remote.position(X, number)
    path = kept.folder / "log"
    lines = path.read_bytes().splitlines(keepends=True)
    changed = {
        "edit": [lines[0].replace(b'"position":1', b'"position":2'), *lines[1:]],
        "delete": [lines[0], lines[2]],
        "reorder": [lines[1], lines[0], lines[2]],
    }
    path.write_bytes(b"".join(changed[change]))

    with pytest.raises(Unsealed, match="it is not as it was written, or a line before it"):
        AllocatorLog(path).read()


def test_what_a_crash_cut_off_was_never_answered(kept: Kept) -> None:
    kept.start().position(X, 1)
    kept.stop()
    path = kept.folder / "log"
    path.write_bytes(path.read_bytes() + b'{"at":"2021-')

    remote = kept.start()

    assert remote.position(X, 2) == LIST.position(X, 2)
    assert [answer.position for answer in AllocatorLog(path).read()] == [1, 2]


def test_a_position_that_was_shown_and_not_recorded_is_found(kept: Kept) -> None:
    class Given:
        arm, stratum, list_position = "A", X, 1

    remote = kept.start()
    remote.position(X, 1)
    assert list(looked_ahead(kept.log.read(), [Given()])) == []
    remote.position(X, 2)

    (ahead,) = looked_ahead(kept.log.read(), [Given()])
    assert "position 2 was shown, and 1 are in the ledger" in ahead
    (beside,) = looked_ahead([], [Given()])
    assert "some were not allocated by this list" in beside


def test_people_are_randomized_through_it(tmp_path: Path) -> None:
    story, entries = ready(32)
    held = Kept(tmp_path, story.sealed)
    remote = held.start()
    store = Memory(entries)
    sessions = [Session(store), Session(store)]

    def work(thread: int) -> None:
        for number in range(thread + 1, 33, 8):
            assert isinstance(randomized(sessions[thread % 2], story, number, sealed=remote), Entry)

    started([partial(work, thread) for thread in range(8)])

    check_allocations(store, story, 32)
    trial = sessions[0].caught_up()
    given = [one.randomized for one in trial.subjects.values() if one.randomized]
    assert list(looked_ahead(held.log.read(), given)) == []
    held.stop()


# ------------------------------------------------------------------ the red team


SERVING = """
import json, re, sys
from pathlib import Path
from equipoise.store.allocator import RemoteAllocation
place, out, positions = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
remote, answers = RemoteAllocation(place), []
for number in range(1, positions + 1):
    for stratum in (("X",), ("Y",)):
        answers.append([*stratum, number, *remote.position(stratum, number)])
(out / "answers.json").write_text(json.dumps(answers))
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb") as memory, (
    out / "memory"
).open("wb") as dump:
    for line in maps:
        found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
        if found and "[v" not in line:
            start, end = (int(part, 16) for part in found.groups())
            try:
                memory.seek(start)
                dump.write(memory.read(end - start))
            except (OSError, ValueError, OverflowError):
                pass
"""
ALLOCATOR = """
import sys
from pathlib import Path
from equipoise.surface.allocators import serve_allocator
from equipoise.store.sealed_boxes import read_key
folder = Path(sys.argv[1])
key = read_key(folder / "key")
served = serve_allocator(folder / "list", key, folder / "socket", folder / "log")
print("answering", flush=True)
served.serve_forever()
"""
BEYOND = 10
"""Positions of each stratum that nobody was given."""


@pytest.fixture(
    scope="module", params=[500, pytest.param(5_000, marks=pytest.mark.soak, id="10,000 in soak")]
)
def attacked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, SealedList, int]:
    """So many allocations in each of two strata, by two processes; what the serving one had in
    memory lies in a file.
    """
    positions: int = request.param
    folder = tmp_path_factory.mktemp("attacked")
    allocation = allocation_of(ready(16)[0].protocol)
    drawn = draw_list(np.random.default_rng(20260301), allocation, [X, Y], positions + BEYOND)
    sealed = seal(
        {stratum: arms[: positions + BEYOND] for stratum, arms in drawn.items()},
        salt=secrets.token_hex(32),
        seed=secrets.token_hex(32),
        sizes=allocation.numbers,
    )
    SealedBoxes.create(folder / "list", sealed, create_key(folder / "key"))
    keeper = subprocess.Popen(
        [sys.executable, "-c", ALLOCATOR, str(folder)], stdout=subprocess.PIPE
    )
    assert keeper.stdout is not None
    assert keeper.stdout.readline() == b"answering\n"
    words = [str(folder / "socket"), str(folder), str(positions)]
    subprocess.run([sys.executable, "-c", SERVING, *words], check=True, timeout=300)
    keeper.send_signal(signal.SIGTERM)
    keeper.wait(30)
    return folder, sealed, positions


def test_nothing_of_the_list_is_in_the_memory_of_who_serves_people(
    attacked: tuple[Path, SealedList, int],
) -> None:
    folder, sealed, positions = attacked
    memory = (folder / "memory").read_bytes()
    key = (folder / "key").read_text().strip()

    shown = [sealed.position(X, number).salt for number in range(positions - 20, positions)]
    beyond = range(positions + 1, positions + BEYOND + 1)
    hidden = [sealed.position(stratum, number).salt for stratum in (X, Y) for number in beyond]
    hidden += [sealed.salt, sealed.seed, key]
    assert sum(salt.encode() in memory for salt in shown) > 10  # what it was told, it has
    for secret in hidden:
        assert secret.encode() not in memory
        assert bytes.fromhex(secret) not in memory


def test_the_red_team_predicts_no_better_than_who_counts(
    attacked: tuple[Path, SealedList, int],
) -> None:
    """Whoever sees only what was allocated guesses the arm that is behind. The red team has the
    answers, with salts and proofs, the file of boxes and the log, and tries each on the next arm.
    """
    folder, sealed, positions = attacked
    answers = json.loads((folder / "answers.json").read_text())
    boxes = json.loads((folder / "list").read_text())["strata"]
    known = Knowledge(sealed, boxes, answers)
    counted = attackers = certain = 0
    before: dict[str, Counter[str]] = {"X": Counter(), "Y": Counter()}
    for stratum, number, arm, salt, leaf, proof in answers:
        guess = behind(before[stratum], sealed)
        found = known.next_arm(stratum, number)
        certain += found is not None
        counted += guess == arm
        attackers += (found or known.by_box(stratum, number) or guess) == arm
        before[stratum][arm] += 1
        known.learn(stratum, number, arm, salt, leaf, proof)

    n = len(answers)
    assert n == 2 * positions
    assert certain == 0
    assert counted / n > 0.6  # counting is what blocks cost, and `design` says how much
    assert attackers <= counted + 3 * np.sqrt(n * 0.25)


def test_the_red_team_finds_a_list_whose_salts_are_known(
    attacked: tuple[Path, SealedList, int],
) -> None:
    """Its tools work: with the salt of the next position they tell its arm for certain."""
    folder, sealed, positions = attacked
    answers = json.loads((folder / "answers.json").read_text())
    known = Knowledge(sealed, [], answers)

    for line in answers[: 2 * positions : 4]:  # X 1, 3, 5, …: the leaf beside it is the next one
        known.learn(*line)
        following = sealed.position(X, line[1] + 1)
        assert known.next_arm("X", line[1] + 1) is None
        known.salts.add(following.salt)
        assert known.next_arm("X", line[1] + 1) == following.arm


def behind(counts: Counter[str], sealed: SealedList) -> str:
    """The arm of which fewer were given: the best guess of who counts, nearly."""
    arms = sorted({arm for sequence in sealed.sequences for arm in sequence})
    return min(arms, key=lambda arm: counts[arm])


class Knowledge:
    """What the red team has of a list, and how it tries it."""

    def __init__(self, sealed: SealedList, boxes: list[Any], answers: list[Any]) -> None:
        self.arms = sorted({line[2] for line in answers})
        self.salts: set[str] = {"", "00" * 16, sealed.commitment[:32]}
        self.hashes: set[bytes] = set()
        self.boxes = {row["stratum"][0]: row["boxes"] for row in boxes}
        self.bytes_of: dict[tuple[int, str], Counter[str]] = {}

    def learn(
        self, stratum: str, number: int, arm: str, salt: str, leaf: int, proof: list[str]
    ) -> None:
        """An answer: its salt may be used again, its proof holds hashes of other leaves."""
        self.salts = {*list(self.salts)[-20:], salt}
        self.hashes.update(bytes.fromhex(part) for part in proof[:2])
        if stratum in self.boxes:
            for place, byte in self._marks(stratum, number):
                self.bytes_of.setdefault((place, byte), Counter())[arm] += 1

    def next_arm(self, stratum: str, number: int) -> str | None:
        """The arm of a position whose leaf is among the hashes shown, by a salt that is known."""
        for arm in self.arms:
            for salt in self.salts:
                if merkle.leaf_of([[stratum], number, arm, salt]) in self.hashes:
                    return arm
        return None

    def by_box(self, stratum: str, number: int) -> str | None:
        """The arm that most boxes had which begin, end and are as long as this one; asked only
        where it was right before in nine of ten.
        """
        if stratum not in self.boxes:
            return None
        for mark in self._marks(stratum, number):
            seen = self.bytes_of.get(mark, Counter())
            if seen.total() >= 50:
                arm, often = seen.most_common(1)[0]
                if often / seen.total() > 0.9:
                    return arm
        return None

    def _marks(self, stratum: str, number: int) -> list[tuple[int, str]]:
        box = self.boxes[stratum][number - 1]
        return [(0, str(len(box))), *((place, box[place : place + 2]) for place in range(0, 64, 2))]


def test_an_allocator_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    Kept(tmp_path, LIST)

    def run() -> subprocess.Popen[bytes]:
        keeper = subprocess.Popen(
            [sys.executable, "-c", ALLOCATOR, str(tmp_path)], stdout=subprocess.PIPE
        )
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"answering\n"
        return keeper

    for number in (1, 2, 3):
        keeper = run()
        remote = RemoteAllocation(tmp_path / "socket")
        assert remote.position(X, number) == LIST.position(X, number)
        os.kill(keeper.pid, signal.SIGKILL)
        keeper.wait()
        with pytest.raises(NoAllocator):
            remote.position(X, number + 1)
    assert [answer.position for answer in AllocatorLog(tmp_path / "log").read()] == [1, 2, 3]
