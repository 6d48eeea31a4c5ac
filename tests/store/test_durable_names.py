"""Whoever made or replaced a file waited until the disk has its name too, not only its bytes."""

from __future__ import annotations

import ast
import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from stored_entries import entries, redaction

import equipoise
from equipoise.allocation.sealed_list import SealedList
from equipoise.ledger.verified import Verified
from equipoise.store import files
from equipoise.store.block_files import BlockFiles, open_blocks
from equipoise.store.files import make_folder, sync_directory, write_files
from equipoise.store.json_lines import JsonLines
from equipoise.store.sealed_boxes import SealedBoxes, Secret
from equipoise.surface.ledgers import Ledger, write_ledger

LIST = SealedList((("IRI",),), (("A", "B"),), "5a" * 16, "seed-20260301")


def rewritten(folder: Path) -> None:
    ledger = JsonLines(folder / "ledger.jsonl")
    ledger.append(entries(3))
    with ledger.writing() as writing:
        writing.redact(redaction(entries(3), 2))


def recovered(folder: Path) -> None:
    ledger = JsonLines(folder / "ledger.jsonl")
    ledger.append(entries(2))
    with ledger.path.open("ab") as file:
        file.write(b"half an ent")
    ledger.recover()


def rehearsed(folder: Path) -> None:
    (folder / "empty").mkdir()
    told = entries(2)
    verified = Verified(entries=2, redacted=(), head=told[-1].hash)
    write_ledger(Ledger(told, verified), folder / "new" / "one" / "ledger.jsonl")


MAKERS: dict[str, Callable[[Path], object]] = {
    "documents": lambda folder: write_files({folder / "a" / "b" / "x": "1", folder / "y": b"2"}),
    "a block": lambda folder: BlockFiles(folder).write(1, np.zeros(2)),
    "a folder of blocks": lambda folder: open_blocks(
        folder / "made" / "blocks", seed=1, digest="a", trials_per_block=2
    ),
    "a ledger": lambda folder: JsonLines(folder / "ledger.jsonl").append(entries(2)),
    "a whole ledger": lambda folder: JsonLines(folder / "x.jsonl").append_many(entries(2)),
    "a redacted ledger": rewritten,
    "a recovered ledger": recovered,
    "a rehearsal": rehearsed,
    "a sealed list": lambda folder: SealedBoxes.create(
        folder / "list.sealed", LIST, Secret(key=b"k" * 32)
    ),
}


@pytest.mark.parametrize("made", MAKERS.values(), ids=MAKERS)
def test_every_new_name_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Callable[[Path], object]
) -> None:
    """What each folder held when it was last synced is what it holds in the end."""
    whole = os.fsync
    durable: dict[Path, set[str]] = {}

    def watched(handle: int) -> None:
        place = Path(f"/proc/self/fd/{handle}").readlink()
        if place.is_dir():
            durable[place] = {one.name for one in place.iterdir()}
        whole(handle)

    monkeypatch.setattr(os, "fsync", watched)
    made(tmp_path)

    folders = [tmp_path, *(place for place in tmp_path.rglob("*") if place.is_dir())]
    for folder in folders:
        names = {one.name for one in folder.iterdir() if one.suffix != ".lock"} - {"empty"}
        assert names <= durable.get(folder, set())


def test_no_file_is_made_without(tmp_path: Path) -> None:
    """Each function of the store that makes or renames a file says when its name is durable; the
    caller does where it is told below.
    """
    by_caller = {
        ("files.py", "_write"): "write_files",  # a copy, before it takes its place
        ("lock.py", "_opened"): "_write, once there are bytes in it",
        ("json_lines.py", "_to_side_file"): "_write, and replace_without",
    }
    found = set()
    for path in (Path(equipoise.__file__).parent / "store").glob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                text = ast.unparse(function)
                makes = any(
                    sign in text for sign in (".replace(", "O_CREAT", "'wb'", "mkdir(", ".rename(")
                )
                if makes and "sync_directory(" not in text:
                    found.add((path.name, function.name))
    assert found == set(by_caller)


def test_where_folders_cannot_be_opened_nothing_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(files.os, "O_DIRECTORY")
    monkeypatch.setattr(files.os, "open", None)
    sync_directory(tmp_path)


@pytest.mark.parametrize(("code", "passes"), [(errno.EINVAL, True), (errno.EIO, False)])
def test_a_disk_that_fails_is_told_and_one_that_knows_no_such_call_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, passes: bool
) -> None:
    def fails(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(files.os, "fsync", fails)
    if passes:
        sync_directory(tmp_path)
    else:
        with pytest.raises(OSError, match="Input/output error"):
            sync_directory(tmp_path)


def test_a_folder_that_is_there_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_folder(Path("a/b"))
    monkeypatch.setattr(files, "sync_directory", None)
    make_folder(Path("a/b"))
    assert (tmp_path / "a" / "b").is_dir()
