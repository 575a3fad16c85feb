"""The main job in a real browser, with and without JavaScript: an Arabic article, a comment, a moderator."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import Demo
from tests.browser.visit import assert_fits, ready, sign_in, visit
from tests.newsroom import word

pytestmark = pytest.mark.browser

PROMISES = ("اترك تعليقاً", "لن يتم نشر عنوان بريدك الإلكتروني.", "الحقول الإلزامية مشار إليها بـ *")
HELD = "وصل تعليقك وهو بانتظار المراجعة"
PUBLISHED = "نُشر تعليقك"
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


def words() -> str:
    """Unlike each other: of those that are nearly alike the queue shows one."""
    return f"تعليقٌ كُتب في المتصفح، {' '.join(word() for _ in range(6))}."


def write(page: Page, body: str, name: str = "سلمى الراوي", email: str = "salma@example.org") -> None:
    page.fill("#taliq-body", body)
    page.fill("#taliq-name", name)
    page.fill("#taliq-email", email)


def approve(chromium: Browser, demo: Demo, body: str, width: int = 1280) -> None:
    """The moderator's part, always without JavaScript."""
    with visit(chromium, demo.origins, width=width, scripts=False, cookies=True) as moderator:
        page = moderator.page
        sign_in(page, demo.console, demo.login, demo.password)
        assert_fits(page)
        card = page.locator("article.card", has_text=body)
        expect(card).to_have_count(1)
        card.get_by_role("button", name="قبول").click()
        expect(page.get_by_text("قُبل التعليق ونُشر.")).to_be_visible()
        expect(page.locator("article.card", has_text=body)).to_have_count(0)
        (cookie,) = moderator.context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")


@pytest.mark.parametrize("width", [360, 1280])
@with_and_without_scripts
def test_a_comment_is_written_held_approved_and_read(
    chromium: Browser, demo: Demo, scripts: bool, width: int
) -> None:
    body = words()
    with visit(chromium, demo.origins, width=width, scripts=scripts) as reader:
        page = reader.page
        page.goto(demo.article)
        assert page.evaluate("[document.dir, document.documentElement.lang]") == ["rtl", "ar"]
        for sentence in PROMISES:
            expect(page.get_by_text(sentence, exact=True)).to_be_visible()
        assert_fits(page)
        write(page, body)
        page.get_by_role("button", name="إرسال التعليق").click()
        if scripts:
            expect(page.locator(".taliq-status")).to_contain_text(HELD)
            expect(page.locator("#taliq-body")).to_have_value("")
            assert page.url == demo.article
            receipt = page.locator(".taliq-status a").get_attribute("href")
        else:
            expect(page.get_by_role("heading", name=HELD)).to_be_visible()
            receipt = page.url
        assert receipt
        assert receipt.startswith(f"{demo.service}/v1/sites/demo/receipts/")
        assert_fits(page)

        page.goto(demo.article)
        if scripts:
            ready(page)
            expect(page.locator(".taliq-own", has_text=body)).to_contain_text("بانتظار المراجعة")
        expect(page.locator(".taliq-comment:not(.taliq-own)", has_text=body)).to_have_count(0)
        approve(chromium, demo, body, width)
        page.reload()
        mine = page.locator(".taliq-comment", has_text=body)
        if scripts:
            ready(page)
        expect(mine).to_have_count(1)
        expect(page.locator(".taliq-own")).to_have_count(0)
        expect(mine.locator(".taliq-name")).to_have_text("سلمى الراوي")
        for tree in page.locator("html, .taliq-thread, .taliq-form").all():
            assert "salma@example.org" not in tree.inner_html()
        assert_fits(page)
        page.goto(receipt)
        expect(page.get_by_role("heading", name=PUBLISHED)).to_be_visible()


@with_and_without_scripts
def test_a_mistake_is_named_and_the_text_stays(chromium: Browser, demo: Demo, scripts: bool) -> None:
    body = words()
    with visit(chromium, demo.origins, width=360, scripts=scripts) as reader:
        reader.announced.add("422")
        page = reader.page
        page.goto(demo.article)
        write(page, body, name="", email="ليس عنواناً")
        page.get_by_role("button", name="إرسال التعليق").click()
        summary = page.get_by_role("alert")
        expect(summary).to_contain_text("لم يُرسَل تعليقك بعد")
        expect(summary.locator("a")).to_have_count(2)
        expect(summary).to_be_focused()
        expect(page.locator("#taliq-body")).to_have_value(body)
        expect(page.locator("#taliq-email")).to_have_value("ليس عنواناً")
        expect(page.locator("#taliq-email")).to_have_attribute("aria-invalid", "true")
        assert_fits(page)
        summary.locator("a").first.click()
        expect(page.locator("#taliq-name")).to_be_focused()

        page.fill("#taliq-name", "سلمى")
        page.fill("#taliq-email", "salma@example.org")
        page.get_by_role("button", name="إرسال التعليق").click()
        expect(page.get_by_text(HELD)).to_be_visible()


@with_and_without_scripts
def test_a_reply_stands_under_what_it_answers(chromium: Browser, demo: Demo, scripts: bool) -> None:
    body = words()
    with visit(chromium, demo.origins, scripts=scripts) as reader:
        page = reader.page
        page.goto(demo.article)
        page.fill("#taliq-name", "سلمى")
        if scripts:
            ready(page)
        asked = page.locator(".taliq-comment", has_text="أكتب من السهل الأوسط")
        asked.get_by_role("link", name="رد", exact=True).click()
        expect(page.locator(".taliq-replying")).to_contain_text("تكتب رداً على أبو فراس.")
        expect(page.locator("#taliq-name")).to_have_value("سلمى" if scripts else "")
        write(page, body)
        page.get_by_role("button", name="إرسال التعليق").click()
        expect(page.get_by_text(HELD)).to_be_visible()
        expect(page.locator(".taliq-replying")).to_be_hidden()

        approve(chromium, demo, body)
        page.goto(demo.article)
        under = page.locator("li", has=page.locator("> .taliq-comment", has_text="أكتب من السهل الأوسط"))
        expect(under.locator(".taliq-replies .taliq-comment", has_text=body)).to_have_count(1)


@with_and_without_scripts
def test_the_newest_can_stand_first(chromium: Browser, demo: Demo, scripts: bool) -> None:
    with visit(chromium, demo.origins, scripts=scripts) as reader:
        page = reader.page
        page.goto(demo.article)
        moments = page.locator(".taliq-list > li > .taliq-comment .taliq-when time")
        if scripts:
            ready(page)
        oldest = [m.get_attribute("datetime") for m in moments.all()]
        page.get_by_role("link", name="اعرض الأحدث أولاً").click()
        expect(page.get_by_role("link", name="اعرض الأقدم أولاً")).to_be_visible()
        assert len(set(oldest)) > 2
        assert [m.get_attribute("datetime") for m in moments.all()] == oldest[::-1]


def test_a_moderator_sees_what_hides_in_a_comment(chromium: Browser, demo: Demo) -> None:
    """A file name that reads «wardan.pdf» and is not: where it stands in the text its letters are shown in order."""
    with visit(chromium, demo.origins, width=360, scripts=False, cookies=True) as moderator:
        sign_in(moderator.page, demo.console, demo.login, demo.password)
        card = moderator.page.locator("article.card", has_text="فيه محارف خفية")
        expect(card.locator("mark")).to_have_text(["[U+202E]", "[U+202C]"])
        expect(card.locator(".text")).to_contain_text("[U+202E]fdp.nadraw[U+202C]")


def test_the_api_document_asks_no_foreign_host(chromium: Browser, demo: Demo) -> None:
    with visit(chromium, demo.origins, width=360, language="en") as developer:
        developer.page.goto(demo.docs)
        expect(developer.page.get_by_text("/v1/sites/{site}/comments").first).to_be_visible()
        assert_fits(developer.page)


def test_the_watch_sees_what_it_is_there_for(chromium: Browser, demo: Demo) -> None:
    """The control: a page that breaks its content policy, throws, asks elsewhere and sets a cookie."""
    with visit(chromium, demo.origins, cookies=True) as reader:
        reader.page.goto(demo.article)
        reader.page.evaluate(
            "() => { document.cookie = 'a=1'; const s = document.createElement('script'); s.textContent = '0';"
            " document.body.append(s); setTimeout(() => { throw Error('thrown') });"
            " open('http://elsewhere.example/') }"
        )
        reader.page.wait_for_function("() => document.cookie")
        expect(reader.page.locator("body")).to_be_visible()
        while len(reader.complaints) < 2 or not reader.abroad():
            reader.page.wait_for_timeout(20)
        assert any("Content Security Policy" in text for text in reader.complaints)
        assert any("thrown" in text for text in reader.complaints)
        assert reader.abroad() == ["GET http://elsewhere.example/"]
        assert [c["name"] for c in reader.context.cookies()] == ["a"]
        reader.complaints.clear()
        reader.requests[:] = [f"GET {demo.article}"]
