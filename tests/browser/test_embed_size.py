"""What a browser loads of ours, compressed as it is served."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from service.web.rendering import STATIC
from tests.browser.host import embed, host_page, send, write
from tests.browser.press import Press
from tests.browser.visit import visit
from tests.newsroom import Newsroom

EMBED = STATIC / "embed"


def compressed(*files: Path) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def test_script_and_style_of_the_embed_are_at_most_eight_kilobytes() -> None:
    size = compressed(EMBED / "embed.js", EMBED / "embed.css")
    print(f"\nembed.js and embed.css: {size} bytes")
    assert size <= 8_192


def test_it_is_as_small_as_it_is_served(small_newsroom: Newsroom) -> None:
    client, size = small_newsroom.client(), 0
    for address in ("/embed.js", "/static/embed/embed.css"):
        answer = client.get(address, headers={"Accept-Encoding": "gzip, br"})
        assert answer.headers["Content-Encoding"] == "gzip"
        size += len(answer.data)
    assert size <= 8_192


def test_the_script_for_numbers_is_at_most_one_kilobyte() -> None:
    size = compressed(EMBED / "count.js")
    print(f"\ncount.js: {size} bytes")
    assert size <= 1_024


@pytest.mark.browser
def test_nothing_else_is_loaded_up_to_a_posted_comment(chromium: Browser, press: Press) -> None:
    with visit(chromium, press.origins) as reader:
        page = reader.page
        page.goto(host_page(press, embed(press)))
        write(page, "تعليق")
        send(page)
        expect(page.locator(".taliq-status")).not_to_be_empty()
        loaded = [r.partition(" ")[2].partition("?")[0] for r in reader.requests]
        ours = {r.removeprefix(press.service) for r in loaded if r.startswith(press.service)}
        assert ours == {
            *("/embed.js", "/static/embed/embed.css"),
            *(f"/v1/sites/demo/{path}" for path in ("comments.html", "form", "comments")),
        }
