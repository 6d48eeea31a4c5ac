"""In which order did it happen, and which times count as the same?

Every survival method starts here: its arguments are checked once and sorted once, by stratum and
rising time. Times that differ by rounding error are one time, by the rule of R's survival package
(`timefix`): neighbors whose distance is at most the square root of the machine epsilon, absolutely
or relative to the mean of the distinct times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.arrays import Floats, Ints
from equipoise.compiled import at, compiled, njit, pays

Bytes = NDArray[np.uint8]

Rows = NDArray[np.int32]

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


def take(values: Any, rows: Any) -> Any:
    """`values[rows]`, without the wide copy of the index that numpy makes where that matters."""
    return compiled(_take)(values, rows) if pays(_take, len(rows)) else values[rows]


@njit(cache=True)
def _take(values: Any, rows: Any) -> Any:
    taken = np.empty(len(rows), dtype=values.dtype)
    for i in range(len(rows)):
        taken[i] = values[rows[i]]
    return taken


def check_times(time: ArrayLike, event: ArrayLike) -> tuple[Floats, Bytes]:
    """Times as floats and events as 0 or 1, shape (subject,); refuse empty, unequal, missing or
    negative ones.
    """
    times, happened = _numbers("time", time), np.asarray(event)
    if times.ndim != 1 or not len(times) or times.shape != happened.shape:
        raise ValueError(
            f"time has shape {times.shape} and event {happened.shape}; expected (subject,) for both"
        )
    check_moments("time", times)
    if happened.dtype == np.bool_:
        return times, happened.view(np.uint8)
    right = (happened == 0) | (happened == 1)
    if not np.all(right):
        first = int(np.argmin(right))
        raise ValueError(
            f"event is {happened[first]} for subject {first}; it must be 1 (happened) or 0"
            " (censored)"
        )
    return times, happened.astype(np.uint8)


def check_moments(name: str, times: Floats) -> None:
    """Refuse a missing, infinite or negative time."""
    if times.min() >= 0 and times.max() < np.inf:
        return
    first = int(np.argmax(~(np.isfinite(times) & (times >= 0))))
    raise ValueError(
        f"{name} is {times[first]} for subject {first}; it must be a finite number, 0 or more"
    )


def check_entry(entry: ArrayLike, times: Floats) -> Floats:
    """Left truncation: finite, not negative, and before the time of the subject."""
    entries = _numbers("entry", entry)
    if entries.shape != times.shape:
        raise ValueError(
            f"entry has shape {entries.shape}; expected one value for each of {len(times)} subjects"
        )
    check_moments("entry", entries)
    wrong = entries >= times
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ValueError(
            f"entry is {entries[first]} for subject {first}; it must be before its time"
            f" {times[first]}"
        )
    return entries


def _numbers(name: str, values: ArrayLike) -> Floats:
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise ValueError(
            f"{name} is masked for subject {int(np.argmax(np.ma.getmaskarray(values)))}; leave"
            " it out"
        )
    if isinstance(values, np.ndarray) and values.dtype.kind in "cmM":
        raise ValueError(f"{name} holds values of type {values.dtype}; expected real numbers")
    try:
        return np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} cannot be read as numbers: {error}") from error


def label_codes(name: str, values: ArrayLike, subjects: int) -> tuple[NDArray[Any], Ints]:
    """Distinct labels, rising, and the position of each subject's label among them; ValueError if
    one is missing.
    """
    if not isinstance(values, np.ndarray) and isinstance(values, Sequence):
        # numpy would turn a NaN among words into the word 'nan'.
        _refuse_missing(name, np.array(values, dtype=object))
    labels = np.asarray(values)
    if labels.shape != (subjects,):
        raise ValueError(
            f"{name} has shape {labels.shape}; expected one value for each of {subjects} subjects"
        )
    _refuse_missing(name, labels)
    if labels.dtype.kind in "biu" and subjects:
        low, high = int(labels.min()), int(labels.max())
        if high - low < max(subjects, 256) and abs(low) < 2**62:
            return _small_codes(labels, low, high)
    try:
        names = np.unique(labels)
    except TypeError as error:
        raise ValueError(f"{name} mixes labels that cannot be sorted: {error}") from error
    if len(names) > 32:
        names, codes = np.unique(labels, return_inverse=True)
        return names, codes.astype(np.int32)
    few = np.zeros(subjects, dtype=np.int32)
    for code, label in enumerate(names[1:], start=1):
        few[labels == label] = code
    return names, few


def _small_codes(labels: NDArray[Any], low: int, high: int) -> tuple[NDArray[Any], Ints]:
    """Integers within a small range need no sort."""
    codes = (
        labels.astype(np.int32) if low == 0 else (labels.astype(np.int64) - low).astype(np.int32)
    )
    seen = np.flatnonzero(at(count_codes, len(codes))(codes, high - low + 1))
    rank = np.zeros(high - low + 1, dtype=np.int32)
    rank[seen] = np.arange(len(seen))
    if len(seen) <= high - low:
        codes = take(rank, codes)
    return (seen + low).astype(labels.dtype), codes


@njit(cache=True)
def count_codes(codes: Any, k: int) -> Any:
    """How often each code 0..k-1 occurs, shape (k,)."""
    counts = np.zeros(k, dtype=np.int64)
    for c in codes:
        counts[c] += 1
    return counts


def _refuse_missing(name: str, labels: NDArray[Any]) -> None:
    if labels.dtype.kind in "fc":
        missing = np.isnan(labels)
    elif labels.dtype.kind in "mM":
        missing = np.isnat(labels)
    elif labels.dtype.kind == "O":
        missing = np.array([label is None or label != label for label in labels], dtype=bool)  # noqa: PLR0124  (only NaN differs from itself)
    else:
        return
    if missing.any():
        first = int(np.argmax(missing))
        raise ValueError(
            f"{name} is missing ({'None' if labels[first] is None else 'NaN'}) for subject {first}"
        )
