"""Signing in by an identity provider: a real exchange with one that runs on this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest

AT_THE_DOOR = """
import json, os, sys, time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from equipoise.web.start import prepare
prepare(Path(os.environ["EQUIPOISE_DATA"]))
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
from django.core.cache import cache
from django.test import Client
from equipoise.web.access_log import log
from equipoise.web.accounts import close_account, create_account, name_address
from equipoise.web.deploy_check import faults
from equipoise.web.models import User

def come_in(client, query=""):
    asked = client.get(f"/accounts/oidc/login/{query}")
    state = parse_qs(urlsplit(asked.headers["Location"]).query)["state"][0]
    return client.get("/accounts/oidc/login/callback/", {"code": "abc", "state": state})

def told(client, answer):
    if "Location" not in answer.headers:
        return [answer.status_code, ""]
    page = client.get(answer.headers["Location"], follow=True).content.decode()
    return [urlsplit(answer.headers["Location"]).path, page]
"""
NOBODY = """
client = Client()
answer = come_in(client)
path, page = told(client, answer)
print(json.dumps([path, "nobody has made an account for you" in page, User.objects.count(),
    "_auth_user_id" in client.session]))
"""
SOMEBODY = """
made = create_account("monitor-01", "Mona Reed", with_factor=True)
if os.environ.get("ADDRESS"):
    name_address("monitor-01", os.environ["ADDRESS"])
client = Client()
answer = come_in(client)
before = "_auth_user_id" in client.session
page = told(client, answer)[1]
code = format_hotp_value(hotp_value(made.totp, int(time.time()) // 30))
client.post("/accounts/2fa/authenticate/", {"code": code})
user = User.objects.get()
again = Client()
second = come_in(again).headers.get("Location", "")
after = client.session.get("_auth_user_id") == str(user.pk)
print(json.dumps([before, "Second factor" in page, after,
    user.has_usable_password(), user.must_change_password, second,
    [line["what"] for line in log().read()]]))
"""
CLOSED = """
create_account("monitor-01", "Mona Reed", with_factor=True)
close_account("monitor-01")
client = Client()
answer = come_in(client)
print(json.dumps([told(client, answer)[0], "_auth_user_id" in client.session]))
"""
CONNECT = """
made = create_account("sponsor-01", "Spencer Ito", with_factor=True, is_demo=True)
client = Client()
backend = "allauth.account.auth_backends.AuthenticationBackend"
client.force_login(User.objects.get(), backend=backend)
answer = come_in(client, "?process=connect")
from allauth.socialaccount.models import SocialAccount
print(json.dumps([answer.headers.get("Location"), SocialAccount.objects.count()]))
"""
FAULTS = "print(json.dumps([line for line in faults() if 'OIDC' in line or 'provider' in line]))"


class Provider(ThreadingHTTPServer):
    """One that vouches for whoever asks, with the claims that it was given."""

    claims: dict[str, Any]


class _Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        if self.path == "/userinfo":
            return self._say(self.server.claims)
        here = f"http://127.0.0.1:{self.server.server_port}"
        return self._say(
            {
                "issuer": here,
                "authorization_endpoint": f"{here}/authorize",
                "token_endpoint": f"{here}/token",
                "userinfo_endpoint": f"{here}/userinfo",
                "jwks_uri": f"{here}/keys",
            }
        )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        here = f"http://127.0.0.1:{self.server.server_port}"
        claims = {
            "iss": here,
            "aud": "equipoise",
            "exp": 4102444800,
            "iat": 1,
            **self.server.claims,
        }
        token = jwt.encode(claims, "k" * 32, algorithm="HS256")
        self._say({"access_token": "t", "token_type": "Bearer", "id_token": token})

    def _say(self, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def provider():
    made = Provider(("127.0.0.1", 0), _Answers)
    made.claims = {"sub": "4711", "preferred_username": "monitor-01"}
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def folder():
    made = Path(tempfile.mkdtemp(prefix="eq-"))
    yield made
    shutil.rmtree(made)


def played(folder: Path, provider: Provider, what: str, **more: str) -> Any:
    """What a script at the door of a server of its own answers."""
    settings = {
        "EQUIPOISE_DATA": str(folder),
        "EQUIPOISE_OIDC_ISSUER": f"http://127.0.0.1:{provider.server_port}",
        "EQUIPOISE_OIDC_CLIENT_ID": "equipoise",
        "EQUIPOISE_OIDC_SECRET": "secret",
        "EQUIPOISE_OIDC_NAME": "the hospital",
    }
    env = {name: text for name, text in (os.environ | settings | more).items() if text}
    done = subprocess.run(
        [sys.executable, "-c", AT_THE_DOOR + what],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_signing_in_makes_no_account(provider, folder) -> None:
    path, is_said, accounts, is_in = played(folder, provider, NOBODY)

    assert path == "/accounts/login/"
    assert is_said
    assert accounts == 0
    assert not is_in


def test_an_account_that_was_made_is_found_and_asks_for_the_second_factor(provider, folder) -> None:
    before, is_asked, after, has_password, must_change, second, log = played(
        folder, provider, SOMEBODY
    )

    assert not before  # the provider alone lets nobody in
    assert is_asked
    assert after
    assert (has_password, must_change) == (False, False)  # the one that others have seen is gone
    assert second == "/accounts/2fa/authenticate/"  # known by its `sub`
    assert "PROVIDER TIED" in log
    assert "SIGNED IN" in log


@pytest.mark.parametrize(
    ("verified", "is_found"),
    [(True, True), (False, False), ("true", False)],
)
def test_an_address_counts_when_the_provider_has_verified_it(
    provider, folder, verified, is_found
) -> None:
    provider.claims = {"sub": "9", "email": "Mona@Example.org", "email_verified": verified}
    more = {"EQUIPOISE_OIDC_MATCH": "email", "ADDRESS": "mona@example.org"}

    _, is_asked, after, *_ = played(folder, provider, SOMEBODY, **more)

    assert (is_asked, after) == (is_found, is_found)


def test_a_name_that_another_has_does_not_count_where_addresses_do(provider, folder) -> None:
    _, is_asked, after, *_ = played(folder, provider, SOMEBODY, EQUIPOISE_OIDC_MATCH="email")

    assert (is_asked, after) == (False, False)


def test_who_was_closed_stays_outside(provider, folder) -> None:
    assert played(folder, provider, CLOSED) == ["/accounts/login/", False]


def test_nobody_ties_another_identity_to_an_account_that_is_open(provider, folder) -> None:
    provider.claims = {"sub": "666", "preferred_username": "mallory"}

    assert played(folder, provider, CONNECT) == ["/accounts/login/", 0]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "is asked without HTTPS"),
        ({"EQUIPOISE_OIDC_SECRET": ""}, "without EQUIPOISE_OIDC_SECRET: nobody can sign in"),
        (
            {"EQUIPOISE_OIDC_ISSUER": "https://id.example.org", "EQUIPOISE_OIDC_MATCH": "name"},
            "EQUIPOISE_OIDC_MATCH: found 'name', expected login or email",
        ),
    ],
)
def test_the_check_tells_what_is_wrong_with_the_provider(provider, folder, more, told) -> None:
    (line,) = played(folder, provider, FAULTS, **more)

    assert told in line


def test_a_provider_that_is_named_whole_and_asked_by_https_is_right(provider, folder) -> None:
    assert played(folder, provider, FAULTS, EQUIPOISE_OIDC_ISSUER="https://id.example.org") == []
