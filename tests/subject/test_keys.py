"""Keys are shared by who goes the same way, and copied by who goes another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from equipoise.subject.keys import Done, Keys


def grown(keys: Keys, first: int, last: int) -> Keys:
    for number in range(first, last):
        keys = keys.with_key(f"k{number}", Done(number, "d"))
    return keys


def test_who_goes_the_same_way_copies_nothing() -> None:
    base = grown(Keys(), 0, 5)
    one = grown(base, 5, 9)

    other = grown(base, 5, 7)

    assert other._shared is one._shared
    assert other.get("k6") == Done(6, "d")
    assert other.get("k7") is None
    assert base.get("k5") is None


def test_who_goes_another_way_takes_along_what_was_before_alone() -> None:
    base = grown(Keys(), 0, 5)
    one = grown(base, 5, 9)

    other = base.with_key("k5", Done(5, "another"))

    assert other.get("k5") == Done(5, "another")
    assert one.get("k5") == Done(5, "d")
    assert other.get("k6") is None
    assert [key for key, _ in other.items()] == ["k0", "k1", "k2", "k3", "k4", "k5"]
    assert base.with_key("x", Done(5, "d")).get("k5") is None


@pytest.mark.parametrize("threads", [2, 8])
def test_threads_that_fold_the_same_entries_get_the_same(threads: int) -> None:
    base = grown(Keys(), 0, 1000)

    with ThreadPoolExecutor(threads) as together:
        found = list(together.map(lambda _: grown(base, 1000, 3000), range(threads)))

    assert all(each == grown(Keys(), 0, 3000) for each in found)
    assert len({id(each._shared) for each in found}) == 1
