"""The declarative base: every constraint has a name, since errors are translated by it."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Insert, MetaData, insert
from sqlalchemy.orm import DeclarativeBase, Session

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


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


@cache
def _insert(kind: type[Base]) -> Insert:
    return insert(kind.__table__)  # type: ignore[arg-type]
