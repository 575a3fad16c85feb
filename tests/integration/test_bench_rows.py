"""A load of whole threads: the rows the product writes on both databases, by one process or two; and what it asks."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from service import __main__ as entrance
from service.bench import rows
from service.bench.load import EVEN, load
from service.bench.scene import END, settings_of
from service.bench.threads import EACH, threads_of
from service.bootstrap import Container, build
from service.domain.desk import Ask
from service.domain.moderation import Action
from service.domain.snapshot import FIRST, cut, encode
from service.queries import audit
from service.storage import likenesses, public_comments
from service.storage.arrivals import Arrival
from service.storage.base import Base
from service.storage.comments import Comment
from service.storage.decisions import Decision
from service.storage.likenesses import Likeness, Shingle
from service.storage.pages import Page
from service.storage.revisions import Revision
from service.storage.threads import Thread
from service.text.fold import fold
from service.text.shingles import BANDS, signature
from tests.newsroom import FIELDS, Newsroom
from tests.postgres import PostgresServer

#: So many that one has come in the last hour of the year.
ROWS, SEED = 9_000, 7
_KEYS = {
    "sqlite": "SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger', 'table') AND sql IS NOT NULL",
    "postgresql": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL SELECT CAST(conrelid AS"
    " regclass) || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint",
}

#: PostgreSQL casts a list as a whole or each of its members, as it has read it, and means the same.
_SPELT = re.compile(r"::(character varying|text)(\[\])?|[()]")


@pytest.fixture(scope="module")
def addresses(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    made = {
        "sqlite": f"sqlite:///{tmp_path_factory.mktemp('bench')}/even.sqlite3",
        "postgresql": postgres.create_database("bench_even"),
    }
    for url in made.values():
        assert load(url, ROWS, SEED, kind=EVEN, processes=2)
    yield made
    postgres.drop_database("bench_even")


@pytest.fixture(params=["sqlite", "postgresql"])
def loaded(request: pytest.FixtureRequest, addresses: Mapping[str, str]) -> Iterator[Container]:
    made = build(settings_of(addresses[request.param], SEED))
    yield made
    made.close()


def every(container: Container, kind: type, *more: object) -> list:  # type: ignore[type-arg]
    return container.reader.run(lambda s: list(s.scalars(select(kind).where(*more))))  # type: ignore[arg-type]


def filled(container: Container) -> set[str]:
    """Tables with any row."""
    tables = Base.metadata.tables.values()
    return container.reader.run(lambda s: {t.name for t in tables if s.scalar(select(func.count()).select_from(t))})


def test_what_a_submission_and_its_approval_fill_the_load_fills(loaded: Container, newsroom: Newsroom) -> None:
    fields = FIELDS | {"submission_id": "AbCdEfGhIjKlMnOpQrStUvWx", "token": newsroom.form_token()}
    sent = newsroom.container.submit_comment.submit("demo", fields, "192.0.2.7/32").comment
    assert sent is not None
    before = filled(newsroom.container)
    newsroom.decide(sent, Action.APPROVE)
    by_product = filled(newsroom.container)
    assert {"likeness", "shingle", "arrival", "outbox", "search_text"} <= before
    assert {"decision", "page"} <= by_product
    assert by_product <= filled(loaded)


def test_one_process_and_two_make_the_same(addresses: Mapping[str, str]) -> None:
    """On SQLite there is only ever one."""
    told = []
    for url in addresses.values():
        made = build(settings_of(url, SEED))
        pages = sorted((p.id, p.digest) for p in every(made, Page))
        told.append((sorted((d.id, d.hash) for d in every(made, Decision)), pages))
        made.close()
    assert told[0] == told[1]


def test_its_keys_indexes_and_guards_are_those_of_any_database(
    loaded: Container, sqlite_url: str, postgres_url: str
) -> None:
    name = loaded.reader.engine.dialect.name
    fresh = build(settings_of({"sqlite": sqlite_url, "postgresql": postgres_url}[name], SEED))
    there, expected = (
        c.reader.run(lambda s: sorted(_SPELT.sub("", line) for line in s.scalars(text(_KEYS[name]))))
        for c in (loaded, fresh)
    )
    fresh.close()
    # Statistics are what a database knows, not what it is.
    assert [line for line in there if "sqlite_stat" not in line] == expected


def test_pages_are_those_the_product_builds_of_the_comments(loaded: Container) -> None:
    threads = every(loaded, Thread)
    assert len(threads) == threads_of(ROWS) == ROWS // EACH
    held = Counter(comment.thread_id for comment in every(loaded, Comment))
    assert {*held} == {thread.id for thread in threads}
    assert EACH // 2 < min(held.values()) <= max(held.values()) < EACH * 2
    for thread in threads[::7]:
        published = loaded.reader.run(
            lambda s, t=thread: public_comments.list_published(s, t.site_id, t.id, (FIRST, FIRST), None)  # type: ignore[misc]
        )
        pages = sorted(every(loaded, Page, Page.thread_id == thread.id), key=lambda p: (p.first_root, p.first_id))
        assert [page.content for page in pages] == [encode(chunk) for chunk in cut(published, last=True)]
        assert thread.comment_count == sum(page.comment_count for page in pages) == len(published)


def test_the_log_of_it_verifies(loaded: Container) -> None:
    assert audit.verify(loaded.reader, None).fault is None


def test_what_new_texts_are_compared_with_is_there_for_three_days(loaded: Container) -> None:
    latest = {r.comment_id: r for r in sorted(every(loaded, Revision), key=lambda r: r.number) if r.source}
    late = {own: r for own, r in latest.items() if r.created_at > END - likenesses.LOOK_BACK}
    assert {row.comment_id: row.at for row in every(loaded, Likeness)} == {
        own: r.created_at for own, r in late.items()
    }
    assert len(every(loaded, Shingle)) == BANDS * len(late)
    assert len(late) > 50
    for own, revision in late.items():
        like = signature(fold(revision.source, "ar"))
        found = loaded.reader.run(lambda s, r=revision, m=like: likenesses.find_near(s, r.site_id, m, END))  # type: ignore[misc]
        assert own in {near.comment for near in found}


def test_who_has_come_in_the_last_hour_is_noted(loaded: Container) -> None:
    late = every(loaded, Comment, Comment.created_at > END - timedelta(hours=1))
    assert [(a.thread_id, a.at) for a in every(loaded, Arrival)] == [(c.thread_id, c.created_at) for c in late]
    assert late


def test_what_is_asked_is_what_readers_and_the_desk_do(addresses: Mapping[str, str]) -> None:
    site = rows.open_site(addresses["sqlite"], ROWS, SEED)
    try:
        before = len(every(site.desk.container, Comment))
        for question in rows.questions():
            assert question.limited
            question.ask(site)()
        assert len(every(site.desk.container, Comment)) == before + 2
        assert len(site.desk.made) == 2
        decided = every(site.desk.container, Decision, Decision.id.in_(site.desk.made))
        assert {d.action for d in decided} == {"approve"}
        sent = every(site.desk.container, Comment, Comment.created_at >= END)
        assert {c.status for c in sent} == {"pending"}
        assert len(site.desk.page(Ask("pending", "newest"), None).cards) > 10
        key = site.thread(1)
        assert b'"comments":[{' in site.read(key)
        assert site.count([key])[0][key] > 10  # type: ignore[index]
    finally:
        site.close()
    # What was sent stays; the load is still known for what it is.
    assert load(addresses["sqlite"], ROWS, SEED, kind=EVEN) is False


def test_the_command_says_how_long_loading_took_and_how_large_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/of-{{rows}}.sqlite3"
    asked = ["taliq", "bench", "rows", "--database", url, "--rows", "1000", "--rows", "2000", "--samples", "2"]
    monkeypatch.setattr(sys, "argv", asked)
    entrance.main()
    out, err = capsys.readouterr()
    for line in ("public read", "counts of 20", "submit to any", "decide in the newest", "queue page", "most 1.5"):
        assert line in out
    for size in ("1,000", "2,000"):
        assert f"{size} comments loaded in " in err
    assert err.count("MB on disk") == 2
    entrance.main()
    assert "2,000 comments were there" in capsys.readouterr().err
