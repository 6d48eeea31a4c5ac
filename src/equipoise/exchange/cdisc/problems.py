"""What in a package could not be used, or has to be asked about? One line each, with file, row and
reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

NOT_USED, TO_ASK, ASIDE = "NOT USED", "TO ASK", "LEFT ASIDE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something found in one row; `row` counts the rows of data from 1, and 0 is the subject or
    file as a whole.
    """

    kind: str  # NOT_USED, TO_ASK, or ASIDE for a whole file that holds nothing asked for
    file: str
    row: int = 0
    domain: str = ""
    subject: str = ""
    variable: str = ""
    found: str = ""
    reason: str


PROBLEM_COLUMNS = ("kind", "file", "row", "domain", "subject", "variable", "found", "reason")


@dataclass(slots=True)
class Problems:
    """The listing as it grows, in the order in which things were found, each once."""

    _found: dict[Problem, None] = field(default_factory=dict)

    def add(self, problem: Problem) -> None:
        """One more line, unless the same was said."""
        self._found[problem] = None

    @property
    def listed(self) -> tuple[Problem, ...]:
        """All lines."""
        return tuple(self._found)

    def by_reason(self) -> list[tuple[int, str]]:
        """How often each reason kept data from being used, the most frequent first."""
        counts = Counter(f"{one.variable} {one.reason}" for one in self._found)
        return [(number, reason.strip()) for reason, number in counts.most_common()]

    @property
    def unused(self) -> int:
        """How many lines tell of data that were not used."""
        return sum(one.kind == NOT_USED for one in self._found)
