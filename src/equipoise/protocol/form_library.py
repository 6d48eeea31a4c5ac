"""Which forms does a protocol have? Modules of the library, with its changes, and its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from equipoise.protocol.places import ProtocolProblem, problem_at
from equipoise.protocol.yaml_tree import plain, read_values

PARTS: tuple[tuple[str, type, str], ...] = (
    ("adjust", Mapping, "forms and their changes"),
    ("include", list, "a list"),
    ("own", list, "a list"),
)


@cache
def library() -> tuple[str, ...]:
    """The ids of the form modules, which come with the software and do not change while it runs."""
    folder = resources.files("equipoise.protocol") / "library"
    return tuple(
        sorted(
            entry.name.removesuffix(".yaml")
            for entry in folder.iterdir()
            if entry.name.endswith(".yaml")
        )
    )


def library_form(module: Any) -> Mapping[str, Any] | None:
    """One form module as plain data, which everybody shares, or None."""
    return _library_form(module) if module in library() else None


@cache
def _library_form(module: str) -> Mapping[str, Any]:
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
            unfit = list(_unfit(tree, module, form, adjust.get(module)))
            problems += unfit
            yield form if unfit else _adjusted(form, adjust.get(module) or {})
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


def _unfit(
    tree: Any, module: str, form: Mapping[str, Any], changes: Any
) -> Iterator[ProtocolProblem]:
    """Changes of a module that change none of its fields."""
    path = ["forms", "adjust", module]
    if changes and not isinstance(changes, Mapping):
        message = f"found {changes!r}, expected fields and their changes"
        yield problem_at(tree, path, ".".join(path), message)
        return
    fields = [field["id"] for part in _parts(form) for field in part]
    for name, change in (changes or {}).items():
        if name not in fields:
            message = f"found {name!r}, expected one of {', '.join(fields)}"
        elif not isinstance(change, Mapping):
            message = f"found {change!r}, expected members of the field, each with its value"
        else:
            continue
        yield problem_at(tree, [*path, name], ".".join([*path, str(name)]), message)


def _parts(form: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """The lists in which its fields stand."""
    return [form.get("header", []), *(group["fields"] for group in form["groups"])]


def _adjusted(
    form: Mapping[str, Any], changes: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """A form with some members of its fields replaced; `changes` is {field id: {member: value}}."""

    def adjusted(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**field, **changes.get(field["id"], {})} for field in fields]

    if not changes:
        return form
    groups = [{**group, "fields": adjusted(group["fields"])} for group in form["groups"]]
    header = {"header": adjusted(form["header"])} if "header" in form else {}
    return {**form, **header, "groups": groups}
