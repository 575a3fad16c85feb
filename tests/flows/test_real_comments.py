"""The main job on real input: 1,500 Arabic comments through a real server, decided in batches, fetched to the end.

``CORPUS`` holds them; without it a few of our own take their place. Times are printed, never asserted.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.flows.live import Fragment, Server, serving, text_content
from tests.newsroom import FIELDS, Newsroom

CORPUS = os.environ.get("CORPUS")
SITE = "/v1/sites/demo"
WRITERS = 8
BATCH = 250
APPROVE, REJECT = {"action": "approve"}, {"action": "reject", "reason": "hate"}
ALLOWED = re.compile(r"</?(?:a|p|br|strong|em|b|i|del|code|pre|blockquote|ul|ol|li)\b", re.I)
#: (text, whether it is to be approved), when the real ones are not here.
SAMPLE = [
    ("تعليق ممتاز ❤️ شكراً @User.IDX", True), (" \u202aمرحبا\u202c ", True), ("5 < 6 && 7 > 2 &amp; &hearts;", True),
    ("إهانة لا تُنشر", False), ("سطر\nوسطر\n\nوفقرة", True), ("https://news.example/صفحة?أ=1 رابط", True),
    *((f"تعليق رقم {n} على المقال", n % 6 != 0) for n in range(1, 150)),
]  # fmt: skip


@pytest.fixture
def server(newsroom: Newsroom, database_url: str, tmp_path: Path) -> Iterator[Server]:
    with serving(newsroom, database_url, tmp_path) as running:
        yield running


def test_every_real_comment_is_held_decided_and_published_as_it_was_written(
    server: Server, database_url: str, tell: Callable[[str], None]
) -> None:
    comments = real_comments()
    started = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as threads:
        ids = list(threads.map(lambda pair: submit(server, *pair), enumerate(text for text, _ in comments)))
    submitted = time.perf_counter()

    queue = {str(c["id"]): c for c in queue_walk(server)}
    assert list(queue) == sorted(ids)
    assert {c["status"] for c in queue.values()} == {"pending"}
    assert all(queue[i]["text"] == stored_form(text) for i, (text, _) in zip(ids, comments, strict=True))

    walked = time.perf_counter()
    decide_all(server, [(i, good) for i, (_, good) in zip(ids, comments, strict=True)])
    decided = time.perf_counter()
    assert queue_walk(server) == []

    pages, published = fetch_walk(server, "oldest")
    fetched = time.perf_counter()
    expected = {i: text for i, (text, good) in zip(ids, comments, strict=True) if good}
    assert [c["id"] for c in published] == sorted(expected)
    for comment in published:
        raw = expected[str(comment["id"])]
        assert comment["text"] == stored_form(raw)
        if not ALLOWED.search(raw):
            assert text_content(str(comment["html"])) == comment["text"]

    assert sorted(str(c["id"]) for c in fetch_walk(server, "newest")[1]) == sorted(expected)
    fragments = fragment_walk(server)
    assert fragments.keys() == expected.keys()
    assert all(fragments[str(c["id"])] == text_content(str(c["html"])) for c in published)
    rejected = {i for i, (_, good) in zip(ids, comments, strict=True) if not good}
    assert {str(c["id"]) for c in queue_walk(server, "rejected")} == rejected
    tell(
        f"{urlsplit(database_url).scheme.partition('+')[0]}: {len(comments)} comments, {len(expected)} approved, "
        f"{len(rejected)} rejected; {len(ids) / (submitted - started):.0f} submits/s over {WRITERS} connections, "
        f"{len(ids) / (decided - walked):.0f} decisions/s in batches of {BATCH}, "
        f"{pages / (fetched - decided):.0f} page fetches/s on one connection ({pages} pages)"
    )


def real_comments() -> list[tuple[str, bool]]:
    if CORPUS is None:
        return SAMPLE
    lines = Path(CORPUS, "abuse", "mpold-ar.jsonl").read_text("utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line]
    found = [(str(row["text"]), row["label"] == "Non-Offensive") for row in rows]
    assert (len(found), sum(good for _, good in found)) == (1500, 1249)
    return found


def stored_form(raw: str) -> str:
    """The issue's own words: NFC and trim."""
    return unicodedata.normalize("NFC", raw).strip()


def submit(server: Server, number: int, text: str) -> str:
    fields = {**FIELDS, "name": f"قارئ {number}", "email": f"reader{number}@example.org", "body": text}
    status, body = server.ask("POST", f"{SITE}/comments", {**fields, "submission_id": secrets.token_urlsafe(24)})
    assert status == 202, body
    return str(json.loads(body)["id"])


def decide_all(server: Server, wanted: list[tuple[str, bool]]) -> None:
    for start in range(0, len(wanted), BATCH):
        items = [
            {"comment": comment, "version": 1, **(APPROVE if good else REJECT)}
            for comment, good in wanted[start : start + BATCH]
        ]
        status, body = server.ask("POST", "/v1/moderation/decisions", {"decisions": items}, as_token=True)
        assert status == 200, body
        assert {result["status"] for result in json.loads(body)["results"]} == {200}


def queue_walk(server: Server, view: str = "pending") -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    query = {"view": view}
    while True:
        page = server.get("/v1/moderation/queue", as_token=True, **query)
        found += page["comments"]  # type: ignore[operator]
        if page["next"] is None:
            return found
        query["cursor"] = str(page["next"])


def fetch_walk(server: Server, order: str) -> tuple[int, list[dict[str, object]]]:
    """How many pages there were, and the comments on them."""
    found: list[dict[str, object]] = []
    query = {"thread": FIELDS["thread"], "order": order}
    for number in range(1, 1000):
        page = server.get(f"{SITE}/comments", **query)
        found += page["comments"]  # type: ignore[operator]
        if page["next"] is None:
            return number, found
        query["cursor"] = str(page["next"])
    raise AssertionError("the walk does not end")


def fragment_walk(server: Server) -> dict[str, str]:
    """Every comment's text by id, as the ready HTML has it; the next page is the one the fragment links to."""
    found: dict[str, str] = {}
    query = {"thread": FIELDS["thread"], "lang": "ar"}
    while True:
        status, body = server.ask("GET", f"{SITE}/comments.html?{urlencode(query)}")
        assert status == 200
        reading = Fragment()
        reading.feed(body.decode())
        reading.close()
        assert not reading.texts.keys() & found.keys()
        found.update({i: "".join(parts) for i, parts in reading.texts.items()})
        if reading.more is None:
            return found
        query["cursor"] = parse_qs(urlsplit(reading.more).query)["cursor"][0]
