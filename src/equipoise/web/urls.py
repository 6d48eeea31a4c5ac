"""Which address shows which page? One says what one sees, and can be sent, printed and reloaded."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.conf import settings
from django.urls import path
from django.views.generic import RedirectView

from equipoise.web import assets
from equipoise.web.views import (
    criteria,
    forms,
    home,
    office,
    people,
    queries,
    randomize,
    record,
    safety,
    sign,
    trial,
    tumors,
    work,
)

_T = "t/<slug:trial_id>/"
_S = f"{_T}subjects/<slug:code>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("assets/<str:name>", assets.asset, name="asset"),
    path("finished/", home.finished, name="finished"),
    path("alive/", home.alive, name="alive"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/", account.password_change, name="account_change_password"),
    path("accounts/2fa/", mfa.index, name="mfa_index"),
    path("accounts/2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/2fa/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path(
        "accounts/2fa/totp/deactivate/",
        RedirectView.as_view(pattern_name="mfa_index"),
        name="mfa_deactivate_totp",  # nobody gives up the second factor
    ),
    path(
        "accounts/2fa/recovery-codes/",
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "accounts/2fa/recovery-codes/generate/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(_T, work.work, name="work"),
    path(f"{_T}as/", work.act_as, name="act_as"),
    path(f"{_T}trial/", trial.trial, name="trial"),
    path(f"{_T}sites/", office.sites, name="sites"),
    path(f"{_T}staff/", office.staff, name="staff"),
    path(f"{_T}steer/", office.steer, name="steer"),
    path(f"{_T}trail/", trial.trail, name="trail"),
    path(f"{_T}subjects/", people.subjects, name="subjects"),
    path(f"{_T}screen/", people.screen, name="screen"),
    path(_S, people.subject, name="subject"),
    path(f"{_S}consent/", people.consent, name="consent"),
    path(f"{_S}screening/", criteria.criteria, name="criteria"),
    path(f"{_S}screening/attest/", criteria.attest, name="attest"),
    path(f"{_S}screening/intend/", criteria.intend, name="intend"),
    path(f"{_S}screening/fail/", criteria.fail, name="fail"),
    path(f"{_S}randomize/", randomize.randomize, name="randomize"),
    path(f"{_S}notice/", randomize.notice, name="notice"),
    path(f"{_S}visits/<slug:visit>/<slug:form_id>/", forms.form, name="form"),
    path(f"{_S}visits/<slug:visit>/<slug:form_id>/draft/", forms.draft, name="draft"),
    path(f"{_S}lesions/", tumors.tumors, name="tumors"),
    path(f"{_S}ctdna/", tumors.plasma, name="plasma"),
    path(f"{_S}entries/<int:seq>/", record.entry, name="entry"),
    path(f"{_S}queries/", queries.queries, name="queries"),
    path(f"{_S}sign/", sign.sign, name="sign"),
    path(f"{_S}events/", safety.safety, name="safety"),
    path(f"{_S}ends/", people.ends, name="ends"),
]

if settings.OIDC:
    from allauth.socialaccount.providers.openid_connect import views as openid

    _THERE, _DOOR = "accounts/<slug:provider_id>/login/", RedirectView.as_view(pattern_name="home")
    urlpatterns += [
        path(_THERE, openid.login, name="openid_connect_login"),
        path(f"{_THERE}callback/", openid.callback, name="openid_connect_callback"),
        path("accounts/provider/cancelled/", _DOOR, name="socialaccount_login_cancelled"),
    ]
