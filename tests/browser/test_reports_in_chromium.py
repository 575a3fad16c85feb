"""A report without a script, and the moderator who reads it: on a phone and on a screen, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from service.bootstrap import build
from tests.browser.press import serving
from tests.browser.visit import assert_fits, sign_in, visit
from tests.newsroom import PASSWORD, Newsroom, SetClock, settings_for
from tests.ports import free_port

pytestmark = pytest.mark.browser
Place = tuple[str, Newsroom]


@pytest.fixture(scope="module")
def place(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    path, port, clock = tmp_path_factory.mktemp("reports") / "taliq.sqlite3", free_port(), SetClock()
    path.write_bytes(sqlite_template.read_bytes())
    container = build(settings_for(f"sqlite:///{path}", public_url=f"http://127.0.0.1:{port}"), clock=clock)
    room = Newsroom(container, clock)
    for _ in range(12):
        room.pending()
    with serving(room.app(), port) as origin:
        yield origin, room
    container.close()


#: Whether anything of it does not fit its own box.
CUT = "nodes => nodes.some(node => node.scrollWidth > node.clientWidth + 1 && node.clientWidth)"


def sizes(page: Page, what: str, side: str) -> list[int]:
    """Taken all at once: between two questions the desk may scroll to its first card."""
    boxes = "(found, side) => found.map((one) => Math.round(one.getBoundingClientRect()[side]))"
    sizes: list[int] = page.locator(what).evaluate_all(boxes, side)
    return sizes


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("lang", ["ar", "en"])
def test_a_report_is_sent_without_a_script(chromium: Browser, place: Place, lang: str, width: int) -> None:
    origin, room = place
    comment = room.approved()
    with visit(chromium, (origin,), width=width, scripts=False, language=lang) as reader:
        page = reader.page
        page.goto(f"{origin}/v1/sites/demo/page?thread=article-1&lang={lang}")
        page.locator(f"#comment-{comment} .taliq-report").click()
        expect(page.locator(".taliq-report-form")).to_be_visible()
        assert_fits(page)
        assert all(height >= 44 for height in sizes(page, ".taliq-reason label", "height"))
        page.locator("input[value=libel]").check()
        page.locator(".taliq-report-form button").click()
        expect(page.locator("[role=status] h1")).to_have_text(
            {"ar": "شكراً لك، وصل بلاغك.", "en": "Thank you. Your report has arrived."}[lang]
        )
        assert_fits(page)
        page.locator("a.taliq-button").click()
        expect(page.locator(f"#comment-{comment}")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("lang", ["ar", "en"])
def test_nine_views_and_who_is_signed_in_fit_the_console(
    chromium: Browser, place: Place, lang: str, width: int
) -> None:
    origin, room = place
    comment = room.approved()
    room.container.flag_comment.flag("demo", comment, "libel", f"{lang}{width}")
    with visit(chromium, (origin,), width=width, cookies=True, language=lang) as moderator:
        page = moderator.page
        sign_in(page, f"{origin}/console/", "sara", PASSWORD)
        if page.locator("html").get_attribute("lang") != lang:
            page.locator(f"form[action='/console/language'] [lang={lang}]").click()
        expect(page.locator("html")).to_have_attribute("lang", lang)
        assert_fits(page)
        # Three tidy rows on a phone, one on a screen.
        tops = sizes(page, "nav.views a", "y")
        assert len(tops) == 9
        assert [tops.count(top) for top in sorted(set(tops))] == ([3, 3, 3] if width == 360 else [9])
        assert not page.locator(".who span, nav.views a").evaluate_all(CUT)
        page.locator("nav.views a").nth(2).click()
        expect(page.locator(f"#item-{comment} .told")).to_be_visible()
        assert_fits(page)
        page.locator(".deskbar [data-act=approve]").click()
        expect(page.locator(f"#item-{comment}")).to_have_count(0)
