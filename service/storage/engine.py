"""Engines: one that writes, one that only reads, for SQLite and for PostgreSQL.

SQLite: the system library here and in Debian 12 can corrupt a WAL database written by several connections
(fixed in 3.51.3, 3.50.7 and 3.44.6), so a fixed one comes with ``pysqlite3`` and the version is checked at start.
Writers open with ``BEGIN IMMEDIATE``: a transaction that reads first and writes later would otherwise fail
with "database is locked" however long it is told to wait.

PostgreSQL: what holds for a connection is said once, as it is opened. Behind a pooler that lends a server's connection
for one transaction nothing may be left on it for whoever gets it next; there it is said again with each ``BEGIN``, in
the same message, which costs no round trip more.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from service.domain.errors import ConfigurationError
from service.storage.patience import be_impatient

FIXED_SQLITE = ((3, 51, 3),)
BACKPORTED_SQLITE = {(3, 50): 7, (3, 44): 6}
#: How long a writer of SQLite waits, in seconds: in turn for those of its own process, then for other processes.
BUSY = 5.0
#: For a transaction on PostgreSQL; times in milliseconds.
_WRITING = {"statement_timeout": "15000", "lock_timeout": "8000", "timezone": "UTC"}
_READING = {**_WRITING, "lock_timeout": "2000"}
_WAITS = f"PRAGMA busy_timeout = {int(BUSY * 1000)}"
#: Seconds.
_ASKS_AGAIN = 0.001
#: KiB of pages, which a connection that writes keeps as it needs them. One does at a time, and mostly the same one. Of
#: those that read there are as many as threads, in each worker: what they do not keep the operating system does.
_WRITER_KEEPS, _READER_KEEPS = 2_048, 512
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    _WAITS,
    "PRAGMA secure_delete = ON",
    # Or INSERT OR REPLACE would take a row out of the decision log past its triggers.
    "PRAGMA recursive_triggers = ON",
)


def sqlite_module() -> ModuleType:
    """The newest SQLite there is: ``pysqlite3`` where it is installed, else Python's own."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        import sqlite3 as dbapi2
    module: ModuleType = dbapi2
    return module


def check_sqlite(version: tuple[int, ...]) -> None:
    """``ConfigurationError`` when this SQLite has the WAL corruption bug."""
    if version >= FIXED_SQLITE[0] or version[2] >= BACKPORTED_SQLITE.get((version[0], version[1]), 1_000):
        return
    found = ".".join(map(str, version))
    raise ConfigurationError(
        f"SQLite {found} can corrupt a database with several writers; install pysqlite3 0.6.1 or newer "
        "(SQLite 3.51.3), or use PostgreSQL."
    )


def database_url(text: str) -> URL:
    """The SQLAlchemy address; hosts' ``postgres://`` and plain ``postgresql://`` mean psycopg 3."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            "TALIQ_DATABASE_URL is no address SQLAlchemy can read; several hosts are written as /name?host=a&host=b."
        ) from None
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ConfigurationError(f"TALIQ_DATABASE_URL: {url.get_backend_name()} is not supported.")
    return url


def write_engine(text: str, *, pooled: bool = False) -> Engine:
    """The engine of the unit of work. ``pooled``: a pooler lends it a connection of PostgreSQL for a transaction."""
    url = _checked(text, pooled)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    return _postgres(url, "BEGIN", _WRITING, pooled=pooled)


def read_engine(text: str, *, pooled: bool = False) -> Engine:
    """The engine of the readers: the database itself refuses a write on it."""
    url = _checked(text, pooled)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, read_only=True)
    if url.query.get("target_session_attrs") == "read-write":
        # None would do: it is these sessions that take no writes. So the first that answers, and while no server takes
        # writes, a standby still serves readers.
        url = url.update_query_dict({"target_session_attrs": "any"})
    return _postgres(url, "BEGIN READ ONLY", _READING, pooled=pooled)


def standby_engine(text: str, *, pooled: bool = False) -> Engine:
    """The engine of a standby: what is asked in one transaction is answered from one snapshot, or not at all when it
    takes longer than ``patience.SECONDS``.
    """
    url = _checked(text, pooled)
    if url.get_backend_name() == "sqlite":
        raise ConfigurationError("TALIQ_STANDBY_URL: only PostgreSQL has a standby.")
    engine = _postgres(url, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", _READING, pooled=True)
    be_impatient(engine)
    return engine


def forget(engine: Engine) -> None:
    """Takes from the files what was overwritten or deleted; to be called after the commit.

    SQLite: ``secure_delete`` has put zeros into the database file, but older versions of its pages still stand in
    the write-ahead log until that is copied back and cut off. A reader in the midst of a long read can keep it from
    being cut now; the next time does it. PostgreSQL keeps dead rows until its vacuum comes round.
    """
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        finally:
            connection.close()


def _sqlite(url: URL, *, read_only: bool = False) -> Engine:
    module = sqlite_module()
    check_sqlite(module.sqlite_version_info)
    _check_folder(url)
    # The connection that was used last is used next: what it keeps in memory is of now, and no other keeps it too.
    engine = create_engine(
        url, module=module, pool_size=10, max_overflow=40, pool_use_lifo=True, hide_parameters=True
    )
    engine.dialect.statement_compiler = _NamingIndexes

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.execute(f"PRAGMA cache_size = -{_READER_KEEPS if read_only else _WRITER_KEEPS}")
        if read_only:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    # Here and not on the event "begin": while anything listens to an engine, each of its statements looks who does.
    if read_only:
        engine.dialect.do_begin = _begin_reading  # type: ignore[method-assign]
    else:
        engine.dialect.do_begin = partial(_begin_writing, module.OperationalError)  # type: ignore[method-assign]
    return engine


def _begin_reading(dbapi_connection: Any) -> None:
    dbapi_connection.cursor().execute("BEGIN").close()


def _begin_writing(busy: type[Exception], dbapi_connection: Any) -> None:
    """Asks each millisecond whether another process is done writing. SQLite by itself waits up to a hundred, and
    meanwhile somebody else has asked: two processes that write without a rest stand still half of the time.
    """
    cursor, until = dbapi_connection.cursor(), monotonic() + BUSY
    cursor.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                cursor.execute("BEGIN IMMEDIATE")
                return
            except busy as error:
                if "locked" not in str(error) or monotonic() > until:
                    raise
            sleep(_ASKS_AGAIN)
    finally:
        cursor.execute(_WAITS).close()


class _NamingIndexes(SQLiteCompiler):
    """Lets a statement say ``INDEXED BY``: of partial indexes SQLite guesses badly which one fits a question best."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


def _check_folder(url: URL) -> None:
    if not url.database or url.database == ":memory:":
        raise ConfigurationError(
            "TALIQ_DATABASE_URL: SQLite needs a file, for example sqlite:///taliq.sqlite3."
        )
    path = Path(url.database)
    if not path.parent.is_dir():
        raise ConfigurationError(f"The folder {path.parent} does not exist.")
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise ConfigurationError(f"The folder {path.parent} cannot be written to; SQLite needs that.")


def _checked(text: str, pooled: bool) -> URL:
    url = database_url(text)
    if pooled and url.get_backend_name() == "sqlite":
        raise ConfigurationError("TALIQ_DATABASE_POOLER: SQLite has none; TALIQ_DATABASE_URL must name PostgreSQL.")
    return url


def _postgres(url: URL, begin: str, holds: Mapping[str, str], *, pooled: bool) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        pool_timeout=5,
        connect_args={"connect_timeout": 3, **(_LENT if pooled else {"options": _options(begin, holds)})},
    )
    if pooled:
        opening = "; ".join([begin, *(f"SET LOCAL {name} = '{value}'" for name, value in holds.items())])

        @event.listens_for(engine, "begin")
        def open_transaction(connection: Any) -> None:
            # What cannot stand in a transaction (VACUUM) asks for a connection that commits by itself.
            if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
                connection.exec_driver_sql(opening)

    return engine


#: Nothing that the server would have to remember from one transaction to the next; and ``BEGIN`` is ours to send.
_LENT: Mapping[str, object] = {"prepare_threshold": None, "autocommit": True}


def _options(begin: str, holds: Mapping[str, str]) -> str:
    options = {**holds, **({"default_transaction_read_only": "on"} if begin.endswith("READ ONLY") else {})}
    return " ".join(f"-c {name}={value}" for name, value in options.items())
