"""Randomization: what will be recorded is shown once; then it is done, or every reason why not."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from equipoise.allocation.strata import levels
from equipoise.conduct.data_management import ELIGIBILITY
from equipoise.conduct.randomization import randomize as allocate
from equipoise.conduct.record import Refused
from equipoise.store.allocator import NoAllocator
from equipoise.subject.regimen import intended_regimen
from equipoise.surface.persons import screen
from equipoise.terms.verdict import Verdict
from equipoise.web.access import page, show
from equipoise.web.pages import address
from equipoise.web.verdicts import shown
from equipoise.web.who import Asking


@page
def randomize(asked: Asking, code: str) -> HttpResponse:
    """A confirmation, and the act. Who was randomized is shown her notice, however often the button
    is pressed.
    """
    her = asked.subject(code)
    if her.randomized:
        return redirect(address(asked, "notice", code))
    refused: tuple[str, ...] = ()
    if asked.request.method == "POST":
        try:
            sealed = asked.served.sealed
            outcome = asked.do(allocate, code, randomized_on=asked.today, sealed=sealed)
        except NoAllocator as silent:
            outcome = Refused((str(silent),))
        if not isinstance(outcome, Refused):
            return redirect(address(asked, "notice", code))
        refused = outcome.reasons
    protocol = asked.trial.version_at(her.site, asked.today, her).protocol
    screened = screen(protocol, her, asked.today)
    context = {
        "her": her,
        "refused": refused,
        "verdict": shown(screened.verdict),
        "strata": levels(protocol.randomization.strata, her, asked.today),
        "intended": intended_regimen(her, protocol),
        "open": [(f.id, shown(f.verdict)) for f in screened.findings if f.verdict != Verdict.MET],
        "eligibility": her.signed_as(ELIGIBILITY),
        "meaning": ELIGIBILITY,
    }
    return show(asked, "randomize.html", context, 409 if refused else 200)


@page
def notice(asked: Asking, code: str) -> HttpResponse:
    """The arm, to be printed and filed."""
    her = asked.subject(code)
    if not her.randomized:
        raise Http404
    head = asked.trial.head
    context = {"her": her, "head": head.hash if head else ""}
    return show(asked, "notice.html", context)
