"""Numbers of comments on an index page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.host import host_page
from tests.browser.press import Press
from tests.browser.visit import visit

pytestmark = pytest.mark.browser


def index(press: Press, *threads: str, lang: str = "ar") -> str:
    spots = [f'<p><a href="/" data-taliq-count="{thread}">ناقش</a></p>' for thread in threads]
    script = f'<script src="{press.service}/count.js" data-site="demo" defer></script>'
    return host_page(press, *spots, script, lang=lang)


def asked(requests: list[str]) -> int:
    return sum("/counts?" in request for request in requests)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("ar", ["تعليقان", "لا تعليقات بعد", "تعليقان"]), ("en", ["2 comments", "0 comments", "2 comments"])],
)
def test_an_index_page_gets_its_numbers_in_words(chromium: Browser, press: Press, lang: str, words: list[str]) -> None:
    for _ in range(2):
        press.newsroom.approved(thread="a&b=ج", url=press.article)
    with visit(chromium, press.origins) as reader:
        reader.page.goto(index(press, "a&amp;b=ج", "none", "a&amp;b=ج", lang=lang))
        expect(reader.page.locator("a")).to_have_text(words)
        assert asked(reader.requests) == 1


def test_a_hundred_threads_are_one_request(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        reader.page.goto(index(press, *(f"t{number}" for number in range(101))))
        expect(reader.page.locator("a").last).to_have_text("لا تعليقات بعد")
        expect(reader.page.locator("a", has_text="ناقش")).to_have_count(0)
        assert asked(reader.requests) == 2


def test_where_the_service_fails_the_page_keeps_its_own_words(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        reader.announced |= {"ERR_FAILED"}
        page = reader.page
        page.route("**/counts?*", lambda route: route.abort())
        with page.expect_event("requestfailed"):
            page.goto(index(press, "a"))
        expect(page.locator("a")).to_have_text("ناقش")
