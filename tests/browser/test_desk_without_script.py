"""Everything a moderator does, on a phone, in Arabic, in a browser without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_desk import room  # noqa: F401 - a fixture
from tests.browser.visit import assert_fits, sign_in, visit
from tests.newsroom import PASSWORD, Newsroom

pytestmark = pytest.mark.browser


def status(room: Newsroom, body: str) -> str:  # noqa: F811
    found = room.sql("SELECT c.status FROM comment c JOIN revision r ON r.comment_id = c.id AND r.source = :b", b=body)
    return str(found[0][0])


class Phone:
    """``step`` looks at the page after each act: it fits, and a picture is kept where one is asked for."""

    def __init__(self, page: Page, origin: str, pictures: Path) -> None:
        self.page, self.origin, self.pictures, self.steps = page, origin, pictures, 0

    def open(self, path: str) -> None:
        self.page.goto(self.origin + path)
        self.step()

    def press(self, button: str, within: str = "main") -> None:
        self.go(self.page.locator(within).get_by_role("button", name=button, exact=True).first)

    def go(self, target: Locator) -> None:
        with self.page.expect_navigation():
            target.click()
        self.step()

    def step(self) -> None:
        self.steps += 1
        assert_fits(self.page)
        self.page.screenshot(path=self.pictures / f"{self.steps:02}.png", full_page=True)

    def card(self, text: str) -> str:
        card = self.page.locator("article.card", has_text=text)
        expect(card).to_have_count(1)
        return f"#{card.get_attribute('id')}"


def test_every_task_of_the_desk_by_forms_alone(chromium: Browser, room: Newsroom, tmp_path: Path) -> None:  # noqa: F811
    bodies = [f"تعليق ينتظر {number}" for number in range(6)]
    for body in bodies:
        room.pending(body=body)
    root = room.approved(body="أصل النقاش")
    room.pending(body="ردّ فيه هاتف 0555123456 هنا", parent=str(root))
    origin = room.container.settings.public_url
    with visit(chromium, (origin,), width=360, scripts=False, cookies=True) as moderator:
        page = moderator.page
        phone = Phone(page, origin, tmp_path)
        sign_in(page, f"{origin}/console/", "sara", PASSWORD)
        phone.step()

        # Take leases, approve, undo.
        phone.go(page.locator("form.take button"))
        phone.press("قبول", phone.card(bodies[0]))
        assert status(room, bodies[0]) == "approved"
        phone.press("تراجع", "form.undo")
        assert status(room, bodies[0]) == "pending"

        # Reject with a reason, spam.
        card = phone.card(bodies[1])
        page.locator(f"{card} select[name=reason]").select_option("insult")
        phone.press("رفض", card)
        assert status(room, bodies[1]) == "rejected"
        phone.press("مزعج", phone.card(bodies[2]))
        assert status(room, bodies[2]) == "spam"

        # A second opinion, and where colleagues find it.
        phone.press("رأي ثانٍ", phone.card(bodies[3]))
        phone.open("/console/?site=demo&view=opinion")
        phone.press("لم يعد الرأي الثاني مطلوباً", phone.card(bodies[3]))
        expect(page.locator("article.card")).to_have_count(0)

        # Two together, and both undone.
        phone.open("/console/?site=demo")
        for body in bodies[3:5]:
            page.locator(f"{phone.card(body)} input[type=checkbox]").check()
        phone.press("قبول", "#batch")
        assert [status(room, body) for body in bodies[3:5]] == ["approved"] * 2
        phone.press("تراجع", "form.undo")
        assert [status(room, body) for body in bodies[3:5]] == ["pending"] * 2

        # A search, kept and asked again.
        page.locator(".find summary").click()
        page.fill("#find-search", "هاتف")
        phone.go(page.locator(".find .line button").first)
        page.fill("#kept-name", "أرقام هواتف")
        phone.press("احفظ هذا البحث")
        phone.open("/console/?site=demo")
        page.locator(".find summary").click()
        phone.go(page.get_by_role("link", name="أرقام هواتف"))

        # The discussion around it, a note, and a number taken out of it.
        phone.go(page.locator(f"{phone.card('ردّ فيه هاتف')} .more a").first)
        expect(page.locator(".around")).to_contain_text("أصل النقاش")
        page.fill("#notes-body", "رقم هاتف شخص آخر")
        phone.go(page.locator("#notes-body").locator("xpath=ancestor::form").get_by_role("button"))
        expect(page.locator(".notes").first).to_contain_text("رقم هاتف شخص آخر")
        form = page.locator("form[action='/console/redact']")
        form.locator("[name=words]").fill("0555123456")
        form.locator("[name=reason]").select_option("personal_data")
        phone.go(form.get_by_role("button"))
        expect(page.locator("article.card .text").last).not_to_contain_text("0555123456")

        # What is known of the author, and everything of theirs at once.
        phone.go(page.locator("article.card .digest a").first)
        page.select_option("#sweep-scope", "address")
        page.select_option("#sweep-do", "spam")
        phone.go(page.locator("form.sweep button"))
        phone.go(page.locator("form[action='/console/sweep'] button").last)
        assert status(room, bodies[5]) == "spam"
        phone.press("تراجع", "form.undo")
        assert status(room, bodies[5]) == "pending"

        # The discussion is closed and opened, and the record has it all, to be undone from there.
        phone.open("/console/threads?site=demo")
        phone.press("إغلاق")
        phone.press("إعادة الفتح")
        phone.open("/console/record?site=demo")
        rejected = page.locator("li", has_text=bodies[1])
        phone.go(rejected.get_by_role("button", name=re.compile("تراجع")).first)
        assert status(room, bodies[1]) == "pending"
        print(f"\n{phone.steps} pages on a phone, without a script; pictures in {tmp_path}")
