"""Runs the numbered Alembic scripts. They are shipped in the wheel; no alembic.ini is needed.

Alembic is imported by what changes or compares a schema. A server only asks where the database stands, and has its nine
megabytes for nothing (of which Mako's highlighter of code is half).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from service.domain.errors import ConfigurationError
from service.storage import search
from service.storage.schema import metadata

if TYPE_CHECKING:
    from alembic.config import Config

_PACKAGE = Path(__file__).parent.parent


class Schema:
    """The schema of one database, for whoever migrates or checks it."""

    def __init__(self, engine: Engine, *, pooled: bool = False) -> None:
        self.upgrade = _refuse if pooled else partial(upgrade, engine)
        self.current = partial(current, engine)
        self.differences = partial(differences, engine)
        self.head = head


def _refuse() -> None:
    """A migration holds a lock and has timeouts of its own for as long as it takes, over many transactions."""
    raise ConfigurationError(
        "A migration needs a connection of its own: run `taliq db upgrade` with TALIQ_DATABASE_URL naming the server "
        "behind the pooler, and without TALIQ_DATABASE_POOLER."
    )


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Brings the database to ``revision``."""
    from alembic import command

    with engine.connect() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Takes the database back to ``revision`` (``base`` for nothing)."""
    from alembic import command

    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)


def current(engine: Engine) -> str | None:
    """The revision the database stands at; ``None`` for an empty one. ``ConfigurationError`` when it does not open."""
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found
    except DBAPIError as error:
        raise ConfigurationError("The database named by TALIQ_DATABASE_URL does not open.") from error


def head() -> str:
    """The newest revision of this release."""
    return max(script.name for script in (_scripts() / "versions").glob("[0-9]*.py")).partition("_")[0]


def differences(engine: Engine) -> list[str]:
    """Where the database's tables differ from the models; empty when they are equal."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "compare_server_default": True, "include_name": _mapped},
        )
        return [str(d) for d in compare_metadata(context, metadata)]


def _mapped(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a model can say it: SQLite's full-text table and its shadows, and PostgreSQL's indexes over an
    expression, stand in their migration alone.
    """
    return not (kind == "table" and (name or "").startswith("search_index")) and name not in search.BY_EXPRESSION


def _scripts() -> Path:
    shipped = _PACKAGE / "_migrations"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
