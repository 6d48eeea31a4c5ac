"""Commands about how a trial is designed: what its size can show, computed and simulated."""

from __future__ import annotations

import json
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equipoise.cli.options import MOST_TRIALS, BlockSizes, Seed, Workers, whole
from equipoise.cli.speak import err, out, progress, readable_failures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from equipoise.simulation.full_trial import FullTrial
    from equipoise.store.block_files import BlockFiles


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (design, simulate):
        app.command()(command)


def design(
    protocol: Annotated[str, typer.Argument(help="a protocol file or shipped id")] = "NCT04509635",
    trials: Annotated[
        int, whole(0, MOST_TRIALS, "simulated trials beside each exact figure; 0 leaves them out")
    ] = 2000,
    seed: Seed = 1,
    workers: Workers = 1,
    block_sizes: BlockSizes = None,
    output: Annotated[
        Path | None, typer.Option("--out", help="HTML page to write, with figures")
    ] = None,
) -> None:
    """What can the planned participants show? Power by enumeration and by simulation, looks, scans,
    assurance.
    """
    from equipoise.report.design.page import show_design, write_design
    from equipoise.surface import plans
    from equipoise.surface.protocols import load_protocol

    with readable_failures(), progress() as steps:
        made = plans.design(
            load_protocol(protocol),
            trials=trials,
            seed=seed,
            workers=workers,
            block_sizes=block_sizes,
            progress_for=steps.step,
        )
        out.print(show_design(*made), markup=False)
        if output is not None:
            _write(output, write_design(*made))


def simulate(
    protocol: Annotated[str, typer.Argument(help="a protocol file or shipped id")],
    trials: Annotated[int, whole(2, MOST_TRIALS, "trials with the effect, and as many without")],
    seed: Seed,
    output: Annotated[Path, typer.Option("--out", help="JSON file to write")],
    workers: Workers = 1,
    block_sizes: BlockSizes = None,
) -> None:
    """Simulate the trial of a protocol many times: power, size, bias, coverage, duration, stopping.

    Blocks that are finished are kept beside the file until it is written; a run that was
    interrupted goes on from them.
    """
    from equipoise.protocol.refusal import Use
    from equipoise.report.design.simulation_text import show_simulation
    from equipoise.simulation.full_trial import rules_digest
    from equipoise.surface import plans
    from equipoise.surface.checks import require_uses
    from equipoise.surface.protocols import load_protocol

    with readable_failures():
        declared = load_protocol(protocol)
        if output.is_dir():
            raise ValueError(f"{output} is a folder; name a file")
        require_uses(declared, Use.SIMULATED)  # before a folder is made for its blocks
        blocks = _Blocks(output.with_name(output.name + ".blocks"), seed)
        with blocks.alone():
            try:
                with progress() as steps:
                    simulated = plans.simulate(
                        declared,
                        trials,
                        seed,
                        workers=workers,
                        block_sizes=block_sizes,
                        kept_for=blocks.open,
                        progress_for=lambda name: steps.step(f"simulated trials: {name}"),
                    )
            except (KeyboardInterrupt, SystemExit):
                err.print(
                    f"interrupted; finished blocks are in {blocks.folder}: the same command"
                    " goes on",
                    markup=False,
                )
                raise
            _write(
                output,
                json.dumps(
                    {"rules": rules_digest(), **simulated.told()}, indent=1, ensure_ascii=False
                )
                + "\n",
            )
            blocks.remove()
        out.print(show_simulation(simulated), markup=False)


class _Blocks:
    """A folder beside the result, with a folder for each scenario."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed = folder, seed
        self.opened: list[BlockFiles] = []

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else computes the same result meanwhile: two runs would take each other's blocks
        away.
        """
        from equipoise.store.files import make_folder
        from equipoise.store.lock import NoLock, Taken, for_writing

        try:
            make_folder(self.folder)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise ValueError(
                f"{self.folder} cannot be made ({why}); write the result elsewhere"
            ) from error
        try:
            with for_writing(self.folder / "lock", wait=False):
                yield
        except Taken:
            raise ValueError(
                f"another run is computing this result; its blocks are in {self.folder}"
            ) from None
        except NoLock:
            self.remove()
            raise

    def open(self, name: str, trial: FullTrial) -> BlockFiles:
        """The blocks of one scenario; those of other assumptions or other rules are refused."""
        from equipoise.simulation.blocks import TRIALS_PER_BLOCK
        from equipoise.simulation.full_trial import rules_digest
        from equipoise.store.block_files import open_blocks

        digest = sha256(f"{rules_digest()} {trial!r}".encode()).hexdigest()[:16]
        place = self.folder / name.replace(", ", "-").replace(" ", "-")
        self.opened.append(
            open_blocks(place, seed=self.seed, digest=digest, trials_per_block=TRIALS_PER_BLOCK)
        )
        return self.opened[-1]

    def remove(self) -> None:
        """The result is written: the blocks have done their work."""
        for blocks in self.opened:
            blocks.remove()
        (self.folder / "lock").unlink(missing_ok=True)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()


def _write(path: Path, content: str) -> None:
    from equipoise.store.files import write_files

    write_files({path: content})
    err.print(f"written: {path}", markup=False)
