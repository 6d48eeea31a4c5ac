"""The one style sheet and the one script of all pages, each made of files that others share."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib import resources
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse

from equipoise.report.kit.page import read_template

_FOREVER = "public, max-age=31536000, immutable"


class _Asset(NamedTuple):
    name: str
    kind: str
    content: bytes


@cache
def _assets() -> dict[str, _Asset]:
    own = resources.files("equipoise.web") / "assets"
    htmx = resources.files("django_htmx") / "static" / "django_htmx" / "htmx-2.min.js"
    style = read_template("report.css") + (own / "web.css").read_text("utf-8")
    script = f"{htmx.read_text('utf-8')}\n{(own / 'web.js').read_text('utf-8')}"
    return {
        ending: _Asset(f"{sha256(text.encode()).hexdigest()[:16]}.{ending}", kind, text.encode())
        for ending, kind, text in (
            ("css", "text/css; charset=utf-8", style),
            ("js", "text/javascript; charset=utf-8", script),
        )
    }


def addresses(_request: HttpRequest) -> dict[str, str]:
    """Where a page finds both (a context processor); another content has another address."""
    return {f"{ending}_name": asset.name for ending, asset in _assets().items()}


def asset(_request: HttpRequest, name: str) -> HttpResponse:
    """One of the two."""
    for each in _assets().values():
        if each.name == name:
            return HttpResponse(each.content, each.kind, headers={"Cache-Control": _FOREVER})
    raise Http404
