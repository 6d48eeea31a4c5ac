"""Print the tables of docs/ctcae.md anew from the tables of the code: `python docs/ctcae_page.py`.

What stands between the marks of a version is printed, everything else is written by hand. A test
holds the page to the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from equipoise.assessments.ctcae.grade import GRADES, TERMS, words
from equipoise.assessments.ctcae.terms import ANY, NOT_RAISED, RAISED, Baseline, Scale, Term

PAGE = Path(__file__).resolve().parent / "ctcae.md"
_BLOCK = re.compile(r"(<!-- grades of (\d\.\d) -->\n).*?(<!-- end -->)", re.DOTALL)
_WHEN = {
    NOT_RAISED: "baseline not above its ULN",
    RAISED: "baseline above its ULN",
    frozenset({Baseline.ABOVE}): "baseline above its ULN, up to 5 x",
    frozenset({Baseline.FAR_ABOVE}): "baseline above 5 x its ULN",
    frozenset({Baseline.BELOW}): "baseline below its LLN",
    ANY: "",
}


def page() -> str:
    """The page as it should be."""
    return _BLOCK.sub(_printed, PAGE.read_text(encoding="utf-8"))


def _printed(block: re.Match[str]) -> str:
    (terms,) = [its for version, its in TERMS.items() if version == block[2]]
    head = "| term | by | grade 1 | 2 | 3 | 4 |\n|---|---|---|---|---|---|\n"
    rows = "".join(f"{row}\n" for term in terms for row in _rows(term))
    return f"{block[1]}\n{head}{rows}\n{block[3]}"


def _rows(term: Term) -> Iterator[str]:
    """A row for each scale of a term."""
    tests = ", ".join(term.tests)
    if term.not_by_number:
        yield f"| {term.name} | {tests} | never derived: {term.not_by_number} | | | |"
    for scale in term.scales:
        by = "; ".join(filter(None, (tests, _when(term, scale))))
        grades = " | ".join(_cell(term, scale, grade) for grade in GRADES)
        yield f"| {term.name} | {by} | {grades} |"


def _when(term: Term, scale: Scale) -> str:
    return "and (both must hold)" if term.is_both else _WHEN[scale.when]


def _cell(term: Term, scale: Scale, grade: int) -> str:
    if grade == scale.no_text:
        return "no text: unknown"
    return words(scale, term.direction, grade).replace("<", "&lt;").replace(">", "&gt;") or "–"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
