"""Which organ is it, and is it a lymph node? Locations (TULOC) by table and by their words."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from equipoise.terms.coded import coded
from equipoise.terms.table import rows_of
from equipoise.terms.verdict import Verdict

NODES = "LYMPH NODE"
"""All lymph nodes are one organ (RECIST 1.1 3.1.1 with 4.2: at most two targets of one)."""


class Location(NamedTuple):
    """An organ, paired ones and their parts as one, and whether it is a lymph node."""

    organ: str
    node: bool


def lymph_node(location: str) -> Verdict:
    """Is it a lymph node, measured by its short axis (RECIST 1.1 3.1.1)? Of a region that has
    nodes and other tissue (MEDIASTINUM, AXILLA), and of a word that no list has, nobody knows.
    """
    found = _place(coded(location))
    if found is None:
        return Verdict.UNKNOWN
    return Verdict.MET if found.node else Verdict.NOT_MET


def organ_of(location: str) -> str:
    """The organ of a location: LUNG, LEFT and RIGHT LUNG are LUNG, every lymph node is one organ.
    What no list has is an organ of its own name.
    """
    found = _place(coded(location))
    return found.organ if found else coded(location)


_SIDE = re.compile(
    r"\b(?:LEFT|RIGHT|BILATERAL|UPPER|LOWER|MIDDLE|MEDIAL|LATERAL|ANTERIOR|POSTERIOR|SUPERIOR"
    r"|INFERIOR|CENTRAL|PROXIMAL|DISTAL|LOBE|LOBES|SEGMENT|POLE|HEAD|BODY|TAIL|CAUDATE|APEX|BASE"
    r"|HILUM OF|OF|THE|[IVX]+[AB]?|L|R|\d+[AB]?)\b"
)
_APART = re.compile(r"[\s,;/()\-]+")


@lru_cache(maxsize=4096)
def _place(written: str) -> Location | None:
    if (found := _table().get(written)) is not None:
        return found
    words = set(_APART.split(written))
    if words & _node_words():
        return Location(NODES, node=True)
    plain = " ".join(_APART.sub(" ", _SIDE.sub(" ", written)).split())
    return _table().get(plain)


@cache
def _node_words() -> frozenset[str]:
    """The single words that make a location a lymph node wherever they stand."""
    single = {name for name, place in _table().items() if place.node and " " not in name}
    return frozenset(single)


@cache
def _table() -> dict[str, Location]:
    return {
        row["name"]: Location(row["organ"], row["node"] == "yes") for row in rows_of("locations")
    }
