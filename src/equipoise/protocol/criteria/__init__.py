"""What must be true of a participant? The vocabulary in which a protocol states its criteria.

Each kind says what is asked, in a file of its own; `eligibility.evaluate` says how the records
answer it. `without_data` gives the answer for a participant of whom nothing is known, so that a
protocol that would let such a person in is refused when loaded.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Union

from pydantic import Field

from equipoise.protocol.criteria.kind import KINDS, References, Rule, UnknownReference

for _file in iter_modules(__path__):  # a kind is there because its file is
    import_module(f"{__name__}.{_file.name}")

if TYPE_CHECKING:
    AnyRule = Rule
else:
    AnyRule = Annotated[Union[tuple(KINDS.values())], Field(discriminator="kind")]  # noqa: UP007
    for _kind in KINDS.values():
        _kind.model_rebuild(_types_namespace={"AnyRule": AnyRule})

__all__ = ["KINDS", "AnyRule", "References", "Rule", "UnknownReference"]
