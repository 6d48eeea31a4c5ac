"""Where does a value of the protocol come from? The record, a mirror of it, or an assumption that
says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from equipoise.protocol.base import Model

Provenance = str | dict[str, str]


class Sourced(Model):
    """A block of values with the place they come from."""

    from_: Provenance = Field(
        alias="from", description="record, mirror, or the id of an assumption; or one per field"
    )

    def provenance(self, field: str = "*") -> str:
        """Where one field of the block comes from."""
        if isinstance(self.from_, str):
            return self.from_
        return self.from_.get(field, self.from_["*"])


class Assumption(Model):
    """A value that the record does not give."""

    said: str = Field(description="what the record says")
    taken: str = Field(description="what this protocol takes")
    why: str = Field(description="the reason")
    otherwise: str = Field(description="what changes if it is taken differently")
    to_check: bool = Field(
        False, description="standard knowledge, to be checked with its source before clinical use"
    )


def sourced_blocks(part: Any, where: str = "") -> list[tuple[str, Sourced]]:
    """(path, block) of every block with a provenance, in file order."""
    if isinstance(part, Model):
        here = [(where, part)] if isinstance(part, Sourced) else []
        inner = [
            (f"{where}.{name}".lstrip("."), getattr(part, name)) for name in type(part).model_fields
        ]
        return here + [block for path, value in inner for block in sourced_blocks(value, path)]
    if isinstance(part, tuple):
        return [
            b
            for i, v in enumerate(part)
            for b in sourced_blocks(v, f"{where}.{getattr(v, 'id', i)}")
        ]
    if isinstance(part, dict):
        return [b for k, v in part.items() for b in sourced_blocks(v, f"{where}.{k}")]
    return []


def provenance_problems(whole: Model, assumptions: Mapping[str, Assumption]) -> list[str]:
    """Blocks that name no source, sources that do not exist, and assumptions that nothing rests
    on.
    """
    used: set[str] = set()
    problems = []
    for where, block in sourced_blocks(whole):
        given = {"*": block.from_} if isinstance(block.from_, str) else block.from_
        names = (
            {f.alias or n for n, f in type(block).model_fields.items()}
            | set(type(block).model_fields)
            | {"*"}
        )
        problems += [
            f"{where}.from: no field {name!r} in this block" for name in given if name not in names
        ]
        if "*" not in given:
            problems.append(f"{where}.from: expected an entry '*' for the fields not named")
        for source in given.values():
            if source not in ("record", "mirror") and source not in assumptions:
                problems.append(
                    f"{where}.from: found {source!r}, expected record, mirror or the id of an"
                    " assumption"
                )
            used.add(source)
    unused = sorted(set(assumptions) - used)
    return problems + [f"assumptions.{name}: no value refers to it" for name in unused]
