"""An electronic signature: over entries as they stand, with password and second factor; later ones
in the same session with one of the two (21 CFR 11.200(a)(1)).
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from equipoise.conduct import data_management
from equipoise.conduct.data_management import MEANINGS
from equipoise.conduct.record import Refused
from equipoise.subject.state import Subject
from equipoise.web.access import page, show
from equipoise.web.access_log import tell
from equipoise.web.pages import done
from equipoise.web.typed import whole
from equipoise.web.who import Asking

_SIGNED, _FAILED = "has_signed", "failed_to_sign"
_ATTEMPTS = 5


@page
def sign(asked: Asking, code: str) -> HttpResponse:
    """What can be signed, and the act."""
    her, posted = asked.subject(code), asked.request.POST
    refused: tuple[str, ...] = ()
    if asked.request.method == "POST":
        refused = _identified(asked)
        if refused and _failed_too_often(asked):
            logout(asked.request)
            return redirect("account_login")
        chosen = map(whole, posted.getlist("about"))
        about = tuple(seq for seq in chosen if seq is not None)
        if not refused:
            meaning = posted.get("meaning", "")
            outcome = asked.do(data_management.sign, code, meaning=meaning, about=about)
            if not isinstance(outcome, Refused):
                asked.request.session[_SIGNED] = True
                return done(asked, outcome, _("signed: %s") % meaning.lower(), "subject", code)
            refused = outcome.reasons
    meanings = [name for name, roles in MEANINGS.items() if asked.who.role in roles]
    context = {
        "her": her,
        "refused": refused,
        "lines": _lines(her, posted.getlist("about") if refused else None),
        "meanings": meanings,
        "meaning": posted.get("meaning") or asked.request.GET.get("meaning", "DATA ENDORSED"),
        "has_password": asked.request.user.has_usable_password(),
        "later": asked.request.session.get(_SIGNED, False),
    }
    return show(asked, "sign.html", context, 409 if refused else 200)


def _lines(her: Subject, chosen: list[str] | None) -> list[dict[str, Any]]:
    """What holds of her, the latest first; what was signed says by whom, with which meaning. Ticked
    is what nobody has signed, and after a refusal what was ticked before.
    """
    held = {seq: f"{form.form}, {form.visit}" for seq, form in her.forms.items()}
    held |= {seq: _WORDS.get(kind, kind) for seq, kind in her.decisions.items()}
    signed: dict[int, list[str]] = {}
    for each in her.signatures:
        signed.setdefault(each.about, []).append(f"{each.meaning.lower()}, {each.by}")
    return [
        {
            "seq": seq,
            "what": held[seq],
            "signed": signed.get(seq, []),
            "is_ticked": seq not in signed if chosen is None else str(seq) in chosen,
        }
        for seq in sorted(held, reverse=True)
    ]


_WORDS = {
    "CriterionAttested": "judgement of a criterion",
    "ChemotherapyIntended": "intended chemotherapy",
    "ConsentRecorded": "consent",
}


def _identified(asked: Asking) -> tuple[str, ...]:
    """Why it is not shown that the person who signed in signs, if so."""
    posted, user = asked.request.POST, asked.request.user
    if not user.has_usable_password():
        return _by_code_alone(asked)
    password, code = posted.get("password", ""), posted.get("totp", "").strip()
    wrong = []
    later = bool(asked.request.session.get(_SIGNED))
    if (password or not later or not code) and not user.check_password(password):
        wrong.append("the password is not right")
    if (code or not later or not password) and not _is_second_factor(user, code):
        wrong.append("the code of the second factor is not right, or was used")
    return tuple(wrong)


def _by_code_alone(asked: Asking) -> tuple[str, ...]:
    """Whoever has no password here was identified by the provider in this session, and signs with
    a new code each time.
    """
    methods = {
        each["method"] for each in get_authentication_records(asked.request, asked.request.user)
    }
    if "socialaccount" not in methods:
        return ("the provider has not identified you in this session: sign in again",)
    if not _is_second_factor(asked.request.user, asked.request.POST.get("totp", "").strip()):
        return ("the code of the second factor is not right, or was used",)
    return ()


def _failed_too_often(asked: Asking) -> bool:
    """Whoever sits at a session that somebody left does not guess for long."""
    tell("FAILED TO SIGN", asked.person)
    failed = asked.request.session.get(_FAILED, 0) + 1
    asked.request.session[_FAILED] = failed
    return failed >= _ATTEMPTS


def _is_second_factor(user: Any, code: str) -> bool:
    held = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return bool(held and code and held.wrap().validate_code(code))
