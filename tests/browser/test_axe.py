"""axe finds nothing in any state, in Arabic and English, on a phone and a wide screen, in light and dark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.street import Street, street
from tests.browser.visit import sign_in
from tests.gallery import CLOSED, EMPTY, FULL, LANGUAGES, LONG, Gallery
from tests.newsroom import FIELDS, PASSWORD

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)
THEMES = ("light", "dark")
#: Fewer would mean that axe has looked at hardly anything.
RULES, PASSED = 90, 12
in_both_languages = pytest.mark.parametrize("lang", LANGUAGES)


@pytest.fixture(scope="module")
def place(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Street, Gallery]]:
    path = tmp_path_factory.mktemp("axe") / "taliq.sqlite3"
    shutil.copy(sqlite_template, path)
    with street(f"sqlite:///{path}") as made:
        yield made, Gallery(made.newsroom, made.site)


class Judge:
    """Looks at a page in both widths and both themes; ``found`` and ``looks`` add up."""

    def __init__(self, page: Page) -> None:
        self.page, self.looks = page, 0
        self.found: list[str] = []

    def look(self, state: str) -> None:
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 800})
            for theme in THEMES:
                self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
                told = axe.judge(self.page)
                assert told["rules"] >= RULES
                assert told["passed"] >= PASSED, state
                self.looks += 1
                wrong = told["violations"] + [f"unsure: {line}" for line in told["unsure"]]
                self.found += [f"{state}, {width}, {theme}: {line}" for line in wrong]

    def say(self) -> None:
        print(f"\n{self.looks} looks at {self.looks // len(WIDTHS) // len(THEMES)} states")
        assert not self.found, f"{len(self.found)} findings:\n" + "\n".join(self.found[:40])


@contextmanager
def judging(chromium: Browser, lang: str) -> Iterator[Judge]:
    context = chromium.new_context(bypass_csp=True, locale=lang)
    context.set_default_timeout(15_000)
    try:
        judge = Judge(context.new_page())
        yield judge
        judge.say()
    finally:
        context.close()


def write(page: Page, body: str) -> None:
    page.fill("#taliq-body", body)
    page.fill("#taliq-name", "سلمى")
    page.fill("#taliq-email", "salma@example.org")


@in_both_languages
def test_the_embed_in_every_state(chromium: Browser, place: tuple[Street, Gallery], lang: str) -> None:
    street, gallery = place
    with judging(chromium, lang) as judge:
        page = judge.page

        def visit(thread: str, fragment: str = "") -> None:
            page.goto("about:blank")
            page.goto(street.put("a.html", street.article(street.box(thread, lang), lang)) + fragment)

        visit(FULL)
        expect(page.locator(".taliq-comment").first).to_be_visible()
        expect(page.locator("#taliq-body")).to_be_visible()
        judge.look("thread and form")
        page.locator(".taliq-reply").nth(1).click()
        expect(page.locator(".taliq-replying")).to_be_visible()
        judge.look("a reply is open")
        page.locator(".taliq-report").first.click()
        expect(page.locator(".taliq-report-form")).to_be_visible()
        judge.look("a report is open")
        page.locator(".taliq-report-form input[type=radio]").first.check()
        page.locator(".taliq-report-form button[type=submit]").click()
        expect(page.locator(".taliq-report-form input")).to_have_count(0)
        judge.look("a report is sent")
        page.fill("#taliq-body", "")
        page.locator(".taliq-send button").click()
        expect(page.locator(".taliq-summary")).to_be_focused()
        judge.look("the form with mistakes")
        write(page, f"تعليق من متصفح {lang}")
        page.locator(".taliq-send button").click()
        expect(page.locator(".taliq-own")).to_be_visible()
        expect(page.locator(".taliq-status a")).to_be_visible()
        judge.look("a comment is sent")
        write(page, "س" * 10_001)
        expect(page.locator(".taliq-over")).to_be_visible()
        judge.look("too long")
        visit(EMPTY)
        expect(page.locator(".taliq-empty")).to_be_visible()
        judge.look("empty")
        visit(CLOSED)
        expect(page.locator(".taliq-closed")).to_be_visible()
        judge.look("closed")
        visit(LONG, f"#comment-{gallery.far}")
        expect(page.locator(".taliq-found")).to_be_visible()
        judge.look("a comment on a far page")
        visit(LONG, f"#comment-{gallery.waiting}")
        expect(page.locator(".taliq-notice")).to_be_visible()
        judge.look("a comment that is gone")
        page.route("**/v1/**", lambda route: route.abort())
        visit(FULL)
        expect(page.locator("[data-taliq] button")).to_be_visible()
        judge.look("the service is away")


@in_both_languages
def test_the_pages_without_scripts(chromium: Browser, place: tuple[Street, Gallery], lang: str) -> None:
    street, gallery = place
    with judging(chromium, lang) as judge:
        for shown in gallery.readers(lang):
            if not shown.fragment:
                judge.page.goto(street.service + shown.path)
                judge.look(shown.name)


@in_both_languages
def test_what_comes_back_on_a_refused_form(chromium: Browser, place: tuple[Street, Gallery], lang: str) -> None:
    street, gallery = place
    with judging(chromium, lang) as judge:
        page, plain = judge.page, f"{street.service}/v1/sites/demo/page?thread={FULL}&lang={lang}"
        page.goto(plain)
        page.fill("#taliq-email", "x")
        page.click(".taliq-send button")
        expect(page.locator(".taliq-summary")).to_be_visible()
        judge.look("422")
        page.goto(f"{plain}&parent={gallery.first}")
        page.click(".taliq-send button")
        expect(page.locator(".taliq-summary")).to_be_visible()
        judge.look("422, reply")
        page.goto(f"{street.service}/v1/sites/demo/receipts/{gallery.receipts['pending']}/edit?lang={lang}")
        page.fill("#edit-body", "")
        page.click("form button")
        expect(page.locator("#edit-error")).to_be_visible()
        judge.look("422, edit")
        # Refused by the service as a whole, so the error page shows what was typed.
        page.goto(plain)
        write(page, "x" * 300_000)
        page.click(".taliq-send button")
        expect(page.locator(".verdict-error")).to_be_visible()
        judge.look("413")
        page.goto(plain)
        page.evaluate(
            "(fields) => { for (const [name, value] of Object.entries(fields))"
            " document.querySelector(`form [name=${name}]`).value = value }",
            {**FIELDS, "thread": CLOSED, "url": f"{street.site}/a/{CLOSED}"},
        )
        page.click(".taliq-send button")
        expect(page.locator("textarea[readonly]").first).to_be_visible()
        judge.look("403, what was typed comes back")


@in_both_languages
def test_the_console_and_the_document(chromium: Browser, place: tuple[Street, Gallery], lang: str) -> None:
    street, gallery = place
    with judging(chromium, lang) as judge:
        page, console = judge.page, f"{street.service}/console/"
        page.goto(f"{console}login")
        judge.look("login")
        page.fill("#login", "sara")
        page.fill("#password", "wrong")
        page.click("form.login button")
        expect(page.locator("#login-error")).to_be_visible()
        judge.look("login refused")
        sign_in(page, console, "sara", PASSWORD)
        if page.evaluate("document.documentElement.lang") != lang:
            page.locator(f"form[action='/console/language'] [lang={lang}]").first.click()
        expect(page.locator("html")).to_have_attribute("lang", lang)
        for shown in gallery.console():
            page.goto(street.service + shown.path)
            judge.look(shown.name)


#: A page that puts all its text anew once while axe is at work, as the desk does when news come.
REPLACES = """() => {
  const run = axe.run;
  axe.run = async (...given) => {
    const found = await run(...given);
    axe.run = run;
    document.querySelectorAll('p').forEach((text) => text.replaceWith(text.cloneNode(true)));
    return found;
  };
}"""


def test_the_judge_sees_what_it_is_there_for(chromium: Browser, place: tuple[Street, Gallery]) -> None:
    """The control: grey on grey, a field without a name and a tiny button, inside a shadow root and outside."""
    street, _ = place
    bad = '<p><button style="inline-size:10px;block-size:10px"></button></p>'
    badges = '<p><i style="color:#888;background:#999">1</i> <b style="color:#111;background:#eee">2</b></p>'
    page_text = street.article(f'<div id="host"></div><p style="color:#888;background:#999">رمادي</p>{bad}{badges}')
    context = chromium.new_context(bypass_csp=True)
    try:
        page = context.new_page()
        page.goto(street.put("bad.html", page_text))
        page.evaluate(
            "document.querySelector('#host').attachShadow({ mode: 'open' }).innerHTML ="
            " '<input><p style=\"color:#888;background:#999\">رمادي</p>'"
        )
        told = axe.judge(page)
        found = told["violations"]
        page.evaluate(REPLACES)
        replaced = axe.judge(page)
    finally:
        context.close()
    assert {line.partition(" ")[0] for line in found} >= {"color-contrast", "label", "button-name"}
    assert sum(line.startswith("color-contrast") for line in found) == 2, found
    assert [line for line in told["unsure"] if ">1</i>" in line], "a badge of one digit"
    assert not [line for line in told["unsure"] if ">2</b>" in line]
    assert replaced == told, "a page that had replaced its text while it was looked at"
