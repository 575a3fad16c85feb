"""A publisher whose content policy names nothing but the service: everything works, nothing is refused, and the
reader's browser asks nobody but the publisher and the service."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.street import Street, street
from tests.browser.visit import visit
from tests.gallery import FULL, LONG, Gallery

pytestmark = pytest.mark.browser

BREACHES = (
    "window.breaches = []; document.addEventListener('securitypolicyviolation', (e) =>"
    " breaches.push(`${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile}`), true)"
)


@pytest.fixture(scope="module")
def place(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Street, Gallery]]:
    path = tmp_path_factory.mktemp("policy") / "taliq.sqlite3"
    shutil.copy(sqlite_template, path)
    with street(f"sqlite:///{path}") as made:
        yield made, Gallery(made.newsroom, made.site)


def policy(street: Street) -> dict[str, str]:
    names = ("script-src", "style-src", "connect-src", "form-action")
    own = "; ".join(f"{name} {street.service}" for name in names)
    return {"Content-Security-Policy": f"default-src 'none'; {own}; base-uri 'none'"}


def host(street: Street, lang: str, *threads: str, more: str = "") -> str:
    """A page under the policy with these discussions and one number of comments."""
    counts = (
        f'<p>(<span data-taliq-count="{FULL}">?</span>)</p>'
        f'<script src="{street.service}/count.js" data-site="demo" defer></script>'
    )
    boxes = "".join(street.box(thread, lang, eager="") for thread in threads)
    page = street.article(boxes, lang, more=counts + more).replace('<link rel="icon" href="data:,">', "")
    return street.put("under-policy.html", page, policy(street))


def breaches(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.breaches")
    return found


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_everything_works_and_nobody_else_is_asked(
    chromium: Browser, place: tuple[Street, Gallery], lang: str
) -> None:
    street, gallery = place
    address = host(street, lang, FULL)
    with visit(chromium, street.origins, width=360, language=lang) as reader:
        page = reader.page
        reader.context.add_init_script(BREACHES)
        page.goto(address)
        expect(page.locator(".taliq-comment").first).to_be_visible()
        expect(page.locator("[data-taliq-count]")).not_to_have_text("?")
        page.locator(".taliq-order").click()
        expect(page.locator("#taliq-body")).to_be_visible()
        page.locator(".taliq-reply").first.click()
        expect(page.locator(".taliq-replying")).to_be_visible()
        page.locator(".taliq-cancel").click()
        page.fill("#taliq-body", f"تعليق تحت سياسة المحتوى {lang}")
        page.fill("#taliq-name", "سلمى")
        page.fill("#taliq-email", "salma@example.org")
        page.locator("[name=remember]").check()
        page.locator(".taliq-send button").click()
        receipt = page.locator(".taliq-status a")
        expect(receipt).to_be_visible()
        expect(page.locator(".taliq-own .taliq-waiting")).to_be_visible()
        page.locator(".taliq-report").first.click()
        form = page.locator(".taliq-report-form")
        form.locator("input[type=radio]").first.check()
        form.locator("button[type=submit]").click()
        expect(form.locator("input")).to_have_count(0)
        with reader.context.expect_page() as opened:
            receipt.click()
        expect(opened.value.locator(".verdict h1")).to_be_visible()
        assert opened.value.url.startswith(f"{street.service}/v1/sites/demo/receipts/")
        assert breaches(opened.value) == []
        opened.value.close()
        assert breaches(page) == []

        page.reload()
        expect(page.locator(".taliq-own .taliq-waiting")).to_be_visible()
        expect(page.locator("#taliq-name")).to_have_value("سلمى")
        assert breaches(page) == []

        page.goto(host(street, lang, LONG, FULL))
        more = page.locator(".taliq-more").first
        before = page.locator(".taliq-comment").count()
        more.click()
        expect(page.locator(".taliq-comment").nth(before)).to_be_visible()
        page.goto("about:blank")
        page.goto(host(street, lang, LONG) + f"#comment-{gallery.far}")
        expect(page.locator(".taliq-found")).to_be_visible()
        assert breaches(page) == []
        # The style sheet is there: unstyled, the list would have its markers.
        assert page.locator(".taliq-list").evaluate("(list) => getComputedStyle(list).listStyleType") == "none"
        assert reader.abroad() == []


def test_without_scripts_the_form_goes_where_the_policy_says(
    chromium: Browser, place: tuple[Street, Gallery]
) -> None:
    """The fragments in the publisher's own HTML, under the same policy, and no script at all."""
    street, gallery = place
    client = gallery.newsroom.client()
    parts = [
        client.get(f"/v1/sites/demo/{name}?thread={FULL}&lang=ar&url={street.site}/a/{FULL}").get_data(as_text=True)
        for name in ("form",)
    ]
    page_text = street.article("".join(parts)).replace('<link rel="icon" href="data:,">', "")
    with visit(chromium, street.origins, scripts=False) as reader:
        page = reader.page
        page.goto(street.put("plain.html", page_text, policy(street)))
        page.fill("#taliq-body", "تعليق بلا سكربت تحت سياسة المحتوى")
        page.fill("#taliq-name", "سلمى")
        page.fill("#taliq-email", "salma@example.org")
        page.locator(".taliq-send button").click()
        expect(page.locator(".verdict h1")).to_be_visible()
        assert page.url.startswith(f"{street.service}/v1/sites/demo/receipts/")


def test_the_watch_sees_what_it_is_there_for(chromium: Browser, place: tuple[Street, Gallery]) -> None:
    """The control: a page under the same policy that has a style of its own, and asks elsewhere."""
    street, _ = place
    bad = '<p style="color: red">نص</p><style>p { color: red }</style><img src="http://elsewhere.example/a.png" alt="">'
    with visit(chromium, street.origins) as reader:
        reader.context.add_init_script(BREACHES)
        reader.page.goto(host(street, "ar", FULL, more=bad))
        expect(reader.page.locator(".taliq-comment").first).to_be_visible()
        reader.page.evaluate(
            "document.querySelector('[data-taliq]').shadowRoot.querySelector('.taliq-thread')"
            ".setAttribute('style', 'color: red')"
        )
        reader.page.evaluate(
            "() => new Promise((done) => { const look = () => breaches.length < 4 ? setTimeout(look, 20) : done();"
            " look() })"
        )
        kinds = {line.partition(" ")[0] for line in breaches(reader.page)}
        assert kinds == {"style-src-attr", "style-src-elem", "img-src"}
        reader.page.evaluate("() => { open('http://elsewhere.example/') }")
        while not reader.abroad():
            reader.page.wait_for_timeout(20)
        reader.complaints.clear()
        reader.requests[:] = [r for r in reader.requests if "elsewhere" not in r]
