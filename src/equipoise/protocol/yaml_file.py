"""Where does the trial come from? Reads a protocol file, with every error at once, each with line
and column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from equipoise.protocol.base import Model
from equipoise.protocol.model import Protocol
from equipoise.protocol.references import resolve


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of a protocol file; line and column count from 1."""

    line: int
    column: int
    where: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.where}: {self.message}"


class ProtocolError(ValueError):
    """A protocol that cannot be used, with everything that is wrong with it."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.name, self.problems = name, problems
        super().__init__("\n".join(f"{name}: {problem}" for problem in problems))


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
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no protocol {name!r}: give the path of a file, or one of"
            f" {', '.join(shipped())}"
        )
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{name}: not a text file in UTF-8 (byte {error.start})") from None


def load(name: str) -> Protocol:
    """A validated protocol by path or shipped id. Raises ProtocolError or FileNotFoundError."""
    return parse(read_text(name), name)


def parse(text: str, name: str = "protocol") -> Protocol:
    """A validated protocol from YAML text, with forms included and references resolved. Raises
    ProtocolError.
    """
    try:
        tree = YAML().load(text)
    except ReaderError as error:
        place = text[: error.position]
        line, column = place.count("\n") + 1, len(place) - place.rfind("\n")
        raise ProtocolError(
            name, [Problem(line, column, "YAML", f"found the character {error.character!r}")]
        ) from None
    except (ValueError, RecursionError) as error:
        raise ProtocolError(
            name, [Problem(1, 1, "YAML", f"a value cannot be read: {error}")]
        ) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise ProtocolError(
            name, [Problem(line, column, "YAML", error.problem or str(error))]
        ) from None
    if not isinstance(tree, Mapping):
        raise ProtocolError(
            name,
            [
                Problem(
                    1,
                    1,
                    "file",
                    "found no keys, expected those of a protocol: equipoise, version,"
                    " registration, …",
                )
            ],
        )
    if _size(tree) > LARGEST:
        raise ProtocolError(
            name, [Problem(1, 1, "file", f"more than {LARGEST} values, aliases written out")]
        )
    plain = _plain(tree)
    form_problems: list[Problem] = []
    plain["forms"] = list(_forms(tree, plain.get("forms", {}), form_problems))
    return _validate(tree, plain, name, form_problems)


def from_payload(payload: Mapping[str, Any]) -> Protocol:
    """The protocol as the ledger carries it."""
    return Protocol.model_validate(payload)


def to_payload(protocol: Protocol) -> dict[str, Any]:
    """The protocol as JSON without floats, for the ledger; `from_payload` undoes it."""
    payload: dict[str, Any] = protocol.model_dump(mode="json", by_alias=True, exclude_none=False)
    return payload


def _validate(tree: Any, plain: dict[str, Any], name: str, problems: list[Problem]) -> Protocol:
    try:
        protocol = Protocol.model_validate(plain)
    except ValidationError as error:
        problems += [problem for each in error.errors() for problem in _problems(tree, each)]
        raise ProtocolError(name, sorted(problems, key=lambda p: (p.line, p.column))) from None
    if problems:
        raise ProtocolError(name, problems)
    return _with_references(protocol, tree, name)


LARGEST = 200_000


def _size(node: Any) -> int:
    """How many values there are with all aliases written out; counting ends a little above
    `LARGEST`.
    """
    total = 1
    parts = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for part in parts:
        total += _size(part)
        if total > LARGEST:
            break
    return total


def _plain(node: Any) -> Any:
    """Plain lists, dicts and scalars from the round-trip tree, which keeps the positions."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return str(node) if isinstance(node, float) else node


def _problems(tree: Any, error: Any) -> Iterator[Problem]:
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
        found = error["input"]
        text = (
            message
            if isinstance(found, dict | list | Model) or "found" in message
            else f"{message}; found {found!r}"
        )
        yield Problem(
            line, column, where or shown or "file", text if not where else message.split(": ", 1)[1]
        )


def _named_place(message: str, location: list[Any]) -> tuple[str, list[Any]]:
    """Errors of the whole protocol name their place first (`schedule.SCAN.forms: ...`)."""
    head, colon, _ = message.partition(": ")
    if not location and colon and " " not in head:
        return head, list(head.split("."))
    return "", location


def _position(tree: Any, path: list[Any]) -> tuple[int, int, str]:
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
    if isinstance(node, Mapping):
        return (part, node[part]) if part in node else None
    if isinstance(node, list):
        if isinstance(part, int):
            return (part, node[part]) if part < len(node) else None
        named = [
            i for i, one in enumerate(node) if isinstance(one, Mapping) and one.get("id") == part
        ]
        return (named[0], node[named[0]]) if named else None
    return None


def _forms(tree: Any, declared: Any, problems: list[Problem]) -> Iterator[Any]:
    """The forms of a protocol: `include` takes modules of the library, `adjust` changes fields,
    `own` adds forms.
    """
    if not isinstance(declared, Mapping):
        problems.append(
            Problem(*_position(tree, ["forms"])[:2], "forms", "expected include, adjust and own")
        )
        return
    for unknown in set(declared) - {"include", "adjust", "own"}:
        problems.append(
            Problem(*_position(tree, ["forms", unknown])[:2], "forms", f"no key {unknown!r}")
        )
    adjust, include, own = (
        declared.get("adjust") or {},
        declared.get("include") or [],
        declared.get("own") or [],
    )
    for key, value, kind in (
        ("adjust", adjust, Mapping),
        ("include", include, list),
        ("own", own, list),
    ):
        if not isinstance(value, kind):
            wanted = "forms and their changes" if kind is Mapping else "a list"
            place = _position(tree, ["forms", key])[:2]
            problems.append(Problem(*place, f"forms.{key}", f"found {value!r}, expected {wanted}"))
            return
    for index, module in enumerate(include):
        form = library_form(module)
        if form is None:
            line, column, _ = _position(tree, ["forms", "include", index])
            problems.append(
                Problem(
                    line,
                    column,
                    "forms.include",
                    f"found {module!r}, expected one of {', '.join(library())}",
                )
            )
        else:
            yield _adjusted(form, adjust.get(module, {}))
    for unknown in set(adjust) - {str(module) for module in include}:
        line, column, _ = _position(tree, ["forms", "adjust", unknown])
        problems.append(
            Problem(line, column, "forms.adjust", f"{unknown!r} is not among the included forms")
        )
    yield from own


def library() -> list[str]:
    """The ids of the form modules."""
    folder = resources.files("equipoise.protocol") / "library"
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    )


def library_form(module: Any) -> dict[str, Any] | None:
    """One form module as plain data, or None."""
    if module not in library():
        return None
    file = resources.files("equipoise.protocol") / "library" / f"{module}.yaml"
    form: dict[str, Any] = _plain(
        YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    )
    return form


def _adjusted(form: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A form with some members of its fields replaced; `changes` is {field id: {member: value}}."""
    parts = [form.get("header", []), *(group["fields"] for group in form["groups"])]
    for field in (field for part in parts for field in part):
        field.update(changes.get(field["id"], {}) if isinstance(changes, Mapping) else {})
    return form


def _with_references(protocol: Protocol, tree: Any, name: str) -> Protocol:
    """The protocol with its references filled in, or each that leads nowhere at its place."""
    resolved, unresolved = resolve(protocol)
    if not unresolved:
        return resolved
    problems = []
    for path, field, message in unresolved:
        line, column, _ = _position(tree, [*path, field])
        problems.append(Problem(line, column, ".".join(map(str, path)), message))
    raise ProtocolError(name, problems)
