"""What can a trial show, computed and simulated?"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from equipoise.allocation.declared import with_sizes
from equipoise.planning.design import ComputedDesign, compute_design
from equipoise.planning.simulated_design import SimulatedDesign, simulate_design
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Use
from equipoise.simulation.blocks import KeptBlocks, Progress, check_run
from equipoise.simulation.full_trial import FullTrial
from equipoise.simulation.protocol_results import SimulatedProtocol
from equipoise.simulation.protocol_trials import check_figures, simulate_protocol
from equipoise.surface.checks import require_uses


class Design(NamedTuple):
    """A protocol as it is declared, what can be computed of its design, and what was simulated
    beside (None: nothing).
    """

    protocol: Protocol
    computed: ComputedDesign
    simulated: SimulatedDesign | None


def design(
    protocol: Protocol,
    *,
    trials: int = 2000,
    seed: int = 1,
    workers: int = 1,
    block_sizes: tuple[int, ...] | None = None,
    progress_for: Callable[[str], Progress | None] | None = None,
) -> Design:
    """What the planned participants can show: exact power, and simulated trials beside each figure
    (0: none). `block_sizes` are taken where the protocol seals its own (default: 2 and 3 times the
    ratio).

    `progress_for` is asked for each thing that begins. Raises CannotObey, or ValueError for numbers
    out of range.
    """
    if trials < 2 and trials != 0:
        raise ValueError(f"trials is {trials}; it must be 0 (no simulation) or 2 or more")
    check_run(trials or 2, seed, workers)
    require_uses(protocol, Use.DESIGNED)
    told = progress_for or _untold
    told("exact power")
    sealed = not protocol.randomization.public_sizes
    sized = with_sizes(protocol, block_sizes)
    computed = compute_design(sized, sealed=sealed)
    if not trials:
        return Design(protocol, computed, None)
    simulated = simulate_design(sized, trials, seed, workers=workers, progress_for=told)
    return Design(protocol, computed, simulated)


def simulate(
    protocol: Protocol,
    trials: int,
    seed: int,
    *,
    workers: int = 1,
    block_sizes: tuple[int, ...] | None = None,
    kept_for: Callable[[str, FullTrial], KeptBlocks | None] | None = None,
    progress_for: Callable[[str], Progress | None] | None = None,
) -> SimulatedProtocol:
    """The trial of a protocol many times, with its effect and without: power, size, bias, coverage,
    duration, stopping. The same seed gives the same figures, whatever the number of workers.
    `block_sizes` are taken where the protocol seals its own.

    `kept_for` says where the finished blocks of a scenario are kept, `progress_for` who is told of
    it. Raises CannotObey, or ValueError for numbers out of range.
    """
    check_run(trials, seed, workers)
    check_figures(trials)
    require_uses(protocol, Use.SIMULATED)
    return simulate_protocol(
        with_sizes(protocol, block_sizes),
        trials,
        seed,
        workers=workers,
        kept_for=kept_for or _untold,
        progress_for=progress_for or _untold,
    )


def _untold(*_: object) -> None:
    """Nobody asked to be told."""
