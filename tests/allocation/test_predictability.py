"""How much of a list can be guessed: by closed form, by all sequences, and by drawn lists."""

from __future__ import annotations

from itertools import permutations, product
from math import comb, prod

import numpy as np
import pytest

from equipoise.allocation.blocks import permuted_blocks
from equipoise.allocation.declared import allocation_of, blocks_of, public_words, with_sizes
from equipoise.allocation.method import draw_list
from equipoise.allocation.predictability import lengths_of, predictability
from equipoise.protocol.yaml_file import load

PROTOCOL = load("NCT04509635")


@pytest.mark.parametrize("half", [1, 2, 3, 4, 6])
def test_one_block_is_that_of_blackwell_and_hodges(half):
    """1957, Annals of Mathematical Statistics 28:449-460: of a block of 2m the arm that is behind
    is right m + (2^2m / C(2m, m) - 1) / 2 times, and nobody does better.
    """
    right = half + (4**half / comb(2 * half, half) - 1) / 2

    found = predictability((1, 1), (2 * half,), [2 * half])

    assert found.behind * 2 * half == pytest.approx(right)
    assert found.best * 2 * half == pytest.approx(right)


def sequences(ratio, sizes, length):
    """Every sequence that such blocks can give, with its chance."""
    blocks: dict[tuple[int, ...], float] = {}
    for size in sizes:
        arms = [a for a, part in enumerate(ratio) for _ in range(part * size // sum(ratio))]
        orders = set(permutations(arms))
        for order in orders:
            blocks[order] = blocks.get(order, 0) + 1 / len(sizes) / len(orders)
    chances: dict[tuple[int, ...], float] = {}
    most = -(-length // min(sizes))
    for drawn in product(blocks.items(), repeat=most):
        sequence = tuple(a for order, _ in drawn for a in order)[:length]
        chance = prod(likely for _, likely in drawn)
        chances[sequence] = chances.get(sequence, 0) + chance
    return chances


@pytest.mark.parametrize(
    ("ratio", "sizes", "length"),
    [((1, 1), (2, 4), 5), ((1, 1), (4,), 6), ((2, 1), (3,), 7), ((1, 1, 1), (3,), 5)],
)
def test_the_best_guess_is_that_over_all_sequences(ratio, sizes, length):
    chances = sequences(ratio, sizes, length)
    right = sure = 0.0
    for place in range(length):
        by_past: dict[tuple[int, ...], list[float]] = {}
        for sequence, chance in chances.items():
            arms = by_past.setdefault(sequence[:place], [0.0] * len(ratio))
            arms[sequence[place]] += chance
        right += sum(max(arms) for arms in by_past.values())
        certain = (sum(arms) for arms in by_past.values() if max(arms) > 0.999999999 * sum(arms))
        sure += sum(certain)

    found = predictability(ratio, sizes, [length])

    assert found.best * length == pytest.approx(right, abs=1e-7)
    assert found.certain * length == pytest.approx(sure, abs=1e-7)


def test_blocks_of_4_and_6_with_12_or_13_in_a_stratum():
    """The figure that showed that public sizes give the list away: 67 % right, 6 % certain."""
    found = predictability((1, 1), (4, 6), lengths_of(50, 4))

    assert (round(found.best, 2), round(found.certain, 2)) == (0.68, 0.06)


def test_drawn_lists_are_guessed_as_often_as_that():
    """Who names the arm that is behind, in lists that the program draws."""
    rng = np.random.default_rng(1)
    drawn = draw_list(rng, permuted_blocks((1, 1), (4, 6)), [(str(n),) for n in range(4000)], 13)
    right = 0.0
    for arms in drawn.values():
        lead = 0
        for arm in arms[:13]:
            is_first = arm == "control"
            right += 0.5 if lead == 0 else float((lead < 0) == is_first)
            lead += 1 if is_first else -1

    expected = predictability((1, 1), (4, 6), [13]).behind
    assert right / (4000 * 13) == pytest.approx(expected, abs=0.006)


def test_a_long_list_goes_on_as_it_stood():
    short, long = (predictability((1, 1), (4, 6), [n]).best for n in (36, 360))

    assert long == pytest.approx(short, abs=0.005)


@pytest.mark.parametrize(("participants", "lengths"), [(50, [13, 13, 12, 12]), (2, [1, 1, 0, 0])])
def test_participants_spread_evenly(participants, lengths):
    assert lengths_of(participants, 4) == lengths


def test_nothing_allocated_and_sizes_that_do_not_fit_are_told():
    with pytest.raises(ValueError, match="found no allocation"):
        predictability((1, 1), (4,), [0])
    with pytest.raises(ValueError, match="block size 5 does not hold the ratio"):
        predictability((1, 1), (5,), [10])


# ------------------------------------------------------------------ as a protocol declares it


def test_sealed_sizes_are_told_nowhere_and_assumed_where_they_are_needed():
    assert PROTOCOL.randomization.block_sizes == "sealed"
    assert PROTOCOL.randomization.words() == "stratified permuted blocks, block sizes sealed"
    assert public_words(PROTOCOL) == ""
    assert allocation_of(PROTOCOL).numbers == (4, 6)
    assert (
        blocks_of(PROTOCOL, sealed=True)
        .words()
        .startswith("Block sizes are sealed; assumed here: 4 and 6.")
    )


def test_public_sizes_say_what_they_cost():
    public = with_sizes(PROTOCOL, (4, 6))

    assert public_words(public) == "public: predictability 68 %"
    assert "blocks of 4 and 6 in random order" in public.randomization.words()
    with pytest.raises(ValueError, match="declares 4 and 6 for everybody to read"):
        with_sizes(public, (2,))
    assert with_sizes(public, (6, 4)).randomization.block_sizes == (6, 4)


def test_sizes_that_do_not_hold_the_ratio_are_refused():
    with pytest.raises(ValueError, match="block size 5 does not hold the ratio"):
        with_sizes(PROTOCOL, (5,))
