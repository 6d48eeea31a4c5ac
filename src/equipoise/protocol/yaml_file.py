"""Where does the trial come from? Reads a protocol file, with every error at once, each with line
and column.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from equipoise.protocol.form_library import read_forms
from equipoise.protocol.model import Protocol
from equipoise.protocol.places import ProtocolError, ProtocolProblem, problem_at, problems_of
from equipoise.protocol.references import resolve
from equipoise.protocol.yaml_events import Refused, check_events, unreadable
from equipoise.protocol.yaml_tree import (
    LARGEST,
    KeyTwice,
    ReadSlowly,
    plain,
    read_fast,
    read_with_places,
    size,
)

LARGEST_TEXT = 1_000_000
"""Bytes of a protocol file. The shipped one has 35,000; thirty of it still answer in seconds."""


def shipped() -> list[str]:
    """The ids of the trials that come with the software."""
    trials = resources.files("equipoise.protocol") / "trials"
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in trials.iterdir()
        if entry.name.endswith(".yaml")
    )


def read_text(name: str) -> str:
    """The text of a protocol: a file's path, or the id of a shipped trial. Raises
    FileNotFoundError.
    """
    if name in shipped():
        return (resources.files("equipoise.protocol") / "trials" / f"{name}.yaml").read_text(
            encoding="utf-8"
        )
    path = Path(name)
    if path.is_dir():
        raise ValueError(f"{name} is a folder, expected a protocol file")
    if not path.exists():
        raise FileNotFoundError(
            f"there is no protocol {name!r}: give the path of a file, or one of"
            f" {', '.join(shipped())}"
        )
    with path.open("rb") as file:
        content = file.read(LARGEST_TEXT + 1)
    if len(content) > LARGEST_TEXT:
        raise _too_long(name, "bytes")
    try:
        return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8").read()
    except UnicodeDecodeError as error:
        raise ValueError(f"{name}: not a text file in UTF-8 (byte {error.start})") from None


def _too_long(name: str, what: str) -> ProtocolError:
    message = f"found more than {LARGEST_TEXT} {what}, expected at most that"
    return ProtocolError(name, [ProtocolProblem(1, 1, "file", message)])


def load(name: str) -> Protocol:
    """A validated protocol by path or shipped id. Raises ProtocolError or FileNotFoundError.

    A shipped one does not change while the software runs: it is read once.
    """
    return _shipped(name) if name in shipped() else parse(read_text(name), name)


@cache
def _shipped(name: str) -> Protocol:
    return parse(read_text(name), name)


def parse(text: str, name: str = "protocol") -> Protocol:
    """A validated protocol from YAML text, with forms included and references resolved. Raises
    ProtocolError.

    Read fast first; only when that fails is the text read with the lines that errors need.
    """
    if len(text) > LARGEST_TEXT:
        raise _too_long(name, "characters")
    try:
        return _protocol(read_fast(text), name)
    except (ReadSlowly, ProtocolError):
        return _protocol(_tree(text, name), name)


def places_of(text: str, name: str, problems: Iterable[tuple[str, str]]) -> list[ProtocolProblem]:
    """What is wrong with fields of a protocol that could be read, each (field, why) at its line and
    column.
    """
    tree = _tree(text, name)
    return [problem_at(tree, field.split("."), field, why) for field, why in problems]


def _tree(text: str, name: str) -> Any:
    """The tree that knows its lines, or what is no YAML in the text."""
    try:
        refused = check_events(text)
        if refused is None:
            return read_with_places(text)
    except ReaderError as error:
        refused = Refused.at(text, error.position, _character(error))
    except (ValueError, RecursionError, NotImplementedError, LookupError) as error:
        refused = unreadable(text) or Refused(1, 1, f"a value cannot be read: {error}")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        refused = Refused(line, column, error.problem or str(error))
    raise ProtocolError(name, [ProtocolProblem(refused.line, refused.column, "YAML", refused.why)])


def _character(error: ReaderError) -> str:
    found = error.character
    code = found if isinstance(found, int) else ord(found)
    return f"found the character U+{code:04X}, which YAML does not allow"


def _protocol(tree: Any, name: str) -> Protocol:
    """The protocol that a tree declares. Raises ProtocolError."""
    if not isinstance(tree, Mapping):
        message = "found no keys, expected those of a protocol: equipoise, version, registration, …"
        raise ProtocolError(name, [ProtocolProblem(1, 1, "file", message)])
    if size(tree) > LARGEST:
        message = f"more than {LARGEST} values, aliases written out"
        raise ProtocolError(name, [ProtocolProblem(1, 1, "file", message)])
    try:
        values = plain(tree)
    except KeyTwice as twice:
        problem = problem_at(tree, twice.path, ".".join(map(str, twice.path)), str(twice))
        raise ProtocolError(name, [problem]) from None
    problems: list[ProtocolProblem] = []
    values["forms"] = list(read_forms(tree, values.get("forms", {}), problems))
    try:
        protocol = Protocol.model_validate(values)
    except ValidationError as error:
        problems += [problem for each in error.errors() for problem in problems_of(tree, each)]
        raise ProtocolError(name, sorted(problems, key=lambda p: (p.line, p.column))) from None
    if problems:
        raise ProtocolError(name, problems)
    return _with_references(protocol, tree, name)


def _with_references(protocol: Protocol, tree: Any, name: str) -> Protocol:
    """The protocol with its references filled in, or each that leads nowhere at its place."""
    resolved, unresolved = resolve(protocol)
    if not unresolved:
        return resolved
    problems = [
        problem_at(tree, [*path, field], ".".join(map(str, path)), message)
        for path, field, message in unresolved
    ]
    raise ProtocolError(name, problems)
