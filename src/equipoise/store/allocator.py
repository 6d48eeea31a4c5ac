"""Who tells the next arm? A process of its own, which alone can open the sealed list, answers for
one position at a time over a local socket, and logs each answer before it is given.

It shows the positions of a stratum in their order, the last one again if it is asked again (an
answer may be lost on its way), and never one further on. So whoever holds the process that serves
people can look one position ahead at most, and the log, compared with the ledger, shows it.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from equipoise.allocation.sealed_list import Allocated, NoSuchPlace, Position
from equipoise.ledger.events import AllocationOpened
from equipoise.store.chained_log import ChainedLog, LogBroken
from equipoise.store.sealed_boxes import SealedBoxes, Unsealed
from equipoise.terms.canonical import canonical

_LONGEST = 1 << 24
_SECONDS = 30.0
_AT_ONCE = 128
"""So many may ask in one moment; the system refuses the next one."""
Stratum = tuple[str, ...]


class NoAllocator(OSError):
    """The allocator does not answer, or refuses; nobody was allocated."""


class Answered(NamedTuple):
    """A line of the log: which position was shown, when, and whether it had been before. The arm is
    in the ledger alone.
    """

    at: str
    stratum: Stratum
    position: int
    again: bool


class AllocatorLog:
    """What was answered, in a chained log."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._log = ChainedLog(path)

    def read(self) -> list[Answered]:
        """All answers. Raises `Unsealed` for a log that was changed."""
        try:
            return [
                Answered(**(row | {"stratum": tuple(row["stratum"])})) for row in self._log.read()
            ]
        except (LogBroken, KeyError, TypeError) as broken:
            raise Unsealed(f"{self.path} is no log of an allocator: {broken}") from None

    def add(self, answer: Answered) -> None:
        """Add an answer, and wait for the disk."""
        self._log.add({**answer._asdict(), "stratum": [*answer.stratum]})


class Allocator:
    """One sealed list and its log; answers one question after the other."""

    def __init__(self, sealed: SealedBoxes, log: AllocatorLog, *, may_open: bool = False) -> None:
        self._sealed, self._log, self._may_open = sealed, log, may_open
        self._is_emergency = sealed.site is not None
        self._shown = Counter({a.stratum: a.position for a in log.read() if not a.again})
        self._turn = threading.Lock()

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a question, or what is in the way of it."""
        try:
            match asked:
                case {"ask": "list"}:
                    held = self._sealed
                    return {"commitment": held.commitment, "leaves": held.leaves}
                case {"ask": "position", "stratum": [*parts], "position": int() as number} if (
                    not self._is_emergency
                ):
                    return self._position(tuple(map(str, parts)), number)
                case {
                    "ask": "proof",
                    "stratum": [*parts],
                    "card": [int() as number, str() as arm, str() as code],
                } if self._is_emergency:
                    place = tuple(map(str, parts))
                    return _plain(self._sealed.proof(place, number, arm, code))
                case {"ask": "open"} if self._may_open:
                    event = self._sealed.open()
                    return {"seed": event.seed, "list": event.list}
                case {"ask": "open"}:
                    return {"refused": "the list is shown after closure: start with --may-open"}
        except NoSuchPlace as missing:
            return {"missing": str(missing)}
        except (Unsealed, OSError) as broken:
            return {"refused": str(broken)}
        return {"refused": "not a question"}

    def _position(self, stratum: Stratum, number: int) -> dict[str, Any]:
        with self._turn:
            shown = self._shown[stratum]
            if number not in (shown, shown + 1):
                return {"refused": f"position {number} is not next: {shown} were shown"}
            found = self._sealed.position(stratum, number)
            at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            self._log.add(Answered(at, stratum, number, number == shown))
            self._shown[stratum] = number
            return _plain(found)


def _plain(found: Position) -> dict[str, Any]:
    return {**found._asdict(), "proof": [*found.proof]}


def serve(allocator: Allocator, place: Path) -> socketserver.BaseServer:
    """A server at a socket that its owner and his group may use; `serve_forever` runs it. Raises
    NoAllocator where the system has no such sockets, or one is served already.
    """
    server = getattr(socketserver, "ThreadingUnixStreamServer", None)
    if server is None:
        raise NoAllocator("this system has no local sockets (AF_UNIX)")
    try:
        _ask(place, {"ask": "list"})
    except NoAllocator:
        pass  # nobody is there: what lies there was left by a crash
    else:
        raise NoAllocator(f"an allocator answers at {place} already")
    place.unlink(missing_ok=True)
    before = os.umask(0o117)
    try:
        made: socketserver.BaseServer = _server_of(server, allocator, place)
    except OSError as refused:
        why = (refused.strerror or str(refused)).lower()
        raise NoAllocator(f"no socket can be made at {place} ({why})") from refused
    finally:
        os.umask(before)
    return made


def _server_of(server: Any, allocator: Allocator, place: Path) -> Any:
    class Handler(socketserver.StreamRequestHandler):
        timeout = _SECONDS

        def handle(self) -> None:
            line = self.rfile.readline(1 << 16)
            try:
                asked = json.loads(line)
            except ValueError:
                asked = None
            answer = allocator.answer(asked if isinstance(asked, dict) else {})
            self.wfile.write(canonical(answer) + b"\n")

    settings = {"daemon_threads": True, "request_queue_size": _AT_ONCE}
    return type("Server", (server,), settings)(str(place), Handler)


class RemoteAllocation:
    """The list as the process that serves people sees it (`ports.SealedAllocation`, of an emergency
    list `ports.SealedEnvelopes`): through the socket, one position or card at a time.
    """

    def __init__(self, place: Path | str) -> None:
        self.place = Path(place)
        told = self._ask({"ask": "list"})
        self.commitment: str = told["commitment"]
        self.leaves: int = told["leaves"]

    def position(self, stratum: Stratum, number: int) -> Position:
        """The arm at the next position of a stratum. Raises `NoSuchPlace` or `NoAllocator`."""
        told = self._ask({"ask": "position", "stratum": [*stratum], "position": number})
        return _position(told)

    def proof(self, stratum: Stratum, number: int, arm: str, salt: str) -> Position:
        """What shows that a card lay in its envelope. Raises `NoSuchPlace` or `NoAllocator`."""
        card = [number, arm, salt]
        return _position(self._ask({"ask": "proof", "stratum": [*stratum], "card": card}))

    def open(self) -> AllocationOpened:
        """The whole list, after closure. Raises `NoAllocator`."""
        told = self._ask({"ask": "open"})
        return AllocationOpened(commitment=self.commitment, seed=told["seed"], list=told["list"])

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        told = _ask(self.place, question)
        if "missing" in told:
            raise NoSuchPlace(told["missing"])
        if "refused" in told:
            raise NoAllocator(f"the allocator at {self.place} refuses: {told['refused']}")
        return told


def _position(told: Mapping[str, Any]) -> Position:
    return Position(told["arm"], told["salt"], told["leaf"], tuple(told["proof"]))


def _ask(place: Path, question: Mapping[str, Any]) -> dict[str, Any]:
    try:
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as line:
            line.settimeout(_SECONDS)
            line.connect(str(place))
            line.sendall(canonical(dict(question)) + b"\n")
            with line.makefile("rb") as file:
                told = json.loads(file.readline(_LONGEST))
    except (OSError, ValueError, AttributeError) as gone:
        raise NoAllocator(
            f"no allocator answers at {place} ({gone}): nobody was allocated. Start it"
            " (`equipoise allocator serve`), and repeat"
        ) from gone
    if not isinstance(told, dict):
        raise NoAllocator(f"what answers at {place} is no allocator")
    return told


def looked_ahead(log: Iterable[Answered], given: Iterable[Allocated]) -> Iterator[str]:
    """What the log says was shown and the ledger does not have, and the other way round, in
    words.
    """
    shown = Counter(answer.stratum for answer in log if not answer.again)
    recorded = Counter(each.stratum for each in given)
    for stratum in sorted(shown.keys() | recorded.keys()):
        name = f"stratum ({', '.join(stratum)})"
        if shown[stratum] > recorded[stratum]:
            yield (
                f"{name}: position {shown[stratum]} was shown, and {recorded[stratum]} are in the"
                " ledger: an answer was lost, or somebody looked ahead"
            )
        elif shown[stratum] < recorded[stratum]:
            yield (
                f"{name}: {recorded[stratum]} are in the ledger, and {shown[stratum]} were shown:"
                " some were not allocated by this list"
            )
