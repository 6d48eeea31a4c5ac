"""Blocks keep the arms balanced within each stratum and stay hard to predict."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.allocation.blocks import PERMUTED_BLOCKS, draw_block, permuted_blocks
from equipoise.allocation.method import Allocation, draw_list
from equipoise.allocation.sealed_list import next_position, seal
from equipoise.ledger.events import SubjectRandomized
from happened import randomized

STRATA = (("IRI", "SHORT"), ("IRI", "LONG"), ("NONE", "SHORT"), ("NONE", "LONG"))
SEEDS = st.integers(0, 2**64)


def draw(seed: int, **change: Any) -> dict[tuple[str, ...], tuple[str, ...]]:
    plan: dict[str, Any] = {
        "arms": ("A", "B"),
        "ratio": (1, 1),
        "block_sizes": (4, 6),
        "strata": STRATA,
        "length": 50,
        **change,
    }
    allocation = Allocation(
        method=PERMUTED_BLOCKS,
        arms=plan["arms"],
        ratio=plan["ratio"],
        numbers=tuple(plan["block_sizes"]),
    )
    return draw_list(np.random.default_rng(seed), allocation, plan["strata"], plan["length"])


@given(
    seed=SEEDS,
    block_sizes=st.lists(st.sampled_from([2, 4, 6, 8]), min_size=1),
    length=st.integers(1, 80),
)
def test_imbalance_never_exceeds_half_the_largest_block(
    seed: int, block_sizes: list[int], length: int
) -> None:
    drawn = draw(seed, block_sizes=block_sizes, length=length)

    for sequence in drawn.values():
        lead = np.cumsum([1 if arm == "A" else -1 for arm in sequence])
        assert np.abs(lead).max() <= max(block_sizes) / 2
        assert lead[-1] == 0  # whole blocks
        assert length <= len(sequence) < length + max(block_sizes)


@given(seed=SEEDS)
def test_a_ratio_of_two_to_one_is_kept_in_every_block(seed: int) -> None:
    (sequence,) = draw(
        seed, arms=("A", "B"), ratio=(2, 1), block_sizes=(3,), strata=((),), length=30
    ).values()

    blocks = [Counter(sequence[start : start + 3]) for start in range(0, 30, 3)]
    assert blocks == [Counter(A=2, B=1)] * 10


@given(seed=SEEDS, arrivals=st.lists(st.sampled_from(STRATA), max_size=60))
def test_the_same_history_gives_the_same_next_arm(
    seed: int, arrivals: list[tuple[str, ...]]
) -> None:
    assert randomize(seed, arrivals) == randomize(seed, arrivals)
    assert randomize(seed, arrivals)[:-1] == randomize(seed, arrivals[:-1])


@given(seed=SEEDS)
def test_a_longer_first_list_does_not_follow_from_another_seed(seed: int) -> None:
    assert draw(seed) == draw(seed)
    assert draw(seed) != draw(seed + 1)


def test_every_order_of_a_block_is_equally_likely() -> None:
    """Closed form: 6 orders of AABB, each 1/6; 6,000 blocks, chi-square with 5 degrees below its
    99.9 % point 20.52.
    """
    (sequence,) = draw(7, block_sizes=(4,), strata=((),), length=24_000).values()

    orders = Counter(sequence[start : start + 4] for start in range(0, 24_000, 4))

    assert len(orders) == 6
    assert sum((count - 1000) ** 2 / 1000 for count in orders.values()) < 20.52


def test_both_block_sizes_occur() -> None:
    """In fours alone the arms are level after every fourth subject; with sixes between them they
    are not.
    """
    (sequence,) = draw(7, strata=((),), length=600).values()

    level = [sequence[: 4 * count].count("A") == 2 * count for count in range(1, 150)]
    assert not all(level)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"block_sizes": (4, 5)}, "block size 5 does not hold the ratio: take a multiple of 2"),
        ({"block_sizes": (0,)}, "block size 0 does not hold the ratio"),
        ({"block_sizes": ()}, "at least one block size"),
        ({"ratio": (2, 1)}, "block size 4 does not hold the ratio: take a multiple of 3"),
        ({"ratio": (1,)}, "the ratio needs a whole number from 1 for each of"),
        ({"ratio": (1, 0)}, "the ratio needs a whole number from 1 for each of"),
        ({"arms": ("A", "A")}, "two or more different arms"),
        ({"strata": ()}, "strata must be named once each"),
        ({"strata": (("X",), ("X",))}, "strata must be named once each"),
        ({"length": 0}, "length from 1"),
    ],
)
def test_a_plan_that_cannot_be_drawn_says_what_to_change(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        draw(1, **change)


def test_blocks_are_filled_arm_by_arm_and_then_shuffled() -> None:
    """A shuffle that does nothing shows the filling: two whole ratios in a block of six."""

    class Unshuffled:
        def integers(self, low: int, high: int) -> int:
            assert (low, high) == (0, 2)
            return 1

        def shuffle(self, run: Any) -> None:
            assert len(run) == 6

    run = np.full(8, 9, np.int8)
    sizes, ratio = np.array([3, 6], np.int32), np.array([2, 1], np.int32)

    assert draw_block(Unshuffled(), ratio, sizes, run) == 6  # type: ignore[arg-type]
    assert run.tolist() == [0, 0, 0, 0, 1, 1, 9, 9]


def test_two_arms_control_first() -> None:
    allocation = permuted_blocks((1, 2), (3, 6))

    assert allocation == Allocation(
        method=PERMUTED_BLOCKS, arms=("control", "experimental"), ratio=(1, 2), numbers=(3, 6)
    )
    assert allocation.longest == 6


def test_one_arm_is_no_trial_and_three_are() -> None:
    with pytest.raises(ValueError, match="two or more different arms"):
        draw(1, arms=("A",), ratio=(1,))

    drawn = draw(1, arms=("A", "B", "C"), ratio=(1, 1, 1), block_sizes=(3,), length=3)
    assert all(set(arms) == {"A", "B", "C"} for arms in drawn.values())


def test_a_list_of_one_place_is_one_block() -> None:
    assert {len(arms) for arms in draw(1, block_sizes=(4,), length=1).values()} == {4}


def randomize(seed: int, arrivals: list[tuple[str, ...]]) -> list[str]:
    """The arms given to subjects who arrive in these strata."""
    sealed = seal(draw(seed, length=60), salt="5a" * 16)
    history: list[SubjectRandomized] = []
    for stratum in arrivals:
        position = next_position(history, stratum)
        arm = sealed.position(stratum, position).arm
        history.append(randomized(arm, stratum, position, date(2026, 3, 1)))
    return [allocation.arm for allocation in history]
