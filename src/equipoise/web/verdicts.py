"""Met, not met, unknown: by sign, word and color, the same three on every page."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from equipoise.terms.verdict import Verdict


class Shown(NamedTuple):
    """A verdict on a page; `css` names its color."""

    sign: str
    word: str
    css: str


_SHOWN = {
    Verdict.MET: Shown("✓", _("met"), "met"),
    Verdict.NOT_MET: Shown("✗", _("not met"), "not_met"),
    Verdict.UNKNOWN: Shown("?", _("unknown"), "unknown"),
}


def shown(verdict: Verdict) -> Shown:
    """How a page shows it."""
    return _SHOWN[verdict]
