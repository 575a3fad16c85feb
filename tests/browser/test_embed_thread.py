"""The discussion with a script: permalinks, replies in place, order, times, reports."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.host import LISTEN, comment, embed, heard, host_page, send, write
from tests.browser.press import Press
from tests.browser.visit import assert_fits, visit

pytestmark = pytest.mark.browser

FOUND = re.compile("taliq-found")
MARK = "(id) => { document.querySelector('[data-taliq]').shadowRoot.getElementById('comment-' + id).mark = true }"
MARKED = "(id) => document.querySelector('[data-taliq]').shadowRoot.getElementById('comment-' + id).mark"


def many(press: Press, count: int) -> list[UUID]:
    made = []
    for number in range(count):
        press.newsroom.clock.forward(seconds=1)
        made.append(press.published(f"الرقم {number}"))
    return made


def test_a_permalink_finds_a_comment_on_a_far_page(chromium: Browser, press: Press) -> None:
    """From the address of the host page, at once or later; the beginning stays one step away."""
    made = many(press, 52)
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(f"{host_page(press, embed(press))}#comment-{made[51]}")
        found = comment(page, made[51])
        expect(found).to_be_focused()
        expect(found).to_have_class(FOUND)
        expect(found).to_be_in_viewport()
        page.get_by_role("link", name="اعرض النقاش من بدايته").click()
        expect(comment(page, made[0])).to_be_visible()
        page.evaluate("(id) => { location.hash = 'comment-' + id }", str(made[3]))
        expect(comment(page, made[3])).to_be_focused()
        expect(page.locator(".taliq-found")).to_have_count(1)


def test_the_time_of_a_comment_is_its_permalink(chromium: Browser, press: Press) -> None:
    made = many(press, 3)
    with visit(chromium, press.origins) as reader:
        page = reader.page
        address = host_page(press, embed(press))
        page.goto(address)
        for _ in range(2):
            comment(page, made[1]).locator(".taliq-when .taliq-link").click()
            expect(comment(page, made[1])).to_be_focused()
            assert page.url == f"{address}#comment-{made[1]}"
            page.locator("#taliq-body").focus()
        link = comment(page, made[1]).locator(".taliq-when .taliq-link").get_attribute("href")
    with visit(chromium, press.origins, scripts=False) as reader:
        assert link
        reader.page.goto(link)
        expect(comment(reader.page, made[1])).to_be_in_viewport()


def test_a_comment_that_is_gone_is_not_looked_for_in_vain(chromium: Browser, press: Press) -> None:
    many(press, 1)
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(f"{host_page(press, embed(press))}#comment-01a211ef-b1b8-72fa-b4a5-98c7348f7bd0")
        expect(page.locator(".taliq-notice")).to_be_focused()
        expect(page.locator(".taliq-comment")).to_have_count(1)


def test_a_reply_is_written_under_what_it_answers(chromium: Browser, press: Press) -> None:
    parent = press.published("السؤال", name="Nora (2)")
    press.published("آخر")
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(host_page(press, embed(press)))
        page.fill("#taliq-body", "كتبت هذا قبل أن أختار")
        form, body = page.locator(".taliq-form"), page.locator("#taliq-body")
        expect(page.locator(".taliq-cancel")).to_be_hidden()
        reply = comment(page, parent).get_by_role("link", name="رد", exact=True)
        reply.click()
        expect(comment(page, parent).locator("+ .taliq-form")).to_be_visible()
        expect(page.get_by_role("region", name="تكتب رداً على Nora (2).")).to_be_visible()
        expect(body).to_be_focused()
        expect(body).to_have_value("كتبت هذا قبل أن أختار")
        page.keyboard.press("Escape")
        expect(reply).to_be_focused()
        expect(page.locator(".taliq-thread .taliq-form")).to_have_count(0)
        expect(page.get_by_role("region", name="اترك تعليقاً")).to_be_visible()
        reply.press("Enter")
        page.get_by_role("link", name="إلغاء الرد").click()
        expect(reply).to_be_focused()
        reply.click()
        write(page, "الجواب")
        send(page)
        expect(page.locator(".taliq-status")).to_be_focused()
        expect(form).to_have_count(1)
        expect(page.locator(".taliq-thread .taliq-form")).to_have_count(0)
    (row,) = press.newsroom.sql("SELECT parent_id FROM comment WHERE status = 'pending'")
    assert UUID(str(row[0])) == parent


def test_turning_the_order_keeps_the_reply_and_the_focus(chromium: Browser, press: Press) -> None:
    first, last = many(press, 2)
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(host_page(press, embed(press)))
        comment(page, last).locator(".taliq-reply").click()
        page.fill("#taliq-body", "جواب")
        page.locator(".taliq-order").click()
        expect(page.locator(".taliq-order")).to_have_text("اعرض الأقدم أولاً")
        expect(page.locator(".taliq-order")).to_be_focused()
        assert page.locator(".taliq-comment").first.get_attribute("id") == f"comment-{last}"
        expect(comment(page, last).locator("+ .taliq-form #taliq-body")).to_have_value("جواب")
        page.goto(host_page(press, embed(press, order="newest"), name="newest"))
        expect(page.locator(".taliq-comment").first).to_have_id(f"comment-{last}")
        expect(page.locator(".taliq-comment").last).to_have_id(f"comment-{first}")


def test_more_is_only_added(chromium: Browser, press: Press) -> None:
    made = many(press, 52)
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(host_page(press, embed(press)))
        expect(page.locator(".taliq-comment")).to_have_count(50)
        page.evaluate(MARK, str(made[0]))
        page.get_by_role("link", name="مزيد من التعليقات").press("Enter")
        expect(comment(page, made[50])).to_be_focused()
        expect(page.locator(".taliq-comment")).to_have_count(52)
        assert page.evaluate(MARKED, str(made[0]))


@pytest.mark.parametrize(
    ("lang", "now", "later"),
    [("ar", "قبل 5 دقائق", "قبل ساعة واحدة"), ("en", "5 minutes ago", "1 hour ago")],
)
def test_a_time_is_right_after_an_hour(chromium: Browser, press: Press, lang: str, now: str, later: str) -> None:
    made = press.published("تعليق")
    with visit(chromium, press.origins, language=lang) as reader:
        page = reader.page
        page.clock.install(time="2026-11-25T09:05:10Z")
        page.goto(host_page(press, embed(press), lang=lang))
        time = comment(page, made).locator("time")
        expect(time).to_contain_text(f"{now} · ")
        expect(time).to_contain_text("2026")
        height = page.locator(".taliq-thread").bounding_box()
        page.clock.run_for("01:00:00")
        expect(time).to_contain_text(f"{later} · ")
        assert page.locator(".taliq-thread").bounding_box() == height


def test_a_thread_without_comments_and_a_closed_one_say_so(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.add_init_script(LISTEN)
        page.goto(host_page(press, embed(press)))
        expect(page.locator(".taliq-empty")).to_contain_text("ابدأ النقاش بتعليقك")
        write(page, "الأول")
        send(page)
        expect(page.locator(".taliq-own")).to_be_visible()
        expect(page.locator(".taliq-empty")).to_be_hidden()
        press.newsroom.container.manage_sites.put_thread(press.newsroom.site.id, "article-2471", {"state": "closed"})
        page.reload()
        expect(page.locator(".taliq-closed")).to_be_visible()
        expect(page.locator(".taliq-own")).to_be_visible()
        expect(page.locator("#taliq-body")).to_have_count(0)
        assert heard(page, "error") == []


def test_a_comment_is_reported_in_place(chromium: Browser, press: Press) -> None:
    made = many(press, 2)[0]
    with visit(chromium, press.origins, width=360) as reader:
        page = reader.page
        address = host_page(press, embed(press))
        page.goto(address)
        link = comment(page, made).get_by_role("link", name="إبلاغ")
        link.click()
        form = page.get_by_role("region", name="الإبلاغ عن هذا التعليق")
        expect(comment(page, made).locator("+ .taliq-report-form")).to_be_visible()
        expect(form.get_by_role("radio").first).to_be_focused()
        assert_fits(page)
        page.keyboard.press("Escape")
        expect(link).to_be_focused()
        expect(page.locator(".taliq-report-form")).to_have_count(0)
        link.click()
        form.locator(".taliq-cancel-report").click()
        expect(link).to_be_focused()
        link.click()
        form.get_by_role("radio", name="إهانة").check()
        form.get_by_role("button").click()
        thanks = page.locator(".taliq-report-form[role=status]")
        expect(thanks).to_be_focused()
        expect(thanks).to_contain_text("وصل بلاغك")
        expect(form).to_have_count(0)
        assert page.url == address
    assert press.newsroom.sql("SELECT reason FROM flag") == [("insult",)]
