"""The decision log is append-only: the databases refuse to change it, and what is changed behind them is found."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from service.domain.moderation import Action
from service.queries.history import first_altered
from service.storage import decisions
from service.storage.engine import write_engine
from tests.newsroom import Newsroom

GUARDED = [
    "UPDATE decision SET reason = 'other'",
    "UPDATE decision SET hash = prev_hash WHERE version = 1",
    "DELETE FROM decision",
    "DELETE FROM decision WHERE version = 2",
]


@pytest.mark.parametrize("statement", [*GUARDED, "TRUNCATE decision", "TRUNCATE site CASCADE"])
def test_the_database_itself_refuses_to_change_the_log(newsroom: Newsroom, statement: str) -> None:
    comment = newsroom.approved()
    newsroom.decide(comment, Action.SPAM, 2)
    before = newsroom.sql("SELECT * FROM decision ORDER BY id")
    engine = write_engine(newsroom.container.settings.database_url)
    try:
        if statement.startswith("TRUNCATE") and engine.dialect.name == "sqlite":
            expected = "syntax error"  # SQLite has no TRUNCATE.
        else:
            expected = "the decision log is append-only"
        with pytest.raises(DatabaseError, match=expected), engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
    assert newsroom.sql("SELECT * FROM decision ORDER BY id") == before


def chain(newsroom: Newsroom, comment: UUID) -> list[decisions.Decision]:
    return list(newsroom.container.reader.run(lambda s: decisions.list_for(s, newsroom.site.id, comment)))


@pytest.fixture
def judged(newsroom: Newsroom) -> UUID:
    """A comment with four decisions, beside one with two."""
    other = newsroom.approved()
    newsroom.decide(other, Action.REOPEN, 2)
    comment = newsroom.approved()
    newsroom.decide(comment, Action.REJECT, 2, "insult")
    newsroom.decide(comment, Action.REOPEN, 3)
    newsroom.decide(comment, Action.APPROVE, 4)
    return comment


def behind_the_triggers(newsroom: Newsroom, statement: str, **values: object) -> None:
    """Changes the log as somebody could who owns the database."""
    engine = write_engine(newsroom.container.settings.database_url)
    off = (
        ["ALTER TABLE decision DISABLE TRIGGER USER"]
        if engine.dialect.name == "postgresql"
        else ["DROP TRIGGER decision_no_UPDATE", "DROP TRIGGER decision_no_DELETE"]
    )
    try:
        with engine.begin() as connection:
            for command in off:
                connection.execute(text(command))
            assert connection.execute(text(statement), values).rowcount == 1
    finally:
        engine.dispose()


def test_a_chain_that_nobody_touched_fits(newsroom: Newsroom, judged: UUID) -> None:
    log = chain(newsroom, judged)
    assert [d.action for d in log] == ["approve", "reject", "reopen", "approve"]
    assert log[0].prev_hash == decisions.GENESIS
    assert [d.prev_hash for d in log[1:]] == [d.hash for d in log[:-1]]
    assert first_altered(log) is None


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'other'",
        "actor_label = 'أحد آخر'",
        "to_status = 'approved'",
        "actor_kind = 'token'",
        "revision = 2",
        "batch = id",
        "hash = prev_hash",
    ],
)
def test_a_row_altered_behind_the_triggers_is_named(newsroom: Newsroom, judged: UUID, change: str) -> None:
    altered = chain(newsroom, judged)[1]
    hashed = altered.hash
    behind_the_triggers(newsroom, f"UPDATE decision SET {change} WHERE hash = :hash", hash=hashed)
    found = first_altered(chain(newsroom, judged))
    assert found is not None
    assert found.id == altered.id


def test_a_row_taken_out_behind_the_triggers_is_missed(newsroom: Newsroom, judged: UUID) -> None:
    log = chain(newsroom, judged)
    behind_the_triggers(newsroom, "DELETE FROM decision WHERE hash = :hash", hash=log[1].hash)
    found = first_altered(chain(newsroom, judged))
    assert found is not None
    assert found.id == log[2].id


def test_every_fact_of_a_decision_is_in_its_hash() -> None:
    assert set(decisions.HASHED) == set(decisions.Decision.__table__.columns.keys()) - {"hash"}
