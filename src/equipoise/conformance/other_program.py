"""How is another program asked? One question per line, one answer per line."""

from __future__ import annotations

import json
import select
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from equipoise.conformance.runner import Answer

PATIENCE_SECONDS = 60
"""How long another program may think about one case."""


@contextmanager
def against(command: str) -> Iterator[Answer]:
    """Another program as the one who answers: started once, one JSON question and one JSON answer
    per line.

    Raises RuntimeError when it ends early or answers something that is no JSON object.
    """
    if not command.strip():
        raise RuntimeError("name the program to run against")
    with _started(command) as program:

        def ask(topic: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
            assert program.stdin
            assert program.stdout
            try:
                program.stdin.write(json.dumps({"topic": topic, "inputs": inputs}) + "\n")
                program.stdin.flush()
                silent = not select.select([program.stdout], [], [], PATIENCE_SECONDS)[0]
                line = "" if silent else program.stdout.readline()
            except (BrokenPipeError, UnicodeDecodeError):
                line, silent = "", False
            if silent:
                raise RuntimeError(f"{command!r} did not answer within {PATIENCE_SECONDS} seconds")
            return _answer_line(command, line)

        try:
            yield ask
        finally:
            program.terminate()
            with suppress(BrokenPipeError):  # it ended before everything was asked
                program.communicate()


def _started(command: str) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(  # noqa: S603  (whoever runs the cases names the program)
            shlex.split(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise RuntimeError(f"the program {command!r} cannot be started ({why})") from None


def _answer_line(command: str, line: str) -> Mapping[str, Any]:
    try:
        got = json.loads(line)
    except ValueError:
        got = None
    if not isinstance(got, dict):
        raise RuntimeError(
            f"{command!r} answered {line!r}; it must write one JSON object per line for each"
            " question"
        )
    return got
