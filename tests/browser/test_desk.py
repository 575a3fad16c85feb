"""The desk in Chromium: one comment at a time by keys alone, nothing lost, everything undone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from service.bootstrap import build
from service.domain.moderation import Action
from service.domain.trust import Level
from service.i18n import t
from tests.browser.press import serving
from tests.browser.visit import SAVED, assert_fits, sign_in, visit
from tests.newsroom import PASSWORD, Newsroom, SetClock, settings_for
from tests.ports import free_port

pytestmark = pytest.mark.browser

DAY = 86_400


@pytest.fixture
def room(sqlite_template: Path, tmp_path: Path) -> Iterator[Newsroom]:
    path, clock = tmp_path / "taliq.sqlite3", SetClock()
    shutil.copy(sqlite_template, path)
    port = free_port()
    container = build(settings_for(f"sqlite:///{path}", public_url=f"http://127.0.0.1:{port}"), clock=clock)
    made = Newsroom(container, clock)
    with serving(made.app(), port):
        yield made
    container.close()


@contextmanager
def desk(
    chromium: Browser, room: Newsroom, width: int = 1280, query: str = "", announced: tuple[str, ...] = ()
) -> Iterator[Page]:
    """Signed in, at the queue. ``announced``: failures the browser will write into its console."""
    origin = room.container.settings.public_url
    with visit(chromium, (origin,), width=width, cookies=True) as moderator:
        moderator.announced |= set(announced)
        sign_in(moderator.page, f"{origin}/console/", "sara", PASSWORD)
        moderator.page.goto(f"{origin}/console/?site=demo{query}")
        moderator.page.wait_for_selector("html.has-desk")
        yield moderator.page


def current(page: Page) -> str:
    return str(page.locator("#queue > .now article").get_attribute("data-id"))


def saved(page: Page) -> None:
    page.wait_for_function(SAVED)


def key(page: Page, name: str) -> None:
    """As a person presses it: not within the moment in which a card has just come."""
    page.wait_for_timeout(200)
    page.keyboard.press(name)


def status(room: Newsroom, comment: UUID) -> str:
    return str(room.sql("SELECT status FROM comment WHERE id = :id", id=comment.hex)[0][0])


def test_keys_decide_and_the_next_card_comes(chromium: Browser, room: Newsroom) -> None:
    made = [room.pending(body=f"تعليق رقم {n}") for n in range(6)]
    with desk(chromium, room) as page:
        expect(page.locator("#queue > li:visible")).to_have_count(1)
        assert current(page) == str(made[0])
        for name in ("a", "2", "1", "6"):
            key(page, name)
        assert current(page) == str(made[4])
        saved(page)
        assert [status(room, c) for c in made] == ["approved", "rejected", "spam", "rejected", "pending", "pending"]
        reasons = room.sql("SELECT reason FROM decision WHERE action = 'reject' ORDER BY id")
        assert reasons == [("insult",), ("libel",)]
        expect(page.locator("#desk-live")).to_contain_text("تم الرفض")
        assert page.evaluate("document.activeElement.dataset.id") == str(made[4])


def test_undo_walks_back_also_after_a_reload(chromium: Browser, room: Newsroom) -> None:
    made = [room.pending(body=f"تعليق رقم {n}") for n in range(4)]
    with desk(chromium, room) as page:
        for _ in range(3):
            key(page, "a")
        saved(page)
        key(page, "z")
        assert current(page) == str(made[2])
        saved(page)
        assert status(room, made[2]) == "pending"
        page.reload()
        page.wait_for_selector("html.has-desk")
        key(page, "z")
        expect(page.locator(f"#queue > .now article[data-id='{made[1]}']")).to_be_visible()
        key(page, "z")
        expect(page.locator(f"#queue > .now article[data-id='{made[0]}']")).to_be_visible()
        saved(page)
        assert {status(room, c) for c in made} == {"pending"}
        # And it can be decided again.
        key(page, "3")
        saved(page)
        assert status(room, made[0]) == "rejected"


def test_an_arabic_layout_has_the_same_keys(chromium: Browser, room: Newsroom) -> None:
    """The key of A types a sheen there; what counts is where it lies. While composing nothing counts."""
    made = [room.pending() for _ in range(3)]
    press = "(e) => document.body.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, cancelable: true, ...e}))"
    with desk(chromium, room) as page:
        page.wait_for_timeout(200)
        page.evaluate(press, {"key": "ش", "code": "KeyA", "isComposing": True})
        page.evaluate(press, {"key": "ش", "code": "KeyA", "ctrlKey": True})
        assert current(page) == str(made[0])
        page.evaluate(press, {"key": "ش", "code": "KeyA"})
        assert current(page) == str(made[1])
        page.wait_for_timeout(200)
        page.evaluate(press, {"key": "٢", "code": "Digit2"})
        saved(page)
        assert [status(room, c) for c in made] == ["approved", "rejected", "pending"]


def test_a_double_press_judges_one_comment(chromium: Browser, room: Newsroom) -> None:
    made = [room.pending() for _ in range(3)]
    with desk(chromium, room) as page:
        page.wait_for_timeout(200)
        page.evaluate(
            "() => { for (let i = 0; i < 3; i += 1)"
            " document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'a', code: 'KeyA', bubbles: true})) }"
        )
        saved(page)
        assert [status(room, c) for c in made] == ["approved", "pending", "pending"]


def test_the_network_goes_and_the_tab_is_closed_and_nothing_is_lost(chromium: Browser, room: Newsroom) -> None:
    made = [room.pending() for _ in range(5)]
    origin = room.container.settings.public_url
    with desk(chromium, room, announced=("ERR_INTERNET_DISCONNECTED",)) as page:
        page.context.set_offline(True)
        for _ in range(3):
            key(page, "a")
        assert current(page) == str(made[3])
        expect(page.locator("#desk-trouble")).to_be_visible()
        assert {status(room, c) for c in made} == {"pending"}
        context = page.context
        page.close()
        context.set_offline(False)
        again = context.new_page()
        again.goto(f"{origin}/console/?site=demo")
        saved(again)
        assert [status(room, c) for c in made] == ["approved"] * 3 + ["pending"] * 2
        expect(again.locator("#queue > .now article")).to_have_attribute("data-id", str(made[3]))
        assert room.sql("SELECT count(*) FROM decision") == [(3,)]


def test_an_answer_that_is_lost_is_asked_for_again_and_decides_once(chromium: Browser, room: Newsroom) -> None:
    made = [room.pending() for _ in range(2)]
    lost: list[Request] = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request)
        route.fetch()
        route.abort()

    with desk(chromium, room, announced=("ERR_FAILED",)) as page:
        page.route("**/console/decide", lose_the_first)
        key(page, "a")
        page.wait_for_function("() => document.querySelector('#desk-trouble').hidden == false")
        page.locator("#desk-trouble button").click()
        saved(page)
        assert room.sql("SELECT count(*) FROM decision") == [(1,)]
        assert [status(room, c) for c in made] == ["approved", "pending"]


def test_the_loser_of_a_race_sees_who_was_first_and_can_keep_or_override(chromium: Browser, room: Newsroom) -> None:
    made = [room.pending() for _ in range(3)]
    with desk(chromium, room, announced=("409",)) as page:
        # Nothing is heard of colleagues here: the race is lost at the server.
        page.route("**/console/news*", lambda route: route.fulfill(status=304))
        room.decide(made[0], Action.APPROVE)
        room.decide(made[1], Action.SPAM)
        key(page, "2")
        note = page.locator("#queue > .now .contested")
        expect(note).to_contain_text("سارة")
        expect(note.locator("button")).to_have_count(2)
        note.locator("button").nth(1).click()
        saved(page)
        assert status(room, made[0]) == "rejected"
        key(page, "a")
        expect(note).to_be_visible()
        note.locator("button").nth(0).click()
        assert current(page) == str(made[2])
        assert status(room, made[1]) == "spam"


def test_colleagues_decisions_leave_the_list_and_not_the_card_being_read(chromium: Browser, room: Newsroom) -> None:
    made = [room.pending() for _ in range(3)]
    with desk(chromium, room) as page:
        with page.expect_response("**/console/news*"):
            pass
        room.decide(made[0], Action.APPROVE)
        room.decide(made[1], Action.APPROVE)
        late = room.pending(body="وصل الآن")
        expect(page.locator(f"#item-{made[1]}")).to_have_count(0, timeout=8_000)
        assert current(page) == str(made[0])
        expect(page.locator("#queue > .now .contested")).to_contain_text("سارة")
        expect(page.locator(f"#item-{late}")).to_have_count(1, timeout=8_000)
        expect(page.locator(".views a[data-view=approved] .number")).to_have_text("2")


def test_what_was_read_in_the_list_is_approved_as_one_batch(chromium: Browser, room: Newsroom) -> None:
    """Exactly the comments that were on the screen long enough; undone with one key."""
    made = [room.pending(body=f"رأي قصير {n}") for n in range(12)]
    with desk(chromium, room) as page:
        key(page, "l")
        expect(page.locator("#queue > li:visible")).to_have_count(12)
        key(page, "Shift+A")
        assert {status(room, c) for c in made} == {"pending"}
        page.wait_for_timeout(1_300)
        visible = page.evaluate(
            "() => [...document.querySelectorAll('#queue > li')].filter((li) => {"
            " const r = li.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; })"
            ".map((li) => li.firstElementChild.dataset.id)"
        )
        assert 0 < len(visible) < 12
        page.keyboard.press("Shift+A")
        saved(page)
        assert {str(c) for c in made if status(room, c) == "approved"} == set(visible)
        assert len(set(room.sql("SELECT batch FROM decision"))) == 1
        key(page, "z")
        saved(page)
        assert {status(room, c) for c in made} == {"pending"}
        expect(page.locator("#queue > li")).to_have_count(12)


def test_a_second_opinion_is_passed_on(chromium: Browser, room: Newsroom) -> None:
    made = [room.pending() for _ in range(2)]
    with desk(chromium, room) as page:
        key(page, "e")
        assert current(page) == str(made[1])
        saved(page)
        page.goto(f"{room.container.settings.public_url}/console/?site=demo&view=opinion")
        expect(page.locator(f"#item-{made[0]}")).to_contain_text("رأياً ثانياً")


def test_a_key_sets_the_authors_level_and_the_same_key_or_z_takes_it_back(chromium: Browser, room: Newsroom) -> None:
    first = room.submit(body="أول تعليق من هذا الجهاز", remember=True)
    again = room.submit(body="ثاني تعليق من هذا الجهاز", remember=True, device=first.device)
    nobody = room.pending()
    level = "SELECT level FROM author WHERE generation IS NOT NULL"
    with desk(chromium, room) as page:
        card = page.locator(f"#item-{first.comment}")
        pressed = ["w", "w", "b", "d", "z", "z"]
        for name, found in zip(pressed, ["watched", None, "blocked", "slow", "blocked", None], strict=True):
            key(page, name)
            saved(page)
            assert room.sql(level) == [(found,)]
            expect(card.locator(".standing")).to_contain_text("محظور" if found == "blocked" else "")
        assert current(page) == str(first.comment), "the comment is still to be decided"
        key(page, "j")
        key(page, "j")
        assert current(page) == str(nobody)
        key(page, "b")
        expect(page.locator("#desk-live")).to_contain_text("لا شيء يثبت")
        assert room.sql("SELECT count(*) FROM level_change") == [(6,)]
    assert again.comment is not None


def test_a_level_set_on_one_card_is_on_every_card_of_the_author(chromium: Browser, room: Newsroom) -> None:
    first = room.submit(body="أول تعليق من هذا الجهاز", remember=True)
    room.submit(body="رأيي غير ذلك في ما كُتب عن الميناء", remember=True, device=first.device)
    with desk(chromium, room) as page:
        key(page, "b")
        saved(page)
        expect(page.locator(".standing", has_text="محظور")).to_have_count(2)
        # The other card's key takes it back.
        key(page, "j")
        key(page, "b")
        saved(page)
        expect(page.locator(".standing", has_text="محظور")).to_have_count(0)
        assert room.sql("SELECT before, after FROM level_change ORDER BY id") == [(None, "blocked"), ("blocked", None)]


def test_a_level_that_a_colleague_has_changed_is_told_and_the_comment_stays(chromium: Browser, room: Newsroom) -> None:
    first = room.submit(body="أول تعليق من هذا الجهاز", remember=True)
    again = room.submit(body="رأيي غير ذلك في ما كُتب عن الميناء", remember=True, device=first.device)
    assert again.comment is not None
    level = "SELECT level FROM author WHERE generation IS NOT NULL"
    with desk(chromium, room, announced=("409",)) as page:
        room.container.set_level.set(room.principal, again.comment, Level.BLOCKED, None)
        card = page.locator(f"#item-{first.comment}")
        key(page, "w")
        saved(page)
        expect(card.locator(".standing")).to_contain_text("محظور")
        expect(card.locator(".standing")).to_contain_text(t("ar", "error.level_changed.detail"))
        expect(page.locator(".contested")).to_have_count(0)
        assert room.sql(level) == [("blocked",)]
        # Its keys go on from what stands there, on the other card as well, and Z has nothing of it to take back.
        key(page, "j")
        key(page, "w")
        saved(page)
        assert room.sql(level) == [("watched",)]
        expect(page.locator("#queue > li")).to_have_count(2)
        assert {status(room, comment) for comment in (first.comment, again.comment)} == {"pending"}


def test_keys_are_for_the_desk_and_not_for_who_types(chromium: Browser, room: Newsroom) -> None:
    comment = room.pending()
    with desk(chromium, room) as page:
        key(page, "/")
        page.keyboard.type("a1z")
        assert page.locator("#find-search").input_value() == "a1z"
        key(page, "Escape")
        key(page, "?")
        expect(page.locator("#desk-keys")).to_be_visible()
        page.keyboard.press("a")
        page.keyboard.press("Escape")
        expect(page.locator("#desk-keys")).to_be_hidden()
        assert status(room, comment) == "pending"


@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_and_is_worked_with_buttons_too(chromium: Browser, room: Newsroom, width: int) -> None:
    made = [room.pending(body="نص طويل بعض الشيء " * 30) for _ in range(3)]
    with desk(chromium, room, width) as page:
        assert_fits(page)
        page.locator(".deskbar summary").click()
        page.locator(".deskbar .why button").nth(3).click()
        saved(page)
        assert status(room, made[0]) == "rejected"
        page.locator(".deskbar [data-key=z]").click()
        saved(page)
        assert status(room, made[0]) == "pending"
        assert_fits(page)


def test_the_end_of_the_queue_says_so_and_waits(chromium: Browser, room: Newsroom) -> None:
    room.pending()
    with desk(chromium, room) as page:
        key(page, "a")
        expect(page.locator("#desk-empty")).to_be_visible()
        late = room.pending()
        expect(page.locator(f"#queue > .now #item-{late}")).to_be_visible(timeout=8_000)


def test_u_leads_to_the_author_and_shift_u_to_all_that_waits(chromium: Browser, room: Newsroom) -> None:
    made = [room.pending(email="nada@example.org") for _ in range(3)]
    with desk(chromium, room) as page:
        key(page, "u")
        page.wait_for_url(f"**/console/authors/{made[0]}?site=demo")
        assert_fits(page)
        page.go_back()
        page.wait_for_selector("html.has-desk")
        key(page, "Shift+U")
        page.wait_for_url(f"**/console/authors/{made[0]}/sweep?site=demo")
        page.locator(".scopes a").nth(1).click()
        page.select_option("#sweep-do", "reject-insult")
        page.locator("form.sweep button").click()
        expect(page.locator("form.undo")).to_contain_text("(3 تعليقات)")
        assert {status(room, c) for c in made} == {"rejected"}
        page.locator("form.undo button").click()
        expect(page.locator("form.undo")).to_be_visible()
        assert {status(room, c) for c in made} == {"pending"}


def test_what_waits_in_a_browser_is_sent_by_nobody_else(chromium: Browser, room: Newsroom) -> None:
    """A telephone that two of the newsroom use: what one decided while the network was away waits for that one."""
    room.container.manage_staff.create_moderator("omar", "عمر", PASSWORD, "moderator", ["demo"])
    comment, origin = room.pending(), room.container.settings.public_url
    with desk(chromium, room, announced=("ERR_FAILED",)) as page:
        page.route("**/console/decide", lambda route: route.abort())
        key(page, "a")
        expect(page.locator("#desk-trouble")).to_be_visible()
        page.unroute("**/console/decide")
        posts: list[str] = []
        for login in ("omar", "sara"):
            page.goto("about:blank")
            page.context.clear_cookies()
            page.on("request", lambda request: posts.append(request.url) if "decide" in request.url else None)
            sign_in(page, f"{origin}/console/", login, PASSWORD)
            page.wait_for_selector("html.has-desk")
            if login == "omar":
                with page.expect_response(lambda response: "/console/news" in response.url):
                    page.reload()
                assert posts == []
                expect(page.locator("#desk-trouble")).to_be_hidden()
        saved(page)
        page.wait_for_function("() => Object.keys(localStorage).some((name) => name.startsWith('taliq:desk:done'))")
    assert room.sql("SELECT status FROM comment") == [("approved",)]
    assert room.sql("SELECT actor_label FROM decision WHERE subject_id = :c", c=comment.hex) == [("سارة",)]
