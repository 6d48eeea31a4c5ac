"""Print the page on the fields of a protocol: what each means, and the rule that obeys it.

`python docs/field_page.py` writes docs/protocol-fields.md; the tests hold the page to the models
and to the list of readers.
"""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

TOP = Path(__file__).parent
sys.path.insert(0, str(TOP))

from field_readers import EVERYWHERE, OBEYED, ONE_VALUE, SHOWN, listed  # noqa: E402

from equipoise.protocol.base import Model  # noqa: E402
from equipoise.protocol.model import Protocol  # noqa: E402

PAGE = TOP / "protocol-fields.md"
SHOWN_ONLY, ONE = "shown", "one value; any other is refused"
HEAD = """# Every field of a protocol, and the rule that obeys it

One YAML file declares a trial. What it declares is obeyed or refused: each field below has a rule
that reads it, named by its file and function, or is *shown* to the reader and to nobody else.
`equipoise protocol check` tells what is missing, wrong or cannot be obeyed; `equipoise protocol
show` prints a protocol for reading. The shipped trial is the example to begin from:
[NCT04509635.yaml](../src/equipoise/protocol/trials/NCT04509635.yaml).

Every block also has `from`, where its values come from: `record`, `mirror` (another copy of the
record) or the id of an assumption; a mapping gives single fields a source of their own, `"*"`
being the rest. Measures are a number with a unit (`10 mm`). This page is printed by
`docs/field_page.py` from the models and from the list that the tests hold to the code.
"""


def read_by() -> Mapping[str, str]:
    """Class.field -> the rule that reads it, or why there is none."""
    shown = dict.fromkeys(listed(SHOWN), SHOWN_ONLY)
    return listed(OBEYED) | shown | dict.fromkeys(ONE_VALUE, ONE)


def blocks(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Every class of the protocol with the path to its first occurrence, in the order of the
    file.
    """
    seen: set[type[BaseModel]] = set()

    def walk(each: type[BaseModel], at: str) -> Iterator[tuple[str, type[BaseModel]]]:
        if each in seen:
            return
        seen.add(each)
        yield at, each
        for name, field in each.model_fields.items():
            spelled = field.alias or name
            for part in models_in(field.annotation):
                yield from walk(part, f"{at}.{spelled}" if at else spelled)

    yield from walk(model, path)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation names, inside unions, tuples and mappings too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def spelled(annotation: Any) -> str:
    """A type as a person writes its values."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return spelled(arguments[0])
    if origin is Literal:
        return ", ".join(f"`{argument}`" for argument in arguments)
    if origin in (Union, types.UnionType):
        options = dict.fromkeys(spelled(each) for each in arguments if each is not type(None))
        left_out = " or nothing" if type(None) in arguments else ""
        return " or ".join(options) + left_out
    if origin is tuple:
        return f"list of {spelled(arguments[0])}"
    if origin is dict:
        return f"{spelled(arguments[0])} to {spelled(arguments[1])}"
    names = {"str": "text", "int": "whole number", "bool": "yes or no", "Decimal": "number"}
    name = getattr(annotation, "__name__", str(annotation))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{name}](#{name.lower()})"
    return names.get(name, name.lower())


def owner_of(model: type[BaseModel], name: str, readers: Mapping[str, str]) -> str:
    """The class that declares a field, which its reader is listed under."""
    for base in model.__mro__:
        if f"{base.__name__}.{name}" in readers:
            return readers[f"{base.__name__}.{name}"]
    return EVERYWHERE.get(name, "")


def row(model: type[BaseModel], name: str, readers: Mapping[str, str]) -> str:
    """One field: name, values, meaning, reader."""
    field = model.model_fields[name]
    rule = owner_of(model, name, readers)
    reader = f"`{rule.replace(':', '` `')}`" if ":" in rule else rule
    meaning = re.sub(r"\s+", " ", field.description or "").replace("|", "\\|")
    return f"| `{field.alias or name}` | {spelled(field.annotation)} | {meaning} | {reader} |"


def page() -> str:
    """The whole page."""
    readers, lines = read_by(), [HEAD]
    for path, model in blocks(Protocol):
        fields = [name for name in model.model_fields if name not in EVERYWHERE]
        about = re.sub(r"\s+", " ", (model.__doc__ or "").strip()) if model is not Model else ""
        lines += [f"## {model.__name__}", f"`{path}`: {about}" if path else about, ""]
        if fields:
            lines += ["| field | values | meaning | obeyed by |", "|---|---|---|---|"]
            lines += [row(model, name, readers) for name in fields] + [""]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
