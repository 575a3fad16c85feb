"""The receipt in a browser: followed, edited, withdrawn, copied and erased, without JavaScript and with keys alone."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from service.demo.article import LEAD
from service.domain.moderation import Action
from tests.browser.press import Press
from tests.browser.visit import assert_fits, visit

pytestmark = pytest.mark.browser

WORDS = {
    "ar": {
        "held": "وصل تعليقك وهو بانتظار المراجعة", "published": "نُشر تعليقك", "edit": "عدّل النصّ",
        "send": "أرسل النصّ الجديد", "waiting": "نصّك الجديد بانتظار المراجعة", "withdraw": "اسحب التعليق…",
        "sure": "نعم، اسحبه", "withdrawn": "سُحب تعليقك", "erase": "امحُ التعليق…", "all": "نعم، امحُ كل شيء",
        "erased": "مُحي تعليقك", "copy": "نزّل النسخة", "other": "ليس هذا العنوانَ", "reason": "خارج الموضوع",
    },
    "en": {
        "held": "Your comment has arrived and is waiting for review", "published": "Your comment is published",
        "edit": "Change the text", "send": "Send the new text", "waiting": "Your new text is waiting for review",
        "withdraw": "Withdraw the comment…", "sure": "Yes, withdraw it", "withdrawn": "Your comment was withdrawn",
        "erase": "Erase the comment…", "all": "Yes, erase everything", "erased": "Your comment was erased",
        "copy": "Download the copy", "other": "This is not the address", "reason": "Off topic",
    },
}  # fmt: skip
everywhere = pytest.mark.parametrize(
    ("language", "width", "scripts"), [("ar", 360, False), ("ar", 1280, True), ("en", 360, True), ("en", 1280, False)]
)


def receipt_of(press: Press, language: str, **fields: object) -> tuple[UUID, str]:
    answer = press.newsroom.submit(thread=LEAD.key, url=press.article, **fields)
    assert answer.comment is not None
    return answer.comment, f"{press.service}/v1/sites/demo/receipts/{answer.receipt}?lang={language}"


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the link or button of this name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.textContent?.trim()") == name:
            return
    raise AssertionError(f"no way to {name!r} with the keyboard")



@everywhere
def test_a_comment_is_followed_changed_and_taken_back(
    chromium: Browser, press: Press, language: str, width: int, scripts: bool
) -> None:
    say = WORDS[language]
    comment, address = receipt_of(press, language, body="النص الأول")
    with visit(chromium, press.origins, width=width, scripts=scripts, language=language) as visitor:
        page = visitor.page
        page.goto(address)
        assert page.evaluate("document.dir") == ("rtl" if language == "ar" else "ltr")
        expect(page.get_by_role("heading", name=say["held"])).to_be_visible()
        assert_fits(page)
        press.newsroom.decide(comment, Action.APPROVE)
        page.reload()
        expect(page.get_by_role("heading", name=say["published"])).to_be_visible()
        page.get_by_role("link", name=say["edit"]).click()
        expect(page.locator("#edit-body")).to_have_value("النص الأول")
        page.fill("#edit-body", "النص الثاني")
        assert_fits(page)
        page.get_by_role("button", name=say["send"]).click()
        expect(page.get_by_text(say["waiting"])).to_be_visible()
        expect(page.locator(".taliq-body")).to_have_text("النص الثاني")
        assert_fits(page)
        page.goto(press.article)
        expect(page.get_by_text("النص الأول")).to_be_visible()
        expect(page.get_by_text("النص الثاني")).to_have_count(0)
        page.goto(address)
        page.get_by_role("link", name=say["withdraw"]).click()
        expect(page.get_by_role("button", name=say["sure"])).to_be_visible()
        assert_fits(page)
        page.get_by_role("button", name=say["sure"]).click()
        expect(page.get_by_role("heading", name=say["withdrawn"])).to_be_visible()
        page.goto(press.article)
        expect(page.get_by_text("النص الأول")).to_have_count(0)


@everywhere
def test_it_is_copied_and_erased_with_keys_alone(
    chromium: Browser, press: Press, language: str, width: int, scripts: bool
) -> None:
    say = WORDS[language]
    comment, address = receipt_of(press, language, body="نصّ يُمحى", email="salma@example.org")
    press.newsroom.decide(comment, Action.REJECT, reason="off_topic")
    with visit(chromium, press.origins, width=width, scripts=True, language=language) as visitor:
        page = visitor.page
        visitor.announced = {"422"}
        page.goto(address)
        expect(page.get_by_text(say["reason"])).to_be_visible()
        tab_to(page, say["copy"])
        page.keyboard.press("Shift+Tab")
        page.keyboard.type("somebody@example.org")
        page.keyboard.press("Enter")
        expect(page.get_by_text(say["other"])).to_be_visible()
        expect(page.locator("#export-email")).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type("salma@example.org")
        with page.expect_download() as download:
            page.keyboard.press("Enter")
        copy = json.loads(Path(download.value.path()).read_text("utf-8"))
        assert (copy["email"], copy["revisions"][0]["text"]) == ("salma@example.org", "نصّ يُمحى")
        tab_to(page, say["erase"])
        page.keyboard.press("Enter")
        page.wait_for_url("**/erase?*")
        tab_to(page, say["all"])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=say["erased"])).to_be_visible()
        expect(page.get_by_text("نصّ يُمحى")).to_have_count(0)
        assert_fits(page)


def test_a_refused_edit_comes_back_with_its_text_and_the_focus(chromium: Browser, press: Press) -> None:
    _, address = receipt_of(press, "ar", body="قصير")
    with visit(chromium, press.origins, width=360, scripts=False) as visitor:
        visitor.announced = {"422"}
        page = visitor.page
        page.goto(address.replace("?", "/edit?"))
        page.fill("#edit-body", "طويل" * 3_000)
        page.get_by_role("button", name=WORDS["ar"]["send"]).click()
        expect(page.locator("#edit-body")).to_have_value("طويل" * 3_000)
        expect(page.locator("#edit-error")).to_be_visible()
        expect(page.locator("#edit-body")).to_have_attribute("aria-invalid", "true")
        assert_fits(page)
