"""Which forms does a protocol have? Modules of the library, with its changes, and its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from equipoise.protocol.places import ProtocolProblem, problem_at
from equipoise.protocol.yaml_tree import plain, read_values

PARTS: tuple[tuple[str, type, str], ...] = (
    ("adjust", Mapping, "forms and their changes"),
    ("include", list, "a list"),
    ("own", list, "a list"),
)


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
    form: dict[str, Any] = plain(read_values(file.read_text(encoding="utf-8")))
    return form


def read_forms(tree: Any, declared: Any, problems: list[ProtocolProblem]) -> Iterator[Any]:
    """The forms of a protocol: `include` takes modules of the library, `adjust` changes fields,
    `own` adds forms. What is wrong with them is added to the problems.
    """
    if not isinstance(declared, Mapping):
        problems.append(problem_at(tree, ["forms"], "forms", "expected include, adjust and own"))
        return
    wrong = list(_wrong_parts(tree, declared))
    problems += wrong
    if any(problem.where != "forms" for problem in wrong):  # a part cannot be read at all
        return
    adjust, include = declared.get("adjust") or {}, declared.get("include") or []
    for index, module in enumerate(include):
        form = library_form(module)
        if form is None:
            message = f"found {module!r}, expected one of {', '.join(library())}"
            path = ["forms", "include", index]
            problems.append(problem_at(tree, path, "forms.include", message))
        else:
            yield _adjusted(form, adjust.get(module, {}))
    for unknown in set(adjust) - {str(module) for module in include}:
        message = f"{unknown!r} is not among the included forms"
        path = ["forms", "adjust", unknown]
        problems.append(problem_at(tree, path, "forms.adjust", message))
    yield from declared.get("own") or []


def _wrong_parts(tree: Any, declared: Mapping[str, Any]) -> Iterator[ProtocolProblem]:
    """Parts that the forms of a protocol do not have; and the first that is not what it must be."""
    for unknown in set(declared) - {name for name, _, _ in PARTS}:
        yield problem_at(tree, ["forms", unknown], "forms", f"no key {unknown!r}")
    for name, kind, wanted in PARTS:
        value = declared.get(name)
        if value and not isinstance(value, kind):
            message = f"found {value!r}, expected {wanted}"
            yield problem_at(tree, ["forms", name], f"forms.{name}", message)
            return


def _adjusted(form: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A form with some members of its fields replaced; `changes` is {field id: {member: value}}."""
    parts = [form.get("header", []), *(group["fields"] for group in form["groups"])]
    for field in (field for part in parts for field in part):
        field.update(changes.get(field["id"], {}) if isinstance(changes, Mapping) else {})
    return form
