"""What is expected of re-challenge, and of whom? The figures that a simulation fills and a report
shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

UNSELECTED = "unselected"
"""The `assay` of a point where no test decides who is treated."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A figure and its Monte-Carlo standard error; NaN where there is none."""

    value: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Disease control and PFS of a group, or the difference between two. Shares of 1; PFS in
    months.
    """

    disease_control: Expected
    pfs_mean: Expected  # restricted to the first 12 months
    pfs_median: Expected
    pfs_at_6: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Assay:
    """Who is let in: those in whom the test sees nothing.

    `sees` is the share of resistant clones whose resistance is a variant the panel looks for,
    `tumor_dna` what the tumor fraction is multiplied by when the sample is drawn, and a sample
    counts from `informative_from` on.
    """

    id: str
    label: str
    sees: float
    tumor_dna: float
    informative_from: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One drug-free interval and half-life, in months, one assay and its limit of detection (None:
    no test).

    `let_in` is a share of all who would be tested. `hidden` are shares of those let in, one for
    each of `hidden_above`: their resistant fraction is above it. `below_limit` is the part of the
    first of them whose clone carries a variant on the panel, so that a lower limit or more tumor
    DNA in the sample would have shown it.
    """

    assay: str
    limit: float | None
    interval: float
    half_life: float
    let_in: float
    hidden: tuple[float, ...]
    below_limit: float
    experimental: Outcome
    difference: Outcome


@dataclass(frozen=True, slots=True)
class Input:
    """One number the answer rests on, and whether it is published, fitted, declared by the protocol
    or assumed.
    """

    label: str
    value: str
    status: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechallenge:
    """The whole answer, with title, version and digest of the protocol. `half_lives` from shortest
    to longest, the middle one is that of the main figures.

    The first of `assays` with the `declared_limit` is the test that the protocol asks for; limits
    fall. `at_fraction` are the outcomes of patients who have exactly that resistant fraction at
    randomization.
    """

    protocol: str
    title: str
    version: str
    digest: str
    patients: int
    seed: int
    half_lives: tuple[float, ...]
    intervals: tuple[float, ...]
    reference_interval: float
    limits: tuple[float, ...]
    declared_limit: float
    hidden_above: tuple[float, ...]
    assays: tuple[Assay, ...]
    inputs: tuple[Input, ...]
    control: Outcome
    at_fraction: tuple[tuple[float, Outcome], ...]
    points: tuple[Point, ...]

    @property
    def half_life(self) -> float:
        """The half-life of the main figures."""
        return self.half_lives[len(self.half_lives) // 2]

    def course(self, assay: str, limit: float | None, half_life: float) -> tuple[Point, ...]:
        """The points of one assay and half-life, by interval."""
        return tuple(
            p for p in self.points if (p.assay, p.limit, p.half_life) == (assay, limit, half_life)
        )

    def at(
        self, interval: float, assay: str, limit: float | None, half_life: float | None = None
    ) -> Point:
        """One point. Raises ValueError when it was not asked for."""
        for point in self.course(assay, limit, half_life or self.half_life):
            if point.interval == interval:
                return point
        raise ValueError(
            f"no point for interval {interval}, assay {assay!r}, limit {limit}, half-life"
            f" {half_life}; intervals are {self.intervals}, limits {self.limits}, half-lives"
            f" {self.half_lives}"
        )

    def over_half_lives(self, interval: float, assay: str, limit: float | None) -> Iterator[Point]:
        """The same point for each half-life."""
        return (self.at(interval, assay, limit, half_life) for half_life in self.half_lives)

    def as_json(self) -> dict[str, Any]:
        """Plain lists, numbers and words; None where there is no number."""
        plain: dict[str, Any] = _plain(asdict(self))
        return {"simulated": True, **plain}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value
