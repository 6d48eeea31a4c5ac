"""Which lines of therapy and which genes does a criterion ask about?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.exchange.registry.piece import (
    Piece,
    RuleData,
    all_together,
    number_of,
)

Notes = list[tuple[str, str]]

_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3}
_LINE = re.compile(
    "(?:received )?(?P<ord>first|second|third|1st|2nd|3rd)[- ]line"
    " (?P<non>non-)?(?P<drug>[a-z]+)(?![a-z-])"
    r"(?P<ras> \([^)]*\bRAS\b[^)]*wild[- ]?type[^)]*\))?(?: (?:treatment|therapy|chemotherapy))?"
    r"(?P<ended>,? (?:and|with) (?:then )?(?:disease )?progress\w*)?",
    re.IGNORECASE,
)
_LINES = re.compile(
    r"exactly (?P<n>\w+) (?:prior|previous) lines?(?: of \w+ ?(?:therapy|treatment)?)?",
    re.IGNORECASE,
)
_NO_DRUG = ("TREATMENT", "THERAPY", "CHEMOTHERAPY", "SYSTEMIC")


def therapy_lines(text: str, everything: str) -> Iterator[Piece]:
    """A line of therapy with or without a drug, and whether it ended in progression; or the number
    of lines.
    """
    for match in _LINE.finditer(text):
        rules, notes = _line(match, everything)
        yield Piece(
            *match.span(),
            all_together(rules),
            f"line {_ORDINALS[match['ord'].lower()]}",
            tuple(notes),
        )
    for match in _LINES.finditer(text):
        if n := number_of(match["n"]):
            rule = {"kind": "prior_lines", "exactly": n}
            yield Piece(*match.span(), rule, f"{n} prior lines", (("LINE_UNDEFINED", match[0]),))


def _line(match: re.Match[str], everything: str) -> tuple[list[RuleData], Notes]:
    drug = match["drug"].upper()
    named = [] if drug in _NO_DRUG else [drug]
    line: RuleData = {"kind": "prior_line", "line": _ORDINALS[match["ord"].lower()]}
    ended = {"progressed": bool(match["ended"])}
    notes = [("LINE_UNDEFINED", match[0])]
    if named and match["non"]:
        without = {"kind": "not", "of": {**line, "includes": named, "progressed": False}}
        return [{**line, **ended}, without], [*notes, ("ONLY_THIS_DRUG", match[0])]
    rules = [{**line, "includes": named, **ended} if named else {**line, **ended}]
    if match["ras"]:
        tissue = {"kind": "genomic", "specimen": "TISSUE", "panel": "RAS", "status": "WILD TYPE"}
        rules.append({**tissue, "before_line": line["line"]})
        notes.append(("TISSUE_REPORT", match["ras"].strip()))
    limited = re.search("interval|free of|(?:complete|partial) response", everything, re.IGNORECASE)
    if named and not limited and len(re.findall(drug, everything, re.IGNORECASE)) > 1:
        notes.append(("NO_INTERVAL", match[0]))
    return rules, notes


_CTDNA = r"(?:circulating tumou?r DNA|ctDNA|liquid biopsy)"
_PLASMA = re.compile(
    rf"(?:received )?{_CTDNA}[^.;]*?\bRAS\b[^.;]*?wild[- ]?type(?: status)?"
    rf"|\bRAS\b[^.;]*?wild[- ]?type[^.;]*?{_CTDNA}(?: test(?:ing)?)?",
    re.IGNORECASE,
)
_TISSUE = re.compile(
    r"\bRAS\b(?: genes?)? wild[- ]?type(?: status| tumou?rs?)?|wild[- ]?type RAS(?: genes?)?",
    re.IGNORECASE,
)
_NEEDED = {
    "codons": r"\bcodons?\b|\bexons?\b",
    "limit of detection": r"limit of detection|\bLOD\b|sensitivity",
    "allele-fraction threshold": r"allele f|\bVAF\b|\bMAF\b",
    "tumor fraction": r"tumou?r fraction",
    "window of the sample": r"\bwithin\b",
}


def genes(text: str, _everything: str) -> Iterator[Piece]:
    """RAS wild type in plasma or in tissue; what makes a negative sample wild type the text hardly
    ever says.
    """
    plasma = _PLASMA.search(text)
    if not (match := plasma or _TISSUE.search(text)):
        return
    rule = {
        "kind": "genomic",
        "specimen": "PLASMA" if plasma else "TISSUE",
        "panel": "RAS",
        "status": "WILD TYPE",
    }
    lacking = [name for name, words in _NEEDED.items() if not re.search(words, text, re.IGNORECASE)]
    notes = [("PANEL_UNDEFINED", f"{match[0]} (without {', '.join(lacking)})")] if lacking else []
    if plasma:
        notes.append(("MARKER_NOT_TESTED", match[0]))
    yield Piece(*match.span(), rule, "RAS wild type", tuple(notes))
