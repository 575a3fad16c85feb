"""The embed in pages that change, are slow, hold several discussions, or lose the service."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route, expect

from service.demo.article import LEAD
from tests.browser.host import LISTEN, comment, embed, heard, host_page, send, write
from tests.browser.press import Press
from tests.browser.visit import assert_fits, visit

pytestmark = pytest.mark.browser

HELD = "وصل تعليقك وهو بانتظار المراجعة"
AWAY = {
    "ar": ("لم تصل التعليقات.", "أعد المحاولة"),
    "fa-IR": ("نظرها نرسید.", "تلاش دوباره"),
    "de": ("Die Kommentare sind nicht da.", "Erneut"),
    "xx": ("The comments have not arrived.", "Try again"),
}

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => { for (const e of list.getEntries()) shifts.push(e.value) })
  .observe({ type: 'layout-shift', buffered: true });
"""

TOUCHED = """
() => {
  window.touched = 0;
  const watch = new MutationObserver(() => touched++);
  watch.observe(old.shadowRoot, { subtree: true, childList: true, characterData: true });
}
"""
#: Where everything of the discussion stands on the page, in its own tree or in the shadow tree.
PLACES = """
() => {
  const box = document.querySelector('[data-taliq]');
  return [...(box.shadowRoot ?? box).querySelectorAll('section, section *')].map((part) => {
    const { x, y, width, height } = part.getBoundingClientRect();
    const changes = !width || part.matches('time, .taliq-link, .taliq-counter');
    return changes ? [] : [x, y + scrollY, width, height].map(Math.round);
  });
}
"""


def box(thread: str = LEAD.key) -> str:
    return f'[data-taliq][data-thread="{thread}"]'


def asked(requests: list[str], thread: str) -> int:
    return sum("comments.html?" in r and f"thread={thread}" in r for r in requests)


def test_two_discussions_on_one_page_do_not_mix(chromium: Browser, press: Press) -> None:
    press.published("في الأول")
    second = press.newsroom.approved(thread="other", url=press.article, body="في الثاني")
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.add_init_script(LISTEN)
        page.goto(f"{host_page(press, embed(press), embed(press, 'other'))}#comment-{second}")
        one, other = page.locator(box()), page.locator(box("other"))
        expect(comment(page, second)).to_be_focused()
        expect(one.locator(".taliq-notice, .taliq-found")).to_have_count(0)
        expect(one.locator(".taliq-body")).to_have_text("في الأول")
        other.locator(".taliq-reply").click()
        for name, value in (("body", "جواب"), ("name", "سلمى"), ("email", "salma@example.org")):
            other.locator(f"[name={name}]").fill(value)
        expect(one.locator("[name=body]")).to_have_value("")
        other.locator(".taliq-form .taliq-button").click()
        expect(other.locator(".taliq-status")).to_contain_text(HELD)
        expect(one.locator(".taliq-status")).to_be_empty()
        assert {told["thread"] for told in heard(page, "ready")} == {LEAD.key, "other"}
    rows = press.newsroom.sql(
        "SELECT t.key FROM comment c JOIN thread t ON t.id = c.thread_id WHERE c.status = 'pending'"
    )
    assert [row[0] for row in rows] == ["other"]


def test_far_below_nothing_is_fetched_until_the_reader_comes_near(chromium: Browser, press: Press) -> None:
    text = "<p>فقرة طويلة من المقال.</p>" * 200
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(host_page(press, text, embed(press), embed(press, "eager", eager="")))
        expect(page.locator(f"{box('eager')} .taliq-thread h2")).to_be_attached()
        assert asked(reader.requests, LEAD.key) == 0
        page.get_by_role("link", name="التعليقات", exact=True).scroll_into_view_if_needed()
        expect(page.locator(f"{box()} .taliq-thread h2")).to_be_visible()
        assert asked(reader.requests, LEAD.key) == 1


def test_a_page_that_changes_by_script_gets_and_loses_discussions(chromium: Browser, press: Press) -> None:
    press.published("في الأول")
    press.newsroom.approved(thread="other", url=press.article, body="في الثاني")
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.clock.install()
        page.goto(host_page(press, "<main></main>"))
        assert asked(reader.requests, LEAD.key) == 0
        page.evaluate("(html) => { document.querySelector('main').innerHTML = html }", embed(press))
        expect(page.locator(".taliq-body")).to_have_text("في الأول")
        page.fill("#taliq-body", "لم أكمل")
        page.evaluate("() => { document.querySelector('[data-taliq]').dataset.thread = 'other' }")
        expect(page.locator(".taliq-body")).to_have_text("في الثاني")
        expect(page.locator("#taliq-body")).to_have_value("")
        page.evaluate("() => { window.old = document.querySelector('[data-taliq]'); old.remove() }")
        page.evaluate(TOUCHED)
        page.clock.run_for("03:00:00")
        assert page.evaluate("touched") == 0
        page.evaluate("(html) => { document.querySelector('main').innerHTML = html }", embed(press))
        expect(page.locator(".taliq-body")).to_have_text("في الأول")
        expect(page.locator("#taliq-body")).to_have_value("لم أكمل")


@pytest.mark.parametrize("lang", AWAY)
def test_a_service_that_is_away_leaves_the_link_and_a_way_to_try_again(
    chromium: Browser, press: Press, lang: str
) -> None:
    """The script comes from the browser's cache: of the service nothing answers."""
    press.published("تعليق")
    sentence, again = AWAY[lang]
    with visit(chromium, press.origins, width=360) as reader:
        reader.announced |= {"ERR_FAILED"}
        page = reader.page
        page.add_init_script(LISTEN)
        page.route("**/v1/sites/**", lambda route: route.abort())
        page.goto(host_page(press, embed(press, lang=lang)))
        message = page.get_by_role("status")
        expect(message).to_contain_text(sentence)
        expect(page.get_by_role("link", name="التعليقات", exact=True)).to_be_visible()
        assert heard(page, "error") == [{"code": "offline"}]
        assert_fits(page)
        page.unroute("**/v1/sites/**")
        page.get_by_role("button", name=again).click()
        expect(page.locator(".taliq-body")).to_have_text("تعليق")
        expect(page.get_by_role("link", name="التعليقات", exact=True)).to_have_count(0)


def test_a_slow_service_is_owned_up_to(chromium: Browser, press: Press) -> None:
    press.published("تعليق")
    with visit(chromium, press.origins) as reader:
        page, waiting = reader.page, []
        page.clock.install()
        page.route("**/comments.html*", lambda route: waiting.append(route))
        page.goto(host_page(press, embed(press)))
        busy = page.locator(".taliq-thread[aria-busy=true]")
        expect(busy).to_be_visible()
        size = busy.bounding_box()
        assert size
        assert size["height"] > 200
        expect(busy).to_be_empty()
        page.clock.run_for(4_100)
        expect(busy).to_contain_text(AWAY["ar"][0], timeout=1_500)
        while not waiting:
            page.wait_for_timeout(20)
        waiting[0].continue_()
        expect(page.locator(".taliq-body")).to_have_text("تعليق")
        expect(busy).to_have_count(0)


def test_what_the_pages_own_server_included_is_taken_over_without_a_request(chromium: Browser, press: Press) -> None:
    press.published("تعليق")
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.add_init_script(SHIFTS)
        held: list[Route] = []
        page.route("**/embed.js", lambda route: held.append(route))
        page.goto(press.article, wait_until="commit")
        page.wait_for_selector("[data-taliq] form")
        # What is not near is not laid out; so measured where it will be looked at, while the script is on its way.
        page.evaluate("() => document.querySelector('[data-taliq]').scrollIntoView()")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        before = page.evaluate(PLACES)
        while not held:
            page.wait_for_timeout(20)
        held[0].continue_()
        page.wait_for_function("() => document.querySelector('[data-taliq]').shadowRoot?.querySelector('form')")
        assert page.evaluate(PLACES) == before
        assert page.evaluate("shifts") == []
        assert asked(reader.requests, LEAD.key) == 0
        assert not any("/form?" in r for r in reader.requests)


def test_waiting_for_the_answer_nothing_is_sent_twice_and_nothing_is_lost(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(host_page(press, embed(press)))
        write(page, "تعليق")
        held: list[Route] = []
        page.route("**/v1/sites/demo/comments", lambda route: held.append(route))
        for _ in range(3):
            page.locator(".taliq-form .taliq-button").press("Enter")
        while not held:
            page.wait_for_timeout(20)
        expect(page.locator(".taliq-form .taliq-button")).to_have_attribute("aria-disabled", "true")
        expect(page.locator(".taliq-form .taliq-button")).to_be_focused()
        assert len(held) == 1
        held[0].continue_()
        expect(page.locator(".taliq-status")).to_contain_text(HELD)
    assert press.waiting() == ["تعليق"]


def test_too_many_are_told_how_long_to_wait(chromium: Browser, press: Press) -> None:
    press.open(rate_minute=1)
    with visit(chromium, press.origins, language="en") as reader:
        reader.announced |= {"429"}
        page = reader.page
        page.add_init_script(LISTEN)
        page.goto(host_page(press, embed(press), lang="en"))
        write(page, "The first")
        send(page)
        expect(page.locator(".taliq-own")).to_be_visible()
        write(page, "The second")
        send(page)
        expect(page.get_by_role("alert")).to_contain_text("in ")
        expect(page.get_by_role("alert")).to_contain_text("second")
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.locator("#taliq-body")).to_have_value("The second")
        assert heard(page, "error") == [{"code": "rate_limited"}]


@pytest.mark.parametrize(("theme", "scheme"), [("light", "light"), ("dark", "dark"), ("auto", "light dark")])
def test_a_page_chooses_colours_and_scheme(chromium: Browser, press: Press, theme: str, scheme: str) -> None:
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(host_page(press, embed(press, theme=theme)))
        form = page.locator(".taliq-form")
        expect(form).to_have_css("color-scheme", scheme)
        expect(page.locator(".taliq-send .taliq-button")).not_to_have_css("background-color", "rgb(1, 2, 3)")
        page.evaluate("() => document.documentElement.style.setProperty('--taliq-accent', 'rgb(1, 2, 3)')")
        expect(page.locator(".taliq-send .taliq-button")).to_have_css("background-color", "rgb(1, 2, 3)")


def test_an_old_form_gets_a_new_token_and_keeps_the_rest(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.clock.install(time="2026-11-25T09:00:00Z")
        page.goto(host_page(press, embed(press)))
        page.fill("#taliq-body", "نص")
        hidden = page.locator(".taliq-form form > input[type=hidden]")
        before = {field.get_attribute("name"): field.input_value() for field in hidden.all()}
        assert before["token"]
        press.newsroom.clock.forward(hours=13)
        with page.expect_response("**/form?*"):
            page.clock.fast_forward("13:00:00")
        expect(page.locator("[name=token]")).not_to_have_value(before["token"])
        after = {field.get_attribute("name"): field.input_value() for field in hidden.all()}
        assert {name for name in before if before[name] != after[name]} == {"token"}
        expect(page.locator("#taliq-body")).to_have_value("نص")
