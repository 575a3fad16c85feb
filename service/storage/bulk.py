"""Many rows at once, past the mapped classes: for what makes a database to measure with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import JSON, Engine, Table, func, select, text
from sqlalchemy.orm import Session

from service.storage.base import Base
from service.storage.comments import Comment
from service.storage.uow import UnitOfWork

#: What the database may hold in memory while it writes, in KiB; SQLite's own 2 MiB would have it read and write each
#: page anew.
_CACHE = 512 * 1024


def prepare(session: Session) -> None:
    """Gives the connection what many rows need; what it says lasts as long as the connection or the transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text(f"SET LOCAL maintenance_work_mem = '{_CACHE}kB'"))
    else:
        session.execute(text(f"PRAGMA cache_size = -{_CACHE}"))


def add(session: Session, kind: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Stores ``rows``, which all have the same columns. Defaults of the mapped class are not put in."""
    if not rows:
        return
    table = kind.__table__
    assert isinstance(table, Table)
    if session.get_bind().dialect.name == "postgresql":
        _copy(session, table, rows)
    else:
        _insert(session, table, rows)


def _insert(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """By the driver itself, each column through what makes the database's value of it."""
    names, dialect = list(rows[0]), session.get_bind().dialect
    makers = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is for name in names]
    marks = ", ".join("?" * len(names))
    values = [tuple(make(row[n]) for n, make in zip(names, makers, strict=True)) for row in rows]
    # Names of the product's own tables and columns.
    session.connection().exec_driver_sql(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", values)  # noqa: S608


def _as_it_is(value: Any) -> Any:
    return value


def _copy(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    names = list(rows[0])
    as_json = [isinstance(table.c[name].type, JSON) for name in names]
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([json.dumps(row[n]) if j else row[n] for n, j in zip(names, as_json, strict=True)])


def take_indexes(session: Session) -> list[str]:
    """Takes all indexes, and on PostgreSQL all constraints of keys but the primary ones, off an unfinished load; the
    statements that make them again, in their order.
    """
    gone, again = _KEPT[session.get_bind().dialect.name]
    made = list(session.scalars(text(again)))
    for statement in list(session.scalars(text(gone))):
        session.execute(text(statement))
    return made


def make_index(session: Session, statement: str) -> None:
    """One of those that were taken, however long it takes."""
    prepare(session)
    session.execute(text(statement))


#: What drops, and what makes. Keys that others lean on go last and come first; what SQLite keeps for a UNIQUE stays.
_KEPT = {
    "sqlite": (
        "SELECT 'DROP INDEX ' || name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    ),
    "postgresql": (
        """
        (SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', CAST(conrelid AS regclass), conname) FROM pg_constraint
        WHERE connamespace = CAST(current_schema() AS regnamespace) AND contype IN ('f', 'u') ORDER BY contype)
        UNION ALL SELECT format('DROP INDEX %I', indexname) FROM pg_indexes
        WHERE schemaname = current_schema() AND indexname NOT IN (SELECT conname FROM pg_constraint)
        """,
        """
        SELECT indexdef FROM pg_indexes
        WHERE schemaname = current_schema() AND indexname NOT IN (SELECT conname FROM pg_constraint) UNION ALL
        (SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', CAST(conrelid AS regclass), conname,
        pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE connamespace = CAST(current_schema() AS regnamespace) AND contype IN ('f', 'u') ORDER BY contype DESC)
        """,
    ),
}


def bytes_on_disk(session: Session) -> int:
    """What the database takes, with its log where that is a file beside it."""
    if session.get_bind().dialect.name == "postgresql":
        return session.scalar(text("SELECT pg_database_size(current_database())")) or 0
    path = session.scalar(text("SELECT file FROM pragma_database_list WHERE name = 'main'"))
    return sum(found.stat().st_size for end in ("", "-wal") if (found := Path(f"{path}{end}")).exists())


def count_comments(session: Session, site_id: object) -> int:
    """How many comments a site has, however many: for the making of a load, not for a page."""
    return session.scalar(select(func.count()).select_from(Comment).where(Comment.site_id == site_id)) or 0


def write_bare(engine: Engine, many: int) -> list[float]:
    """Seconds that each of so many transactions took, by the driver alone, that wrote a row of one number: nothing that
    is kept can be quicker. The rows are of a table of their own, which is gone again afterwards.
    """
    connection, took = engine.raw_connection(), list[float]()
    assert connection.dbapi_connection is not None
    # Each statement is a transaction.
    engine.dialect.set_isolation_level(connection.dbapi_connection, "AUTOCOMMIT")
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE IF NOT EXISTS bench_row (number INTEGER)")
    for _ in range(many):
        start = perf_counter()
        cursor.execute("INSERT INTO bench_row VALUES (1)")
        took.append(perf_counter() - start)
    cursor.execute("DROP TABLE bench_row")
    connection.close()
    return took


def settle(uow: UnitOfWork) -> None:
    """Lets the database learn what it holds, and PostgreSQL what everybody may see: in time it does so by itself."""
    if uow.engine.dialect.name != "postgresql":
        uow.run(lambda session: session.execute(text("ANALYZE")))
        return
    # Not in a transaction, says PostgreSQL.
    with uow.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM (ANALYZE)")
        connection.exec_driver_sql("RESET statement_timeout")
