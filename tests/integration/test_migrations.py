"""The migrations: up, down and up again, equal to the models, in one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from service.storage import migrations
from service.storage.engine import write_engine
from service.storage.schema import metadata
from tests.integration.conftest import Run
from tests.postgres import PostgresServer

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database in which nothing is."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"empty{abs(hash(tmp_path)) % 10**12}"
    yield server.create_database(name)
    server.drop_database(name)


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    made = write_engine(empty_url)
    yield made
    made.dispose()


@pytest.fixture
def taliq(empty_url: str, command_line: Callable[[str], Run]) -> Run:
    return command_line(empty_url)


def tables(engine: Engine) -> set[str]:
    """Without what SQLite's full-text index keeps its own things in."""
    return {name for name in inspect(engine).get_table_names() if not name.startswith("search_index")}


def shape(engine: Engine) -> dict[str, object]:
    """Columns, keys, constraints and indexes of every table, as the database tells them."""
    found = inspect(engine)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(name)],
            found.get_pk_constraint(name),
            sorted(found.get_foreign_keys(name), key=str),
            sorted(found.get_unique_constraints(name), key=str),
            sorted(found.get_check_constraints(name), key=str),
            sorted((_index(i) for i in found.get_indexes(name)), key=str),
        )
        for name in sorted(found.get_table_names())
    }


def _index(found: Mapping[str, Any]) -> tuple[object, ...]:
    options = {name: str(value) for name, value in found.get("dialect_options", {}).items()}
    return found["name"], found["column_names"], bool(found["unique"]), options


def test_there_is_one_head_and_the_numbers_are_consecutive() -> None:
    scripts = ScriptDirectory(str(VERSIONS.parent))
    assert scripts.get_heads() == [migrations.head()]
    chain = [s.revision for s in reversed(list(scripts.walk_revisions()))]
    assert chain == [f"{n:04}" for n in range(1, len(chain) + 1)]
    files = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert [name[:4] for name in files] == chain
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in files)


def test_up_down_and_up_again_leaves_the_same(engine: Engine) -> None:
    migrations.upgrade(engine)
    first = shape(engine)
    assert tables(engine) == {*metadata.tables, "alembic_version"}
    migrations.downgrade(engine, "base")
    assert tables(engine) == {"alembic_version"}
    assert migrations.current(engine) is None
    migrations.upgrade(engine)
    assert shape(engine) == first
    assert migrations.current(engine) == migrations.head()


def test_every_step_goes_back_on_its_own(engine: Engine) -> None:
    chain = [s.revision for s in reversed(list(ScriptDirectory(str(VERSIONS.parent)).walk_revisions()))]
    for number, revision in enumerate(chain):
        migrations.upgrade(engine, revision)
        after = shape(engine)
        migrations.downgrade(engine, chain[number - 1] if number else "base")
        migrations.upgrade(engine, revision)
        assert shape(engine) == after


def test_the_head_equals_the_models(engine: Engine) -> None:
    migrations.upgrade(engine)
    assert migrations.differences(engine) == []


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE outbox ADD COLUMN extra INTEGER",
        "DROP INDEX ix_comment_pending",
        "CREATE INDEX ix_outbox_extra ON outbox (kind)",
        "CREATE TABLE extra (id INTEGER PRIMARY KEY)",
        "DROP TABLE finding",
    ],
)
def test_a_difference_is_seen(engine: Engine, taliq: Run, change: str) -> None:
    assert taliq("db", "upgrade")[0] == 0
    with engine.begin() as connection:
        connection.execute(text(change))
    assert len(migrations.differences(engine)) >= 1
    code, _, err = taliq("db", "check")
    assert code == 1
    assert "differ" in err


def test_the_commands_say_where_the_database_stands(taliq: Run) -> None:
    head = migrations.head()
    assert taliq("db", "current") == (0, f"database empty, release {head}\n", "")
    code, _, err = taliq("db", "check")
    assert code == 1
    assert "taliq db upgrade" in err
    assert taliq("db", "upgrade") == (0, f"empty -> {head}\n", "")
    assert taliq("db", "upgrade") == (0, f"{head} -> {head}\n", "")
    assert taliq("db", "current") == (0, f"database {head}, release {head}\n", "")
    assert taliq("db", "check") == (0, f"{head}, equal to this release\n", "")


def test_an_older_database_is_not_equal(engine: Engine, taliq: Run) -> None:
    migrations.upgrade(engine, "0001")
    code, _, err = taliq("db", "check")
    assert code == 1
    assert "is at 0001" in err
