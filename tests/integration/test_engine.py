"""What the databases themselves hold to, whoever writes."""

from __future__ import annotations

import threading
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from service.domain.errors import ConfigurationError, UnavailableError
from service.storage.engine import BUSY, read_engine, sqlite_module, write_engine
from service.storage.uow import Reader, Session, UnitOfWork
from tests.newsroom import Newsroom


def test_a_reader_cannot_write(newsroom: Newsroom) -> None:
    newsroom.pending()
    reader = newsroom.container.reader
    for statement in ("UPDATE site SET name = 'x'", "DELETE FROM outbox", "CREATE TABLE t (a int)"):
        with pytest.raises((DBAPIError, UnavailableError)):
            reader.run(lambda s, statement=statement: s.execute(text(statement)))
    assert newsroom.sql("SELECT count(*) FROM outbox") == [(1,)]


def test_sqlite_writes_through_to_the_disk_and_keeps_foreign_keys(sqlite_url: str) -> None:
    engine = write_engine(sqlite_url)
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        }
    engine.dispose()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "secure_delete": 1,
    }


def test_a_connection_to_sqlite_keeps_few_pages_where_there_are_many_of_them(sqlite_url: str) -> None:
    """In KiB, of each thread in each worker; of those that write, one is at work."""
    kept = []
    for made in (write_engine(sqlite_url), read_engine(sqlite_url)):
        with made.connect() as connection:
            kept.append(-int(connection.exec_driver_sql("PRAGMA cache_size").scalar() or 0))
        made.dispose()
    assert kept == [2_048, 512]


def test_a_reader_takes_the_first_of_several_servers_that_answers() -> None:
    """The sessions themselves are read-only: a server that takes writes would never be found for them."""
    url = "postgresql://taliq@/news?host=db1:5432&host=db2:5433&target_session_attrs=read-write"
    wanted = []
    for made in (read_engine(url), write_engine(url)):
        _, known = made.dialect.create_connect_args(made.url)
        assert (known["host"], known["port"]) == ("db1,db2", "5432,5433")
        wanted.append(known["target_session_attrs"])
        made.dispose()
    assert wanted == ["any", "read-write"]


def test_several_servers_as_libpq_writes_them_are_refused_with_a_word_how_to() -> None:
    with pytest.raises(ConfigurationError, match="host=a&host=b"):
        write_engine("postgresql://taliq@db1:5432,db2:5433/news")


def test_read_then_write_never_meets_a_locked_database(newsroom: Newsroom) -> None:
    """Deferred transactions of this shape fail in half of all runs; immediate ones wait their turn."""
    uow = UnitOfWork(write_engine(newsroom.container.settings.database_url), lambda session: None)
    failures: list[Exception] = []

    def read_then_write(session: Session) -> None:
        session.execute(text("SELECT count(*) FROM outbox"))
        session.execute(text("UPDATE site SET name = 'x'"))

    def work() -> None:
        for _ in range(25):
            try:
                uow.run(read_then_write)
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    uow.engine.dispose()
    assert not failures


def test_a_reply_cannot_belong_to_another_thread(newsroom: Newsroom) -> None:
    here, there = newsroom.pending(), newsroom.pending(thread="other")
    engine = write_engine(newsroom.container.settings.database_url)
    plain = (lambda u: u) if "postgresql" in engine.url.drivername else (lambda u: u.hex)
    move = text("UPDATE comment SET parent_id = :parent WHERE id = :id")
    with engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(move, {"parent": plain(there), "id": plain(here)})
    engine.dispose()


def test_a_status_nobody_knows_is_refused_by_the_database(newsroom: Newsroom) -> None:
    newsroom.pending()
    engine = write_engine(newsroom.container.settings.database_url)
    with engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text("UPDATE comment SET status = 'published'"))
    engine.dispose()


def test_what_fails_leaves_nothing_behind(newsroom: Newsroom) -> None:
    uow = UnitOfWork(write_engine(newsroom.container.settings.database_url), lambda session: None)

    def change(session) -> None:  # type: ignore[no-untyped-def]
        session.execute(text("UPDATE site SET name = 'half'"))
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        uow.run(change)
    uow.engine.dispose()
    assert newsroom.sql("SELECT name FROM site") == [("صحيفة",)]


def test_a_database_that_is_away_is_unavailable_and_not_a_defect() -> None:
    engine = read_engine("postgresql://taliq@127.0.0.1:9/none")
    reader = Reader(engine)
    with pytest.raises(UnavailableError):
        reader.run(lambda s: s.execute(text("SELECT 1")))
    assert not reader.answers()
    engine.dispose()


def test_errors_do_not_repeat_what_was_to_be_stored(newsroom: Newsroom) -> None:
    secret = f"canary-{uuid4()}"
    engine = write_engine(newsroom.container.settings.database_url)
    with engine.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(text("INSERT INTO nowhere (a) VALUES (:a)"), {"a": secret})
    engine.dispose()
    assert secret not in str(refused.value)


def test_a_writer_asks_again_until_another_process_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = sqlite_module().connect(tmp_path / "t.sqlite3", isolation_level=None)
    engine = write_engine(f"sqlite:///{tmp_path / 't.sqlite3'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE thing (number INTEGER)")
    other.execute("BEGIN IMMEDIATE")
    rested: list[float] = []
    said: list[str] = []
    event.listen(engine, "checkout", lambda connection, *_: connection.set_trace_callback(said.append))

    def rest(seconds: float) -> None:
        rested.append(seconds)
        if len(rested) == 3:
            other.execute("COMMIT")

    monkeypatch.setattr("service.storage.engine.sleep", rest)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO thing VALUES (1)")
        # What else may have to wait, as a database that is being recovered, waits as SQLite does.
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 1000 * BUSY
    assert rested == [0.001] * 3
    assert said[:5] == ["PRAGMA busy_timeout = 0", *["BEGIN IMMEDIATE"] * 4]
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("service.storage.engine.BUSY", 0)
    with pytest.raises(OperationalError, match="locked"), engine.begin():
        pass
    engine.dispose()
    other.close()
