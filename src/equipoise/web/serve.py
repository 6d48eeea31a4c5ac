"""One server: processes that show pages, and beside each trial its allocator, until it is
stopped.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from equipoise.web.start import set_up
from equipoise.web.trials import KEY, LOG, SEALED, socket_of, trials

LOOPBACK = "127.0.0.1"
LOOPBACK_NAMES = frozenset({"127.0.0.1", "::1", "[::1]", "localhost"})
_PATIENCE = 20.0


def serve(
    data: Path,
    *,
    host: str = LOOPBACK,
    port: int = 8000,
    processes: int = 1,
    only_check: bool = False,
) -> None:
    """Serve a prepared folder; with `only_check` see that allocators and port are ready, and stop.
    Raises ValueError where the port is taken.
    """
    from granian import Granian
    from granian.constants import Interfaces

    set_up(data)
    check_port(host, port)
    with allocators():
        if only_check:
            return
        Granian(
            "equipoise.web.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=processes,
            blocking_threads=8,
            log_enabled=False,
        ).serve()


def check_port(host: str, port: int) -> None:
    """Raises ValueError that says what to do where somebody else listens."""
    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as taken:
            raise ValueError(
                f"port {port} of {host}: {taken.strerror}. Name another: --port {port + 1}"
            ) from None


@contextmanager
def allocators() -> Iterator[None]:
    """The allocators whose lists and keys lie beside their trials, each a process of its own. Where
    there is no key the list is kept elsewhere, and its keeper starts it.
    """
    keyed = [each.folder for each in trials() if (each.folder / KEY).exists()]
    for folder in keyed:
        socket_of(folder).unlink(missing_ok=True)  # left by a crash
    begun = {folder: _begin(folder) for folder in keyed}
    try:
        _check(begun)
        yield
    finally:
        for process in begun.values():
            process.terminate()
        for process in begun.values():
            process.wait(_PATIENCE)


def _begin(folder: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "equipoise.cli", "allocator", "serve", str(folder / SEALED)]
    words += ["--socket", str(socket_of(folder)), "--log", str(folder / LOG)]
    words += ["--key-file", str(folder / KEY)]
    return subprocess.Popen(words, stdout=subprocess.PIPE)  # noqa: S603  (our own command)


def _check(begun: Mapping[Path, subprocess.Popen[bytes]]) -> None:
    """Raises RuntimeError where an allocator does not answer in time."""
    until = time.monotonic() + _PATIENCE
    for folder, process in begun.items():
        while not socket_of(folder).exists():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(
                    f"the allocator of {folder.name} did not start: see the lines above"
                )
            time.sleep(0.05)
