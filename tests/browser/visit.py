"""Somebody at a browser. What the browser did behind their back is checked when they leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

MILLISECONDS = 15_000
TAKEN = "() => document.querySelector('[data-taliq]')?.shadowRoot?.querySelector('.taliq-thread time')"
#: How Chromium words a refused or failed request. Announced, it is part of the test; all else is a complaint.
_REFUSED = re.compile(r"Failed to load resource: .*?(?:status of (\d{3})|net::(ERR_\w+))")


#: Nothing of what was decided at the desk is still on its way.
SAVED = """() => Object.keys(localStorage)
  .every((key) => !key.startsWith('taliq:desk:outbox') || localStorage[key] == '[]')"""


class Visit:
    """``announced``: statuses and network errors the test provokes, such as ``"422"`` or ``"ERR_…"``."""

    def __init__(self, context: BrowserContext, origins: tuple[str, ...]) -> None:
        self.context, self.origins = context, origins
        self.announced: set[str] = set()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        context.set_default_timeout(MILLISECONDS)
        context.on("request", lambda request: self.requests.append(f"{request.method} {request.url}"))
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        self.page = context.new_page()

    def abroad(self) -> list[str]:
        """Requests to anywhere but the origins of this visit."""
        own = tuple(f"{origin}/" for origin in self.origins)
        return [r for r in self.requests if not r.partition(" ")[2].startswith(own)]

    def posts(self) -> list[str]:
        return [r.partition(" ")[2] for r in self.requests if r.startswith("POST ")]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning", "assert"):
            return
        refused = _REFUSED.match(message.text)
        if refused and (refused[1] or refused[2]) in self.announced:
            return
        self.complaints.append(f"{message.type}: {message.text}")


@contextmanager
def visit(
    chromium: Browser,
    origins: tuple[str, ...],
    *,
    width: int = 1280,
    scripts: bool = True,
    cookies: bool = False,
    language: str = "ar",
    certificate_unknown: bool = False,
) -> Iterator[Visit]:
    """A fresh browser profile. Leaving it checks: no request elsewhere, no error and no violation of the content
    policy in the console, and, unless ``cookies``, no cookie."""
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        java_script_enabled=scripts,
        locale=language,
        ignore_https_errors=certificate_unknown,
    )
    try:
        made = Visit(context, origins)
        yield made
        assert made.requests, "nothing was asked for"
        assert not made.abroad(), f"asked elsewhere: {made.abroad()}"
        assert not made.complaints, f"the console says: {made.complaints}"
        assert cookies or not context.cookies(), f"cookies: {context.cookies()}"
    finally:
        context.close()


def ready(page: Page) -> None:
    """The reader scrolls to the discussion, and the script has taken it over."""
    page.locator("[data-taliq]").first.scroll_into_view_if_needed()
    page.wait_for_function(TAKEN)


def assert_fits(page: Page) -> None:
    """Nothing sticks out sideways: a phone's reader scrolls in one direction. Without its style sheet a page may."""
    page.wait_for_load_state()
    sizes = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert sizes[0] <= sizes[1], f"{page.url} is {sizes[0]} px wide in a window of {sizes[1]}"


def sign_in(page: Page, console: str, login: str, password: str) -> None:
    page.goto(console)
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("form.login button")
    page.wait_for_selector("nav.views")
