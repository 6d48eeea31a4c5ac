"""Who speaks beside us? A library that panics prints its own stack to standard error before anybody
can catch it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def quiet() -> Iterator[None]:
    """What is written to standard error meanwhile is printed after it, unless it ended in what is
    no Exception. Where there is no such stream nothing is done.
    """
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    panicked = True
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            yield
            panicked = False
        except Exception:
            panicked = False
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            if not panicked:
                aside.seek(0)
                with suppress(OSError):
                    os.write(2, aside.read())
