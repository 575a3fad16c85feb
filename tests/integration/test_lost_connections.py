"""A database that goes away between and within requests: nothing acknowledged is lost, nothing is stored twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine, text

from service.bootstrap import build
from service.domain.errors import UnavailableError
from service.domain.moderation import Action
from service.storage.uow import ATTEMPTS, Session, UnitOfWork
from service.usecases.decide_comments import DecisionRequest
from tests.integration.test_retry import POST, rows, with_id
from tests.newsroom import FIELDS, Newsroom, SetClock, settings_for


@pytest.fixture
def postgres_newsroom(postgres_url: str, clock: SetClock) -> Iterator[Newsroom]:
    made = build(settings_for(postgres_url), clock=clock)
    yield Newsroom(made, clock)
    made.close()


def unit_of_work(newsroom: Newsroom) -> UnitOfWork:
    return newsroom.container.decide_comments._uow


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "57P01"])
def test_a_change_runs_again_after_what_leaves_nothing_behind(postgres_newsroom: Newsroom, sqlstate: str) -> None:
    newsroom, runs = postgres_newsroom, []

    def change(session: Session) -> int:
        runs.append(session)
        session.execute(text("UPDATE site SET name = name || '+'"))
        if len(runs) < ATTEMPTS:
            fail(session, sqlstate)
        return len(runs)

    assert unit_of_work(newsroom).run(change) == ATTEMPTS
    assert newsroom.sql("SELECT name FROM site") == [("صحيفة+",)]


def test_what_fails_every_time_is_said_and_leaves_nothing(postgres_newsroom: Newsroom) -> None:
    newsroom, runs = postgres_newsroom, []

    def change(session: Session) -> None:
        runs.append(session)
        session.execute(text("UPDATE site SET name = name || '+'"))
        fail(session, "40001")

    with pytest.raises(UnavailableError):
        unit_of_work(newsroom).run(change)
    assert len(runs) == ATTEMPTS
    assert newsroom.sql("SELECT name FROM site") == [("صحيفة",)]


def test_a_connection_that_ends_inside_a_change_costs_nothing(postgres_newsroom: Newsroom) -> None:
    newsroom, runs = postgres_newsroom, []

    def change(session: Session) -> None:
        runs.append(session)
        session.execute(text("UPDATE site SET name = name || '+'"))
        if len(runs) == 1:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    unit_of_work(newsroom).run(change)
    assert len(runs) == 2
    assert newsroom.sql("SELECT name FROM site") == [("صحيفة+",)]


def test_connections_that_end_between_requests_are_not_noticed(postgres_newsroom: Newsroom, postgres_url: str) -> None:
    newsroom, acknowledged = postgres_newsroom, []
    client, auth = newsroom.client(), newsroom.token()
    for number in range(15):
        sent = client.post(POST, json=with_id(body=f"نص {number}"))
        assert sent.status_code == 202
        acknowledged.append(sent.json["id"])
        assert end_connections(postgres_url) >= 1
        approve = f"/v1/moderation/comments/{sent.json['id']}/approve"
        assert client.post(approve, json={"version": 1}, headers=auth).status_code == 200
        assert end_connections(postgres_url) >= 1
        assert client.get(f"{POST}?thread=article-1").json["count"] == number + 1
    assert {str(i) for (i,) in newsroom.sql("SELECT id FROM comment")} == set(acknowledged)


def test_readers_who_post_while_connections_end_lose_nothing(postgres_newsroom: Newsroom, postgres_url: str) -> None:
    """Some hear 503 and send again, as the form does; whoever heard 202 has a comment, and only one."""
    newsroom, done = postgres_newsroom, threading.Event()
    app = newsroom.app()

    def write(writer: int) -> list[str]:
        return [post_until_taken(app, with_id(body=f"نص {writer} {n}")) for n in range(15)]

    def cut() -> None:
        while not done.wait(0.2):
            end_connections(postgres_url)

    with ThreadPoolExecutor(5) as threads:
        cutting = threads.submit(cut)
        try:
            acknowledged = [c for part in threads.map(write, range(4)) for c in part]
        finally:
            done.set()
        cutting.result(timeout=10)
    assert len(acknowledged) == 60
    assert {str(i) for (i,) in newsroom.sql("SELECT id FROM comment")} == set(acknowledged)
    assert newsroom.sql("SELECT count(*) FROM contact") == [(60,)]


@pytest.mark.parametrize("fields", [with_id(), FIELDS], ids=["with an id", "without"])
def test_a_commit_whose_answer_was_lost_is_found_again(postgres_newsroom: Newsroom, fields: dict[str, str]) -> None:
    """The server has committed and its word never came: the change runs again and must not store twice."""
    newsroom, app = postgres_newsroom, postgres_newsroom.app()
    losing = LosesTheAnswer(unit_of_work(newsroom).engine)
    sent = app.test_client().post(POST, json=fields)
    assert losing.lost == 1
    assert sent.status_code == 202
    assert sent.json["status"] == ("pending" if "submission_id" in fields else "received")
    assert rows(newsroom) == dict.fromkeys(rows(newsroom), 1)


def test_a_change_whose_commit_was_not_answered_is_seen_by_whoever_reads_here(postgres_newsroom: Newsroom) -> None:
    """The change runs again and finds that it was made: nothing of it is public any more than it was."""
    newsroom = postgres_newsroom
    client, comment = newsroom.client(), newsroom.pending(name="ليلى")
    assert client.get(f"{POST}?thread=article-1").json["count"] == 0
    losing = LosesTheAnswer(unit_of_work(newsroom).engine)
    decided = DecisionRequest(comment, Action.APPROVE, 1, client_id="c" * 32)
    newsroom.container.decide_comments.one(newsroom.principal, decided)
    assert losing.lost == 1
    assert client.get(f"{POST}?thread=article-1").json["count"] == 1


class LosesTheAnswer:
    """Lets the first commit through and then says that the connection is gone."""

    def __init__(self, engine: Engine) -> None:
        self._commit, self.lost = engine.dialect.do_commit, 0
        engine.dialect.do_commit = self  # type: ignore[method-assign]

    def __call__(self, connection: Any) -> None:
        self._commit(connection)
        if not self.lost:
            self.lost += 1
            raise psycopg.errors.AdminShutdown("the connection is gone")


def fail(session: Session, sqlstate: str) -> None:
    session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '{sqlstate}'; END $$"))


def end_connections(url: str) -> int:
    """Ends every connection to the database but the one that does it, as a restart or a failover would."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        ended = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(ended.fetchone()[0])  # type: ignore[index]


def post_until_taken(app: Flask, fields: dict[str, str]) -> str:
    for _ in range(50):
        answer = app.test_client().post(POST, json=fields)
        if answer.status_code == 202:
            return str(answer.json["id"])
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    raise AssertionError("never taken")
