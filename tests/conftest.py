"""Databases and newsrooms for the tests.

A test that asks for ``database_url`` runs twice: on SQLite and on a real PostgreSQL 18, both built by the migrations.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.bootstrap import Container, build
from service.storage import migrations
from service.storage.engine import write_engine
from tests.newsroom import Newsroom, SetClock, settings_for
from tests.postgres import PostgresServer, PostgresUnavailable

CORPUS = os.environ.get("CORPUS")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    try:
        server = PostgresServer()
        server.start()
    except PostgresUnavailable as reason:
        pytest.skip(f"no PostgreSQL: {reason}")
    url = server.create_database("template_taliq")
    _migrate(url)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "taliq.sqlite3"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "taliq.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    name = f"t{uuid.uuid4().hex[:16]}"
    yield postgres.create_database(name, template="template_taliq")
    postgres.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def container(database_url: str, clock: SetClock) -> Iterator[Container]:
    made = build(settings_for(database_url), clock=clock)
    yield made
    made.close()


@pytest.fixture
def newsroom(container: Container, clock: SetClock) -> Newsroom:
    """A site with one moderator, on both databases."""
    return Newsroom(container, clock)


@pytest.fixture
def small_newsroom(sqlite_url: str, clock: SetClock) -> Iterator[Newsroom]:
    """The same on SQLite only, for what no database can change."""
    made = build(settings_for(sqlite_url), clock=clock)
    yield Newsroom(made, clock)
    made.close()


@pytest.fixture(scope="session")
def corpus() -> Path:
    if CORPUS is None:
        pytest.skip("CORPUS is not set: the real material is not here")
    return Path(CORPUS)


def _migrate(url: str) -> None:
    engine = write_engine(url)
    migrations.upgrade(engine)
    engine.dispose()
