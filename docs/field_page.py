"""Print the page on the fields of a protocol: what may stand in each, what it means, and the rule
that obeys it.

`python docs/field_page.py` writes docs/protocol-fields.md; the tests hold the page to the models
and to the list of readers.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

TOP = Path(__file__).resolve().parent
sys.path.insert(0, str(TOP))

from field_readers import EVERYWHERE, OBEYED, ONE_VALUE, SHOWN, listed, owner_of  # noqa: E402

from equipoise.assessments.recist.policy import RECIST_1_1  # noqa: E402
from equipoise.protocol.assessment import RecistRules  # noqa: E402
from equipoise.protocol.criteria import KINDS  # noqa: E402
from equipoise.protocol.criteria.kind import Rule  # noqa: E402
from equipoise.protocol.model import Protocol  # noqa: E402
from equipoise.protocol.panel import RasPanel  # noqa: E402
from equipoise.protocol.yaml_file import load  # noqa: E402
from equipoise.terms.quantity import Quantity  # noqa: E402

PAGE = TOP / "protocol-fields.md"
LEAD = """<!-- printed by docs/field_page.py from the models of the protocol; change those -->
# Every field of a protocol, and the rule that obeys it

One YAML file declares a trial. `equipoise protocol check FILE` says what is missing, wrong or
cannot be obeyed, each with its line; `equipoise protocol show FILE` prints it for reading. The
shipped trial is the example to begin from:
[NCT04509635.yaml](../src/equipoise/protocol/trials/NCT04509635.yaml).

What the file declares is obeyed or refused. The last column names the file under `src/equipoise`
and the function that reads a field; the tests see that it does, and that an answer changes with the
field. *Shown* are words for people, which no rule could obey. *One value* is all that the rules can
do; any other is refused.

A block with `from` says where its values come from: `record` (the registered text), `mirror`
(another copy of the record), or the id of an assumption; a mapping gives single fields a source of
their own, `"*"` being the rest. `kind` chooses among blocks that may stand in one place. A value
with a unit is a number, a blank and a UCUM unit, such as `1.5 10*9/L`. Under `forms` the file names
modules of the library (`include`), changes single fields of theirs (`adjust`) and adds its own
(`own`); the fields below are those of `own`.
"""
HEAD = ("", "| field | what may stand there | meaning | obeyed by |", "|---|---|---|---|")


class Block(NamedTuple):
    """A block of the file: the path to where it stands, its class, and the word that chooses it."""

    path: str
    model: type[BaseModel]
    kind: str = ""

    @property
    def heading(self) -> str:
        """The title of its section; what stands in one place is told apart by its kind."""
        level = "###" if "." in self.path or self.kind else "##"
        return f"{level} {self.path}{f', kind `{self.kind}`' if self.kind else ''}"

    @property
    def anchor(self) -> str:
        """Where a link to its section leads, as GitHub makes it of a title."""
        title = self.heading.lstrip("# ").lower()
        return "#" + re.sub(r"[^\w\- ]", "", title).replace(" ", "-")


# ------------------------------------------------------------------ which blocks there are


@cache
def blocks() -> tuple[Block, ...]:
    """Every block in the order of the file, each class once where it first stands."""
    seen: set[type[BaseModel]] = {RasPanel}  # it stands under `molecular`, with its source
    return tuple(_blocks(Protocol, "", seen))


def _blocks(model: type[BaseModel], path: str, seen: set[type[BaseModel]]) -> Iterator[Block]:
    if model in seen:
        return
    seen.add(model)
    path = "a rule" if issubclass(model, Rule) else path
    kind = model.model_fields.get("kind")
    yield Block(path or "The file", model, get_args(kind.annotation)[0] if kind else "")
    for name, field in model.model_fields.items():
        for part in parts(field.annotation):
            yield from _blocks(part, f"{path}.{field.alias or name}".lstrip("."), seen)


def parts(kind: Any) -> Iterator[type[BaseModel]]:
    """The blocks that a type is made of; of a rule, those of every kind."""
    if kind is Rule:
        yield from KINDS.values()
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for argument in get_args(kind):
        yield from parts(argument)


# ------------------------------------------------------------------ what may stand in a field


def words(kind: Any, limits: tuple[Any, ...] = ()) -> str:
    """What may stand in a field of this type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return f"list of {_many(words(arguments[0]))}"
    if origin is dict:
        return f"{words(arguments[1])} by {'name' if arguments[0] is str else 'event'}"
    if inside := list(parts(kind)):
        return _link(inside)
    if origin is Annotated:
        return words(arguments[0], (*limits, *arguments[1:]))
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(words(each, limits) for each in arguments))
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    return f"{SIMPLE[kind]}{_limits(limits)}"


SIMPLE = {
    str: "text",
    bool: "`true` or `false`",
    int: "whole number",
    Decimal: "number",
    Quantity: "value with unit",
    NoneType: "`null`",
}


def _link(inside: list[type[BaseModel]]) -> str:
    """To the block, or the first of those that may stand there."""
    first = next(block for block in blocks() if issubclass(block.model, tuple(inside)))
    return f"[{'rule' if issubclass(first.model, Rule) else 'block'}]({first.anchor})"


def _many(one: str) -> str:
    """The plural of what is no list of values."""
    return re.sub(r"^(text|whole number|\[(?:block|rule))", r"\1s", one)


def _limits(limits: tuple[Any, ...]) -> str:
    told = []
    for limit in limits:
        match limit:
            case Ge(ge=least):
                told.append(f"{least} or more")
            case Gt(gt=under):
                told.append(f"over {under}")
            case Le(le=most):
                told.append(f"{most} or less")
            case Lt(lt=above):
                told.append(f"under {above}")
    return f", {' and '.join(told)}" if told else ""


def allowed(field: FieldInfo) -> str:
    """What may stand in a field, and what holds where it is left out."""
    told = words(field.annotation, tuple(field.metadata))
    if field.is_required():
        return told
    usual = field.get_default(call_default_factory=True)
    if usual in (None, (), {}, "") or isinstance(usual, BaseModel):
        return f"{told.removesuffix(' or `null`')}; may be left out"
    return f"{told}; `{str(usual).lower() if isinstance(usual, bool) else usual}` if left out"


# ------------------------------------------------------------------ the page


def page() -> str:
    """The whole page."""
    return "\n".join([*LEAD.splitlines(), *(line for each in blocks() for line in _section(each))])


def _section(block: Block) -> Iterator[str]:
    yield from ("", block.heading, "", _sentences(block.model))
    if told := list(rows(block.model)):
        yield from HEAD
        yield from (f"| {' | '.join(row)} |" for row in told)
    if block.model is RecistRules:
        yield from ("", f"The choices, as RECIST 1.1 was published: {', '.join(_choices())}.")
    if block is blocks()[-1]:
        yield ""


def _choices() -> Iterator[str]:
    for name in load("NCT04509635").assessment.recist.choices:
        yield f"`{name}` {str(getattr(RECIST_1_1, name)).lower()}"


def rows(model: type[BaseModel]) -> Iterator[tuple[str, str, str, str]]:
    """Each field of a block: its name in the file, what may stand there, its meaning, who obeys."""
    for name, field in model.model_fields.items():
        if name not in EVERYWHERE:
            meaning = field.description or _of_part(field)
            yield f"`{field.alias or name}`", allowed(field), meaning, obeyed(model, name)


def _of_part(field: FieldInfo) -> str:
    """What the block in a field is, by its own first sentence."""
    for part in parts(field.annotation):
        first = _sentences(part).split(". ")[0].rstrip(".")
        return first[0].lower() + first[1:]
    return ""


def _sentences(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def obeyed(model: type[BaseModel], name: str) -> str:
    """Who reads a field: a rule, or people."""
    field = f"{owner_of(model, name).__name__}.{name}"
    if field in ONE_VALUE:
        return "one value"
    shown = listed(SHOWN)
    return f"shown: {_told(shown[field])}" if field in shown else _told(listed(OBEYED)[field])


def _told(reader: str) -> str:
    """A reader as people look for it; functions that are registered for a kind have no name."""
    return f"`{reader.removesuffix(':_')}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
