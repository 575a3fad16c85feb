"""Two hundred honest readers at a site that publishes first and reviews then: hardly anybody waits, nobody is refused.

Each opens the discussion in Chromium, every second one without JavaScript, puts in what they have to say as the
keyboard of a telephone does, a word at a time, and sends it. Ten write at a time.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.conftest import ALONE, ARGUMENTS, CHROMIUM
from tests.flows.live import Server, serving
from tests.newsroom import FIELDS, Newsroom

READERS, AT_ONCE, ARTICLES = 200, 10, 25
#: From opening the form to sending it, in seconds. Who is faster than three is taken for a program.
TYPING = 3.6
#: Of our own writing; the collection has real ones.
SAMPLE = (
    "شكرًا على هذا المقال، لم أكن أعرف أن السدّ بُني قبل ستين سنة.",
    "أختلف مع الكاتب في النقطة الثالثة: المزارعون لم يُسألوا أصلًا.",
    "The river was dry last summer as well; nobody wrote about it then.",
    "سؤال للمحرّر: من أين جاء رقم 40%؟ لم أجده في التقرير.",
    "Good reporting. Please tell us how the vote ends.",
    "والله كلام صحيح، نحن أهل القرية نعيش هذا كل يوم",
    "مقال طويل لكنه يستحقّ القراءة حتى آخره، أحسنتم.",
    "I grew up there. The bridge in the second picture is not the old one.",
)


@dataclass(frozen=True)
class Reader:
    number: int
    text: str
    script: bool

    @property
    def name(self) -> str:
        return f"قارئ {self.number}"

    @property
    def network(self) -> str:
        """Every fifth is one of four behind one address of a mobile provider."""
        if self.number % 5 == 0:
            return f"100.64.{self.number // 20}.7"
        return f"10.{self.number}.1.9"


def _texts() -> list[str]:
    corpus = os.environ.get("CORPUS")
    if corpus is None:
        return [f"{text} ({number})" for number, text in enumerate(SAMPLE)]
    lines = (Path(corpus) / "abuse" / "mpold-ar.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    fine = [" ".join(r["text"].split()) for r in rows if r["label"] == "Non-Offensive" and r["agreement"] == 100]
    # A text that stands in the collection twice is one reader's.
    return random.Random(1).sample(sorted({text for text in fine if 10 <= len(text) <= 300}), READERS)


@pytest.mark.timeout(600)
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)")
def test_of_two_hundred_honest_readers_hardly_anybody_waits_and_nobody_is_refused(
    small_newsroom: Newsroom, sqlite_url: str, tmp_path: Path
) -> None:
    room = small_newsroom
    room.container.manage_sites.set_policy("demo", {"mode": "publish"})
    readers = [Reader(n, text, script=n % 2 == 0) for n, text in enumerate(_texts())]
    with serving(room, sqlite_url, tmp_path, trusted_proxies="127.0.0.1/32") as server:
        asyncio.run(_all(readers, server))
    found = room.sql(
        "SELECT r.name, c.status FROM comment c JOIN revision r ON r.comment_id = c.id WHERE r.number = 1"
    )
    statuses = {str(name): str(status) for name, status in found}
    held = room.sql("SELECT code, count(*) FROM finding WHERE outcome <> 'note' GROUP BY code")
    print(f"\n{Counter(statuses.values())} of {len(readers)} typed; held by {dict(held)}")
    assert statuses.keys() == {reader.name for reader in readers}
    assert Counter(statuses.values())["approved"] >= len(readers) * 98 // 100


async def _all(readers: list[Reader], server: Server) -> None:
    waiting = iter(readers)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, ALONE])

        async def desk() -> None:
            for reader in waiting:
                await _write(browser, reader, server)

        await asyncio.gather(*(desk() for _ in range(AT_ONCE)))
        await browser.close()


async def _write(browser: Browser, reader: Reader, server: Server) -> None:
    context = await browser.new_context(
        java_script_enabled=reader.script,
        viewport={"width": 360, "height": 740},
        extra_http_headers={"X-Forwarded-For": reader.network},
    )
    page = await context.new_page()
    article = reader.number % ARTICLES
    where = {"thread": f"article-{article}", "url": f"{FIELDS['url']}{article}", "lang": "ar"}
    await page.goto(f"http://127.0.0.1:{server.port}/v1/sites/demo/page?{urlencode(where)}")
    await page.locator("#taliq-body").focus()
    words = re.findall(r"\S+\s*", reader.text)
    for word in words:
        await page.keyboard.insert_text(word)
        await page.wait_for_timeout(TYPING * 1000 / len(words))
    await page.fill("#taliq-name", reader.name)
    await page.fill("#taliq-email", f"reader{reader.number}@mail.example")
    async with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        await page.locator(".taliq-form .taliq-button[type=submit]").click()
    assert (await sent.value).status in (201, 202, 303)
    await context.close()
