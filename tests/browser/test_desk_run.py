"""A moderator with a keyboard and five hundred comments: what lands, how fast the next card comes, what two restarts of
the server lose, and the way back. Times are printed, never judged.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import shutil
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from service.bootstrap import build
from tests.browser.press import serving
from tests.browser.visit import SAVED, sign_in, visit
from tests.newsroom import FIELDS, PASSWORD, Newsroom, SetClock, settings_for
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

CORPUS = os.environ.get("CORPUS")
COMMENTS = 500
KEYS = ("a", "a", "a", "2", "a", "1", "a", "4")
#: From the key that was pressed to the frame after it, in the page's own time.
MEASURE = """
window.tally = [];
addEventListener("keydown", ({ key, timeStamp }) => {
  if (/^[a1-8]$/.test(key)) requestAnimationFrame(() => setTimeout(() => tally.push(performance.now() - timeStamp)));
}, true);
"""
CARD = "#queue > .now article"
#: The next card is there; it comes a little later where the machine is busy.
READY = f"(last) => (document.querySelector('{CARD}')?.dataset.id ?? last) != last"
STATES = "SELECT id, status, published_revision, moderated_by FROM comment ORDER BY id"


def texts() -> Iterator[str]:
    """Arabic news comments, toxic English ones and comments of videos, in turn; without the corpus ones of our own."""
    if CORPUS is None:
        yield from (f"تعليق رقم {number} من دون المجموعة" for number in itertools.count())
        return
    csv.field_size_limit(sys.maxsize)
    folder = Path(CORPUS)
    with (folder / "abuse/mpold-ar.jsonl").open(encoding="utf-8") as lines:
        arabic = [json.loads(line)["text"] for line in lines]
    with (folder / "abuse/surge-en.csv").open(encoding="utf-8", newline="") as rows:
        english = [row["text"] for row in csv.DictReader(rows)]
    videos = []
    for path in sorted((folder / "spam").glob("Youtube0*.csv")):
        with path.open(encoding="utf-8", newline="") as rows:
            videos += [row["CONTENT"] for row in csv.DictReader(rows)]
    for three in itertools.zip_longest(arabic, english, videos):
        yield from filter(None, three)


def post(room: Newsroom) -> int:
    """Through the API, as a site would; how many were taken. What is too long or full of tags is refused there."""
    client, taken = room.client(), 0
    for number, body in enumerate(texts()):
        sent = {**FIELDS, "body": body, "submission_id": f"desk-run-{number:06}-abcdefghij"}
        taken += client.post("/v1/sites/demo/comments", json=sent).status_code == 202
        if taken == COMMENTS:
            break
    return taken


def decided(page: Page, keys: Iterator[str], number: int) -> None:
    """So many keys, each when its card has come and stood there long enough to be one's own."""
    for _ in range(number):
        last = page.wait_for_selector(CARD).get_attribute("data-id")
        page.wait_for_timeout(160)
        page.keyboard.press(next(keys))
        page.wait_for_function(READY, arg=last, polling=20)


def saved(page: Page) -> None:
    page.wait_for_function(SAVED, timeout=60_000)


def test_five_hundred_comments_by_keys_alone_through_two_restarts_and_all_the_way_back(
    chromium: Browser, sqlite_template: Path, tmp_path: Path
) -> None:
    path, port = tmp_path / "taliq.sqlite3", free_port()
    shutil.copy(sqlite_template, path)
    origin = f"http://127.0.0.1:{port}"
    container = build(settings_for(f"sqlite:///{path}", public_url=origin), clock=SetClock())
    room = Newsroom(container, SetClock())
    assert post(room) == COMMENTS
    before = room.sql(STATES)
    keys = itertools.cycle(KEYS)
    with visit(chromium, (origin,), cookies=True) as moderator:
        moderator.announced |= {f"ERR_{what}" for what in ("CONNECTION_REFUSED", "CONNECTION_RESET", "EMPTY_RESPONSE")}
        page = moderator.page
        with serving(room.app(), port):
            moderator.context.add_init_script(MEASURE)
            sign_in(page, f"{origin}/console/", "sara", PASSWORD)
            page.wait_for_selector("html.has-desk")
            decided(page, keys, 150)
        # The server is down; a moderator does not notice, as long as there are cards.
        decided(page, keys, 5)
        with serving(room.app(), port):
            decided(page, keys, 150)
        decided(page, keys, 5)
        with serving(room.app(), port):
            decided(page, keys, 189)
            page.wait_for_timeout(160)
            page.keyboard.press(next(keys))
            page.wait_for_selector("#desk-empty:not([hidden])")
            saved(page)
            times = sorted(page.evaluate("tally"))
            found = room.sql("SELECT action, reason, count(*) FROM decision GROUP BY action, reason ORDER BY 3 DESC")
            print(
                f"\n{len(times)} keys: median {statistics.median(times):.0f} ms, "
                f"p95 {times[int(len(times) * 0.95)]:.0f} ms, longest {times[-1]:.0f} ms; {found}"
            )
            wanted = [key for key, _ in zip(itertools.cycle(KEYS), range(COMMENTS), strict=False)]
            assert room.sql("SELECT count(*) FROM comment WHERE status = 'pending'") == [(0,)]
            assert {action: n for action, _, n in found if action != "reject"} == {
                "approve": wanted.count("a"),
                "spam": wanted.count("1"),
            }
            assert len(times) == COMMENTS
            for _ in range(COMMENTS):
                page.keyboard.press("z")
            saved(page)
            assert room.sql(STATES) == before
            assert page.locator("#queue > li").count() == COMMENTS
    container.close()
