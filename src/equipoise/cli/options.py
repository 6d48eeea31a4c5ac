"""How large may the numbers be that a command takes? The same option has the same bounds in all."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

MOST_TRIALS = 1_000_000
LARGEST_SEED = 2**63 - 1
"""Half of what 64 bits hold: a simulation draws the trials that it is measured against from the
other half.
"""
MOST_WORKERS = 1024
LONGEST_DAYS = 3650
AS_OF = "YYYY-MM-DD; nothing recorded after the end of this day in UTC"
LEDGER = "a ledger: a file (JSON lines), an SQLite file, or postgresql://user@host/database#schema"
CUTOFF = "YYYY-MM-DD; nothing clinical after it, by the days of the sites"


_WHOLE = re.compile(r"[+-]?\d{1,30}", re.ASCII)


class WholeNumber:
    """Reads a whole number between two bounds, or says what was found and what they are."""

    def __init__(self, least: int, most: int, or_else: str = "") -> None:
        self.least, self.most = least, most
        self.allowed = f"{least} to {most}{or_else}"

    def __call__(self, found: Any) -> int:
        """The number; typer hands over text, or a default."""
        text = str(found)
        if not _WHOLE.fullmatch(text) or not self.permits(int(text)):
            raise typer.BadParameter(
                f"found {text[:40]!r}, expected a whole number, {self.allowed}"
            )
        return int(text)

    def permits(self, number: int) -> bool:
        """Whether the number lies within the bounds."""
        return self.least <= number <= self.most


class Processes(WholeNumber):
    """So many processes, or -1 for one on each processor."""

    def permits(self, number: int) -> bool:
        """The bounds, and -1."""
        return number == -1 or super().permits(number)


def whole(least: int, most: int, tells: str) -> Any:
    """An option that is a whole number from `least` to `most`."""
    return typer.Option(parser=WholeNumber(least, most), metavar=f"{least}..{most}", help=tells)


MOST_SIZES, LARGEST_BLOCK = 20, 1000


def read_sizes(found: Any) -> tuple[int, ...]:
    """Block sizes as `4,6`."""
    parts = str(found).replace(" ", "").split(",")
    whole_numbers = all(_WHOLE.fullmatch(part) and int(part) >= 1 for part in parts)
    if not whole_numbers or len(parts) > MOST_SIZES or max(map(int, parts)) > LARGEST_BLOCK:
        raise typer.BadParameter(
            f"found {str(found)[:40]!r}, expected up to {MOST_SIZES} whole numbers, 1 to"
            f" {LARGEST_BLOCK}, like 4,6"
        )
    return tuple(map(int, parts))


BlockSizes = Annotated[
    Any,
    typer.Option(
        "--block-sizes",
        parser=read_sizes,
        metavar="N,N",
        help="where the protocol seals them; default: 2 and 3 times the ratio",
    ),
]
Participants = Annotated[int, whole(1, 10_000, "how many are randomized")]
Seed = Annotated[int, whole(0, LARGEST_SEED, "the same seed gives the same figures")]
Workers = Annotated[
    int,
    typer.Option(
        parser=Processes(1, MOST_WORKERS, ", or -1 for all processors"),
        metavar=f"1..{MOST_WORKERS}",
        help="processes; -1 takes all processors. The result is the same",
    ),
]
