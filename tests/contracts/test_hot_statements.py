"""Every statement of a hot path names its site or its thread, and no id comes from a counter that all would share: so
tables can be cut by site or thread (PostgreSQL's partitions, engines that speak its language) without another query.
"""

from __future__ import annotations

import secrets
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from service.domain import snapshot
from service.storage import search
from service.storage.schema import metadata
from tests.contracts.statement import Statement, read
from tests.contracts.test_sql_counts import statements
from tests.newsroom import FIELDS, Newsroom, word
from tests.web.test_console import hidden, sign_in

SITE = "/v1/sites/demo"
#: Rows of no site, or of several.
GLOBAL = {
    "site": "what all the others are cut by; an installation has few",
    "moderator": "people, who may work for several sites",
    "login_session": "a person's, not a site's",
    "second_factor": "a person's, not a site's",
    "recovery_code": "a person's, not a site's",
}
#: Asked without a site on a hot path, each once a request of a program at most.
ACROSS = {
    "api_token.secret_hash =": "a token is known by its secret; its site is what is learnt from it",
    "api_token.id IN": "when each of those used lately was used, written down together some seconds later",
    "membership.moderator_id =": "which sites a person works for is what is asked",
}
#: What hot paths have to have written for the test to have seen them.
WRITTEN = {
    ("INSERT", "arrival"), ("INSERT", "author"), ("INSERT", "comment"), ("INSERT", "contact"), ("INSERT", "decision"),
    ("INSERT", "finding"), ("INSERT", "flag"), ("INSERT", "lease"), ("INSERT", "likeness"), ("INSERT", "outbox"),
    ("INSERT", "page"), ("INSERT", "revision"), ("INSERT", "search_text"), ("INSERT", "shingle"),
    ("INSERT", "submission"), ("INSERT", "thread"), ("UPDATE", "comment"), ("UPDATE", "page"),
    ("UPDATE", "search_text"), ("UPDATE", "thread"),
}  # fmt: skip


class Street:
    """Readers and a moderator, by HTTP."""

    def __init__(self, room: Newsroom) -> None:
        self.room, self.client, self.auth = room, room.client(), room.token()

    def sends(self, status: int = 202, **more: object) -> dict[str, str]:
        own = {"body": f"نص {word()}", "submission_id": secrets.token_urlsafe(24), "token": self.room.form_token()}
        return self.posts(f"{SITE}/comments", {**FIELDS, **own, **more}, status)

    def decides(self, comment: str, act: str, version: int = 1) -> dict[str, str]:
        return self.posts(f"/v1/moderation/comments/{comment}/{act}", {"version": version}, headers=self.auth)

    def posts(
        self, path: str, data: object, status: int = 200, headers: dict[str, str] | None = None
    ) -> dict[str, str]:
        answer = self.client.post(path, json=data, headers=headers)
        assert answer.status_code == status, (path, answer.get_data(as_text=True))
        return dict(answer.get_json())

    def gets(self, path: str, **query: str) -> dict[str, object]:
        answer = self.client.get(path, query_string=query or None, headers=self.auth)
        assert answer.status_code == 200, (path, answer.get_data(as_text=True))
        return dict(answer.get_json(silent=True) or {})


def _write(street: Street) -> None:
    """Held, published, as a reply, by a device that comes back, once more; reported, corrected, taken back, erased."""
    first = street.sends(remember=True)
    street.decides(first["id"], "approve")
    street.sends(parent=first["id"], device=first["device"], remember=True)
    street.sends(thread="article-2")
    once = secrets.token_urlsafe(24)
    for _ in range(2):
        street.sends(submission_id=once, body="نص مرّتين")
    street.room.container.manage_sites.set_policy("demo", {"mode": "publish"})
    shown = street.sends(201)
    street.room.container.manage_sites.set_policy("demo", {"mode": "hold_all"})
    for _ in range(2):
        street.posts(f"{SITE}/comments/{shown['id']}/report", {"reason": "spam"}, 202)
    for act, data in (("edit", {"body": f"نص {word()}"}), ("withdraw", {}), ("erase", {})):
        street.posts(f"{SITE}/receipts/{shown['receipt']}/{act}", data)
    street.gets(f"{SITE}/receipts/{first['receipt']}")
    street.gets(f"{SITE}/status/{first['status_token']}")


def _fetch(street: Street) -> None:
    page = street.gets(f"{SITE}/comments", thread="article-1")
    street.gets(f"{SITE}/comments", thread="article-1", cursor=str(page["next"]))
    street.gets(f"{SITE}/comments", thread="article-1", order="newest")
    street.gets(f"{SITE}/comments", thread="article-1", comment=page["comments"][0]["id"])  # type: ignore[index]
    for address in ("comments.html?thread=article-1", "counts?thread=article-1&thread=x", "feed?thread=article-1"):
        street.gets(f"{SITE}/{address}")
    street.gets(f"{SITE}/feed")
    street.gets(f"{SITE}/form?thread=article-1")


def _moderate(street: Street, desk: FlaskClient) -> None:
    """By a program and at the desk: pages of the queue, one decision and several, and all of it taken back."""
    for view in ("pending", "approved", "reported", "edits"):
        street.gets("/v1/moderation/queue", view=view)
    held = [street.sends()["id"] for _ in range(3)]
    street.gets(f"/v1/moderation/comments/{held[0]}")
    done = street.decides(held[0], "approve")
    street.posts(f"/v1/moderation/decisions/{done['id']}/undo", {}, headers=street.auth)
    many = [{"comment": comment, "action": "approve", "version": 1} for comment in held[1:]]
    street.posts("/v1/moderation/decisions", {"decisions": many}, headers=street.auth)
    html = desk.get("/console/").get_data(as_text=True)
    form = hidden(html, "/console/decide")
    desk.post("/console/leases", data={"csrf": form["csrf"], "ids": held[0]})
    after = desk.post("/console/decide", data={**form, "action": "spam"}, follow_redirects=True)
    desk.post("/console/undo", data=hidden(after.get_data(as_text=True), "/console/undo"))
    assert desk.get("/console/news").status_code == 200


@pytest.fixture
def seen(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> list[Statement]:
    monkeypatch.setattr(snapshot, "MAX_ROOTS", 1)
    street, desk = Street(newsroom), sign_in(newsroom)
    newsroom.approved()
    with statements() as sent:
        _write(street)
        _fetch(street)
        _moderate(street, desk)
    return [read(text) for text in dict.fromkeys(sent)]


def _unnamed(statement: Statement) -> set[str]:
    """The tables whose rows it means without saying of which site."""
    if statement.inserted and statement.inserted[0] not in GLOBAL:
        table, columns = statement.inserted
        return set() if "site_id" in columns else {table}
    return statement.loose - GLOBAL.keys()


def test_every_statement_of_a_hot_path_names_its_site_or_its_thread(seen: list[Statement]) -> None:
    assert {(s.verb, table) for s in seen for table in s.tables} >= WRITTEN
    assert {table for s in seen for table in s.tables} <= metadata.tables.keys()
    told = {s.text: [known for known in ACROSS if known in s.text] for s in seen if _unnamed(s)}
    assert [text for text, known in told.items() if not known] == []
    assert {known for of in told.values() for known in of} == ACROSS.keys()
    # Who writes a row brings its key. SQLite counts the rows of its index of words itself, on its one machine.
    for table, columns in (s.inserted for s in seen if s.inserted):
        assert {column.name for column in metadata.tables[table].primary_key} <= columns, table


def test_what_belongs_to_no_site_is_listed() -> None:
    assert {name for name, table in metadata.tables.items() if "site_id" not in table.columns} == GLOBAL.keys()


@pytest.mark.parametrize(
    "planted",
    [
        "SELECT comment.id FROM comment WHERE comment.id = %(id)s::UUID",
        "SELECT comment.site_id FROM comment ORDER BY comment.id FOR UPDATE",
        "SELECT id FROM search_text WHERE words LIKE ?",
        "UPDATE comment SET site_id=?, rank=? WHERE comment.id = ?",
        "DELETE FROM lease WHERE lease.comment_id IN (?, ?)",
        "DELETE FROM arrival WHERE arrival.id IN (SELECT arrival.id FROM arrival WHERE arrival.site_id = ?)",
        "SELECT count(*) FROM (SELECT id FROM comment WHERE status = ?) AS held WHERE held.id > ?",
        "SELECT page.id FROM page WHERE page.site_id = ? UNION ALL SELECT page.id FROM page WHERE page.id = ?",
        "SELECT r.name FROM revision r JOIN comment c ON c.status = r.name WHERE c.site_id = ?",
        "SELECT r.name FROM revision AS r JOIN comment AS c ON c.id = r.comment_id WHERE c.id = ?",
        "SELECT a.at FROM lease JOIN moderator ON moderator.id = lease.moderator_id"
        " JOIN api_token AS a ON a.id = moderator.id WHERE lease.site_id = ?",
        "SELECT comment.id FROM comment WHERE comment.site_id = comment.thread_id",
        "INSERT INTO flag (id, comment_id) VALUES (?, ?)",
    ],
)
def test_a_statement_without_its_site_is_seen(planted: str) -> None:
    assert _unnamed(read(planted))


@pytest.mark.parametrize(
    "good",
    [
        "SELECT comment.id FROM comment WHERE comment.site_id = %(site)s::UUID AND comment.id IN (%(a)s::UUID)",
        "SELECT id FROM search_text WHERE site_id = CAST(%(site)s AS uuid) LIMIT 1",
        "SELECT r.name FROM revision r JOIN comment c ON c.id = r.comment_id WHERE c.thread_id = ?",
        "SELECT site.version, thread.key FROM site LEFT OUTER JOIN thread ON thread.site_id = site.id"
        " AND thread.key IN (?) WHERE site.slug = ?",
        "INSERT INTO flag (id, site_id, comment_id) VALUES (?, ?, ?)",
    ],
)
def test_one_with_it_is_let_be(good: str) -> None:
    assert not _unnamed(read(good))


def test_the_database_counts_nothing(newsroom: Newsroom) -> None:
    if newsroom.container.reader.engine.dialect.name == "sqlite":
        assert newsroom.sql("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'") == []
        return
    counters = "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = CAST('public' AS regnamespace)"
    assert newsroom.sql(counters) == []
    columns = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    assert newsroom.sql(f"{columns} AND (is_identity = 'YES' OR column_default LIKE '%nextval%')") == []


def test_a_row_number_that_another_machine_has_made_gives_way_to_the_next(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "number_of", lambda _: 7)
    first, second = newsroom.pending(), newsroom.pending()
    found = newsroom.sql("SELECT id, comment_id FROM search_text ORDER BY id")
    assert [UUID(str(comment)) for _, comment in found] == [first, second]
    counted = newsroom.container.reader.engine.dialect.name == "sqlite"
    assert [number for number, _ in found] == ([1, 2] if counted else [7, 8])
