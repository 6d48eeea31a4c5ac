"""What the protocol declares is obeyed: each field of its model has a rule that reads it, or is
shown to people.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import CodeType
from typing import Any, Literal, get_args, get_origin

import pytest
from field_changes import BASES, base
from field_places import loaded, models_in
from field_readers import (
    EVERYWHERE,
    HOUSE,
    OBEYED,
    ONE_VALUE,
    SHOWN,
    functions,
    listed,
    owner_of,
)
from pydantic import BaseModel, Field
from rule_answers import answers, forget

from equipoise.planning.check import refusals
from equipoise.protocol.base import Model
from equipoise.protocol.model import Protocol


def every_model(model: type[BaseModel], seen: frozenset[Any] = frozenset()) -> frozenset[Any]:
    """A model, and the models inside it."""
    seen |= {model}
    for field in model.model_fields.values():
        for part in models_in(field.annotation):
            seen = seen if part in seen else every_model(part, seen)
    return seen


def declared(model: type[BaseModel]) -> dict[str, Any]:
    """Every field of a model and of the models inside it, as Class.field, with its type."""
    return {
        f"{owner_of(part, name).__name__}.{name}": field.annotation
        for part in every_model(model)
        for name, field in part.model_fields.items()
        if name not in EVERYWHERE
    }


READ_BY = listed(OBEYED) | listed(SHOWN) | dict.fromkeys(ONE_VALUE, "")
FIELDS = sorted(declared(Protocol))


def without_reader(fields: list[str], read_by: Mapping[str, str]) -> list[str]:
    """The fields that no function reads."""
    return [field for field in fields if not is_read(field, read_by)]


def is_read(field: str, read_by: Mapping[str, str]) -> bool:
    if field in ONE_VALUE:
        return True
    file, _, function = read_by.get(field, "").partition(":")
    if not (HOUSE / f"{file}.py").is_file():
        return False
    names = functions(file).get(function, frozenset())
    return field.split(".")[1] in names or "getattr" in names


def test_every_field_of_the_protocol_is_read_by_a_rule_or_shown():
    assert without_reader(FIELDS, READ_BY) == []


def test_the_lists_name_fields_that_there_are_and_each_once():
    lists = [listed(OBEYED), listed(SHOWN), ONE_VALUE]
    named = [field for each in lists for field in each]

    assert sorted(set(named) - set(FIELDS)) == []
    assert len(named) == len(set(named))
    for file, _, function in (reader.partition(":") for reader in EVERYWHERE.values()):
        assert function in functions(file)


def test_a_field_of_one_value_has_a_type_that_allows_no_other():
    allowed = declared(Protocol)

    assert ONE_VALUE
    for field in ONE_VALUE:
        assert get_origin(allowed[field]) is Literal
        assert len(get_args(allowed[field])) == 1


# ------------------------------------------------------------------ seen at run time


@pytest.fixture(scope="module")
def readers() -> Mapping[str, set[str]]:
    """Class.field -> the functions of the house that read it while everything is answered."""
    reads: set[tuple[type[Any], str, CodeType]] = set()
    protocols = [loaded(base(name)) for name in BASES]

    def watched(part: Any, name: str) -> Any:
        reads.add((type(part), name, sys._getframe(1).f_code))
        return object.__getattribute__(part, name)

    forget()  # what was answered before is asked again
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Model, "__getattribute__", watched)
        for protocol in protocols:
            refusals(protocol)
            answers(protocol)
    return by_field(reads)


def by_field(reads: Iterable[tuple[type[Any], str, CodeType]]) -> Mapping[str, set[str]]:
    functions: dict[str, set[str]] = defaultdict(set)
    for model, name, code in reads:
        file = Path(code.co_filename)
        if name in model.model_fields and file.is_relative_to(HOUSE):
            where = file.relative_to(HOUSE).with_suffix("").as_posix()
            function = code.co_qualname.partition(".<locals>")[0]
            functions[f"{owner_of(model, name).__name__}.{name}"].add(f"{where}:{function}")
    return functions


def test_each_reader_is_seen_to_read_its_field_of_its_class(readers):
    read_by = listed(OBEYED) | listed(SHOWN)

    assert {
        field: reader for field, reader in read_by.items() if reader not in readers[field]
    } == {}


# ------------------------------------------------------------------ what would be noticed


class Wider(Protocol):
    """The protocol with a block that no rule reads."""

    class Kitchen(Model):
        """Meals."""

        soup: str = "thin"

    kitchen: Kitchen = Field(default_factory=Kitchen)


def test_a_field_without_a_rule_is_noticed():
    assert without_reader(sorted(declared(Wider)), READ_BY) == [
        "Kitchen.soup",
        "Wider.kitchen",
    ]


@pytest.mark.parametrize("field", ["Arm.ratio", "CensoringRules.death", "LabLimit.at_most_uln"])
def test_a_field_that_is_left_out_of_the_list_is_noticed(field):
    fewer = {name: room for name, room in READ_BY.items() if name != field}

    assert without_reader(FIELDS, fewer) == [field]


@pytest.mark.parametrize(
    "reader",
    [
        "molecular/ras:ras_status",  # reads no ratio
        "allocation/declared:allocate",  # is not there
        "allocation/lists:allocation_of",  # nor is the file
    ],
)
def test_a_function_that_does_not_read_a_field_is_no_reader(reader):
    assert without_reader(["Arm.ratio"], {"Arm.ratio": reader}) == ["Arm.ratio"]
