"""What is wished for of one invented person?

A wish is a simple rule with the answer it should get. All wishes about one person are met together,
since several rules may ask about the same drug, sample or test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

from equipoise.protocol.criteria import Rule

Row = dict[str, str]
"""SDTM variables and their texts."""
AnyKind = TypeVar("AnyKind", bound=Rule)


class Wish(NamedTuple):
    """A simple rule of one criterion, and whether it should be met."""

    criterion: str
    rule: Rule
    met: bool


@dataclass(frozen=True, slots=True)
class Wishes:
    """All that is wished for of one person, who is asked about on `index`."""

    every: Sequence[Wish]
    index: date
    version: str

    def of(self, kind: type[AnyKind]) -> list[tuple[AnyKind, bool]]:
        """The rules of a kind, each with its answer."""
        return [(it.rule, it.met) for it in self.every if isinstance(it.rule, kind)]

    def before(self, days: int) -> str:
        """The day so many days before the index date."""
        return (self.index - timedelta(days=days)).isoformat()

    @property
    def yesterday(self) -> str:
        """Within every window."""
        return self.before(1)
