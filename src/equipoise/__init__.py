"""Equipoise runs a randomized oncology trial from its protocol.

The names here are the way in from Python; each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equipoise.analysis.analyze import analyze
    from equipoise.analysis.known import know
    from equipoise.conduct.carry_out import Session
    from equipoise.eligibility import evaluate_all, overall
    from equipoise.protocol.yaml_file import load
    from equipoise.store.json_lines import JsonLines

__all__ = ["JsonLines", "Session", "analyze", "evaluate_all", "know", "load", "overall"]

_STANDS_IN = {
    "JsonLines": "equipoise.store.json_lines",
    "Session": "equipoise.conduct.carry_out",
    "analyze": "equipoise.analysis.analyze",
    "evaluate_all": "equipoise.eligibility",
    "know": "equipoise.analysis.known",
    "load": "equipoise.protocol.yaml_file",
    "overall": "equipoise.eligibility",
}


def __getattr__(name: str) -> Any:
    """The name from the room it stands in (PEP 562)."""
    if name not in _STANDS_IN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_STANDS_IN[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
