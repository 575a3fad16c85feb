"""Many rows at once, past the mapped classes: for what makes a database to measure with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, Table, func, select, text
from sqlalchemy.orm import Session

from service.storage.base import Base
from service.storage.comments import Comment
from service.storage.uow import UnitOfWork

#: What SQLite may hold in memory while it writes, in KiB; its own 2 MiB would have it read and write each page anew.
_CACHE = 512 * 1024


def prepare(session: Session) -> None:
    """Gives the connection what many rows need; what it says lasts as long as the connection or the transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = 0"))
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


def count_comments(session: Session, site_id: object) -> int:
    """How many comments a site has, however many: for the making of a load, not for a page."""
    return session.scalar(select(func.count()).select_from(Comment).where(Comment.site_id == site_id)) or 0


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
