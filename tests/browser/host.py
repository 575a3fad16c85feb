"""Pages of publishers: a link to a discussion, and the script."""

from __future__ import annotations

from html import escape
from typing import Any

from playwright.sync_api import Locator, Page

from service.demo.article import LEAD
from tests.browser.press import Press

#: Every event of the embed, from the first script on.
LISTEN = """
window.heard = [];
for (const name of ['ready', 'submitted', 'error'])
  addEventListener('taliq:' + name, (e) => heard.push([name, e.detail, e.composedPath()[0].dataset.thread]));
"""


def embed(press: Press, thread: str = LEAD.key, **data: str) -> str:
    """What a publisher pastes, for one thread."""
    values = {"taliq": press.service, "site": "demo", "thread": thread, "url": press.article, **data}
    attributes = " ".join(f'data-{name}="{escape(value)}"' for name, value in values.items())
    link = f"{press.service}/v1/sites/demo/page?thread={thread}&amp;lang=ar"
    return f'<a href="{link}" {attributes}>التعليقات</a>'


def host_page(press: Press, *parts: str, lang: str = "ar", name: str = "page") -> str:
    """The address of a page with these parts, one after the other, and the script."""
    direction = "rtl" if lang == "ar" else "ltr"
    press.hosts[name] = "\n".join(
        (
            f'<!doctype html><html lang="{lang}" dir="{direction}"><meta charset="utf-8"><title>صفحة</title>',
            '<meta name="viewport" content="width=device-width"><link rel="icon" href="/mark.svg">',
            *parts,
            f'<script src="{press.service}/embed.js" defer></script>',
        )
    )
    return f"{press.site}/host/{name}"


def comment(page: Page, comment_id: object) -> Locator:
    return page.locator(f'[id="comment-{comment_id}"]')


def write(page: Page, body: str, name: str = "سلمى", email: str = "salma@example.org") -> None:
    for field, value in (("body", body), ("name", name), ("email", email)):
        page.fill(f"#taliq-{field}", value)


def send(page: Page) -> None:
    page.locator(".taliq-form .taliq-button[type=submit]").click()


def heard(page: Page, name: str) -> list[Any]:
    """The details of the events of that name so far."""
    found: list[Any] = page.evaluate("(name) => heard.filter((e) => e[0] == name).map((e) => e[1])", name)
    return found


def kept(page: Page, thread: str = LEAD.key) -> dict[str, Any]:
    """What this browser keeps of the thread."""
    found: dict[str, Any] = page.evaluate("(key) => JSON.parse(localStorage[key] ?? '{}')", f"taliq:demo:{thread}")
    return found
