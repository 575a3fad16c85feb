"""What goes wrong between a reader and the service, and what the form in the article makes of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.press import Press
from tests.browser.visit import assert_fits, ready, visit

pytestmark = pytest.mark.browser

BODY = "سطر أول.\nوسطر ثانٍ فيه <b>وسم</b> و رموز & علامات 👩‍🌾."
HELD = "وصل تعليقك وهو بانتظار المراجعة"
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


def write(page: Page, press: Press, body: str = BODY) -> None:
    page.goto(press.article)
    # Scrolls to the form: only then the script begins.
    page.fill("#taliq-body", body)
    page.fill("#taliq-name", "سلمى")
    page.fill("#taliq-email", "salma@example.org")


def send(page: Page) -> None:
    page.get_by_role("button", name="إرسال التعليق").click()


def assert_kept(page: Page, body: str = BODY) -> None:
    expect(page.locator("#taliq-body")).to_have_value(body)
    expect(page.locator("#taliq-name")).to_have_value("سلمى")
    expect(page.locator("#taliq-email")).to_have_value("salma@example.org")


@with_and_without_scripts
def test_a_double_click_makes_one_comment(chromium: Browser, press: Press, scripts: bool) -> None:
    with visit(chromium, press.origins, scripts=scripts) as reader:
        write(reader.page, press)
        reader.page.get_by_role("button", name="إرسال التعليق").dblclick()
        expect(reader.page.get_by_text(HELD)).to_be_visible()
        if scripts:
            assert reader.posts() == [f"{press.service}/v1/sites/demo/comments"]
    assert press.waiting() == [BODY]


def test_two_comments_in_a_row_are_two(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        page = reader.page
        write(page, press)
        for body in (BODY, "تعليق آخر"):
            page.fill("#taliq-body", body)
            send(page)
            expect(page.locator("#taliq-body")).to_have_value("")
            expect(page.locator(".taliq-status")).to_contain_text(HELD)
    assert sorted(press.waiting()) == sorted([BODY, "تعليق آخر"])


def test_an_answer_that_never_came_can_be_asked_for_again(chromium: Browser, press: Press) -> None:
    """The comment arrives, the connection breaks before the answer. Pressing again makes no second one."""
    with visit(chromium, press.origins) as reader:
        reader.announced |= {"ERR_FAILED"}
        page, lost = reader.page, []

        def lose_the_answer(route) -> None:  # type: ignore[no-untyped-def]
            if route.request.method == "POST" and not lost:
                lost.append(route.fetch().status)
                route.abort()
            else:
                route.continue_()

        page.route("**/comments", lose_the_answer)
        write(page, press)
        send(page)
        expect(page.get_by_role("alert")).to_contain_text("تعذّر الاتصال بالخادم")
        assert_kept(page)
        send(page)
        expect(page.locator(".taliq-status")).to_contain_text(HELD)
        assert lost == [202]
    assert press.waiting() == [BODY]


def test_a_service_that_is_away_takes_no_text_with_it(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        reader.announced |= {"ERR_CONNECTION_REFUSED"}
        page = reader.page
        write(page, press)
        press.close()
        send(page)
        expect(page.get_by_role("alert")).to_contain_text("تعذّر الاتصال بالخادم. نصّك باقٍ كما كتبته")
        expect(page.get_by_role("alert")).to_be_focused()
        assert_kept(page)
        press.open()
        send(page)
        expect(page.locator(".taliq-status")).to_contain_text(HELD)
    assert press.waiting() == [BODY]


@with_and_without_scripts
def test_a_defect_of_the_service_takes_no_text_with_it(
    chromium: Browser, press: Press, scripts: bool
) -> None:
    with visit(chromium, press.origins, width=360, scripts=scripts) as reader:
        reader.announced |= {"500"}
        page = reader.page
        write(page, press)
        press.desk.broken = True
        send(page)
        if scripts:
            expect(page.get_by_role("alert")).to_contain_text("تعذّر إرسال التعليق. نصّك باقٍ كما كتبته")
            assert_kept(page)
            press.desk.broken = False
            send(page)
            expect(page.locator(".taliq-status")).to_contain_text(HELD)
        else:
            expect(page.locator(".kept textarea").first).to_have_value(BODY)
            assert_fits(page)
            expect(page.get_by_role("link", name="العودة")).to_have_attribute("href", press.article)
    assert press.waiting() == ([BODY] if scripts else [])


@with_and_without_scripts
def test_too_many_comments_are_asked_to_wait_and_keep_their_text(
    chromium: Browser, press: Press, scripts: bool
) -> None:
    press.open(rate_minute=1)
    with visit(chromium, press.origins, width=360, scripts=scripts) as reader:
        reader.announced |= {"429"}
        page = reader.page
        write(page, press, "الأول")
        send(page)
        expect(page.get_by_text(HELD)).to_be_visible()
        write(page, press)
        send(page)
        if scripts:
            expect(page.get_by_role("alert")).to_contain_text("أرسلت تعليقات كثيرة في وقت قصير. نصّك باقٍ")
            assert_kept(page)
        else:
            expect(page.locator(".kept textarea").first).to_have_value(BODY)
        assert_fits(page)
    assert press.waiting() == ["الأول"]


def test_a_thread_closed_meanwhile_says_so_and_keeps_the_text(chromium: Browser, press: Press) -> None:
    press.published("تعليق قديم")
    with visit(chromium, press.origins) as reader:
        reader.announced |= {"403"}
        page = reader.page
        write(page, press)
        press.newsroom.container.manage_sites.put_thread(
            press.newsroom.site.id, "article-2471", {"state": "closed"}
        )
        send(page)
        expect(page.get_by_role("alert")).to_contain_text("لم يعد هذا الموضوع يستقبل تعليقات.")
        assert_kept(page)
        page.reload()
        expect(page.get_by_text("أُغلق باب التعليق على هذا الموضوع.")).to_be_visible()
        expect(page.locator("#taliq-body")).to_have_count(0)


def test_the_counter_counts_what_the_server_counts(chromium: Browser, press: Press) -> None:
    """CRLF, combining marks and emoji: 10,000 fit, one more does not, and nothing is cut off."""
    fits = "👩" * 5_000 + "e\u0301" * 4_999 + "\n"
    with visit(chromium, press.origins) as reader:
        reader.announced |= {"422"}
        page = reader.page
        write(page, press, f"{fits}ab")
        expect(page.locator(".taliq-counter")).to_have_text("الأحرف المتبقية: \u200e-2")
        expect(page.locator(".taliq-counter")).to_have_class("taliq-counter taliq-over")
        send(page)
        expect(page.get_by_role("alert")).to_contain_text("التعليق")
        expect(page.locator("#taliq-body")).to_have_value(f"{fits}ab")
        page.fill("#taliq-body", fits[1:] + "a")
        expect(page.locator(".taliq-counter")).to_have_text("الأحرف المتبقية: 0")
        send(page)
        expect(page.locator(".taliq-status")).to_contain_text(HELD)
    (stored,) = press.waiting()
    assert len(stored) == 10_000


@with_and_without_scripts
def test_a_long_discussion_is_turned_page_by_page(chromium: Browser, press: Press, scripts: bool) -> None:
    for number in range(52):
        press.newsroom.clock.forward(seconds=1)
        press.published(f"الرقم {number}")
    with visit(chromium, press.origins, scripts=scripts) as reader:
        page, shown = reader.page, reader.page.locator(".taliq-body")
        page.goto(press.article)
        expect(shown).to_have_count(50)
        if scripts:
            ready(page)
        page.get_by_role("link", name="مزيد من التعليقات").press("Enter")
        expect(shown).to_have_count(52 if scripts else 2)
        expect(shown.last).to_have_text("الرقم 51")
        expect(page.get_by_role("link", name="مزيد من التعليقات")).to_have_count(0)
        if scripts:
            assert page.url == press.article


def test_the_snippet_of_the_readme_becomes_the_discussion(chromium: Browser, press: Press) -> None:
    """A link and a script. Without scripts the link leads to the plain page."""
    press.published("تعليق منشور")
    with visit(chromium, press.origins, scripts=False) as reader:
        reader.page.goto(f"{press.site}/snippet")
        reader.page.get_by_role("link", name="التعليقات", exact=True).click()
        expect(reader.page.locator(".taliq-body")).to_have_text("تعليق منشور")
        expect(reader.page.locator("#taliq-body")).to_be_visible()
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(f"{press.site}/snippet")
        expect(page.locator(".taliq-body")).to_have_text("تعليق منشور")
        expect(page.get_by_role("link", name="التعليقات", exact=True)).to_have_count(0)
        for name, value in (("body", BODY), ("name", "سلمى"), ("email", "salma@example.org")):
            page.fill(f"#taliq-{name}", value)
        send(page)
        expect(page.locator(".taliq-status")).to_contain_text(HELD)
    assert press.waiting() == [BODY]
