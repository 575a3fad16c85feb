"""A reader's text survives: the server is killed in the midst of a submit, the network goes, the tab is closed. The
text is back, and sending it again makes exactly one comment.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from urllib.request import ProxyHandler, build_opener

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.press import Press
from tests.browser.visit import visit
from tests.newsroom import settings_for

pytestmark = pytest.mark.browser

BODY = "نصّ لا يجوز أن يضيع.\nوله سطر ثانٍ 👩‍🌾."
HELD = "وصل تعليقك وهو بانتظار المراجعة"
LOST = {f"ERR_{what}" for what in ("CONNECTION_RESET", "CONNECTION_REFUSED", "EMPTY_RESPONSE", "FAILED")}
LOST.add("ERR_INTERNET_DISCONNECTED")
SECONDS = 30


class Served:
    """``taliq serve`` as a process of its own, over the press's database and at its address, to be killed."""

    def __init__(self, press: Press) -> None:
        self._press = press

    def __enter__(self) -> Served:
        self._press.close()
        self.start()
        return self

    def start(self) -> None:
        settings = settings_for(self._press.database_url, public_url=self._press.service)
        named = ("database_url", "secret_key", "index_key", "vault_keys", "public_url")
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TALIQ_")}
        environment |= {f"TALIQ_{name.upper()}": str(getattr(settings, name)) for name in named}
        port = self._press.service.rpartition(":")[2]
        command = [sys.executable, "-m", "service", "serve", "--port", port]
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        ready, end = build_opener(ProxyHandler({})), time.monotonic() + SECONDS
        while True:
            try:
                with ready.open(f"{self._press.service}/readyz", timeout=1):
                    return
            except OSError:
                assert time.monotonic() < end, "the service did not start"
                assert self._process.poll() is None, "the service ended"

    def signal(self, number: int) -> None:
        """To the server and its workers."""
        os.killpg(self._process.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self._process.wait(SECONDS)

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if self._process.poll() is None:
            self.kill()


@pytest.fixture
def served(press: Press) -> Iterator[Served]:
    with Served(press) as running:
        yield running


def write(page: Page) -> None:
    page.fill("#taliq-body", BODY)
    identify(page)


def identify(page: Page) -> None:
    page.fill("#taliq-name", "سلمى")
    page.fill("#taliq-email", "salma@example.org")


def send(page: Page) -> None:
    page.get_by_role("button", name="إرسال التعليق").click()


def assert_kept(page: Page) -> None:
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#taliq-body")).to_have_value(BODY)
    expect(page.locator("#taliq-email")).to_have_value("salma@example.org")


def in_a_new_tab(context: BrowserContext, old: Page, address: str) -> Page:
    """The tab is closed as people close one, and later the article is opened again."""
    with old.expect_event("close"):
        old.close(run_before_unload=True)
    page = context.new_page()
    page.goto(address)
    # It wakes up when it comes near.
    page.locator("#taliq-body").scroll_into_view_if_needed()
    expect(page.locator("#taliq-body")).to_have_value(BODY)
    identify(page)
    return page


def before_it_was_read(page: Page, served: Served) -> None:
    """The request lies in the kernel of a server that stands still, and is then no more."""
    served.signal(signal.SIGSTOP)
    with page.expect_request(lambda r: r.method == "POST"):
        send(page)
    served.kill()


def after_it_was_stored(page: Page, served: Served) -> None:
    """The comment is on the disk; the answer never comes."""

    def kill(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        assert route.fetch().status == 202
        served.kill()
        route.abort("connectionreset")

    page.route("**/comments", kill)
    send(page)
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute("**/comments")


@pytest.mark.parametrize("closed", [False, True], ids=["tab-kept", "tab-closed"])
@pytest.mark.parametrize("killed", [before_it_was_read, after_it_was_stored])
def test_a_server_killed_in_a_submit_takes_nothing_and_one_comment_results(
    chromium: Browser, press: Press, served: Served, killed: Callable[[Page, Served], None], closed: bool
) -> None:
    with visit(chromium, press.origins) as reader:
        reader.announced |= LOST
        page = reader.page
        page.goto(press.article)
        write(page)
        killed(page, served)
        assert_kept(page)
        served.start()
        if closed:
            page = in_a_new_tab(reader.context, page, press.article)
        send(page)
        expect(page.locator(".taliq-status")).to_contain_text(HELD)
        expect(page.locator("#taliq-body")).to_have_value("")
    assert press.waiting() == [BODY]


def test_a_cut_network_takes_nothing(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins, width=360) as reader:
        reader.announced |= LOST
        page = reader.page
        page.goto(press.article)
        write(page)
        reader.context.set_offline(True)
        send(page)
        assert_kept(page)
        reader.context.set_offline(False)
        send(page)
        expect(page.locator(".taliq-status")).to_contain_text(HELD)
    assert press.waiting() == [BODY]


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_cannot_take_it_now_gets_it_later(chromium: Browser, press: Press, status: int) -> None:
    with visit(chromium, press.origins) as reader:
        reader.announced |= {str(status)}
        page = reader.page
        page.goto(press.article)
        write(page)
        headers = {"Retry-After": "1", "Access-Control-Allow-Origin": press.site, "Content-Type": "application/json"}
        refused = json.dumps({"status": status, "code": "unavailable", "detail": "x"})

        def refuse(route: Route) -> None:
            if route.request.method == "POST":
                route.fulfill(status=status, headers=headers, body=refused)
            else:
                route.continue_()

        page.route("**/comments", refuse)
        send(page)
        assert_kept(page)
        page.unroute("**/comments")
        page = in_a_new_tab(reader.context, page, press.article)
        send(page)
        expect(page.locator(".taliq-status")).to_contain_text(HELD)
    assert press.waiting() == [BODY]


def test_a_tab_closed_in_the_midst_of_writing_takes_nothing(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(press.article)
        write(page)
        page = in_a_new_tab(reader.context, page, press.article)
        expect(page.locator("#taliq-name")).to_have_value("سلمى")
        stored = page.evaluate("Object.entries(localStorage).flat().join()")
        assert "salma@example.org" not in stored, "an address is kept only where the reader asks for it"
        send(page)
        expect(page.locator(".taliq-status")).to_contain_text(HELD)
        assert page.evaluate("Object.values(localStorage).join()").count(BODY) <= 1
    assert press.waiting() == [BODY]


def test_a_refused_text_survives_the_tab(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        reader.announced |= {"422"}
        page = reader.page
        page.goto(press.article)
        page.fill("#taliq-body", BODY)
        send(page)
        expect(page.get_by_role("alert")).to_be_focused()
        page = in_a_new_tab(reader.context, page, press.article)
        send(page)
        expect(page.locator(".taliq-status")).to_contain_text(HELD)
    assert press.waiting() == [BODY]
