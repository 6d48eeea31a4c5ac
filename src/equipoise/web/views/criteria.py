"""May this person enter? Each criterion with its evidence, what is missing, and what was left
aside.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from equipoise.conduct import enrolment
from equipoise.conduct.enrolment import Judgement
from equipoise.eligibility.finding import Finding
from equipoise.protocol.model import Protocol
from equipoise.subject.regimen import intended_regimen
from equipoise.subject.state import Subject
from equipoise.surface.persons import screen
from equipoise.terms.verdict import Verdict
from equipoise.web.access import can_do, page, show
from equipoise.web.pages import address, done
from equipoise.web.verdicts import shown
from equipoise.web.who import Asking


@page
def criteria(asked: Asking, code: str) -> HttpResponse:
    """The criteria as of today; after randomization as of its day."""
    her = asked.subject(code)
    as_then = her.before_randomization or her
    on = her.randomized.on if her.randomized else asked.today
    protocol = asked.trial.version_at(her.site, on, her).protocol
    screened = screen(protocol, as_then, on)
    context = {
        "her": her,
        "on": on,
        "verdict": shown(screened.verdict),
        "lines": [_line(asked, her, protocol, each) for each in screened.findings],
        "not_used": screened.not_used,
        "regimens": protocol.regimens,
        "intended": intended_regimen(as_then, protocol),
        "can": {name: can_do(asked.who.role, name) for name in ("attest", "intend", "fail")},
        "can_randomize": can_do(asked.who.role, "randomize"),
        "blocking": [f.id for f in screened.findings if f.verdict is not Verdict.MET],
    }
    return show(asked, "criteria.html", context)


def _line(asked: Asking, her: Subject, protocol: Protocol, finding: Finding) -> dict[str, Any]:
    declared = next(each for each in protocol.criteria if each.id == finding.id)
    evidence = [seq for seq in dict.fromkeys(finding.evidence) if isinstance(seq, int)]
    return {
        "finding": finding,
        "verdict": shown(finding.verdict),
        "short": declared.short,
        "registered": declared.registered,
        "asks": declared.rule.asks_a_person(),
        "evidence": [(seq, address(asked, "entry", her.id, seq)) for seq in evidence],
    }


@require_POST
@page
def attest(asked: Asking, code: str) -> HttpResponse:
    """An investigator answers the question of a criterion, as of today."""
    asked.subject(code)
    answer = {"yes": True, "no": False}.get(asked.request.POST.get("answer", ""))
    criterion = asked.request.POST.get("criterion", "")
    if answer is None:
        return criteria(asked.request, asked.served.id, code)
    judgement = Judgement(criterion, answer, asked.today)
    outcome = asked.do(enrolment.attest, code, judgement)
    return done(asked, outcome, _("%s is answered") % criterion, "criteria", code)


@require_POST
@page
def intend(asked: Asking, code: str) -> HttpResponse:
    """The chemotherapy that will be given whatever the arm."""
    asked.subject(code)
    regimen = asked.request.POST.get("regimen", "")
    outcome = asked.do(enrolment.intend_chemotherapy, code, regimen, decided_on=asked.today)
    return done(asked, outcome, _("the intended chemotherapy is recorded"), "criteria", code)


@require_POST
@page
def fail(asked: Asking, code: str) -> HttpResponse:
    """She will not enter."""
    asked.subject(code)
    named = tuple(asked.request.POST.getlist("criteria"))
    outcome = asked.do(enrolment.fail_screening, code, failed_on=asked.today, criteria=named)
    return done(asked, outcome, _("the failure of screening is recorded"), "subject", code)
