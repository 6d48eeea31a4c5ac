"""Making a hundred thousand small values that hold no circles, without looking for circles among
them again and again.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def keep_for_good() -> None:
    """What is held by now is not looked through again: the trial of a process that serves people
    stays as long as the process does.
    """
    gc.freeze()


@contextmanager
def uncollected() -> Iterator[None]:
    """The cyclic collector rests until the end of the block: reading a long ledger takes half the
    time. What is no longer held is freed all the same, by its count of references.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
