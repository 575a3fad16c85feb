"""Published comments read from a streaming standby: never older than what the primary shows, and there without it."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from service.app import create_app
from service.bootstrap import build
from service.domain.errors import ConfigurationError, UnavailableError
from service.domain.moderation import Action
from service.queries.public_reader import MARKS, PAUSE, PublicReader, Seen
from service.storage.engine import standby_engine
from service.storage.uow import Reader
from service.web.ready import HOLDS_ALONE
from tests.conftest import _migrate
from tests.contracts.test_sql_counts import statements
from tests.load import Load
from tests.newsroom import FIELDS, Newsroom, SetClock, settings_for, word
from tests.postgres import SUPERUSER, PostgresUnavailable
from tests.standby import Restartable, Standby

POST = "/v1/sites/demo/comments"
READ = f"{POST}?thread=article-1"
KINDS = [
    READ,
    "/v1/sites/demo/comments.html?thread=article-1&lang=ar",
    "/v1/sites/demo/counts?thread=article-1&thread=other",
    "/v1/sites/demo/feed?thread=article-1",
]


class Elapsed:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Restartable, Standby]]:
    try:
        primary = Restartable().start()
    except PostgresUnavailable as reason:
        pytest.skip(f"no PostgreSQL: {reason}")
    # As in earnest: what is committed is written, and so is known to be.
    primary.asked(f"ALTER ROLE {SUPERUSER} SET synchronous_commit = on")
    _migrate(primary.create_database("template_taliq"))
    with primary, Standby(primary) as standby:
        yield primary, standby


@pytest.fixture
def primary(pair: tuple[Restartable, Standby]) -> Restartable:
    return pair[0]


@pytest.fixture
def standby(pair: tuple[Restartable, Standby]) -> Standby:
    return pair[1]


@pytest.fixture
def elapsed() -> Elapsed:
    return Elapsed()


@pytest.fixture
def room(primary: Restartable, standby: Standby, clock: SetClock, elapsed: Elapsed) -> Iterator[Newsroom]:
    """Whose reader passes its pauses when it is told to."""
    name = f"t{uuid.uuid4().hex[:16]}"
    url = primary.create_database(name, template="template_taliq")
    standby.follow()
    made = build(settings_for(url, standby_url=standby.url(name)), clock=clock)
    near = Reader(standby_engine(standby.url(name)))
    made = replace(made, public_reader=PublicReader(made.reader, near, 3_600, elapsed))
    yield Newsroom(made, clock)
    made.close()
    near.engine.dispose()
    primary.drop_database(name)


@pytest.fixture
def app(room: Newsroom, elapsed: Elapsed) -> Flask:
    return create_app(room.container, elapsed)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def near(room: Newsroom) -> Reader:
    server = room.container.public_reader._standby
    assert server is not None
    return server._reader


def where(room: Newsroom, client: FlaskClient, address: str) -> tuple[list[str], list[str]]:
    """The statements that reading an address costs: at the primary, and at the standby."""
    seen: tuple[list[str], list[str]] = ([], [])
    engines = (room.container.reader.engine, near(room).engine)
    notes = []
    for engine, kept in zip(engines, seen, strict=True):

        def note(_c: object, _k: object, statement: str, *_more: object, kept: list[str] = kept) -> None:
            if not statement.startswith("BEGIN"):
                kept.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        notes.append((engine, note))
    try:
        assert client.get(address).status_code == 200
    finally:
        for engine, note in notes:
            event.remove(engine, "before_cursor_execute", note)
    return seen


@pytest.mark.parametrize("address", KINDS)
def test_what_is_cold_is_read_from_the_standby(
    room: Newsroom, client: FlaskClient, standby: Standby, elapsed: Elapsed, address: str
) -> None:
    room.approved()
    standby.follow()
    client.get("/v1/sites/demo/counts?thread=warm")
    here, there = where(room, client, address)
    # The primary tells the versions; the standby its own, and the page.
    assert len(here) == 1
    assert "version" in here[0]
    assert 3 <= len(there) <= 4
    assert where(room, client, address) == ([], [])
    elapsed.seconds += 1
    here, there = where(room, client, address)
    # A second later: how far the primary has written, which it is asked once for all, and the versions.
    assert ["wal_lsn" in statement for statement in here] == [True, False]
    assert there == []


def test_how_far_the_primary_has_written_is_asked_once_a_second(
    room: Newsroom, client: FlaskClient, elapsed: Elapsed
) -> None:
    asked = [where(room, client, f"{READ}{n}")[0] for n in range(4)]
    elapsed.seconds += MARKS
    asked += [where(room, client, f"{READ}x{n}")[0] for n in range(4)]
    assert [sum("pg_current_wal" in s for s in each) for each in asked] == [1, 0, 0, 0] * 2


def test_a_standby_refuses_to_be_written_to(room: Newsroom) -> None:
    with pytest.raises((DBAPIError, UnavailableError)):
        near(room).run(lambda s: s.execute(text("UPDATE site SET name = 'x'")))
    held = [near(room).run(lambda s, n=n: s.scalar(text(f"SHOW {n}"))) for n in ("transaction_isolation", "timezone")]
    assert held == ["repeatable read", "UTC"]


@pytest.mark.parametrize("address", KINDS)
def test_a_standby_that_lags_never_shows_an_old_page(
    room: Newsroom, client: FlaskClient, standby: Standby, elapsed: Elapsed, address: str
) -> None:
    comment = room.approved(name="ليلى")
    standby.follow()
    with standby.paused():
        shown = client.get(address).data
        room.decide(comment, Action.REJECT, version=2, reason="spam")
        hidden = client.get(address).data
        assert hidden != shown
        assert "ليلى".encode() not in hidden
        for _ in range(5):
            elapsed.seconds += 1
            assert client.get(address).data == hidden
    standby.follow()
    elapsed.seconds += 1
    assert client.get(address).data == hidden


def test_what_the_primary_has_told_holds_though_it_goes_away_before_the_page_is_read(
    room: Newsroom, standby: Standby, elapsed: Elapsed
) -> None:
    """It tells the versions and is away; the standby, which may answer alone, has not heard of them."""
    reader = room.container.public_reader
    room.approved()
    for _ in range(3):
        elapsed.seconds += MARKS
        reader.versions("demo", ["article-1"])
    standby.follow()
    with standby.paused():
        room.approved()
        told = reader.versions("demo", ["article-1"]).of(["article-1"])
        reader._primary._is(away=True)
        assert reader.run(lambda session: "the page", None) == "the page"
        with pytest.raises(UnavailableError):
            reader.run(lambda session: "the page", Seen("demo", ("article-1",), told))
    standby.follow()
    assert reader.run(lambda session: "the page", Seen("demo", ("article-1",), told)) == "the page"


def test_while_pages_change_nobody_ever_sees_an_older_one(
    room: Newsroom, app: Flask, elapsed: Elapsed, standby: Standby
) -> None:
    """One writes and approves; the count that a reader sees is never below what was there when they asked."""
    room.approved()
    approved = [1]

    def read(number: int) -> tuple[int, object]:
        before = approved[0]
        elapsed.seconds += 1
        found = app.test_client().get(READ)
        return found.status_code, found.get_json()["count"] - before

    with Load(read, 3) as load:
        for turn in range(20):
            if turn == 10:
                standby.asked("SELECT pg_wal_replay_pause()")
            room.approved()
            approved[0] += 1
            load.more(200, times=3)
        standby.asked("SELECT pg_wal_replay_resume()")
    assert set(load.counts()) == {200}
    assert min(map(int, map(str, load.said[200]))) >= 0


def test_stopped_and_started_under_load_the_standby_is_missed_by_nobody(
    room: Newsroom, app: Flask, elapsed: Elapsed, standby: Standby
) -> None:
    room.approved()
    standby.follow()

    def read(number: int) -> tuple[int, object]:
        elapsed.seconds += 1
        # What is ready asks no standby, so every other one is of an article that nobody has asked for.
        asked = f"{POST}?thread=cold-{number}" if number % 2 else READ
        return app.test_client().get(asked).status_code, None

    def write(number: int) -> tuple[int, object]:
        sent = {**FIELDS, "body": word(), "submission_id": secrets.token_urlsafe(24)}
        answer = app.test_client().post(POST, json=sent)
        return answer.status_code, answer.get_json().get("id")

    with capture_logs() as told, Load(read, 3) as reading, Load(write, 1) as writing:
        for take, give in ((standby.halt, standby.resume), (standby.freeze, standby.thaw)):
            reading.more(200)
            room.approved()
            take()
            try:
                reading.until(lambda: "standby.away" in [line["event"] for line in told])
                reading.more(200, times=20)
                writing.more(202)
            finally:
                give()
            reading.until(lambda: "standby.back" in [line["event"] for line in told])
            told.clear()
    assert set(reading.counts()) == {200}
    assert set(writing.counts()) == {202}
    assert {str(t) for t in writing.said[202]} <= {str(i) for (i,) in room.sql("SELECT id FROM comment")}


def test_while_the_primary_is_away_readers_are_served(
    room: Newsroom, app: Flask, elapsed: Elapsed, primary: Restartable, standby: Standby
) -> None:
    """Those of a page that was read before, and those of one nobody has read; who writes hears 503."""
    room.approved()
    room.approved(thread="article-2")
    client = app.test_client()
    before = client.get(READ).data
    standby.follow()

    def write(number: int) -> tuple[int, object]:
        sent = {**FIELDS, "body": word(), "submission_id": secrets.token_urlsafe(24)}
        answer = app.test_client().post(POST, json=sent)
        assert answer.status_code == 202 or answer.headers["Retry-After"]
        return answer.status_code, answer.get_json().get("id")

    def read(number: int) -> tuple[int, object]:
        elapsed.seconds += 1
        return app.test_client().get(KINDS[number % len(KINDS)]).status_code, None

    with capture_logs() as told, Load(write, 2) as writing, Load(read, 2) as reading:
        writing.more(202)
        primary.halt()
        try:
            writing.more(503)
            reading.more(200)
            elapsed.seconds += 2 * HOLDS_ALONE
            reading.more(200, times=20)
            assert client.get(f"{POST}?thread=article-2").get_json()["count"] == 1
            for address in ("feed?", "page?thread=article-1&", "form?thread=article-1&"):
                assert client.get(f"/v1/sites/demo/{address}lang=ar").status_code == 200
            assert client.get(READ).data == before
        finally:
            primary.resume()
        reading.until(lambda: "primary.back" in [line["event"] for line in told])
        writing.more(202)
    assert set(reading.counts()) == {200}
    assert set(writing.counts()) == {202, 503}
    assert {str(t) for t in writing.said[202]} <= {str(i) for (i,) in room.sql("SELECT id FROM comment")}
    elapsed.seconds += 1
    room.approved()
    assert client.get(READ).get_json()["count"] == 2


def test_a_standby_too_far_behind_does_not_answer_alone(
    room: Newsroom, client: FlaskClient, elapsed: Elapsed, primary: Restartable, standby: Standby
) -> None:
    comment = room.approved(name="ليلى")
    standby.follow()
    with standby.paused():
        room.decide(comment, Action.REJECT, version=2, reason="spam")
        for _ in range(3):
            elapsed.seconds += MARKS
            assert client.get(READ).get_json()["count"] == 0
        primary.halt()
        try:
            elapsed.seconds += 1
            # What was last seen is still at hand here, what was not is not.
            assert client.get(READ).get_json()["count"] == 0
            assert client.get(f"{READ}&order=newest").status_code == 503
            elapsed.seconds += HOLDS_ALONE
            assert client.get(READ).status_code == 503
            standby.asked("SELECT pg_wal_replay_resume()")
            with Load(lambda number: (client.get(READ).status_code, None), 1) as load:
                load.more(200, times=1)
            assert client.get(READ).get_json()["count"] == 0
        finally:
            primary.resume()


def test_a_standby_answers_alone_for_so_long_and_no_longer(
    room: Newsroom, client: FlaskClient, elapsed: Elapsed, primary: Restartable, standby: Standby
) -> None:
    room.approved()
    standby.follow()
    assert client.get(READ).status_code == 200
    primary.halt()
    try:
        elapsed.seconds += 3_599
        assert client.get(READ).status_code == 200
        elapsed.seconds += HOLDS_ALONE + 1
        assert client.get(READ).status_code == 503
    finally:
        primary.resume()


def test_who_never_heard_the_primary_believes_no_standby(
    room: Newsroom, elapsed: Elapsed, primary: Restartable, standby: Standby
) -> None:
    """How far behind it is, nobody knows then."""
    room.approved()
    standby.follow()
    fresh = PublicReader(room.container.reader, near(room), 3_600, elapsed)
    primary.halt()
    try:
        with pytest.raises(UnavailableError):
            fresh.versions("demo", ["article-1"])
    finally:
        primary.resume()


    def ask(number: int) -> tuple[int, object]:
        elapsed.seconds += PAUSE
        with suppress(UnavailableError):
            return 200, fresh.versions("demo", ["article-1"]).site
        return 503, None

    with Load(ask, 1) as load:
        load.more(200, times=1)
    assert set(load.said[200]) == {0}


def test_without_a_standby_nothing_is_asked_that_was_not_asked_before(room: Newsroom) -> None:
    alone = PublicReader(room.container.reader)
    with statements() as seen:
        alone.versions("demo", ["article-1"])
        alone.run(lambda session: None)
    assert len(seen) == 1


def test_there_is_no_standby_of_a_file(sqlite_url: str) -> None:
    with pytest.raises(ConfigurationError, match="TALIQ_STANDBY_URL"):
        standby_engine(sqlite_url)
