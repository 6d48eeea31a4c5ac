"""Where are the finished blocks of a simulation kept, so that a later run can go on?"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from equipoise.store.files import make_folder, sync_directory, write_files

Block = NDArray[np.float64]

_MANIFEST = "blocks.json"


@dataclass(frozen=True, slots=True)
class BlockFiles:
    """One file for each block in a folder of their own (simulation.blocks.KeptBlocks)."""

    folder: Path

    def read(self, block: int) -> Block | None:
        """A block finished before; None if it is not there or cannot be read."""
        try:
            kept: Block = np.load(self._path(block), allow_pickle=False)
        except (FileNotFoundError, ValueError, EOFError):
            return None
        return kept

    def write(self, block: int, results: Block) -> None:
        """Keep a finished block, whole or not at all, whenever the power goes."""
        part = self._path(block).with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as file:
            np.save(file, results, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path(block))
        sync_directory(self.folder)

    def remove(self) -> None:
        """Remove the blocks and their folder, when the result that was made of them is safe."""
        for path in [*self.folder.glob("block-*"), self.folder / _MANIFEST]:
            path.unlink(missing_ok=True)
        self.folder.rmdir()

    def _path(self, block: int) -> Path:
        return self.folder / f"block-{block:06d}.npy"


def open_blocks(folder: Path, *, seed: int, digest: str, trials_per_block: int) -> BlockFiles:
    """The blocks of one simulation, `digest` naming what is simulated. Raises ValueError for a
    folder of others.
    """
    manifest = {"seed": seed, "digest": digest, "trials_per_block": trials_per_block}
    try:
        make_folder(folder)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ValueError(
            f"blocks cannot be kept in {folder} ({why}); write the result elsewhere"
        ) from error
    path = folder / _MANIFEST
    if path.exists():
        held = json.loads(path.read_text(encoding="utf-8"))
        if held != manifest:
            raise ValueError(
                f"{folder} holds blocks of another simulation (seed {held.get('seed')}, rules and"
                f" assumptions {held.get('digest')}); these are seed {seed}, {digest}: remove the"
                " folder, or write elsewhere"
            )
    elif any(folder.iterdir()):
        raise ValueError(f"{folder} holds other files; remove them, or write the result elsewhere")
    else:
        write_files({path: json.dumps(manifest)})
    return BlockFiles(folder)
