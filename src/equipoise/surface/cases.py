"""Does a piece of software answer the published rules as they are written?"""

from __future__ import annotations

from pathlib import Path

from equipoise.conformance.answers import answer
from equipoise.conformance.other_program import against as other_program
from equipoise.conformance.runner import CASES, Result, run


def run_conformance(against: str = "", cases: str | Path | None = None) -> Result:
    """Ask every case: of this software, or of another program, a command that answers one JSON case
    a line. `cases` is their folder; default: those that come along.

    Raises ValueError where there are no cases, RuntimeError when the program does not answer.
    """
    folder = Path(cases) if cases is not None else CASES
    if not any(folder.glob("*.json")):
        raise ValueError(f"there are no cases (*.json) in {folder}")
    if not against:
        return run(folder, answer)
    with other_program(against) as other:
        return run(folder, other)
