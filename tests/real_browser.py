"""A real browser, found on this machine or had from its distribution, and the server that it talks
to: a process of its own, as people start it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "msedge",
)  # fmt: skip
SHOTS = Path(os.environ.get("EQUIPOISE_SHOTS", ""))
"""Where screenshots go, if they are wanted."""


class NoBrowser(Exception):
    """There is none, and none could be had."""


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a window."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, NAMES)), None)
        try:
            browser = _launch(playwright, found)
        except Error:
            found = _from_the_distribution()
            browser = _launch(playwright, found)
        yield browser
        browser.close()


def _launch(playwright: Any, path: str | None) -> Any:
    """The browser at a path, or Playwright's own."""
    rights = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=path, args=rights)


def _from_the_distribution() -> str:
    """Install Chromium where we may; else say what to do."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-q", "chromium"], check=False)
        if found := shutil.which("chromium"):
            return found
    raise NoBrowser(
        "the pages are tested in a browser, and there is none: install Chromium, Chrome or Edge"
        f" ({', '.join(NAMES)}), or run `{sys.executable} -m playwright install chromium`"
    )


_USED: set[tuple[str, int]] = set()
"""Codes of second factors, each of which holds once: the secret, and the half minute."""


class Server:
    """`equipoise serve`, in a folder of its own; `told` is what it printed while it began."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.port = _free_port()
        self.url = f"http://localhost:{self.port}"
        program = [sys.executable, "-m", "equipoise.cli", "serve", "--data", str(folder)]
        self.process = subprocess.Popen(
            [*program, "--port", str(self.port), *words], stdout=subprocess.PIPE, text=True
        )
        self.told = self._read_until_open()
        _wait_for(self.port)

    def _read_until_open(self) -> list[str]:
        lines = []
        assert self.process.stdout
        for line in self.process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("Open http"):
                return lines
        raise AssertionError(f"the server ended: {lines}")

    def accounts(self) -> dict[str, tuple[str, str]]:
        """Password and secret of the second factor, by login."""
        rows = [line.split() for line in self.told if line.startswith("  ")]
        return {row[0]: (row[1], row[2] if len(row) > 2 else "") for row in rows}

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"nobody listens at {port}")


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, browser: Any, server: Server, **options: Any) -> None:
        self.server = server
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        self.page = self._new_page()
        self.wrong: list[str] = []
        """What the browser complains about: a script that failed, a policy that was broken."""
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.wrong.append(said.text) if _is_a_complaint(said.text) else None,
        )
        self.login = self.password = self.secret = ""

    def _new_page(self) -> Any:
        """A page whose clicks wait until what they sent was answered."""
        page = self.context.new_page()
        for name in ("click", "dblclick"):
            setattr(page, name, _patient(page, getattr(page, name)))
        return page

    def another_page(self) -> Any:
        """One more in the same browser, in which the person goes on; the first one is returned."""
        first, self.page = self.page, self._new_page()
        return first

    def sign_in(self, login: str, password: str, secret: str = "") -> None:
        """With both factors; whoever has no second one yet sets it up."""
        page, self.login, self.password = self.page, login, password
        page.goto(self.server.url)
        page.fill("[name=login]", login)
        page.fill("[name=password]", password)
        page.keyboard.press("Enter")
        page.wait_for_selector("[name=code]")
        self.secret = secret or page.locator("code.whole").inner_text()
        page.fill("[name=code]", self.code())
        page.keyboard.press("Enter")
        page.wait_for_selector(".me, h1:has-text('Recovery'), h1:has-text('trials')")
        page.goto(self.server.url)
        if page.locator("[name=oldpassword]").count():  # somebody else has seen the first one
            self.password = "quiet rivers under nine bridges"  # noqa: S105
            page.fill("[name=oldpassword]", password)
            page.fill("[name=password1]", self.password)
            page.fill("[name=password2]", self.password)
            page.keyboard.press("Enter")
            page.wait_for_selector(".success")

    def code(self) -> str:
        """A code of the second factor that was not used yet (RFC 6238): of now, of the half minute
        before or after.
        """
        now = int(time.time()) // 30
        while True:
            fresh = [n for n in (now, now + 1, now - 1) if (self.secret, n) not in _USED]
            if fresh:
                _USED.add((self.secret, fresh[0]))
                return totp(self.secret, fresh[0])
            time.sleep(1)
            now = int(time.time()) // 30

    def go(self, place: str) -> None:
        self.page.goto(f"{self.server.url}/{place.lstrip('/')}")

    def shot(self, name: str) -> None:
        """Keep a picture of the page, where pictures are wanted."""
        if SHOTS.name:
            SHOTS.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def text(self) -> str:
        return str(self.page.locator("main").inner_text())


def _patient(page: Any, press: Callable[..., None]) -> Callable[..., None]:
    def pressed(*words: Any, **more: Any) -> None:
        press(*words, **more)
        page.wait_for_selector("html:not([data-sending])")

    return pressed


def _is_a_complaint(text: str) -> bool:
    """Not the status of a page that was refused on purpose."""
    return "Failed to load resource" not in text


def totp(secret: str, counter: int) -> str:
    """RFC 4226 5.3 over a counter of half minutes."""
    key = base64.b32decode(secret)
    digest = hmac.new(key, counter.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06d}"
