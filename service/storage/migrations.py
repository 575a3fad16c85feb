"""Runs the numbered Alembic scripts. They are shipped in the wheel; no alembic.ini is needed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from service.domain.errors import ConfigurationError
from service.storage import search
from service.storage.schema import metadata

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
    with engine.connect() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Takes the database back to ``revision`` (``base`` for nothing)."""
    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)


def current(engine: Engine) -> str | None:
    """The revision the database stands at; ``None`` for an empty one. ``ConfigurationError`` when it does not open."""
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        raise ConfigurationError("The database named by TALIQ_DATABASE_URL does not open.") from error


def head() -> str:
    """The newest revision of this release."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None
    return newest


def differences(engine: Engine) -> list[str]:
    """Where the database's tables differ from the models; empty when they are equal."""
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


def _config(connection: Connection | None = None) -> Config:
    shipped = _PACKAGE / "_migrations"
    scripts = shipped if shipped.is_dir() else _PACKAGE.parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
