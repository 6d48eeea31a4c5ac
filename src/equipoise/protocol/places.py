"""Where in its file is an error of the protocol?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from equipoise.protocol.base import Model


@dataclass(frozen=True, slots=True)
class ProtocolProblem:
    """One error of a protocol file; line and column count from 1."""

    line: int
    column: int
    where: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.where}: {self.message}"


class ProtocolError(ValueError):
    """A protocol that cannot be used, with everything that is wrong with it."""

    def __init__(self, name: str, problems: list[ProtocolProblem]) -> None:
        self.name, self.problems = name, problems
        super().__init__("\n".join(f"{name}: {problem}" for problem in problems))


def problem_at(tree: Any, path: Sequence[Any], where: str, message: str) -> ProtocolProblem:
    """A problem at the deepest part of the path that the file has."""
    line, column, _ = _position(tree, path)
    return ProtocolProblem(line, column, where, message)


def problems_of(tree: Any, error: Any) -> Iterator[ProtocolProblem]:
    """The problems that one error of validation names, each at its place."""
    location = [
        part
        for part in error["loc"]
        if not (isinstance(part, str) and part.startswith("function-"))
    ]
    expected = error["msg"].removeprefix("Value error, ")
    if error["type"] == "missing":
        expected = "nothing found, expected this part: a protocol needs it"
    for message in expected.split("\n"):
        where, path = _named_place(message, location)
        line, column, shown = _position(tree, path)
        if where:
            yield ProtocolProblem(line, column, where, message.split(": ", 1)[1])
        else:
            text = _with_input(message, error["input"])
            yield ProtocolProblem(line, column, shown or "file", text)


def _with_input(message: str, value: Any) -> str:
    """The message with what stood there, unless it says so or that would be a whole block."""
    if isinstance(value, dict | list | Model) or "found" in message:
        return message
    return f"{message}; found {value!r}"


def _named_place(message: str, location: list[Any]) -> tuple[str, list[Any]]:
    """Errors of the whole protocol name their place first (`schedule.SCAN.forms: ...`)."""
    head, colon, _ = message.partition(": ")
    if not location and colon and " " not in head:
        return head, list(head.split("."))
    return "", location


def _position(tree: Any, path: Sequence[Any]) -> tuple[int, int, str]:
    """Line, column and readable path of the deepest part of the path that the file has."""
    node, line, column, shown = tree, 1, 1, []
    for part in path:
        child = _child(node, part)
        if child is None:
            continue  # the tag of a union, or a missing key
        key, value = child
        marks = node.lc.data.get(key) if hasattr(node, "lc") else None
        if marks:
            line, column = marks[0] + 1, marks[1] + 1
        shown.append(str(part))
        node = value
    is_tag = isinstance(node, Mapping) and path[-1:] == [node.get("kind")]  # of a union of kinds
    missing = [str(part) for part in path[-1:] if shown[-1:] != [str(part)] and not is_tag]
    return line, column, ".".join(shown + missing)


def _child(node: Any, part: Any) -> tuple[Any, Any] | None:
    """The key and the value of one part of a path; the blocks of a list are named by their id."""
    if isinstance(node, Mapping):
        return (part, node[part]) if part in node else None
    if isinstance(node, list):
        if isinstance(part, int):
            return (part, node[part]) if part < len(node) else None
        for place, block in enumerate(node):
            if isinstance(block, Mapping) and block.get("id") == part:
                return place, block
    return None
