"""In which order did it happen, and which times count as the same?

Every survival method starts here: its arguments are checked once and sorted once, by stratum and
rising time. Times that differ by rounding error are one time, by the rule of R's survival package
(`timefix`): neighbors whose distance is at most the square root of the machine epsilon, absolutely
or relative to the mean of the distinct times.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.arrays import Floats
from equipoise.compiled import at, njit, pays
from equipoise.statistics.survival.checked import (
    Bytes,
    Rows,
    check_entry,
    check_times,
    label_codes,
    take,
)

TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))
NO_TIMES = np.empty(0)
NO_ROWS = np.empty(0, dtype=np.int32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """Subjects by stratum and rising time; every array but `starts` has shape (subject,).

    `rows` are the positions in the caller's arrays. Stratum s holds the subjects from `starts[s]`
    to `starts[s + 1]`. `entry` follows the same order, and `by_entry` lists, stratum by stratum,
    the subjects by rising entry; both are empty when everybody is at risk from the origin.
    """

    time: Floats
    event: Bytes
    rows: Rows
    starts: Rows
    strata: NDArray[Any]
    entry: Floats
    by_entry: Rows


def order_subjects(
    time: ArrayLike,
    event: ArrayLike,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
) -> Ordered:
    """Check times and events (subject,), fold times equal but for rounding, and sort.

    ValueError for a missing, infinite or negative time, an event other than 0 or 1, a missing
    stratum, and an entry that is not before its time.
    """
    times, happened = check_times(time, event)
    return order_checked(times, happened, strata, entry)


def order_checked(
    times: Floats, happened: Bytes, strata: ArrayLike | None = None, entry: ArrayLike | None = None
) -> Ordered:
    """As `order_subjects`, for times and event codes (0 censored, others kinds of event) already
    checked.
    """
    entries = NO_TIMES
    if entry is not None:
        times, entries = _fold_pairs(times, check_entry(entry, times))
    rows, rising = sort_rows(times)
    at(fold_ties, len(rising))(rising)
    names, starts = np.zeros(1, dtype=np.int32), np.array([0, len(times)], dtype=np.int32)
    if strata is not None:
        names, codes = label_codes("strata", strata, len(times))
        place, starts = at(partition, len(rows))(take(codes, rows), len(names))
        rows, rising = take(rows, place), take(rising, place)
    by_entry = NO_ROWS
    if len(entries):
        entries = take(entries, rows)
        by_entry = _by_entry(entries, starts)
    return Ordered(
        time=rising,
        event=take(happened, rows),
        rows=rows,
        starts=starts,
        strata=names,
        entry=entries,
        by_entry=by_entry,
    )


def sort_rows(times: Floats) -> tuple[Rows, Floats]:
    """Rows by rising time, those of one time as they came, and the sorted times; times are finite
    and not negative.
    """
    if pays(_pack, len(times)):
        return sort_packed(times)
    rows = np.argsort(times, kind="stable").astype(np.int32)
    return rows, times[rows]


def sort_packed(times: Floats) -> tuple[Rows, Floats]:
    """As `sort_rows`, several times faster when it is compiled.

    The bits of such floats rise with their value. What fits of them is packed over the row into one
    integer, so one plain sort does, in place; the bits that did not fit are settled among
    neighbors.
    """
    n = len(times)
    rows, rising = np.empty(n, dtype=np.int32), np.empty(n)
    keys = np.empty(n, dtype=np.uint64)
    index_bits = max(n - 1, 1).bit_length()
    at(_pack, n)(times.view(np.uint64), keys, np.uint64(index_bits))
    keys.sort()
    if not at(_unpack, n)(keys, np.uint64((1 << index_bits) - 1), times, rows, rising):
        # Too many times that differ only in their last bits for settling one by one.
        rows = np.argsort(times, kind="stable").astype(np.int32)
        rising = take(times, rows)
    return rows, rising


@njit(cache=True)
def _pack(bits: Any, keys: Any, index_bits: Any) -> None:
    one, sign = np.uint64(1), np.uint64(1) << np.uint64(63)
    low, high = ~np.uint64(0), np.uint64(0)
    for i in range(len(bits)):
        b = bits[i] & ~sign  # minus zero is zero
        low, high = min(low, b), max(high, b)
    room, need = np.uint64(64) - index_bits, np.uint64(0)
    while (high - low) >> need >= one << room:
        need += one
    for i in range(len(bits)):
        keys[i] = ((((bits[i] & ~sign) - low) >> need) << index_bits) | np.uint64(i)


@njit(cache=True)
def _unpack(keys: Any, mask: Any, times: Any, rows: Any, rising: Any) -> bool:
    moves, most = 0, 4 * len(keys) + 64
    for i in range(len(keys)):
        row = np.int32(keys[i] & mask)
        t = times[row]
        j = i
        while j > 0 and rising[j - 1] > t:
            rising[j], rows[j] = rising[j - 1], rows[j - 1]
            j -= 1
        rising[j], rows[j] = t, row
        moves += i - j
        if moves > most:
            return False
    return True


@njit(cache=True)
def fold_ties(rising: Any) -> None:
    """Give sorted times that differ by rounding error the first of their values, in place (as R's
    aeqSurv).
    """
    total, distinct, last = 0.0, 0, -1.0
    for t in rising:
        if t != last:
            total += t
            distinct += 1
            last = t
    mean = total / max(distinct, 1)
    near = max(TOLERANCE, TOLERANCE * mean)
    last, kept = -np.inf, -np.inf
    for i in range(len(rising)):
        t = rising[i]
        if t - last > near:
            kept = t
        last = t
        rising[i] = kept


def _fold_pairs(times: Floats, entries: Floats) -> tuple[Floats, Floats]:
    """Entries and times are folded together: somebody may enter at the time of somebody's event."""
    pool = np.sort(np.concatenate([times, entries]))
    folded = pool.copy()
    at(fold_ties, len(folded))(folded)
    times_folded, entries_folded = (folded[np.searchsorted(pool, v)] for v in (times, entries))
    wrong = entries_folded >= times_folded
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ValueError(
            f"entry is {entries[first]} for subject {first}, the same but for rounding as its time"
            f" {times[first]}; it must be before it"
        )
    return times_folded, entries_folded


def _by_entry(entries: Floats, starts: Rows) -> Rows:
    parts = [np.argsort(entries[lo:hi], kind="stable") + lo for lo, hi in pairwise(starts)]
    return np.concatenate(parts).astype(np.int32)


@njit(cache=True)
def partition(codes: Any, k: int) -> Any:
    """Rows by code 0..k-1, those of one code as they came, and where each code starts: shapes
    (row,), (k + 1,).
    """
    starts = np.zeros(k + 1, dtype=np.int32)
    for c in codes:
        starts[int(c) + 1] += 1
    for c in range(k):
        starts[c + 1] += starts[c]
    place, free = np.empty(len(codes), dtype=np.int32), starts.copy()
    for i in range(len(codes)):
        place[free[codes[i]]] = i
        free[codes[i]] += 1
    return place, starts
