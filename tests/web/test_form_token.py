"""The form token and the trap: they hold, with a reason the moderator reads; they never refuse and never lose."""

from __future__ import annotations

import re
import secrets

import pytest

from tests.newsroom import FIELDS, Newsroom, word

ADDRESS = "/v1/sites/demo/comments"


def send(room: Newsroom, **more: object) -> int:
    """From a reader of their own, somewhere else each time: many of one would be a flood."""
    mark = word()
    own = {"submission_id": secrets.token_urlsafe(24), "body": mark, "email": f"{mark}@example.org"}
    somewhere = {"REMOTE_ADDR": f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.1"}
    return int(room.client().post(ADDRESS, json={**FIELDS, **own, **more}, environ_base=somewhere).status_code)


def findings(room: Newsroom) -> list[str]:
    return [str(code) for (code,) in room.sql("SELECT code FROM finding ORDER BY id")]


@pytest.fixture
def room(newsroom: Newsroom) -> Newsroom:
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    return newsroom


def test_the_form_brings_the_token_that_lets_a_comment_through(room: Newsroom) -> None:
    client = room.client()
    html = client.get("/v1/sites/demo/form?thread=article-1").get_data(as_text=True)
    token = re.search(r'name="token" value="([^"]+)"', html)
    assert token is not None
    room.clock.forward(seconds=2)
    assert send(room, token=token[1]) == 202
    room.clock.forward(seconds=1)
    assert send(room, token=token[1]) == 201
    # Two comments from one form, hours later: the token is no ticket for one.
    room.clock.forward(hours=23)
    assert send(room, token=token[1]) == 201
    room.clock.forward(hours=1)
    assert send(room, token=token[1]) == 202
    assert findings(room) == ["form_too_fast", "form_stale"]


def test_a_token_of_another_thread_or_site_or_of_nobody_is_none(room: Newsroom) -> None:
    other = room.container.manage_sites.create("other", "أخرى", {})
    signer, now = room.container.signer, room.clock()
    good = room.form_token()
    tokens: list[object] = [
        None, "", "x", 7, ["x"], room.form_token("article-2"), signer.form_token(other.id, "article-1", now),
        good[:-1] + ("A" if good[-1] != "A" else "B"), good + "A", signer.status_token(room.site.id),
    ]  # fmt: skip
    for token in tokens:
        assert send(room, token=token) == 202, token
    assert findings(room) == ["form_missing"] * len(tokens)
    assert send(room, token=good) == 201


def test_a_post_without_an_id_is_never_published_at_once(room: Newsroom) -> None:
    assert send(room, token=room.form_token(), submission_id=None) == 202
    assert findings(room) == ["form_missing"]


def test_a_filled_trap_holds_and_is_kept_nowhere(room: Newsroom) -> None:
    bait = f"bait{secrets.token_hex(8)}"
    assert send(room, token=room.form_token(), subject=bait) == 202
    assert findings(room) == ["trap_filled"]
    assert send(room, token=room.form_token(), subject="") == 201
    for table in ("comment", "revision", "finding", "submission", "outbox"):
        assert bait not in repr(room.sql(f"SELECT * FROM {table}"))


def test_a_retry_with_a_fresh_token_is_still_the_same_comment(room: Newsroom) -> None:
    fields = {"submission_id": secrets.token_urlsafe(24), "body": "مرة واحدة", "email": FIELDS["email"]}
    assert send(room, token=room.form_token(), **fields) == 201
    assert send(room, token=room.form_token(seconds=5), subject="x", **fields) == 201
    assert room.sql("SELECT count(*) FROM comment") == [(1,)]


def test_a_form_that_comes_back_keeps_its_token_and_the_moderator_reads_why(room: Newsroom) -> None:
    token = room.form_token()
    page = room.client().post(ADDRESS, data={**FIELDS, "body": "", "token": token})
    assert f'name="token" value="{token}"' in page.get_data(as_text=True)
    assert send(room) == 202
    queue = room.client().get("/v1/moderation/queue", headers=room.token()).get_json()
    assert [f["code"] for f in queue["comments"][0]["findings"]] == ["form_missing"]


def test_the_trap_is_out_of_everybodys_way(small_newsroom: Newsroom) -> None:
    html = small_newsroom.client().get("/v1/sites/demo/form?thread=article-1").get_data(as_text=True)
    (trap,) = re.findall(r'<div class="taliq-trap" hidden>.*?</div>', html)
    assert re.search(r'<input[^>]*name="subject"[^>]*autocomplete="off"[^>]*tabindex="-1"', trap)
