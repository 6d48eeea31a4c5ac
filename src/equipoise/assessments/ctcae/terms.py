"""How is a grade of CTCAE written down? The form of the tables `version_5` and `version_6`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Direction(Enum):
    """Which way is worse; the value is the sign before a limit."""

    LOW = "<"
    HIGH = ">"


class Baseline(Enum):
    """Where the value from before the treatment lay, by the limits of normal of its own row."""

    BELOW = "below its LLN"
    NORMAL = "normal"
    ABOVE = "above its ULN"
    FAR_ABOVE = "above 5 x its ULN"


ANY = frozenset(Baseline)
NOT_RAISED = frozenset({Baseline.BELOW, Baseline.NORMAL})
RAISED = frozenset({Baseline.ABOVE, Baseline.FAR_ABOVE})
ULN, BASELINE = "ULN", "baseline"


@dataclass(frozen=True, slots=True)
class Scale:
    """Where grades 1 to 4 begin, compared with one thing.

    `of` is a UCUM unit, or `ULN` or `baseline` of which the figures are multiples. A start is
    outside of its grade: a value equal to a limit takes the milder grade; with `>=` in front it is
    inside. `LLN`, `ULN` and `ULN+20` stand for a limit of normal in that unit; an empty start is
    a grade that the version does not have. `when` names the baselines that the scale is for, and
    `no_text` a grade whose text leaves these baselines out.
    """

    of: str
    starts: tuple[str, str, str, str]
    when: frozenset[Baseline] = ANY
    no_text: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """One term: the tests (LBTESTCD) it is graded by, and its scales.

    Scales are alternatives, of which the worst counts (the semicolons of CTCAE), or with `is_both`
    conditions that must all hold. `by_judgement` is what no number tells; grade 5 is always death.
    `not_by_number` says why no grade is derived at all.
    """

    name: str
    tests: tuple[str, ...]
    direction: Direction
    scales: tuple[Scale, ...] = ()
    is_both: bool = False
    by_judgement: str = ""
    not_by_number: str = ""


def at_normal(*starts: str) -> Scale:
    """Multiples of ULN, where the baseline was not above its own."""
    one, two, three, four = starts
    return Scale(ULN, (one, two, three, four), NOT_RAISED)


def at_raised(*starts: str) -> Scale:
    """Multiples of the baseline, where that was above its ULN."""
    one, two, three, four = starts
    return Scale(BASELINE, (one, two, three, four), RAISED)
