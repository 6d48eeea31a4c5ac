"""Anyone can check after closure that the list was fixed in advance and followed; nobody can see it
before.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date

import pytest

from equipoise.allocation.sealed_list import (
    Mismatch,
    NoSuchPlace,
    SealedList,
    check_opening,
    check_position,
    next_position,
    seal,
    sequences_of,
)
from equipoise.ledger.events import SubjectRandomized
from happened import randomized

IRI, NONE = ("IRI", "SHORT"), ("NONE", "LONG")
LIST = seal({IRI: ("A", "B", "B", "A"), NONE: ("B", "A")}, salt="5a" * 16, seed="1", sizes=(4,))


def given(stratum: tuple[str, ...], position: int, arm: str) -> SubjectRandomized:
    return randomized(arm, stratum, position, date(2026, 3, position))


TRUE = [given(IRI, 1, "A"), given(NONE, 1, "B"), given(IRI, 2, "B"), given(IRI, 3, "B")]


def test_a_trial_that_followed_its_list_passes() -> None:
    assert check_opening(LIST.commitment, LIST.open(), TRUE) is None


def test_the_commitment_can_be_made_with_sha256_alone() -> None:
    """RFC 9162, 2.1.1, over the seven leaves of the opened list: four, then two and one."""
    opened = LIST.open().list
    rows = [
        [row["stratum"], place, arm, salt]
        for row in opened["sequences"]
        for place, (arm, salt) in enumerate(zip(row["arms"], row["salts"], strict=True), 1)
    ]
    values = [*rows, ["block sizes", [4], opened["salt"]]]
    texts = [json.dumps(value, separators=(",", ":")).encode() for value in values]
    one, two, three, four, five, six, last = (sha(b"\x00" + text) for text in texts)

    left = node(node(one, two), node(three, four))
    assert LIST.commitment == node(left, node(node(five, six), last)).hex()
    assert LIST.leaves == 7


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha(b"\x01" + left + right)


@pytest.mark.parametrize(
    ("stratum", "place", "arm"),
    [(IRI, 1, "A"), (IRI, 2, "B"), (IRI, 3, "B"), (IRI, 4, "A"), (NONE, 1, "B"), (NONE, 2, "A")],
)
def test_each_position_is_shown_alone_and_no_other_arm_fits_it(stratum, place, arm) -> None:
    position = LIST.position(stratum, place)
    shown = replace(
        given(stratum, place, arm),
        commitment=LIST.commitment,
        salt=position.salt,
        leaf=position.leaf,
        proof=position.proof,
    )

    assert position.arm == arm
    assert check_position(LIST.commitment, LIST.leaves, shown) is None
    for wrong in (
        {"arm": "B" if arm == "A" else "A"},
        {"list_position": place + 1},
        {"stratum": NONE if stratum == IRI else IRI},
        {"salt": "5b" * 16},
        {"leaf": position.leaf + 1},
        {"proof": position.proof[1:]},
        {"proof": (*position.proof, "00" * 32)},
        {"proof": ("no", *position.proof[1:])},
        {"commitment": "00" * 32},
    ):
        forged = replace(shown, **wrong)
        assert isinstance(check_position(LIST.commitment, LIST.leaves, forged), Mismatch), wrong


def test_what_is_shown_of_one_position_tells_nothing_of_the_next() -> None:
    """Each leaf has a salt of its own; the proof holds digests alone."""
    first, second = LIST.position(IRI, 1), LIST.position(IRI, 2)

    assert first.salt != second.salt
    assert all(len(bytes.fromhex(part)) == 32 for part in first.proof)


@pytest.mark.parametrize(
    ("allocations", "why"),
    [
        pytest.param(
            [*TRUE[:2], given(IRI, 2, "A")],
            "randomization 3: position 2 of stratum (IRI, SHORT) is 'B' on the list, but 'A' was"
            " given",
            id="another arm",
        ),
        pytest.param(
            [*TRUE[:2], given(IRI, 3, "B")],
            "randomization 3: took position 3 of stratum (IRI, SHORT), but 2 was next",
            id="a position skipped",
        ),
        pytest.param(
            [*TRUE[:2], given(IRI, 1, "A")],
            "randomization 3: took position 1 of stratum (IRI, SHORT), but 2 was next",
            id="a position used twice",
        ),
        pytest.param(
            [given(("IRI", "LONG"), 1, "A")],
            "randomization 1: the list has no stratum (IRI, LONG); it has stratum (IRI, SHORT);"
            " stratum (NONE, LONG). Was a stratification value added later?",
            id="a stratum nobody declared",
        ),
    ],
)
def test_a_trial_that_did_not_is_told_where(allocations: list[SubjectRandomized], why: str) -> None:
    assert check_opening(LIST.commitment, LIST.open(), allocations) == Mismatch(why)


def test_a_list_made_up_afterwards_does_not_fit_the_fingerprint() -> None:
    other = replace(LIST, sequences=(("B", "A", "A", "B"), ("B", "A")))

    found = check_opening(LIST.commitment, other.open(), [])

    assert isinstance(found, Mismatch)
    assert found.why.endswith(f"but {LIST.commitment} was committed to")


def test_another_salt_does_not_fit_either() -> None:
    assert isinstance(
        check_opening(LIST.commitment, replace(LIST, salt="5b" * 16).open(), []), Mismatch
    )


@pytest.mark.parametrize(
    "opened", [{}, {"sequences": [{"stratum": ["IRI"], "arms": "AB"}]}, {"sequences": 1}]
)
def test_an_opening_that_is_no_list_is_told_as_such(opened: dict[str, object]) -> None:
    found = check_opening(LIST.commitment, replace(LIST.open(), list=opened), [])

    assert isinstance(found, Mismatch)
    assert "not an opened list" in found.why


@pytest.mark.parametrize(
    ("stratum", "position", "message"),
    [
        (
            NONE,
            3,
            (
                r"stratum \(NONE, LONG\) is exhausted: it has 2 positions, 3 was asked for. Stop"
                r" randomizing"
            ),
        ),
        (NONE, 0, "positions are counted from 1, found 0"),
        (("X",), 1, r"the list has no stratum \(X\)"),
    ],
)
def test_a_place_that_is_not_on_the_list_is_an_error(
    stratum: tuple[str, ...], position: int, message: str
) -> None:
    with pytest.raises(NoSuchPlace, match=message):
        LIST.position(stratum, position)


def test_the_next_position_counts_the_stratum_only() -> None:
    assert [next_position(TRUE, stratum) for stratum in (IRI, NONE, ("X",))] == [4, 2, 1]


def test_a_log_that_prints_the_list_shows_no_arm_and_no_salt() -> None:
    assert repr(LIST) == f"SealedList(strata={LIST.strata!r})"


@pytest.mark.parametrize("salt", ["", "5a", "not hexadecimal"])
def test_a_salt_that_could_be_guessed_is_refused(salt: str) -> None:
    with pytest.raises(ValueError, match="the salt of a list"):
        SealedList((IRI,), (("A",),), salt)


@pytest.mark.parametrize(("bytes_", "accepted"), [(15, False), (16, True), (17, True)])
def test_sixteen_bytes_of_salt_are_enough(bytes_: int, accepted: bool) -> None:
    salt = "5a" * bytes_
    if accepted:
        assert SealedList((IRI,), (("A",),), salt).salt == salt
        return
    with pytest.raises(ValueError, match="as hexadecimal digits, found 30 characters"):
        SealedList((IRI,), (("A",),), salt)


@pytest.mark.parametrize(
    ("strata", "sequences"),
    [((IRI, NONE), (("A",),)), ((IRI,), (("A",), ("B",))), ((IRI, IRI), (("A",), ("B",)))],
    ids=["a sequence missing", "a sequence too many", "a stratum twice"],
)
def test_each_stratum_has_one_sequence_of_its_own(
    strata: tuple[tuple[str, ...], ...], sequences: tuple[tuple[str, ...], ...]
) -> None:
    with pytest.raises(ValueError, match="each needs one of its own"):
        SealedList(strata, sequences, "5a" * 16)


def test_an_opened_list_names_each_stratum_once() -> None:
    row = {"stratum": ["IRI", "SHORT"], "arms": ["A"]}
    opened = replace(LIST.open(), list={"sequences": [row, row]})

    assert check_opening(LIST.commitment, opened, []) == Mismatch(
        "the opened list names a stratum twice"
    )


def test_what_was_sealed_is_shown_when_it_is_opened() -> None:
    opened = LIST.open()

    assert (opened.seed, opened.commitment) == ("1", LIST.commitment)
    assert opened.list["sizes"] == [4]
    assert sequences_of(opened.list) == {IRI: ("A", "B", "B", "A"), NONE: ("B", "A")}


@pytest.mark.parametrize(("place", "arm"), [(1, "A"), (2, "B"), (4, "A")])
def test_places_are_counted_from_one_to_the_last(place: int, arm: str) -> None:
    assert LIST.position(IRI, place).arm == arm


def test_the_first_departure_is_told() -> None:
    late = [*TRUE, given(IRI, 4, "B"), given(NONE, 2, "B")]

    assert check_opening(LIST.commitment, LIST.open(), late) == Mismatch(
        "randomization 5: position 4 of stratum (IRI, SHORT) is 'A' on the list, but 'B' was given"
    )
