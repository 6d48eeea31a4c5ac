"""Can these be times, moments and labels of groups?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.arrays import Floats, Ints
from equipoise.compiled import at, compiled, njit, pays

Bytes = NDArray[np.uint8]
Rows = NDArray[np.int32]


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
