"""The shipped protocol with one thing declared otherwise."""

from __future__ import annotations

from functools import cache

from equipoise.protocol.model import Protocol
from equipoise.protocol.yaml_file import parse, read_text


@cache
def shipped_with(*changes: tuple[str, str]) -> Protocol:
    """The shipped protocol with texts of its file replaced, each of which stands there."""
    text = read_text("NCT04509635")
    for before, after in changes:
        assert before in text, f"{before!r} does not stand in the protocol"
        text = text.replace(before, after)
    return parse(text)


CONFIRMED = (
    "  confirmation: null",
    "  confirmation: {min_days: 28, intervening_ne_allowed: 1, intervening_sd_allowed: false}",
)
DERIVED = ("  derived: sensitivity", "  derived: primary")
MASKED = (
    ("masking: OPEN LABEL", "masking: DOUBLE BLIND"),
    ("design: randomized, open label", "design: randomized, double blind"),
)
PFS_PRIMARY = (
    ("role: primary", "role: secondary"),
    (
        "label: Progression-free survival\n    role: secondary",
        "label: Progression-free survival\n    role: primary",
    ),
)
OS_PRIMARY = (
    ("role: primary", "role: secondary"),
    ("label: Overall survival\n    role: secondary", "label: Overall survival\n    role: primary"),
)
