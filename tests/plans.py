"""How the databases would run what they are asked: which index, whether anything is sorted."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from tests.newsroom import Newsroom


def plans(room: Newsroom, question: Callable[[Session], object]) -> list[str]:
    """The plan of every statement that ``question`` asks."""
    return [plan for _, plan in told(room, question)]


def told(room: Newsroom, question: Callable[[Session], object]) -> list[tuple[str, str]]:
    """Every statement that ``question`` asks, with its plan.

    PostgreSQL reads a small table whole whatever indexes there are: here it may only where there is no other way.
    """
    engine = room.container.reader.engine
    asked: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        room.container.reader.run(question)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return [(statement, plan_of(engine, statement, parameters)) for statement, parameters in asked]


def plan_of(engine: Engine, statement: str, parameters: object) -> str:
    """How one statement would be run."""
    on_postgres = engine.dialect.name == "postgresql"
    with engine.connect() as connection:
        if on_postgres:
            for way in ("seqscan", "bitmapscan", "hashjoin", "sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        explain = "EXPLAIN" if on_postgres else "EXPLAIN QUERY PLAN"
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)  # type: ignore[arg-type]
        return "\n".join(str(row[-1]) for row in rows)


def sorts_or_scans(plan: str) -> list[str]:
    """The lines in which a plan sorts, or reads a table from one end to the other."""
    return [
        line
        for line in plan.splitlines()
        if "TEMP B-TREE" in line or "Sort" in line or "Seq Scan" in line or line.strip().startswith("SCAN ")
    ]
