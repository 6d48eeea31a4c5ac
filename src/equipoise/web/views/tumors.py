"""What did scans and blood samples show? From the functions that analyze and decide."""

from __future__ import annotations

from django.http import HttpResponse

from equipoise.surface.plasma import EXPLAINED, blood_samples
from equipoise.surface.scans import scans_of
from equipoise.web.access import page, show
from equipoise.web.verdicts import shown
from equipoise.web.who import Asking


@page
def tumors(asked: Asking, code: str) -> HttpResponse:
    """The scans of one participant, with the clause behind each response."""
    her = asked.subject(code)
    protocol = asked.trial.version_at(her.site, asked.today, her).protocol
    scans = scans_of(protocol, her, asked.today)
    visits = [(each, zip(scans.targets, each.lengths, strict=True)) for each in scans.visits]
    context = {"her": her, "scans": scans, "visits": visits}
    return show(asked, "tumors.html", context)


@page
def plasma(asked: Asking, code: str) -> HttpResponse:
    """Each blood sample codon by codon, with one of five states, and what the five mean."""
    her = asked.subject(code)
    protocol = asked.trial.version_at(her.site, asked.today, her).protocol
    lines = [
        {
            "sample": each,
            "verdict": shown(each.verdict),
            "states": ", or ".join(state.name.replace("_", " ").lower() for state in each.states),
        }
        for each in blood_samples(protocol, her, asked.today)
    ]
    states = {state.name.replace("_", " ").lower(): words for state, words in EXPLAINED.items()}
    context = {"her": her, "lines": lines, "states": states}
    return show(asked, "plasma.html", context)
