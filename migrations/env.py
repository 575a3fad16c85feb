"""Runs the scripts on a connection handed in by ``service.storage.migrations``.

A developer who calls ``alembic revision --autogenerate`` has none; then the address comes from the environment.
Each script is a transaction of its own. On PostgreSQL a migration waits two seconds for a lock and no longer: better
it fails and is run again than that every reader queues behind it.
"""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection, text

from service.storage.engine import write_engine
from service.storage.schema import metadata

_ONE_AT_A_TIME = 7_216_019_448


def run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET lock_timeout = '2s'"))
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME})
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=True,
        compare_type=True,
        render_as_batch=True,
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    finally:
        if connection.dialect.name == "postgresql":
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ONE_AT_A_TIME})
            connection.commit()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with write_engine(os.environ["TALIQ_DATABASE_URL"]).connect() as own:
        run(own)
