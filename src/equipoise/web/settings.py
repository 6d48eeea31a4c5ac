"""How is the server set up? Everything that differs between servers comes from the environment and
from the folder that it serves (`EQUIPOISE_DATA`); `start.prepare` makes what lies there.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

DATA = Path(os.environ["EQUIPOISE_DATA"])
SECRET_KEY = (DATA / "secret.key").read_text(encoding="ascii").strip()
DEBUG = False
HTTPS = os.environ.get("EQUIPOISE_HTTPS") == "1"
ALLOWED_HOSTS = os.environ.get("EQUIPOISE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
ROOT_URLCONF = "equipoise.web.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "equipoise.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "equipoise.web.gate.both_factors",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "equipoise.web.assets.addresses",
                "equipoise.web.gate.provider",
            ],
        },
    }
]


def _database() -> dict[str, object]:
    """Accounts, sessions and drafts; the ledger is never kept here."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        path = DATA / "web.sqlite3"
        options = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": options}
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", ""),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database()}
CACHES = {  # codes that were used, and attempts that were counted: the same for all processes
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "web_cache"}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LOCALE_PATHS = [Path(__file__).parent / "locale"]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# ------------------------------------------------------------------ who may sign in
AUTH_USER_MODEL = "web.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "equipoise.web.gate.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # the other sessions end with the password
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip,10/5m/key"}
"""Of codes of the second factor; whoever tries passwords is stopped by axes before, below."""
MFA_ADAPTER = "equipoise.web.gate.MfaAdapter"
MFA_FORMS = {"authenticate": "equipoise.web.gate.AuthenticateForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Equipoise"
MFA_TOTP_TOLERANCE = 1  # half minutes: clocks of phones drift (RFC 6238 5.2)
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "web/locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or nobody could ever be let in again
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_CLIENT_IP_CALLABLE = "equipoise.web.gate.client_ip"
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
AXES_USERNAME_CALLABLE = "equipoise.web.gate.login_of"

# ------------------------------------------------------------------ an identity provider
OIDC_NAMES = {
    "issuer": "EQUIPOISE_OIDC_ISSUER",
    "client_id": "EQUIPOISE_OIDC_CLIENT_ID",
    "secret": "EQUIPOISE_OIDC_SECRET",
}
"""All three are named, or none: a part of them lets nobody in, and `check --deploy` tells it."""


def _provider() -> dict[str, str]:
    """The provider by whom people sign in; empty where none is named."""
    found = {key: os.environ.get(name, "") for key, name in OIDC_NAMES.items()}
    if not all(found.values()):
        return {}
    host = urlsplit(found["issuer"]).netloc
    named = os.environ.get("EQUIPOISE_OIDC_NAME") or host
    return {**found, "name": named, "match": os.environ.get("EQUIPOISE_OIDC_MATCH", "login")}


OIDC = _provider()
if OIDC:
    INSTALLED_APPS += ["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"]
    SOCIALACCOUNT_ADAPTER = "equipoise.web.openid.SocialAdapter"
    SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # accounts are matched by us
    SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
    SOCIALACCOUNT_STORE_TOKENS = False
    SOCIALACCOUNT_LOGIN_ON_GET = True  # a form that leads elsewhere is against our own policy
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": OIDC["name"],
                    "client_id": OIDC["client_id"],
                    "secret": OIDC["secret"],
                    "settings": {"server_url": OIDC["issuer"]},
                }
            ],
        }
    }

# ------------------------------------------------------------------ what a browser is told
SESSION_COOKIE_AGE = 30 * 60  # seconds without a request; what was typed is kept as a draft
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
EMAIL_BACKEND = os.environ.get(
    "EQUIPOISE_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend"
)
SERVER_EMAIL = os.environ.get("EQUIPOISE_MAIL_FROM", "equipoise@localhost")
_TOLD = os.environ.get("EQUIPOISE_SAFETY_MAIL", "safety@localhost")
MANAGERS = [("safety", address) for address in _TOLD.split(",")]
EMAIL_SUBJECT_PREFIX = "[Equipoise] "
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["console"], "level": "ERROR"}},
}
