"""The keyboard alone reaches and does everything, and after each act the focus stands somewhere that makes sense."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.host import comment, embed, host_page
from tests.browser.press import Press
from tests.browser.visit import visit

pytestmark = pytest.mark.browser

#: What has the focus, inside of shadow roots too: its class, name, or text.
WHERE = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return [node?.className ?? "", node?.name ?? "", node?.closest("article")?.id ?? "", node?.tagName ?? ""];
}"""
WORDS = {
    "ar": ("وصل تعليقك وهو بانتظار المراجعة", "وصل بلاغك", "تكتب رداً على"),
    "en": ("Your comment has arrived", "report", "You are replying to"),
}


def tab_to(page: Page, kind: str, inside: UUID | None = None, *, key: str = "Tab") -> None:
    """Presses the key until something of that class or name has the focus; of one comment, when it is named."""
    trace = []
    for _ in range(300):
        page.keyboard.press(key)
        classes, name, article, tag = page.evaluate(WHERE)
        trace.append(f"{tag}.{classes}[{name}]")
        if (kind in classes.split() or kind == name) and (inside is None or article == f"comment-{inside}"):
            return
    raise AssertionError(f"no way to {kind!r} with {key}; last {trace[-12:]}")


def focused(page: Page) -> str:
    """The class of what has the focus; losing it would be the body of the page."""
    classes, name, _, tag = page.evaluate(WHERE)
    assert tag not in ("BODY", "HTML"), "the focus is lost"
    return str(classes or name)


@pytest.mark.parametrize(("language", "width"), [("ar", 360), ("en", 1280)])
def test_everything_is_done_with_keys_alone(chromium: Browser, press: Press, language: str, width: int) -> None:
    made = []
    for number in range(52):
        press.newsroom.clock.forward(seconds=1)
        made.append(press.published(f"الرقم {number}"))
    held, reported, replying = WORDS[language]
    with visit(chromium, press.origins, width=width, language=language) as reader:
        reader.announced |= {"422"}
        page = reader.page
        page.goto(host_page(press, embed(press), lang=language))
        expect(page.locator(".taliq-thread article").first).to_be_visible()

        tab_to(page, "taliq-reply", made[1])
        page.keyboard.press("Enter")
        assert focused(page) == "body"
        expect(page.locator(".taliq-replying")).to_contain_text(replying)
        page.keyboard.press("Escape")
        assert page.evaluate(WHERE)[2] == f"comment-{made[1]}"

        tab_to(page, "taliq-report", made[1])
        page.keyboard.press("Enter")
        expect(page.locator(".taliq-report-form input").first).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        thanks = page.locator(".taliq-report-form")
        expect(thanks).to_be_focused()
        expect(thanks).to_contain_text(reported)

        tab_to(page, "taliq-more")
        page.keyboard.press("Enter")
        expect(comment(page, made[50])).to_be_focused()

        tab_to(page, "body")
        page.keyboard.type("نصّ من لوحة المفاتيح")
        tab_to(page, "taliq-button")
        page.keyboard.press("Enter")
        expect(page.locator(".taliq-summary")).to_be_focused()
        assert page.locator(".taliq-summary").get_attribute("role") == "alert"
        tab_to(page, "taliq-fix")
        page.keyboard.press("Enter")
        assert page.evaluate(WHERE)[1] == "name"
        page.keyboard.type("سلمى")
        tab_to(page, "email")
        page.keyboard.type("salma@example.org")
        page.keyboard.press("Enter")
        status = page.locator(".taliq-status")
        expect(status).to_contain_text(held)
        expect(status).to_be_focused()
        assert status.get_attribute("role") == "status"

        tab_to(page, "taliq-order", key="Shift+Tab")
        page.keyboard.press("Enter")
        expect(comment(page, made[51])).to_be_visible()
        assert focused(page) == "taliq-order"
        tab_to(page, "taliq-link", made[51])
        page.keyboard.press("Enter")
        expect(comment(page, made[51])).to_be_focused()
    assert press.waiting() == ["نصّ من لوحة المفاتيح"]
    assert press.newsroom.sql("SELECT count(*) FROM flag") == [(1,)]
