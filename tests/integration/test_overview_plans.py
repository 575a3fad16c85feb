"""What a look at the overview costs: few statements, each along an index, whatever else the database holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from service.queries.overview import overview
from tests.integration.overview_rows import Loader
from tests.newsroom import PASSWORD, Newsroom

#: Comments long ago, and in the last hours; those of another site besides.
OLD, NEW, FOREIGN = 8_000, 150, 300
BIG = ("comment", "revision", "finding", "decision")


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """The statements sent meanwhile, with their values."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_more: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def loader(newsroom: Newsroom) -> Iterator[Loader]:
    made = Loader(newsroom)
    try:
        now = newsroom.clock()
        other = newsroom.container.manage_sites.create("other", "أخرى", {})
        made.load(newsroom.site.id, OLD, now - timedelta(days=200), now - timedelta(days=10))
        made.load(other.id, FOREIGN, now - timedelta(hours=20), now)
        made.load(newsroom.site.id, NEW, now - timedelta(hours=20), now)
        with made.engine.begin() as connection:
            connection.execute(text("ANALYZE"))
        yield made
    finally:
        made.engine.dispose()


def test_it_reads_along_indexes_and_nothing_else(newsroom: Newsroom, loader: Loader) -> None:
    for period in ("day", "week"):
        with asked() as statements:
            seen = newsroom.container.reader.run(
                lambda s, p=period: overview(s, newsroom.site.id, newsroom.clock(), p)
            )
        assert sum(b.arrivals.count or 0 for b in seen.buckets) == NEW
        plans = loader.plans(statements)
        names = "|".join(BIG)
        whole = re.findall(rf"Seq Scan on (?:{names})\b|SCAN (?:{names})(?! USING)", plans)
        assert not whole, plans
        # Walking an index from its beginning to its end is no better.
        assert not re.findall(rf"SCAN (?:{names}) USING", plans), plans
        # Nor is all of one site: but for what waits, which is counted up to its cap, every search is of ids.
        searches = [line for line in plans.splitlines() if re.search(rf"SEARCH (?:{names})\b", line)]
        assert [line for line in searches if "id>?" not in line and "id=? AND" not in line and "(id=?" not in line] == [
            line for line in searches if line.endswith("ix_comment_pending (site_id=?)')")
        ], plans


def test_six_statements_whatever_has_happened(newsroom: Newsroom) -> None:
    for _ in range(3):
        with asked() as statements:
            newsroom.container.reader.run(lambda s: overview(s, newsroom.site.id, newsroom.clock(), "day"))
        assert len(statements) == 6
        newsroom.approved(thread=f"t{len(statements)}")


def test_the_page_asks_who_is_there_and_nothing_else_besides(newsroom: Newsroom) -> None:
    client = newsroom.client()
    client.post("/console/login", data={"login": "sara", "password": PASSWORD})
    newsroom.approved()
    client.get("/console/overview")
    with asked() as statements:
        assert client.get("/console/overview?site=demo").status_code == 200
    # The session with its moderator, and the sites of theirs; for a lead, whether the lane has closed by itself.
    assert len(statements) == 6 + 2 + 1, "\n".join(statement for statement, _ in statements)


def test_none_of_them_fetches_more_rows_than_the_limit(newsroom: Newsroom) -> None:
    """The limit stands in the statement itself, in each range and before anything is joined."""
    with asked() as statements:
        newsroom.container.reader.run(lambda s: overview(s, newsroom.site.id, newsroom.clock(), "day", limit=40))
    limited = [
        sorted(value for value in (v.values() if isinstance(v, dict) else v) if isinstance(value, int))
        for _, v in statements
    ]
    # Comments by status and together; decisions; findings likewise; the count up to its cap; the oldest; titles.
    assert [sorted(set(numbers) - {0}) for numbers in limited] == [[41], [41], [40], [10_001], [1], []]
    assert [len([n for n in numbers if n > 1]) for numbers in limited[:3]] == [7, 1, 7]
