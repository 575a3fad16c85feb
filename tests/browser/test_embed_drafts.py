"""What a browser keeps for its reader: a text until it has arrived, and a comment until it is decided on."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from service.demo.article import LEAD
from service.domain.moderation import Action
from tests.browser.host import LISTEN, comment, embed, heard, host_page, kept, send, write
from tests.browser.press import Press
from tests.browser.visit import visit

pytestmark = pytest.mark.browser

BODY = "سطر أول.\nوسطر ثانٍ فيه <b>وسم</b> & علامات."
HELD = "وصل تعليقك وهو بانتظار المراجعة"


def lose_answers(page: Page) -> list[int]:
    """From now on what is posted arrives, and the answer does not. The statuses that were lost."""
    lost: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    page.route("**/v1/sites/demo/comments", lose)
    return lost


def test_a_text_comes_back_after_the_tab_was_closed(chromium: Browser, press: Press) -> None:
    parent = press.published("السؤال", name="أبو فراس")
    with visit(chromium, press.origins) as reader:
        page, address = reader.page, host_page(press, embed(press))
        page.goto(address)
        comment(page, parent).locator(".taliq-reply").click()
        page.fill("#taliq-body", BODY)
        page.close()
        again = reader.context.new_page()
        again.goto(address)
        expect(again.locator("#taliq-body")).to_have_value(BODY)
        expect(again.locator(".taliq-replying")).to_have_text("تكتب رداً على أبو فراس.")
        expect(comment(again, parent).locator("+ .taliq-form")).to_be_visible()


def test_a_draft_belongs_to_its_thread_and_goes_with_its_text(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(host_page(press, embed(press)))
        page.fill("#taliq-body", BODY)
        page.wait_for_function("() => localStorage.length")
        page.goto(host_page(press, embed(press, "other"), name="other"))
        expect(page.locator("#taliq-body")).to_have_value("")
        page.goto(host_page(press, embed(press)))
        expect(page.locator("#taliq-body")).to_have_value(BODY)
        page.fill("#taliq-body", "")
        page.wait_for_function("(key) => !JSON.parse(localStorage[key] ?? '{}').draft", arg=f"taliq:demo:{LEAD.key}")
        page.reload()
        expect(page.locator("#taliq-body")).to_have_value("")


def test_an_answer_lost_with_the_tab_leaves_one_comment_after_a_retry(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        reader.announced.add("ERR_FAILED")
        page, address = reader.page, host_page(press, embed(press))
        page.goto(address)
        write(page, BODY)
        lost = lose_answers(page)
        send(page)
        expect(page.get_by_role("alert")).to_contain_text("تعذّر الاتصال بالخادم")
        assert lost == [202]
        page.close()
        again = reader.context.new_page()
        again.goto(address)
        expect(again.locator("#taliq-body")).to_have_value(BODY)
        # Whatever was not remembered has to be typed again.
        write(again, BODY)
        send(again)
        expect(again.locator(".taliq-status")).to_contain_text(HELD)
        assert not kept(again).get("draft")
    assert press.waiting() == [BODY]


def test_a_text_changed_after_a_lost_answer_is_a_comment_of_its_own(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        reader.announced |= {"ERR_FAILED", "409"}
        page = reader.page
        page.goto(host_page(press, embed(press)))
        write(page, "الأول")
        lose_answers(page)
        send(page)
        expect(page.get_by_role("alert")).to_contain_text("تعذّر الاتصال بالخادم")
        page.unroute("**/v1/sites/demo/comments")
        page.fill("#taliq-body", "الثاني")
        send(page)
        expect(page.get_by_role("alert")).to_contain_text("وصلنا من هذا النموذج")
        send(page)
        expect(page.locator(".taliq-status")).to_contain_text(HELD)
    assert sorted(press.waiting()) == sorted(["الأول", "الثاني"])


def test_a_waiting_comment_stands_in_place_for_its_author_alone(chromium: Browser, press: Press) -> None:
    parent = press.published("السؤال", name="أبو فراس")
    address = host_page(press, embed(press))
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(address)
        comment(page, parent).locator(".taliq-reply").click()
        write(page, BODY)
        send(page)
        own = page.locator(".taliq-own")
        for _ in range(2):
            expect(own.locator(".taliq-body")).to_have_text(BODY, use_inner_text=True)
            expect(own.locator(".taliq-waiting")).to_have_text("بانتظار المراجعة")
            expect(own.locator(".taliq-refused")).to_be_hidden()
            expect(comment(page, parent).locator("+ .taliq-own")).to_be_visible()
            page.reload()
        with visit(chromium, press.origins) as other:
            other.page.goto(address)
            expect(comment(other.page, parent)).to_be_visible()
            expect(other.page.locator(".taliq-own")).to_have_count(0)
        (mine,) = kept(page)["mine"]
        assert set(mine) == {"id", "parent", "name", "body", "status_token", "at"}
        press.newsroom.decide(UUID(mine["id"]), Action.APPROVE)
        page.reload()
        expect(comment(page, mine["id"])).to_be_visible()
        expect(own).to_have_count(0)
        assert not kept(page).get("mine")


def test_a_refusal_is_told_once(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(host_page(press, embed(press)))
        write(page, BODY)
        send(page)
        expect(page.locator(".taliq-own")).to_be_visible()
        press.newsroom.decide(UUID(kept(page)["mine"][0]["id"]), Action.REJECT, reason="insult")
        page.reload()
        expect(page.locator(".taliq-refused")).to_have_text("لم يُنشر")
        expect(page.locator(".taliq-waiting")).to_be_hidden()
        page.reload()
        expect(page.locator("#taliq-body")).to_be_visible()
        page.wait_for_load_state("networkidle")
        expect(page.locator(".taliq-own")).to_have_count(0)


def test_the_page_gets_no_receipt_and_its_events_no_text(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.add_init_script(LISTEN)
        page.goto(host_page(press, embed(press)))
        write(page, BODY)
        send(page)
        link = page.locator(".taliq-status a")
        expect(link).to_have_attribute("target", "_blank")
        expect(link).to_have_attribute("rel", "noopener")
        expect(page.locator(".taliq-status")).to_be_focused()
        assert heard(page, "ready") == [{"thread": LEAD.key, "count": 0}]
        (told,) = heard(page, "submitted")
        assert (set(told), told["status"]) == ({"id", "status"}, "pending")
        stored = page.evaluate("() => Object.values({...localStorage}).join()")
        assert "salma@example.org" not in stored
        assert "receipts" not in stored
        with reader.context.expect_page() as opened:
            link.click()
        opened.value.wait_for_load_state()
        expect(opened.value.get_by_role("heading", name=HELD)).to_be_visible()
        assert "/receipts/" in opened.value.url


def test_details_are_remembered_only_when_asked(chromium: Browser, press: Press) -> None:
    address = host_page(press, embed(press))
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(address)
        box = page.get_by_role("checkbox")
        expect(box).not_to_be_checked()
        write(page, "نص")
        page.fill("#taliq-website", "https://example.org/")
        page.reload()
        expect(page.locator("#taliq-name")).to_have_value("")
        write(page, "نص")
        box.check()
        sent: list[str] = []
        page.on("request", lambda r: sent.append(r.post_data or "") if r.method == "POST" else None)
        send(page)
        expect(page.locator(".taliq-status")).to_contain_text(HELD)
        assert sent
        assert json.loads(sent[0])["remember"] == "1"
        assert "device" not in json.loads(sent[0])
        page.reload()
        expect(box).to_be_checked()
        expect(page.locator("#taliq-name")).to_have_value("سلمى")
        expect(page.locator("#taliq-email")).to_have_value("salma@example.org")
        # What the first answer gave goes back with the second comment, and is given anew.
        kept = page.evaluate("() => JSON.parse(localStorage['taliq:me']).device.demo")
        page.fill("#taliq-body", "نص آخر")
        send(page)
        expect(page.locator(".taliq-status")).to_contain_text(HELD)
        assert json.loads(sent[1])["device"] == kept
        assert page.evaluate("() => JSON.parse(localStorage['taliq:me']).device.demo") != ""
        box.uncheck()
        assert page.evaluate("() => localStorage['taliq:me']") is None
        page.reload()
        expect(page.locator("#taliq-name")).to_have_value("")
        expect(box).not_to_be_checked()


def test_where_storage_is_forbidden_everything_else_works(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.add_init_script(
            "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
        )
        page.goto(host_page(press, embed(press)))
        write(page, BODY)
        page.get_by_role("checkbox").check()
        send(page)
        expect(page.locator(".taliq-status")).to_contain_text(HELD)
        expect(page.locator(".taliq-own")).to_contain_text("سطر أول")
    assert press.waiting() == [BODY]
