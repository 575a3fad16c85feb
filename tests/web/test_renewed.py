"""What a decision makes anew before it is answered, and what readers get until then."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from service.app import create_app
from service.domain.moderation import Action
from service.queries.versions import Versions
from service.storage.changes import Changes
from service.usecases.decide_comments import DecisionRequest
from service.web import ready
from service.web.ready import Ready
from tests.contracts.test_sql_counts import statements
from tests.newsroom import Newsroom
from tests.web.test_ready import KINDS, THREAD, Elapsed, read

PATIENCE = 30.0
#: Answers of which it is said what they are made of; the feed of a site is made anew whenever it is asked for.
KEPT = {name: address for name, address in KINDS.items() if name != "site feed"}


@pytest.fixture
def app(newsroom: Newsroom) -> Flask:
    return create_app(newsroom.container, Elapsed())


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def often(client: FlaskClient, address: str, **headers: str) -> TestResponse:
    """What is asked for more than once."""
    read(client, address, **headers)
    return read(client, address, **headers)


def hidden(newsroom: Newsroom) -> UUID:
    """A comment that shows, hidden."""
    comment = newsroom.approved(name="ليلى")
    newsroom.decide(comment, Action.REJECT, version=2, reason="spam")
    return comment


@pytest.mark.parametrize("address", KEPT.values(), ids=KEPT)
def test_what_is_asked_for_again_and_again_is_ready_when_the_decision_is_answered(
    newsroom: Newsroom, client: FlaskClient, address: str
) -> None:
    for name in ("سلمى", "خالد"):
        newsroom.approved(name=name)
    before = often(client, address, Accept_Encoding="gzip")
    newsroom.approved(name="ليلى")
    with statements() as seen, pytest.MonkeyPatch.context() as patch:
        patch.setattr(gzip, "compress", None)
        after = read(client, address, Accept_Encoding="gzip")
    assert (after.status_code, seen) == (200, [])
    assert after.data != before.data
    assert after.headers["ETag"] != before.headers["ETag"]
    plain = read(client, address, Accept_Encoding="identity").data
    assert (gzip.decompress(after.data) if "Content-Encoding" in after.headers else after.data) == plain


def test_what_was_asked_for_once_is_made_when_it_is_asked_for(newsroom: Newsroom, client: FlaskClient) -> None:
    newsroom.approved()
    read(client, THREAD)
    newsroom.approved(name="ليلى")
    with statements() as seen:
        assert "ليلى" in read(client, THREAD).text
    assert seen


def test_what_nobody_asks_for_any_more_is_not_made_with_each_change(
    newsroom: Newsroom, client: FlaskClient
) -> None:
    newsroom.approved()
    often(client, THREAD)
    for name in ("ليلى", "خالد", "سلمى"):
        newsroom.approved(name=name)
    with statements() as seen:
        assert "سلمى" in read(client, THREAD).text
    assert seen


def test_readers_get_what_there_was_until_it_is_made(
    newsroom: Newsroom, app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change is committed and not answered yet; nobody waits for the answer that is being made."""
    newsroom.approved()
    before = often(client, THREAD).data
    making, go_on = threading.Event(), threading.Event()
    reader = newsroom.container.public_reader
    ask = reader.versions

    def slowly(slug: str, keys: Collection[str]) -> Versions:
        making.set()
        assert go_on.wait(PATIENCE)
        return ask(slug, keys)

    monkeypatch.setattr(reader, "versions", slowly)
    with ThreadPoolExecutor(1) as moderator:
        decided = moderator.submit(newsroom.approved, name="ليلى")
        assert making.wait(PATIENCE)
        assert newsroom.sql("SELECT count(*) FROM comment WHERE status = 'approved'") == [(2,)]
        assert read(app.test_client(), THREAD).data == before
        assert not decided.done()
        go_on.set()
        decided.result(PATIENCE)
    assert "ليلى" in read(client, THREAD).text


def test_who_is_answered_meanwhile_has_readers_see_it(
    newsroom: Newsroom, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decision is sent twice; the second is answered from the log, while what the first changes is being made."""
    newsroom.approved()
    comment = newsroom.pending(name="ليلى")
    often(client, THREAD)
    making, go_on = threading.Event(), threading.Event()

    def slowly(ready: Ready, *_: object) -> None:
        making.set()
        assert go_on.wait(PATIENCE)

    monkeypatch.setattr(Ready, "_make_again", slowly)
    asked = DecisionRequest(comment, Action.APPROVE, 1, client_id="c" * 32)
    with ThreadPoolExecutor(1) as moderator:
        first = moderator.submit(newsroom.container.decide_comments.one, newsroom.principal, asked)
        assert making.wait(PATIENCE)
        assert "ليلى" not in read(client, THREAD).text
        newsroom.container.decide_comments.one(newsroom.principal, asked)
        assert "ليلى" in read(client, THREAD).text
        go_on.set()
        first.result(PATIENCE)


def test_it_is_not_begun_when_it_has_taken_too_long(
    newsroom: Newsroom, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready, "_RENEWS", -1.0)
    newsroom.approved()
    often(client, THREAD)
    newsroom.approved(name="ليلى")
    with statements() as seen:
        assert "ليلى" in read(client, THREAD).text
    assert seen


def test_answers_of_other_threads_are_not_looked_at_for_it(newsroom: Newsroom, client: FlaskClient) -> None:
    other = THREAD.replace("article-1", "article-2")
    newsroom.approved()
    newsroom.approved(thread="article-2")
    shown = often(client, other).data
    hidden(newsroom)
    with statements() as seen:
        assert read(client, other).data == shown
    assert seen == []
    newsroom.container.manage_sites.set_policy("demo", {"language": "fr"})
    with statements() as seen:
        read(client, f"{other}&order=newest")
        read(client, other)
    assert seen


def test_a_change_is_made_though_nothing_can_be_made_anew(
    newsroom: Newsroom, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.approved()
    often(client, THREAD)

    def fail(*_: object) -> None:
        raise RuntimeError

    with pytest.MonkeyPatch.context() as patch, capture_logs() as told:
        patch.setattr(Ready, "_make_again", fail)
        newsroom.approved(name="ليلى")
    assert [line["error"] for line in told if line["event"] == "ready.not_renewed"] == ["RuntimeError"]
    assert "ليلى" in read(client, THREAD).text


def test_the_request_that_decides_keeps_its_own_name_in_the_log(newsroom: Newsroom, client: FlaskClient) -> None:
    newsroom.approved()
    often(client, THREAD)
    with structlog.contextvars.bound_contextvars(request_id="the-decision"):
        newsroom.approved(name="ليلى")
        assert structlog.contextvars.get_contextvars() == {"request_id": "the-decision"}


def test_a_change_is_told_when_all_have_made_ready_for_it_also_when_one_fails() -> None:
    changes, made = Changes(), list[tuple[int, int]]()
    changes.follow(lambda number, tags: made.append((number, changes.told)))
    changes.note(["a"])
    assert (made, changes.committed, changes.told) == ([(1, 0)], 1, 1)

    def fail(number: int, _tags: object) -> None:
        raise RuntimeError

    changes.follow(fail)
    with pytest.raises(RuntimeError):
        changes.note(["b"])
    assert (changes.committed, changes.told) == (2, 2)


def test_a_later_change_that_is_told_first_stays_told() -> None:
    changes, started, go_on = Changes(), threading.Event(), threading.Event()

    def slow_for_the_first(number: int, _tags: object) -> None:
        if number == 1:
            started.set()
            assert go_on.wait(PATIENCE)

    changes.follow(slow_for_the_first)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(changes.note, ["a"])
        assert started.wait(PATIENCE)
        changes.note(["b"])
        assert changes.told == 2
        go_on.set()
        first.result(PATIENCE)
    assert (changes.committed, changes.told) == (2, 2)
