"""Behind pgbouncer in transaction mode, with two connections for everybody: nothing is left on one for the next."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.app import create_app
from service.bootstrap import Container, build
from service.domain.errors import ConfigurationError, UnavailableError
from service.storage.engine import write_engine
from service.storage.uow import UnitOfWork
from tests.contracts.test_sql_counts import statements
from tests.load import Load
from tests.newsroom import FIELDS, Newsroom, SetClock, settings_for, word
from tests.pgbouncer import PGBOUNCER, SERVERS, PgBouncer
from tests.postgres import PostgresServer
from tests.web.test_receipt import Reader, published

POST = "/v1/sites/demo/comments"
READ = f"{POST}?thread=article-1"

pytestmark = pytest.mark.skipif(
    PGBOUNCER is None, reason="pgbouncer is not installed (Debian: apt-get install pgbouncer)"
)


@pytest.fixture(scope="module")
def pooler(postgres: PostgresServer) -> Iterator[PgBouncer]:
    with PgBouncer(postgres) as running:
        yield running


@pytest.fixture
def room(pooler: PgBouncer, postgres: PostgresServer, clock: SetClock) -> Iterator[Newsroom]:
    name = f"t{uuid.uuid4().hex[:16]}"
    postgres.create_database(name, template="template_taliq")
    made = build(settings_for(pooler.url(name), database_pooler="transaction"), clock=clock)
    yield Newsroom(made, clock)
    made.close()
    postgres.drop_database(name)


def writer(room: Newsroom) -> UnitOfWork:
    return room.container.decide_comments._uow


def asked(room: Newsroom, statement: str) -> object:
    """Of a writer's connection."""
    return writer(room).run(lambda session: session.execute(text(statement)).scalar())


def post(container: Container, **fields: str) -> tuple[int, object]:
    sent = {**FIELDS, "body": word(), "submission_id": secrets.token_urlsafe(24), **fields}
    answer = create_app(container).test_client().post(POST, json=sent)
    return answer.status_code, answer.get_json()


def test_a_comment_lives_its_whole_life(room: Newsroom) -> None:
    """Sent, found in the queue by its words, approved, read, undone, learnt from, corrected, erased."""
    reader, auth = Reader(room), room.token()
    found = reader.client.get("/v1/moderation/queue", query_string={"search": "متوازن"}, headers=auth).get_json()
    assert [c["id"] for c in found["comments"]] == [str(reader.comment)]
    approve = f"/v1/moderation/comments/{reader.comment}/approve"
    decided = reader.client.post(approve, json={"version": 1}, headers=auth).get_json()["id"]
    assert [c["text"] for c in published(reader.client)] == [FIELDS["body"]]
    undo = f"/v1/moderation/decisions/{decided}/undo"
    assert reader.client.post(undo, json={}, headers=auth).status_code == 200
    assert published(reader.client) == []
    assert room.container.learn_decisions.fold(room.site.id, store=True)
    reader.does("edit", body="نص مصحح")
    reader.does("erase")
    assert reader.sees()["status"] == "erased"
    assert room.sql("SELECT count(*) FROM contact") == [(0,)]


def test_more_ask_at_once_than_there_are_connections(room: Newsroom) -> None:
    """Nobody holds one and waits for another: that would be for good."""
    room.approved()
    app = room.app()

    def ask(number: int) -> tuple[int, object]:
        client = app.test_client()
        if number % 2:
            return client.get(f"{READ}&cursor={uuid.uuid4().hex}").status_code, None
        sent = client.post(POST, json={**FIELDS, "body": word(), "submission_id": secrets.token_urlsafe(24)})
        return sent.status_code, sent.get_json()["id"]

    with Load(ask, 6 * SERVERS) as load:
        load.more(202, times=100)
    assert set(load.counts()) == {202, 400}
    assert len(room.sql("SELECT id FROM comment")) == load.counts()[202] + 1


def test_a_reader_cannot_write(room: Newsroom) -> None:
    for statement in ("UPDATE site SET name = 'x'", "CREATE TABLE t (a int)"):
        with pytest.raises((DBAPIError, UnavailableError)):
            room.container.reader.run(lambda s, statement=statement: s.execute(text(statement)))
    # And a writer still can, who gets the same connection next.
    for _ in range(2 * SERVERS):
        writer(room).run(lambda s: s.execute(text("UPDATE site SET name = name || '+'")))
    assert room.sql("SELECT name FROM site") == [("صحيفة" + "+" * 2 * SERVERS,)]


def test_what_takes_too_long_is_ended_by_the_server(room: Newsroom) -> None:
    with pytest.raises(UnavailableError):
        writer(room).run(lambda s: s.execute(text("SET LOCAL statement_timeout = 50; SELECT pg_sleep(60)")))
    held = {n: asked(room, f"SHOW {n}") for n in ("statement_timeout", "lock_timeout", "timezone")}
    assert held == {"statement_timeout": "15s", "lock_timeout": "8s", "timezone": "UTC"}
    assert room.sql("SHOW lock_timeout") == [("2s",)]
    assert room.sql("SHOW transaction_read_only") == [("on",)]


def test_nothing_is_left_on_a_connection(room: Newsroom, pooler: PgBouncer) -> None:
    """Read past the service, on each of the pooler's connections."""
    room.pending()
    room.client().get(READ)
    name = str(room.sql("SELECT current_database()")[0][0])
    seen = set()
    with psycopg.connect(pooler.url(name).replace("+psycopg", ""), autocommit=True) as plain:
        plain.prepare_threshold = None
        for _ in range(20):
            left = plain.execute(
                "SELECT pg_backend_pid(), current_setting('statement_timeout'), current_setting('lock_timeout'), "
                "current_setting('default_transaction_read_only'), "
                "(SELECT count(*) FROM pg_prepared_statements WHERE name <> ''), "
                "(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())"
            ).fetchone()
            assert left is not None
            seen.add(left[1:])
    assert seen == {("0", "0", "off", 0, 0)}


def test_it_costs_no_statement_more(room: Newsroom, postgres_url: str) -> None:
    def cost(room: Newsroom) -> int:
        room.approved()
        with statements() as seen:
            assert room.client().get(READ).status_code == 200
            assert post(room.container)[0] == 202
        return len(seen)

    direct = build(settings_for(postgres_url), clock=room.clock)
    plain = Newsroom(direct, room.clock)
    for each in (room, plain):
        each.client().get(READ)
    assert cost(room) == cost(plain)
    direct.close()


def test_a_migration_says_that_it_needs_the_server_itself(room: Newsroom) -> None:
    with pytest.raises(ConfigurationError, match="TALIQ_DATABASE_POOLER"):
        room.container.schema.upgrade()
    assert room.container.schema.current() == room.container.schema.head()
    assert room.container.schema.differences() == []


def test_there_is_no_pooler_for_a_file(sqlite_url: str) -> None:
    with pytest.raises(ConfigurationError, match="TALIQ_DATABASE_POOLER"):
        write_engine(sqlite_url, pooled=True)


def test_stopped_and_started_under_load_nothing_is_lost(room: Newsroom, pooler: PgBouncer) -> None:
    """Who writes hears 503, and when to come again; who heard 202 has a comment, and one only."""
    room.approved()
    app = room.app()

    def write(number: int) -> tuple[int, object]:
        own = {**FIELDS, "body": word(), "submission_id": secrets.token_urlsafe(24)}
        sent = app.test_client().post(POST, json=own)
        if sent.status_code == 503:
            assert sent.headers["Retry-After"] == "5"
        return sent.status_code, sent.get_json().get("id")

    def read(number: int) -> tuple[int, object]:
        return app.test_client().get(READ).status_code, None

    before = {str(i) for (i,) in room.sql("SELECT id FROM comment")}
    with Load(write, 4) as writing, Load(read, 1) as reading:
        for _ in range(3):
            writing.more(202)
            pooler.stop()
            writing.more(503, times=5)
            reading.more(200, times=5)
            pooler.start()
        writing.more(202)
    assert set(writing.counts()) == {202, 503}
    assert set(reading.counts()) == {200}
    stored = {str(i) for (i,) in room.sql("SELECT id FROM comment")} - before
    assert set(map(str, writing.said[202])) <= stored
    assert len(writing.said[202]) == len(set(map(str, writing.said[202])))


def test_the_servers_own_restart_is_survived_too(
    room: Newsroom, pooler: PgBouncer, postgres: PostgresServer
) -> None:
    """The pooler's connections end between two requests: that is asked again, and nobody hears of it."""
    assert post(room.container)[0] == 202
    name = str(room.sql("SELECT current_database()")[0][0])
    with psycopg.connect(postgres.url("postgres").replace("+psycopg", ""), autocommit=True) as control:
        control.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    assert post(room.container)[0] == 202
    assert room.sql("SELECT count(*) FROM comment") == [(2,)]
