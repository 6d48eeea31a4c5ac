"""Was the randomization list fixed before the first subject, and was it followed?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from equipoise.allocation.method import Sequences, Stratum
from equipoise.ledger.events import AllocationOpened, SubjectRandomized
from equipoise.terms.canonical import canonical

_SHORTEST_SALT = 16


class NoSuchPlace(LookupError):
    """The list has no such stratum or no such position; the message says what it has."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What does not agree between commitment, opened list and allocations, in one sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class SealedList:
    """A drawn list with the salt that hides it. Its text form shows neither: a log must not tell
    the next arm.

    `strata` in declared order, `sequences[i]` the arms of `strata[i]`, `salt` at least 16 random
    bytes as hexadecimal; `seed` says how the list was drawn, empty if it came from elsewhere.
    """

    strata: tuple[Stratum, ...]
    sequences: tuple[tuple[str, ...], ...] = field(repr=False)
    salt: str = field(repr=False)
    seed: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if len(self.strata) != len(self.sequences) or len(set(self.strata)) != len(self.strata):
            raise ValueError(
                f"{len(self.strata)} strata with {len(self.sequences)} sequences: each needs one of"
                " its own"
            )
        _salt_bytes(self.salt)

    @property
    def commitment(self) -> str:
        """The fingerprint to publish in `AllocationCommitted` before the first subject."""
        return commitment(self.salt, self._by_stratum())

    def arm(self, stratum: Stratum, position: int) -> str:
        """The arm at a position counted from 1. Raises `NoSuchPlace`."""
        return _arm(self._by_stratum(), stratum, position)

    def open(self) -> AllocationOpened:
        """The event that shows the whole list, for after closure."""
        return AllocationOpened(seed=self.seed, salt=self.salt, list=listed(self._by_stratum()))

    def _by_stratum(self) -> Sequences:
        return dict(zip(self.strata, self.sequences, strict=True))


def seal(sequences: Mapping[Stratum, tuple[str, ...]], *, salt: str, seed: str = "") -> SealedList:
    """Seal what `draw_list` drew."""
    return SealedList(tuple(sequences), tuple(sequences.values()), salt, seed)


def commitment(salt: str, sequence: Mapping[Stratum, tuple[str, ...]]) -> str:
    """SHA-256 of the salt's bytes and the canonical JSON of the list, strata in alphabetical order.

    The salt is what hides the list: without it, a list of a few blocks could be found by trying all
    of them.
    """
    return hashlib.sha256(_salt_bytes(salt) + canonical(listed(sequence))).hexdigest()


def listed(sequence: Mapping[Stratum, tuple[str, ...]]) -> dict[str, Any]:
    """The list as JSON: {"sequences": [{"arms": [...], "stratum": [...]}, ...]}."""
    rows = [
        {"stratum": list(stratum), "arms": list(sequence[stratum])} for stratum in sorted(sequence)
    ]
    return {"sequences": rows}


def sequences_of(opened: Mapping[str, Any]) -> Sequences:
    """Read what `listed` wrote; ValueError when it is not such a list."""
    try:
        rows = [(_texts(row["stratum"]), _texts(row["arms"])) for row in opened["sequences"]]
    except (KeyError, TypeError):
        raise ValueError(
            'not an opened list: expected {"sequences": [{"arms": [...], "stratum": [...]}]}'
        ) from None
    if len(dict(rows)) != len(rows):
        raise ValueError("the opened list names a stratum twice")
    return dict(rows)


def next_position(allocations: Iterable[SubjectRandomized], stratum: Stratum) -> int:
    """The first position of a stratum that nobody has yet, from 1. The same history gives the same
    next arm.
    """
    return 1 + sum(allocation.stratum == stratum for allocation in allocations)


def check_opening(
    committed: str, opening: AllocationOpened, allocations: Iterable[SubjectRandomized]
) -> Mismatch | None:
    """None if the opened list is the one committed to and every allocation took the next position
    of its stratum.

    `committed` is the fingerprint from `AllocationCommitted`; `allocations` in the order of the
    ledger. It needs
    no secret: anyone with the ledger can run it (ICH E9 2.3.2; CONSORT 2025 items on sequence and
    concealment).
    """
    try:
        sequences = sequences_of(opening.list)
        opened = commitment(opening.salt, sequences)
    except ValueError as broken:
        return Mismatch(str(broken))
    if opened != committed:
        return Mismatch(
            f"the opened list has the fingerprint {opened}, but {committed} was committed to"
        )
    return _first_departure(sequences, allocations)


def _first_departure(
    sequences: Sequences, allocations: Iterable[SubjectRandomized]
) -> Mismatch | None:
    before: list[SubjectRandomized] = []
    for number, allocation in enumerate(allocations, 1):
        if why := _departure(sequences, before, allocation):
            return Mismatch(f"randomization {number}: {why}")
        before.append(allocation)
    return None


def _departure(
    sequences: Sequences, before: list[SubjectRandomized], now: SubjectRandomized
) -> str | None:
    expected = next_position(before, now.stratum)
    if now.list_position != expected:
        return f"took position {now.list_position} of {_name(now.stratum)}, but {expected} was next"
    try:
        arm = _arm(sequences, now.stratum, now.list_position)
    except NoSuchPlace as missing:
        return str(missing)
    if now.arm != arm:
        return (
            f"position {now.list_position} of {_name(now.stratum)} is {arm!r} on the list, but"
            f" {now.arm!r} was given"
        )
    return None


def _arm(sequences: Mapping[Stratum, tuple[str, ...]], stratum: Stratum, position: int) -> str:
    if stratum not in sequences:
        held = "; ".join(map(_name, sequences))
        raise NoSuchPlace(
            f"the list has no {_name(stratum)}; it has {held}. Was a stratification value added"
            " later?"
        )
    arms = sequences[stratum]
    if position < 1:
        raise NoSuchPlace(f"positions are counted from 1, found {position}")
    if position > len(arms):
        raise NoSuchPlace(
            f"the list of {_name(stratum)} is exhausted: it has {len(arms)} positions, {position}"
            " was asked for. Stop randomizing in this stratum and have the statistician extend the"
            " list"
        )
    return arms[position - 1]


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError(value)
    return tuple(value)


def _name(stratum: Stratum) -> str:
    return f"stratum ({', '.join(stratum)})"


def _salt_bytes(salt: str) -> bytes:
    try:
        salted = bytes.fromhex(salt)
    except ValueError:
        raise ValueError("the salt of a list must be hexadecimal digits") from None
    if len(salted) < _SHORTEST_SALT:
        raise ValueError(
            f"the salt of a list needs at least {_SHORTEST_SALT} random bytes, found {len(salted)}"
        )
    return salted
