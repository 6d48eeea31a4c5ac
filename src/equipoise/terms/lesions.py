"""Which names does a lesion go by, and which measurements are its length?"""

from __future__ import annotations

from collections.abc import Sequence

LENGTHS = ("LDIAM", "SAXIS", "DIAMETER")
"""The measurements (TRTESTCD) that are lengths."""


def names_of(link: str) -> tuple[str, ...]:
    """Under which names the lesion of a record may be identified: its own, the first of those that
    merged (T1/T2), or the whole that it is a part of (T1.1).
    """
    return link, link.partition("/")[0], link.rsplit(".", 1)[0]


def wholes(lesion: str, targets: Sequence[str]) -> tuple[str, ...]:
    """The targets a record belongs to: T1.1 and T1.2 are parts of T1, T1/T2 is T1 merged with T2
    (CDISC).
    """
    if lesion in targets:
        return (lesion,)
    if "/" in lesion:
        return tuple(lesion.split("/"))
    return (lesion.rsplit(".", 1)[0],)
