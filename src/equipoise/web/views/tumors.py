"""What did the scans show? Lengths, sums and responses, from the functions that analyze."""

from __future__ import annotations

from django.http import HttpResponse

from equipoise.surface.scans import scans_of
from equipoise.web.access import page, show
from equipoise.web.facts import facts
from equipoise.web.who import Asking


@page
def tumors(asked: Asking, code: str) -> HttpResponse:
    """The scans of one participant, with the clause behind each response."""
    her = asked.subject(code)
    protocol = asked.trial.version_at(her.site, asked.today, her).protocol
    scans = scans_of(protocol, her, asked.today)
    return show(asked, "tumors.html", {"her": her, "facts": facts(her), "scans": scans})
