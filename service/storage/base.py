"""The declarative base: every constraint has a name, since errors are translated by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import ColumnElement, CursorResult, Insert, Integer, MetaData, event, insert, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session, declared_attr, make_transient_to_detached, object_session
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.selectable import TypedReturnsRows

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
#: Under this in ``session.info``: the rows by which the transaction has changed what the public sees.
PUBLIC_CHANGE = "public_change"


class Base(DeclarativeBase):
    """A row that belongs to a site is known by its key with its site, so that the session's own UPDATE, DELETE and
    SELECT by key name the site as every other statement does: where tables are cut by site they go to one piece.
    """

    metadata = MetaData(naming_convention=NAMES)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        columns = cls.__table__.columns
        site, key = columns.get("site_id"), [column for column in columns if column.primary_key]
        return {} if site is None or site.primary_key else {"primary_key": (site, *key)}


T = TypeVar("T")
V = TypeVar("V", bound=Base)
Ts = TypeVarTuple("Ts")


def ask(
    session: Session, asked: TypedReturnsRows[*Ts], values: Mapping[str, object]
) -> CursorResult[*Ts]:
    """The rows of a statement that asks for columns and not for entities. Past the session, which takes twice as long
    for the same.
    """
    return session.connection().execute(asked, values)


def at_most(count: int) -> ColumnElement[int]:
    """A LIMIT that stands in the statement. With one that is bound SQLite plans the whole statement again each time."""
    return literal_column(str(count), Integer)


def filled_up(keys: Iterable[T]) -> list[T]:
    """As many as a power of two, the last one again and again, for an IN: with each number that there can be it would
    be another statement, and each connection keeps more than a hundred of those ready, of up to thirty kilobytes.
    """
    listed = list(keys)
    return listed + listed[-1:] * ((1 << max(0, len(listed) - 1).bit_length()) - len(listed))


def insert_rows(session: Session, *rows: Base) -> None:
    """Writes down ``rows``, which are of one class and have the same columns set, at once and in one statement. The
    session does not know them afterwards: it takes several times as long as the database does, and who changes nothing
    in them needs it not.
    """
    if rows:
        kind = type(rows[0])
        columns = [attribute.key for attribute in kind.__mapper__.column_attrs if attribute.key in vars(rows[0])]
        values = [{key: vars(row)[key] for key in columns} for row in rows]
        session.connection().execute(_insert(kind), values)


def insert_known(session: Session, row: V) -> V:
    """Writes down ``row``, all of whose columns are set, and has the session write down what changes in it."""
    insert_rows(session, row)
    return know(session, row)


def know(session: Session, row: V) -> V:
    """``row``, which has just been written down, as the session's own."""
    make_transient_to_detached(row)
    session.add(row)
    return row


def insert_numbered(session: Session, row: Base, number: int | None) -> None:
    """Writes down ``row`` with ``number`` for its ``id``, or the next one that is free; with ``None``, SQLite's own."""
    values = {key: value for key, value in vars(row).items() if key in row.__mapper__.column_attrs} | {"id": number}
    while session.connection().scalar(_claim(type(row), session.get_bind().dialect.name), values) is None:
        values["id"] += 1


@cache
def _claim(kind: type[Base], dialect: str) -> ReturningInsert[int]:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(kind).on_conflict_do_nothing(index_elements=["id"]).returning(kind.__table__.c.id)


@cache
def _insert(kind: type[Base]) -> Insert:
    return insert(kind.__table__)  # type: ignore[arg-type]


def versioned(kind: type[V]) -> type[V]:
    """Counts each change of such a row in its ``version``, as the database has it: two at once count as two. The
    session is told that something public has changed.
    """

    @event.listens_for(kind, "before_update")
    def count(_mapper: object, _connection: object, row: V) -> None:
        session = object_session(row)
        if session is not None and session.is_modified(row):
            row.version = kind.version + 1  # type: ignore[attr-defined]
            session.info.setdefault(PUBLIC_CHANGE, set()).add(row)

    return kind
