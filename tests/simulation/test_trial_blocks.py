"""Neither the number of workers nor an interruption changes what a simulation gives."""

from functools import partial

import numpy as np
import pytest

from equipoise.simulation.blocks import TRIALS_PER_BLOCK, generator_of, run_blocks
from equipoise.store.block_files import open_blocks


def draw(rng, trials):
    return rng.random((trials, 2))


def draw_or_fail(done, rng, trials):
    if len(list(done.glob("block-*.npy"))) >= 2:
        raise RuntimeError("the power went")
    return draw(rng, trials)


def test_a_trial_depends_on_the_seed_and_its_place_alone():
    found = run_blocks(draw, 1000, seed=5)

    assert np.array_equal(found[:TRIALS_PER_BLOCK], draw(generator_of(5, 0), TRIALS_PER_BLOCK))
    assert np.array_equal(
        found[3 * TRIALS_PER_BLOCK :], draw(generator_of(5, 3), 1000 - 3 * TRIALS_PER_BLOCK)
    )
    assert len(np.unique(found)) == found.size
    assert not np.array_equal(found, run_blocks(draw, 1000, seed=6))


def test_workers_and_the_number_of_trials_change_nothing():
    alone = run_blocks(draw, 1000, seed=5)

    assert np.array_equal(alone, run_blocks(draw, 1000, seed=5, workers=2))
    assert np.array_equal(alone[:300], run_blocks(draw, 300, seed=5))


def test_progress_counts_trials():
    told = []
    run_blocks(draw, 600, seed=1, progress=lambda done, of: told.append((done, of)))

    assert told == [(0, 600), (256, 600), (512, 600), (600, 600)]


def test_an_interrupted_run_goes_on_from_its_blocks(tmp_path):
    folder = tmp_path / "blocks"
    kept = open_blocks(folder, seed=5, digest="a", trials_per_block=256)
    with pytest.raises(RuntimeError, match="the power went"):
        run_blocks(partial(draw_or_fail, folder), 1000, seed=5, kept=kept)
    assert len(list(folder.glob("block-*.npy"))) == 2
    (folder / "block-000001.npy").write_bytes(b"half of it")

    calls = []
    again = run_blocks(lambda rng, n: calls.append(n) or draw(rng, n), 1000, seed=5, kept=kept)  # type: ignore[func-returns-value]

    assert np.array_equal(again, run_blocks(draw, 1000, seed=5))
    assert len(calls) == 3  # the first block was kept
    kept.remove()
    assert not folder.exists()


def test_more_trials_than_before_go_on_too(tmp_path):
    kept = open_blocks(tmp_path / "blocks", seed=5, digest="a", trials_per_block=256)
    run_blocks(draw, 300, seed=5, kept=kept)

    assert np.array_equal(run_blocks(draw, 700, seed=5, kept=kept), run_blocks(draw, 700, seed=5))


def test_blocks_of_something_else_are_refused(tmp_path):
    open_blocks(tmp_path / "blocks", seed=5, digest="a", trials_per_block=256)
    with pytest.raises(ValueError, match="blocks of another simulation"):
        open_blocks(tmp_path / "blocks", seed=5, digest="b", trials_per_block=256)
    with pytest.raises(ValueError, match="blocks of another simulation"):
        open_blocks(tmp_path / "blocks", seed=6, digest="a", trials_per_block=256)
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ValueError, match="holds other files"):
        open_blocks(tmp_path, seed=5, digest="a", trials_per_block=256)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"trials": 0}, "trials is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"workers": 0}, "workers is 0"),
    ],
)
def test_numbers_out_of_range_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        run_blocks(draw, **{"trials": 10, "seed": 1, "workers": 1} | changed)
