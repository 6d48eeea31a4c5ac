"""The randomization list lies in boxes that only its key opens, one position at a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from equipoise.allocation.sealed_list import NoSuchPlace, SealedList, check_opening
from equipoise.conduct.ports import SealedAllocation, SealedEnvelopes
from equipoise.store.sealed_boxes import SealedBoxes, Secret, Unsealed, create_key, read_key

LIST = SealedList((("IRI",), ("NONE",)), (("A", "LONG"), ("LONG", "A")), "5a" * 16, "seed-2026")
KEY = Secret(key=b"k" * 32)
WORDS = Secret(passphrase="correct horse battery staple")  # noqa: S106


@pytest.fixture
def sealed(tmp_path: Path) -> SealedBoxes:
    return SealedBoxes.create(tmp_path / "allocation.sealed", LIST, KEY)


def test_it_answers_like_the_list_it_was_made_from(sealed: SealedBoxes) -> None:
    held: SealedAllocation = SealedBoxes(sealed.path, KEY)

    for stratum in LIST.strata:
        for number in (1, 2):
            assert held.position(stratum, number) == LIST.position(stratum, number)
    assert (held.commitment, held.leaves) == (LIST.commitment, LIST.leaves)
    assert held.open() == LIST.open()
    assert check_opening(held.commitment, held.open(), []) is None


def test_a_passphrase_opens_it_too_and_no_other_does(tmp_path: Path) -> None:
    sealed = SealedBoxes.create(tmp_path / "list", LIST, WORDS)

    assert SealedBoxes(sealed.path, WORDS).position(("IRI",), 2).arm == "LONG"
    told = json.loads(sealed.path.read_text())["key"]
    assert (told["kdf"], told["n"] >= 2**17, len(told["salt"])) == ("scrypt", True, 32)
    with pytest.raises(Unsealed, match="the key is another"):
        SealedBoxes(sealed.path, Secret(passphrase="correct horse battery stable"))  # noqa: S106
    with pytest.raises(Unsealed, match="was sealed by a passphrase"):
        SealedBoxes(sealed.path, KEY)


def test_another_key_opens_nothing(sealed: SealedBoxes) -> None:
    with pytest.raises(Unsealed, match="the key is another"):
        SealedBoxes(sealed.path, Secret(key=b"x" * 32))
    with pytest.raises(Unsealed, match="was sealed by a key file"):
        SealedBoxes(sealed.path, WORDS)


def test_nothing_of_it_stands_in_its_file_and_all_boxes_are_of_one_length(
    sealed: SealedBoxes,
) -> None:
    content = sealed.path.read_text()
    boxes = [box for row in json.loads(content)["strata"] for box in row["boxes"]]

    assert "LONG" not in content
    assert LIST.salt not in content
    assert "seed-2026" not in content
    assert len({len(box) for box in boxes}) == 1
    assert len({box[:24] for box in boxes}) == len(boxes)  # no nonce stands twice


def test_the_same_list_is_sealed_otherwise_each_time(sealed: SealedBoxes, tmp_path: Path) -> None:
    again = SealedBoxes.create(tmp_path / "again", LIST, KEY)

    assert again.path.read_bytes() != sealed.path.read_bytes()


def swapped(told: dict) -> None:
    boxes = told["strata"][0]["boxes"]
    boxes[0], boxes[1] = boxes[1], boxes[0]


def moved(told: dict) -> None:
    one, two = told["strata"]
    one["boxes"], two["boxes"] = two["boxes"], one["boxes"]


def renamed(told: dict) -> None:
    told["strata"][0]["stratum"], told["strata"][1]["stratum"] = ["NONE"], ["IRI"]


def flipped(told: dict) -> None:
    box = told["strata"][0]["boxes"][0]
    told["strata"][0]["boxes"][0] = box[:-1] + ("0" if box[-1] != "0" else "1")


def not_hex(told: dict) -> None:
    told["strata"][0]["boxes"][0] = "zz"


@pytest.mark.parametrize("change", [swapped, moved, renamed, flipped, not_hex])
def test_a_box_opens_in_its_own_place_alone(sealed: SealedBoxes, change) -> None:
    told = json.loads(sealed.path.read_text())
    change(told)
    sealed.path.write_text(json.dumps(told))
    held = SealedBoxes(sealed.path, KEY)

    with pytest.raises(Unsealed, match="was changed after it was sealed"):
        held.position(("IRI",), 1)


@pytest.mark.parametrize("name", ["commitment", "leaves"])
def test_a_list_of_another_commitment_is_not_opened(sealed: SealedBoxes, name: str) -> None:
    told = json.loads(sealed.path.read_text())
    told[name] = "ab" * 32 if name == "commitment" else 6
    sealed.path.write_text(json.dumps(told))

    with pytest.raises(Unsealed, match="was changed after it was sealed"):
        SealedBoxes(sealed.path, KEY)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"not json", b"\xff", b'{"format":1}'])
def test_a_file_that_is_no_list_is_refused_without_showing_it(
    sealed: SealedBoxes, content: bytes
) -> None:
    sealed.path.write_bytes(content)

    with pytest.raises(Unsealed, match="is not a sealed list"):
        SealedBoxes(sealed.path, KEY)


def test_list_and_key_are_for_their_owner_only(sealed: SealedBoxes, tmp_path: Path) -> None:
    create_key(tmp_path / "key")

    for path in (sealed.path, tmp_path / "key"):
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_looser_permissions_are_refused_with_what_to_do(
    sealed: SealedBoxes, mode: int, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    create_key(key)
    for path in (sealed.path, key):
        path.chmod(mode)

    said = rf"has mode 0{mode:o}: .* Run chmod 600 .*, find out who could, and report it"
    with pytest.raises(Unsealed, match=said):
        SealedBoxes(sealed.path, KEY)
    with pytest.raises(Unsealed, match=said):
        read_key(key)


def test_neither_is_ever_replaced(sealed: SealedBoxes, tmp_path: Path) -> None:
    key = create_key(tmp_path / "key")

    with pytest.raises(FileExistsError):
        SealedBoxes.create(sealed.path, LIST, KEY)
    with pytest.raises(FileExistsError):
        create_key(tmp_path / "key")
    assert read_key(tmp_path / "key") == key


def test_a_link_to_another_file_is_not_followed(sealed: SealedBoxes, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(sealed.path)

    with pytest.raises(OSError, match="link"):
        SealedBoxes(link, KEY)


@pytest.mark.parametrize(("stratum", "number"), [(("IRI",), 3), (("IRI",), 0), (("OTHER",), 1)])
def test_a_place_that_is_not_there_is_said(
    sealed: SealedBoxes, stratum: tuple[str, ...], number: int
) -> None:
    with pytest.raises(NoSuchPlace, match=r"exhausted|has no stratum"):
        sealed.position(stratum, number)


def test_neither_secret_nor_list_shows_in_a_text() -> None:
    shown = f"{KEY!r} {WORDS!r} {LIST!r}"

    assert "kkk" not in shown
    assert "horse" not in shown
    assert "LONG" not in shown


@pytest.mark.parametrize("made", [{}, {"key": b"k"}, {"key": b"k" * 32, "passphrase": "x"}])
def test_what_is_no_secret_is_refused(made: dict) -> None:
    with pytest.raises(ValueError, match="a key of 32 bytes, or by a passphrase"):
        Secret(**made)


def test_what_is_no_key_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_text("not a key")

    with pytest.raises(Unsealed, match="is no key file"):
        read_key(path)


CARDS = SealedList(
    (("S01", "IRI"), ("S01", "NONE")), (("A", "LONG"), ("LONG", "A")), "5b" * 16, "seed-2026"
)


def test_an_emergency_list_answers_about_a_card_and_prints_all(tmp_path: Path) -> None:
    envelopes: SealedEnvelopes = SealedBoxes.create(tmp_path / "s01", CARDS, KEY, "S01")
    held = SealedBoxes(tmp_path / "s01", KEY)
    place, card = ("S01", "NONE"), CARDS.position(("S01", "NONE"), 1)

    assert envelopes.proof(place, 1, card.arm, card.salt) == card
    with pytest.raises(NoSuchPlace, match="are not on the card"):
        held.proof(place, 2, card.arm, card.salt)
    assert [*held.cards()][2] == ("S01", ("NONE",), 1, "LONG", card.salt)
    assert held.site == "S01"


def test_an_emergency_list_cannot_pass_for_the_list_of_the_trial(tmp_path: Path) -> None:
    made = SealedBoxes.create(tmp_path / "s01", CARDS, KEY, "S01")
    content = json.loads(made.path.read_text())
    made.path.write_text(json.dumps(content | {"site": None}))

    with pytest.raises(Unsealed):
        SealedBoxes(made.path, KEY)
