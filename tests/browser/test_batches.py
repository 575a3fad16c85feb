"""What is likely fine, gone through by keys alone: without a script on a phone, and at the desk."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_desk import desk, key, room, saved, status
from tests.browser.visit import assert_fits, sign_in, visit
from tests.newsroom import PASSWORD, Newsroom
from tests.trained import BAD, GOOD, model, store

__all__ = ["room"]
pytestmark = pytest.mark.browser

FOCUSED = "document.activeElement"
#: More presses than any page here has places to stand.
MOST = 300


@pytest.fixture
def waiting(room: Newsroom) -> dict[str, list[UUID]]:
    """Four that are likely fine, one that is likely refused, and the model that says so."""
    store(room, model())
    fine = [room.pending(body=f"{GOOD} {number}") for number in range(4)]
    return {"fine": fine, "bad": [room.pending(body=BAD)], "new": [room.pending(body="12345 67890")]}


def tab_to(page: Page, selector: str) -> None:
    """By the key Tab alone, as far as it takes."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if page.evaluate(f"{FOCUSED}.matches({selector!r})"):
            return
    raise AssertionError(f"no key leads to {selector}")


def enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert_fits(page)


def test_a_batch_by_the_keyboard_without_a_script(
    chromium: Browser, room: Newsroom, waiting: dict[str, list[UUID]]
) -> None:
    origin = room.container.settings.public_url
    with visit(chromium, (origin,), width=360, scripts=False, cookies=True) as moderator:
        page = moderator.page
        sign_in(page, f"{origin}/console/", "sara", PASSWORD)
        assert_fits(page)
        expect(page.locator(".batches li")).to_contain_text(["مقبولة على الأرجح 4", "مزعجة أو مرفوضة على الأرجح 1"])
        tab_to(page, ".batches a")
        enter(page)
        expect(page.locator("article.card")).to_have_count(4)
        expect(page.locator(".batches a[aria-current]")).to_contain_text("مقبولة على الأرجح")
        # The last one is left to be looked at by itself.
        for comment in waiting["fine"][:3]:
            tab_to(page, f"input[name=item-{comment}]")
            page.keyboard.press("Space")
        tab_to(page, "#batch button[value=approve]")
        enter(page)
        assert [status(room, comment) for comment in waiting["fine"]] == ["approved"] * 3 + ["pending"]
        # It leads back to what is left of the batch, with the way back from it.
        expect(page.locator("article.card")).to_have_count(1)
        expect(page.locator(".batches a[aria-current] .number")).to_have_text("1")
        tab_to(page, "form.undo button")
        enter(page)
        assert [status(room, comment) for comment in waiting["fine"]] == ["pending"] * 4


def test_at_the_desk_a_batch_is_a_list_and_one_key_approves_what_was_read(
    chromium: Browser, room: Newsroom, waiting: dict[str, list[UUID]]
) -> None:
    with desk(chromium, room) as page:
        expect(page.locator("#queue > li:visible")).to_have_count(1)
        page.evaluate(f"{FOCUSED}.blur()")
        tab_to(page, ".batches a")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.wait_for_selector("html.has-desk")
        expect(page.locator("#queue > li:visible")).to_have_count(4)
        page.locator("#queue > li").last.scroll_into_view_if_needed()
        page.wait_for_timeout(2_500)
        key(page, "Shift+A")
        saved(page)
        approved = [comment for comment in waiting["fine"] if status(room, comment) == "approved"]
        assert approved
        assert [status(room, comment) for name in ("bad", "new") for comment in waiting[name]] == ["pending"] * 2
        # How the desk starts otherwise is not changed by it.
        page.goto(f"{room.container.settings.public_url}/console/?site=demo")
        page.wait_for_selector("html.has-desk")
        expect(page.locator("#queue > li:visible")).to_have_count(1)
