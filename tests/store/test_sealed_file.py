"""The randomization list lies where only its owner can read it, and answers for one position at a
time.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.allocation.sealed_list import NoSuchPlace, SealedList, check_opening
from equipoise.conduct.ports import SealedAllocation
from equipoise.store.sealed_file import SealedFile, Unsealed

LIST = SealedList((("IRI",), ("NONE",)), (("A", "B"), ("B", "A")), "5a" * 16, "seed-20260301")


@pytest.fixture
def sealed(tmp_path: Path) -> SealedFile:
    return SealedFile.create(tmp_path / "allocation.sealed", LIST)


def test_it_answers_like_the_list_it_was_made_from(sealed: SealedAllocation) -> None:
    assert [sealed.position(("NONE",), position).arm for position in (1, 2)] == ["B", "A"]
    assert sealed.commitment == LIST.commitment
    assert sealed.open() == LIST.open()
    assert check_opening(sealed.commitment, sealed.open(), []) is None


def test_its_file_is_for_its_owner_only(sealed: SealedFile) -> None:
    assert sealed.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_looser_permissions_are_refused_with_what_to_do(sealed: SealedFile, mode: int) -> None:
    sealed.path.chmod(mode)

    with pytest.raises(
        Unsealed,
        match=rf"has mode 0{mode:o}: .* Run chmod 600 .*, find out who could, and report it",
    ):
        sealed.position(("IRI",), 1)


def test_a_list_is_never_replaced(sealed: SealedFile) -> None:
    with pytest.raises(FileExistsError):
        SealedFile.create(sealed.path, LIST)

    assert sealed.commitment == LIST.commitment


def test_a_list_changed_afterwards_is_refused(sealed: SealedFile) -> None:
    sealed.path.write_bytes(sealed.path.read_bytes().replace(b'["A","B"]', b'["B","A"]'))

    with pytest.raises(Unsealed, match="was changed after it was sealed"):
        sealed.position(("IRI",), 1)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"not json", b"\xff"])
def test_a_file_that_is_no_list_is_refused_without_showing_it(
    sealed: SealedFile, content: bytes
) -> None:
    sealed.path.write_bytes(content)

    with pytest.raises(Unsealed, match="is not a sealed list"):
        sealed.open()


def test_a_link_to_another_file_is_not_followed(sealed: SealedFile, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(sealed.path)

    with pytest.raises(OSError, match="link"):
        SealedFile(link).open()


def test_the_end_of_the_list_is_said(sealed: SealedFile) -> None:
    with pytest.raises(NoSuchPlace, match="exhausted"):
        sealed.position(("IRI",), 3)
