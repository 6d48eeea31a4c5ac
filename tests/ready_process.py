"""Commands as processes of their own, which begin as fast as a fork.

Most of what a short command takes is to import the program. Here one process imports it once and
forks for each command: what runs has its own memory, its own streams down to their numbers, its own
end of the interpreter, and an exit code. Whether the import itself holds is asked by the tests that
start an interpreter of their own.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import IO

IMPORTS = """
import importlib
for room in "allocators analyses cases copies heads ledgers persons protocols redactions".split():
    importlib.import_module("equipoise.surface." + room)
from equipoise.cli import main
"""
"""What most commands need, and nothing that starts threads: they do not outlive a fork."""
SERVER = """
import gc, json, os, signal, socket, sys
asked = socket.socket(fileno=int(sys.argv.pop(1)))
{begin}
gc.freeze()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks for the end of those who wait below
while True:
    request, streams, _, _ = socket.recv_fds(asked, 1 << 20, 4)
    if not request:
        os._exit(0)
    if os.fork() == 0:
        break
    for stream in streams:
        os.close(stream)
asked.close()
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
if running := os.fork():  # its parent waits for its end, and tells
    for stream in streams[:3]:
        os.close(stream)
    code = os.waitstatus_to_exitcode(os.waitpid(running, 0)[1])
    os.write(streams[3], str(code).encode())
    os._exit(0)
for number, stream in enumerate(streams[:3]):
    os.dup2(stream, number)
for stream in streams:
    os.close(stream)
told = json.loads(request)
os.environ.clear()
os.environ.update(told["environment"])
os.chdir(told["folder"])
sys.argv[1:] = told["words"]
main()
"""


class Running:
    """A command under way; used as a process of `subprocess` is."""

    def __init__(self, ends: int, kept: dict[str, IO[bytes]]) -> None:
        self._ends, self._kept = ends, kept
        self.returncode = 0

    def wait(self, timeout: float) -> int:
        """The exit code, as soon as there is one."""
        ready, _, _ = select.select([self._ends], [], [], timeout)
        assert ready, "the command does not end"
        told = os.read(self._ends, 20)
        assert told, "nobody knows how the command ended"
        os.close(self._ends)
        self.returncode = int(told)
        return self.returncode

    def communicate(self, timeout: float) -> tuple[bytes, bytes]:
        """What was said on each stream that was to be kept."""
        self.wait(timeout)
        return self._said("stdout"), self._said("stderr")

    def _said(self, name: str) -> bytes:
        if name not in self._kept:
            return b""
        with self._kept[name] as kept:
            kept.seek(0)
            return kept.read()


@cache
def _server(begin: str) -> socket.socket:
    """Where to ask for processes that have imported everything after `begin`; it ends with us."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    subprocess.Popen(
        [sys.executable, "-c", SERVER.format(begin=begin + IMPORTS), str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
    )
    theirs.close()
    return ours


def start_ready(
    words: list[str],
    *,
    begin: str = "",
    stdout: int | IO[bytes] = subprocess.PIPE,
    stderr: int | IO[bytes] = subprocess.PIPE,
) -> Running:
    """The command with such words, where `begin` was carried out before anything was imported.

    A stream is a file or its number, or one of the constants of `subprocess`; with PIPE it is kept
    in a file until somebody asks for it.
    """
    kept: dict[str, IO[bytes]] = {}
    with Path(os.devnull).open("r+b", buffering=0) as nowhere:
        numbers = [nowhere.fileno()]
        for name, stream in (("stdout", stdout), ("stderr", stderr)):
            if stream == subprocess.PIPE:
                stream = kept[name] = tempfile.TemporaryFile()  # noqa: PLW2901, SIM115
            elif stream == subprocess.DEVNULL:
                stream = nowhere  # noqa: PLW2901
            numbers.append(stream if isinstance(stream, int) else stream.fileno())
        ends, tells = os.pipe()
        request = {
            "words": words,
            "folder": str(Path.cwd()),
            "environment": os.environ | {"NO_COLOR": "1", "EQUIPOISE_DEBUG": ""},
        }
        socket.send_fds(_server(begin), [json.dumps(request).encode()], [*numbers, tells])
        os.close(tells)
    return Running(ends, kept)
