"""A post that comes again, at once or later: one comment and the first answer."""

from __future__ import annotations

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.domain.moderation import Action
from tests.newsroom import FIELDS, Newsroom

POST = "/v1/sites/demo/comments"


def with_id(**more: str) -> dict[str, str]:
    return {**FIELDS, "submission_id": secrets.token_urlsafe(24), **more}


def posted_at_once(app: Flask, times: int, **sent: object) -> list[TestResponse]:
    """The answers to one post sent ``times`` times at the same moment, each over a connection of its own."""
    barrier = threading.Barrier(times)

    def post(_number: int) -> TestResponse:
        client = app.test_client()
        barrier.wait(timeout=10)
        return client.post(POST, **sent)  # type: ignore[arg-type]

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(post, range(times), timeout=60))


def rows(newsroom: Newsroom) -> dict[str, int]:
    tables = ("comment", "revision", "contact", "submission", "author", "outbox", "thread")
    return {table: int(str(newsroom.sql(f"SELECT count(*) FROM {table}")[0][0])) for table in tables}


def test_fifty_identical_posts_at_once_are_one_comment(newsroom: Newsroom) -> None:
    answers = posted_at_once(newsroom.app(), 50, json=with_id())
    assert {a.status_code for a in answers} == {202}
    assert len({a.data for a in answers}) == 1
    assert rows(newsroom) == dict.fromkeys(rows(newsroom), 1)


def test_fifty_identical_forms_at_once_lead_to_one_receipt(newsroom: Newsroom) -> None:
    answers = posted_at_once(newsroom.app(), 50, data=with_id())
    assert {a.status_code for a in answers} == {303}
    assert len({a.headers["Location"] for a in answers}) == 1
    assert rows(newsroom) == dict.fromkeys(rows(newsroom), 1)


def test_two_texts_under_one_id_at_once_are_one_comment_and_a_refusal(newsroom: Newsroom) -> None:
    app, own = newsroom.app(), secrets.token_urlsafe(24)
    for number in range(10):
        bodies = [with_id(submission_id=f"{own}{number}", body=f"نص {number} {n}") for n in range(2)]
        barrier = threading.Barrier(2)

        def post(fields: dict[str, str], barrier: threading.Barrier = barrier) -> TestResponse:
            barrier.wait(timeout=10)
            return app.test_client().post(POST, json=fields)

        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(post, bodies))
        assert sorted(a.status_code for a in answers) == [202, 409]
        assert [a.json["code"] for a in answers if a.status_code == 409] == ["submission_reused"]
    assert newsroom.sql("SELECT count(*) FROM comment") == [(10,)]


@pytest.mark.parametrize("changed", ["body", "name", "email", "website", "title", "parent", "thread", "url"])
def test_an_id_used_with_anything_else_is_refused(small_newsroom: Newsroom, changed: str) -> None:
    client, fields = small_newsroom.client(), with_id()
    assert client.post(POST, json=fields).status_code == 202
    other = {**fields, changed: "https://news.example/b" if changed == "url" else f"{fields.get(changed, '')}x"}
    refused = client.post(POST, json=other)
    assert (refused.status_code, refused.json["code"]) == (409, "submission_reused")
    assert "receipt" not in refused.get_data(as_text=True).replace("receipt_", "")
    assert small_newsroom.sql("SELECT count(*) FROM comment") == [(1,)]


def test_the_first_answer_is_given_again_after_everything_has_changed(newsroom: Newsroom) -> None:
    """Decided, closed, the policy another, the day after: the reader whose answer was lost still gets it."""
    client, fields = newsroom.client(), with_id()
    first = client.post(POST, json=fields)
    comment = newsroom.container.signer.read_receipt(first.json["receipt"])
    assert comment is not None
    newsroom.decide(comment, Action.REJECT, reason="other")
    newsroom.container.manage_sites.set_state("demo", "article-1", "closed")
    newsroom.container.manage_sites.set_policy("demo", {"website": "required"})
    newsroom.clock.forward(days=1)
    again = client.post(POST, json=fields)
    assert (again.status_code, again.data) == (first.status_code, first.data)


def test_a_form_without_an_id_that_comes_twenty_times_at_once_is_one_comment(newsroom: Newsroom) -> None:
    answers = posted_at_once(newsroom.app(), 20, data=FIELDS)
    assert sorted(a.status_code for a in answers) == [202] * 19 + [303]
    (first,) = [a for a in answers if a.status_code == 303]
    receipt = first.headers["Location"].split("/receipts/")[1].partition("?")[0]
    for page in (a for a in answers if a.status_code == 202):
        assert "Location" not in page.headers
        assert receipt.partition(".")[2] not in page.get_data(as_text=True)
        assert "receipt" not in page.get_data(as_text=True)
    assert rows(newsroom) == dict.fromkeys(rows(newsroom), 1)


def test_ten_minutes_later_the_same_words_are_a_new_comment(newsroom: Newsroom) -> None:
    client = newsroom.client()
    assert client.post(POST, data=FIELDS).status_code == 303
    newsroom.clock.forward(minutes=9, seconds=59)
    assert client.post(POST, data=FIELDS).status_code == 202
    newsroom.clock.forward(seconds=1)
    assert client.post(POST, data=FIELDS).status_code == 303
    assert newsroom.sql("SELECT count(*) FROM comment") == [(2,)]


@pytest.mark.parametrize("other", [{"email": "b@example.org"}, {"thread": "article-2"}, {"body": "غير ذلك"}])
def test_what_differs_in_thread_address_or_text_is_no_repeat(small_newsroom: Newsroom, other: dict[str, str]) -> None:
    client = small_newsroom.client()
    assert client.post(POST, data=FIELDS).status_code == 303
    assert client.post(POST, data={**FIELDS, **other}).status_code == 303
