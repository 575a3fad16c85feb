"""A raid at the desk in Chromium: by keys with the script, by links and forms without it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_desk import desk, key, room, status  # noqa: F401 - a fixture
from tests.browser.visit import assert_fits, sign_in, visit
from tests.newsroom import PASSWORD, Newsroom
from tests.raid import copies

pytestmark = pytest.mark.browser


def test_shift_and_a_digit_show_all_of_a_raid_and_enter_decides_it(chromium: Browser, room: Newsroom) -> None:  # noqa: F811
    made = [room.pending(body=text) for text in copies(12)]
    honest = room.pending()
    with desk(chromium, room) as page:
        expect(page.locator("#queue > li")).to_have_count(2)
        expect(page.locator("#queue > .now .alike")).to_contain_text("11")
        key(page, "Shift+Digit2")
        page.wait_for_url("**/console/clusters/*do=reject-insult")
        assert_fits(page)
        expect(page.locator(".theirs > li")).to_have_count(12)
        expect(page.locator("form.sweep button")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("form.undo")).to_contain_text("12")
        assert {status(room, comment) for comment in made} == {"rejected"}
        assert status(room, honest) == "pending"
        page.locator("form.undo button").click()
        expect(page.locator("#queue > li")).to_have_count(2)
        assert {status(room, comment) for comment in made} == {"pending"}
        # The same key on what stands alone does nothing; nor does it decide on that one.
        key(page, "j")
        key(page, "Shift+Digit2")
        key(page, "Shift+A")
        assert status(room, honest) == "pending"
        key(page, "k")
        key(page, "Shift+A")
        page.wait_for_url("**/console/clusters/*do=approve")
        page.keyboard.press("Enter")
        expect(page.locator("form.undo")).to_contain_text("12")
        assert {status(room, comment) for comment in made} == {"approved"}


def test_without_a_script_a_link_and_a_form_do(chromium: Browser, room: Newsroom) -> None:  # noqa: F811
    made = [room.pending(body=text) for text in copies(5)]
    origin = room.container.settings.public_url
    with visit(chromium, (origin,), width=360, scripts=False, cookies=True) as moderator:
        page = moderator.page
        sign_in(page, f"{origin}/console/", "sara", PASSWORD)
        page.goto(f"{origin}/console/?site=demo")
        page.locator(".alike a").click()
        page.wait_for_url("**/console/clusters/*")
        assert_fits(page)
        page.select_option("#sweep-do", "spam")
        page.locator("form.sweep button").click()
        expect(page.locator("form.undo")).to_contain_text("5")
        assert {status(room, comment) for comment in made} == {"spam"}
        page.locator("form.undo button").click()
        expect(page.locator(".alike")).to_be_visible()
        assert {status(room, comment) for comment in made} == {"pending"}
