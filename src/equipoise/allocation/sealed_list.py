"""Was the randomization list fixed before the first subject, and was it followed?

Each position is a leaf of a committed tree, with a salt of its own, so that one can be shown when
it is given and the others stay hidden; the last leaf are the sizes of the blocks.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from equipoise.allocation.method import Sequences, Stratum
from equipoise.ledger.events import AllocationOpened, RandomizedOffline, SubjectRandomized
from equipoise.terms import merkle

_SHORTEST_SALT = 16
_SALT = re.compile(r"(?:[0-9a-f]{2}){16,}")
SIZES = "block sizes"


class NoSuchPlace(LookupError):
    """The list has no such stratum or no such position; the message says what it has."""


class Allocated(Protocol):
    """An allocation, as the ledger or the state has it."""

    @property
    def arm(self) -> str:
        """The arm that was given."""
        ...

    @property
    def stratum(self) -> Stratum:
        """In which stratum."""
        ...

    @property
    def list_position(self) -> int:
        """At which position of its list, from 1."""
        ...


class Position(NamedTuple):
    """An arm of the list, and what shows that it stood there when the list was committed."""

    arm: str
    salt: str
    leaf: int
    proof: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What does not agree between commitment, opened list and allocations, in one sentence."""

    why: str


@dataclass(frozen=True)
class SealedList:
    """A drawn list with the secret that hides it. Its text form shows neither: a log must not tell
    the next arm.

    `strata` in declared order, `sequences[i]` the arms of `strata[i]`, `salt` at least 16 random
    bytes as hexadecimal, of which the salts of the positions are made; `sizes` those of the blocks;
    `seed` says how the list was drawn, empty if it came from elsewhere.
    """

    strata: tuple[Stratum, ...]
    sequences: tuple[tuple[str, ...], ...] = field(repr=False)
    salt: str = field(repr=False)
    seed: str = field(default="", repr=False)
    sizes: tuple[int, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if len(self.strata) != len(self.sequences) or len(set(self.strata)) != len(self.strata):
            raise ValueError(
                f"{len(self.strata)} strata with {len(self.sequences)} sequences: each needs one of"
                " its own"
            )
        _salt_bytes(self.salt)

    @property
    def commitment(self) -> str:
        """The root to publish in `AllocationCommitted` before the first subject."""
        return merkle.root(self._hashed).hex()

    @property
    def leaves(self) -> int:
        """Of how many leaves."""
        return len(self._hashed)

    def position(self, stratum: Stratum, number: int) -> Position:
        """The arm at a position counted from 1, with what proves it. Raises `NoSuchPlace`."""
        arm = _arm(self._by_stratum(), stratum, number)
        index = self._places[stratum, number]
        shown = tuple(part.hex() for part in self._proofs[index])
        return Position(arm, self._salt_of(stratum, number), index, shown)

    def proof(self, stratum: Stratum, number: int, arm: str, salt: str) -> Position:
        """What shows that a card, with the arm and the code on it, is the one of its envelope.
        Raises `NoSuchPlace`.
        """
        return of_card(self.position(stratum, number), stratum, number, arm, salt)

    def open(self) -> AllocationOpened:
        """The event that shows the whole list, for after closure."""
        content = self._content()
        return AllocationOpened(commitment=self.commitment, seed=self.seed, list=content)

    @cached_property
    def _hashed(self) -> list[bytes]:
        return [merkle.leaf_of(leaf) for leaf in _leaves(self._content())]

    @cached_property
    def _proofs(self) -> list[tuple[bytes, ...]]:
        return merkle.proofs(self._hashed)

    @cached_property
    def _places(self) -> dict[tuple[Stratum, int], int]:
        order = sorted(self._by_stratum().items())
        each = [(stratum, n) for stratum, arms in order for n in range(1, len(arms) + 1)]
        return {place: index for index, place in enumerate(each)}

    def _content(self) -> dict[str, Any]:
        rows = [
            {
                "stratum": list(stratum),
                "arms": list(arms),
                "salts": [self._salt_of(stratum, place) for place in range(1, len(arms) + 1)],
            }
            for stratum, arms in sorted(self._by_stratum().items())
        ]
        return {"sequences": rows, "sizes": list(self.sizes), "salt": self._salt_of((SIZES,), 0)}

    def _salt_of(self, stratum: Stratum, number: int) -> str:
        told = "\x1f".join((*stratum, str(number))).encode("utf-8")
        key = _salt_bytes(self.salt)[:64]
        return hashlib.blake2b(told, key=key, digest_size=_SHORTEST_SALT).hexdigest()

    def _by_stratum(self) -> Sequences:
        return dict(zip(self.strata, self.sequences, strict=True))


def seal(
    sequences: Mapping[Stratum, tuple[str, ...]],
    *,
    salt: str,
    seed: str = "",
    sizes: tuple[int, ...] = (),
) -> SealedList:
    """Seal what `draw_list` drew."""
    return SealedList(tuple(sequences), tuple(sequences.values()), salt, seed, sizes)


def of_card(held: Position, stratum: Stratum, number: int, arm: str, salt: str) -> Position:
    """The position, to who has its card. Raises `NoSuchPlace`, which tells nothing of it."""
    if (held.arm, held.salt) != (arm, salt):
        raise NoSuchPlace(
            f"arm {arm!r} and this code are not on the card of envelope {number} of"
            f" {_name(stratum)}: compare number, stratum, arm and code with the card"
        )
    return held


def _leaves(opened: Mapping[str, Any]) -> list[list[Any]]:
    """The leaves of an opened list, strata in alphabetical order, the block sizes last."""
    leaves: list[list[Any]] = [
        [row["stratum"], number, arm, salt]
        for row in opened["sequences"]
        for number, (arm, salt) in enumerate(zip(row["arms"], row["salts"], strict=True), 1)
    ]
    return [*leaves, [SIZES, opened["sizes"], opened["salt"]]]


def commitment_of(opened: Mapping[str, Any]) -> str:
    """The root over the leaves of an opened list; ValueError when it is no such list."""
    try:
        return merkle.root([merkle.leaf_of(leaf) for leaf in _leaves(opened)]).hex()
    except (KeyError, TypeError, ValueError) as broken:
        raise ValueError(f"not an opened list: {broken}") from None


def sequences_of(opened: Mapping[str, Any]) -> Sequences:
    """The arms by stratum of an opened list; ValueError when it is not such a list."""
    try:
        rows = [(_texts(row["stratum"]), _texts(row["arms"])) for row in opened["sequences"]]
    except (KeyError, TypeError):
        raise ValueError(
            'not an opened list: expected {"sequences": [{"arms": [...], "salts": [...], "stratum":'
            ' [...]}], "sizes": [...], "salt": "..."}'
        ) from None
    if len(dict(rows)) != len(rows):
        raise ValueError("the opened list names a stratum twice")
    return dict(rows)


def check_position(
    commitment: str,
    leaves: int,
    given: SubjectRandomized | RandomizedOffline,
    site: str | None = None,
) -> Mismatch | None:
    """None if the position that was given holds this arm on the committed list, which is that of a
    site where one is named. It needs no secret, and shows no other position.
    """
    stratum = given.stratum if site is None else (site, *given.stratum)
    value = [list(stratum), given.list_position, given.arm, given.salt]
    try:
        shown = [bytes.fromhex(part) for part in given.proof]
    except ValueError:
        return Mismatch("the proof of the position is not hexadecimal")
    root = merkle.root_by(merkle.leaf_of(value), given.leaf, leaves, shown)
    if given.commitment == commitment and root is not None and root.hex() == commitment:
        return None
    return Mismatch(
        f"{given.arm!r} is not shown to stand at position {given.list_position} of"
        f" {_name(stratum)} of the list that was committed"
    )


def next_position(allocations: Iterable[Allocated], stratum: Stratum) -> int:
    """The first position of a stratum that nobody has yet, from 1. The same history gives the same
    next arm.
    """
    return 1 + sum(allocation.stratum == stratum for allocation in allocations)


def check_opening(
    committed: str, opening: AllocationOpened, allocations: Iterable[Allocated]
) -> Mismatch | None:
    """None if the opened list is the one committed to and every allocation took the next position
    of its stratum.

    `committed` is the root from `AllocationCommitted`; `allocations` in the order of the ledger. It
    needs no secret: anyone with the ledger can run it (ICH E9 2.3.2; CONSORT 2025 items on sequence
    and concealment).
    """
    try:
        sequences = sequences_of(opening.list)
        opened = commitment_of(opening.list)
    except ValueError as broken:
        return Mismatch(str(broken))
    if opened != committed:
        return Mismatch(
            f"the opened list has the fingerprint {opened}, but {committed} was committed to"
        )
    return _first_departure(sequences, allocations)


def check_envelopes(
    held: str, opening: AllocationOpened, opened: Iterable[Allocated], site: str
) -> Mismatch | None:
    """As `check_opening`, for a list in envelopes: they may have been opened in another order, and
    each gave the arm that it held.
    """
    if mismatch := check_opening(held, opening, ()):
        return mismatch
    sequences, seen = sequences_of(opening.list), set()
    for allocation in opened:
        place = (site, *allocation.stratum), allocation.list_position
        try:
            arm = _arm(sequences, *place)
        except NoSuchPlace as missing:
            return Mismatch(str(missing))
        if place in seen or arm != allocation.arm:
            name = f"envelope {place[1]} of {_name(place[0])}"
            return Mismatch(f"{name} holds {arm!r}, and gave {allocation.arm!r}, or gave it twice")
        seen.add(place)
    return None


def _first_departure(sequences: Sequences, allocations: Iterable[Allocated]) -> Mismatch | None:
    before: list[Allocated] = []
    for number, allocation in enumerate(allocations, 1):
        if why := _departure(sequences, before, allocation):
            return Mismatch(f"randomization {number}: {why}")
        before.append(allocation)
    return None


def _departure(sequences: Sequences, before: Sequence[Allocated], now: Allocated) -> str | None:
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
    if not _SALT.fullmatch(salt):
        raise ValueError(
            f"the salt of a list needs at least {_SHORTEST_SALT} random bytes, as hexadecimal"
            f" digits, found {len(salt)} characters"
        )
    return bytes.fromhex(salt)
