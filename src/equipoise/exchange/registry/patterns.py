"""What rule does a registered criterion become? Every pattern that is recognized, and a person's
word for the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from equipoise.exchange.registry import history, labs, therapy
from equipoise.exchange.registry.person import persons
from equipoise.exchange.registry.piece import (
    Piece,
    RuleData,
    Window,
    all_together,
    attest,
    finished,
    lacks_window,
    negated,
    windows,
)
from equipoise.exchange.registry.record import RegisteredText

Note = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RuleReading:
    """A criterion as a rule that is met when it does not block entry; `notes` are (code of a
    finding, text found).
    """

    rule: RuleData
    short: str
    recognized: bool
    notes: tuple[Note, ...]


# In this order: a stretch of text belongs to the first that reads it.
_READERS: tuple[Callable[[str, str], Iterator[Piece]], ...] = (
    therapy.therapy_lines,
    therapy.genes,
    lambda text, _everything: labs.transaminases(text),
    lambda text, _everything: labs.laboratory(text),
    history.pregnancy,
    history.conditions,
    persons,
)
_ADDS_NOTHING = """
a an the of and or with who have has had be is are must should to by as in for all any patients
patient subjects subject participants adequate organ function functions hematological
haematological hematologic bone marrow hepatic renal liver kidney serum following defined criteria
uln ecog performance status known willing able provide provided sign signed obtained results years
age old study trial
"""
_FILLER = frozenset(_ADDS_NOTHING.split())
_EXCEPTION = re.compile(
    r"\b(?:unless|except|excluding|other"
    r" than|if|allowed|without|no|not|never|absence|free|grade)\b",
    re.IGNORECASE,
)


def read_rule(criterion: RegisteredText, everything: str) -> RuleReading:
    """The rule of one criterion; `everything` is the whole record, which some readings depend
    on.
    """
    text, excludes = criterion.text, criterion.section == "exclusion"
    pieces = _pieces(text, everything)
    given = windows(text)
    left = _left_over(text, pieces, given)
    if not pieces or (left and _EXCEPTION.search(left)):
        claim = attest(text)
        rule = finished(negated(claim) if excludes else claim, None)
        return RuleReading(rule, _shortened(text), False, (("NOT_RECOGNIZED", text),))
    rules = [_closed(piece, given, excludes) for piece in pieces]
    notes = [note for piece in pieces for note in piece.notes] + _window_notes(pieces, given)
    if left:
        whole = attest(text)
        rules.append(finished(negated(whole) if excludes else whole, None))
        notes.append(("PARTLY_READ", left))
    short = ", ".join(dict.fromkeys(piece.short for piece in pieces))
    return RuleReading(
        all_together(rules),
        f"not: {short}" if excludes else short,
        True,
        tuple(dict.fromkeys(notes)),
    )


def _pieces(text: str, everything: str) -> list[Piece]:
    taken: list[Piece] = []
    for reader in _READERS:
        for piece in reader(text, everything):
            if all(piece.end <= other.start or other.end <= piece.start for other in taken):
                taken.append(piece)
    taken += labs.organs_without_limit(text, {piece.short for piece in taken})
    return sorted(taken, key=lambda piece: (piece.start, piece.end))


def _closed(piece: Piece, given: list[Window], excludes: bool) -> RuleData:
    """Any one thing listed in an exclusion excludes, so in either section every part must hold."""
    window = _window_of(piece, given)
    rule: RuleData = finished(
        negated(piece.rule) if excludes else piece.rule, window.days if window else None
    )
    return rule


def _window_of(piece: Piece, given: list[Window]) -> Window | None:
    """A window stands after what it is about; the last one holds for what follows it."""
    after = [window for window in given if window.start >= piece.start]
    return next(iter(after or given[-1:]), None)


def _window_notes(pieces: list[Piece], given: list[Window]) -> list[Note]:
    notes: list[Note] = []
    if not given:
        notes += [("MISSING_WINDOW", piece.short) for piece in pieces if lacks_window(piece.rule)]
    for window in given:
        notes.append(("WINDOW_HERE_ONLY", window.text))
        if window.months:
            notes.append(("WINDOW_IN_MONTHS", window.text))
        if window.anchor and not re.search("randomi[sz]ation", window.anchor, re.IGNORECASE):
            notes.append(("WINDOW_ANCHOR", window.text))
    return notes


def _left_over(text: str, pieces: list[Piece], given: list[Window]) -> str:
    """What no pattern read, without words that add nothing."""
    spans = [(piece.start, piece.end) for piece in pieces] + [
        (window.start, window.end) for window in given
    ]
    rest = "".join(
        " " if any(a <= i < b for a, b in spans) else char for i, char in enumerate(text)
    )
    words = [
        word
        for word in re.findall(r"[^\W_][\w.%/-]*|[<>≤≥]=?", rest)
        if word.lower().rstrip(".") not in _FILLER
    ]
    return " ".join(words)


def _shortened(text: str, limit: int = 70) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " ..."
