"""Erased means gone: looked for in every row of every table, and in the bytes of the database's files."""

from __future__ import annotations

import secrets
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from service.domain.moderation import Action
from service.domain.notes import About, Subject
from service.storage import erasure
from service.storage.engine import forget, write_engine
from tests.flows.canary import files_of, rows_of
from tests.newsroom import FIELDS, Newsroom

FORM = "application/x-www-form-urlencoded"


class Author:
    """Somebody whose every word can be recognised, who has edited and been reported, and whose comment is answered."""

    def __init__(self, room: Newsroom) -> None:
        self.room, self.client = room, room.client()
        names = ("name", "first", "second", "site", "mail", "note", "author")
        mark = {name: f"{name}{secrets.token_hex(8)}" for name in names}
        self.words = [word.encode() for word in mark.values()]
        sent = self.client.post(
            "/v1/sites/demo/comments",
            json={
                **FIELDS,
                "name": mark["name"],
                "website": f"https://{mark['site']}.example/",
                "email": f"{mark['mail']}@example.org",
                "body": f"نص {mark['first']} " + "طويل " * 800,
                "submission_id": secrets.token_urlsafe(24),
            },
        ).get_json()
        self.comment, self.address = UUID(sent["id"]), f"/v1/sites/demo/receipts/{sent['receipt']}"
        room.decide(self.comment, Action.APPROVE)
        self.does("edit", body=f"نص {mark['second']}")
        room.decide(self.comment, Action.APPROVE, version=3)
        self.note(About.COMMENT, self.comment, mark["note"])
        (author,) = room.sql("SELECT author_id FROM comment ORDER BY id LIMIT 1")
        self.note(About.AUTHOR, UUID(str(author[0])), mark["author"])
        self.reply = room.approved(parent=str(self.comment), body="رد باقٍ")

    def note(self, about: About, subject: UUID, word: str) -> None:
        """A moderator's, who quotes them."""
        quoted = f"كتب «{word}» " + "وأعاد " * 150
        self.room.container.write_note.write(
            self.room.principal, Subject(about, subject), quoted, secrets.token_urlsafe(24)
        )

    def does(self, act: str, **data: str) -> None:
        assert self.client.post(f"{self.address}/{act}", data=data, content_type=FORM).status_code == 303

    def in_rows(self) -> set[str]:
        """The tables in which a word of theirs stands, their address sealed or not."""
        engine = write_engine(self.room.container.settings.database_url)
        try:
            return {table for table, row in rows_of(engine) if any(word in row for word in self.words)}
        finally:
            engine.dispose()

    def words_in(self, folder: Path) -> dict[str, int]:
        """How many of their words stand in each file of an SQLite database."""
        found = {
            name: sum(word in data for word in self.words)
            for name, data in files_of(folder, "taliq.sqlite3", "taliq.sqlite3-*")
        }
        return {name: number for name, number in found.items() if number}

    def of_theirs(self, table: str) -> int:
        (found,) = self.room.sql(
            f"SELECT count(*) FROM {table} WHERE comment_id = (SELECT c.id FROM comment c WHERE c.status = 'erased')"
        )
        return int(str(found[0]))


def test_nothing_of_an_erased_comment_is_in_any_row(newsroom: Newsroom) -> None:
    author = Author(newsroom)
    lie = {"revision", "page", "search_text", "note"}
    assert author.in_rows() >= lie, "the control: these are where a reader's words lie"
    author.does("erase")
    assert author.in_rows() == set()
    assert newsroom.sql("SELECT count(*) FROM note") == [(0,)]
    for table in ("contact", "finding", "flag", "likeness", "shingle"):
        assert author.of_theirs(table) == 0, table
    digests = newsroom.sql(
        "SELECT length(fingerprint), length(repeat_key) FROM submission s JOIN comment c ON c.id = s.comment_id "
        "WHERE c.status = 'erased'"
    )
    assert digests == [(0, 0)]
    assert newsroom.sql("SELECT count(*) FROM revision WHERE text_digest IS NULL") == [(2,)]
    log = newsroom.sql("SELECT action, to_status, actor_kind FROM decision ORDER BY id")
    assert log[-1] == ("erase", "erased", "reader")
    assert [action for action, *_ in log[:-1]] == ["approve", "approve", "approve"]
    shown = author.client.get("/v1/sites/demo/comments?thread=article-1").get_json()["comments"]
    assert [(c["id"], c["text"]) for c in shown] == [(str(author.comment), ""), (str(author.reply), "رد باقٍ")]


def test_nothing_of_it_is_left_in_the_files_of_the_database(small_newsroom: Newsroom, tmp_path: Path) -> None:
    author = Author(small_newsroom)
    assert author.words_in(tmp_path), "the control"
    author.does("erase")
    assert author.words_in(tmp_path) == {}


def test_nothing_of_a_note_that_was_removed_is_left_in_them(small_newsroom: Newsroom, tmp_path: Path) -> None:
    author, word = Author(small_newsroom), f"removed{secrets.token_hex(8)}"
    author.words = [word.encode()]
    author.note(About.COMMENT, author.comment, word)
    assert author.words_in(tmp_path), "the control"
    (found,) = small_newsroom.sql("SELECT id FROM note ORDER BY id DESC LIMIT 1")
    small_newsroom.container.remove_note.remove(small_newsroom.principal, UUID(str(found[0])))
    assert author.words_in(tmp_path) == {}


def test_without_cutting_the_log_off_it_would_be_found(
    small_newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = Author(small_newsroom)
    monkeypatch.setattr("service.storage.uow.forget", lambda engine: None)
    author.does("erase")
    assert author.words_in(tmp_path).keys() == {"taliq.sqlite3-wal"}


def test_without_secure_delete_it_would_be_found(small_newsroom: Newsroom, tmp_path: Path) -> None:
    author = Author(small_newsroom)
    engine = write_engine(small_newsroom.container.settings.database_url)
    with engine.connect() as connection:
        # The other connections' setting is their own; this one forgets as SQLite does by default.
        connection.connection.cursor().execute("PRAGMA secure_delete = OFF")
        connection.execute(text("UPDATE revision SET source = '', html = ''"))
        connection.execute(text("UPDATE page SET content = '[]'"))
        connection.commit()
    forget(engine)
    engine.dispose()
    assert author.words_in(tmp_path)


def test_a_retry_after_the_erasure_does_not_bring_it_back(newsroom: Newsroom) -> None:
    fields = {**FIELDS, "submission_id": secrets.token_urlsafe(24)}
    client = newsroom.client()
    sent = client.post("/v1/sites/demo/comments", json=fields).get_json()
    assert client.post(f"/v1/sites/demo/receipts/{sent['receipt']}/erase").status_code == 200
    assert client.post("/v1/sites/demo/comments", json=fields).status_code == 409
    assert newsroom.sql("SELECT status FROM comment") == [("erased",)]


def test_the_list_is_what_erasing_empties(newsroom: Newsroom) -> None:
    """Filled to the last column beforehand; afterwards nothing of the list is left but what stands for nothing."""
    author = Author(newsroom)
    author.does("erase")
    left = set()
    for name in sorted(erasure.READER_TEXT):
        table, column = name.split(".")
        if table in ("page", "arrival"):
            continue
        erased = "SELECT id FROM comment WHERE status = 'erased'"
        key = "id" if table == "comment" else "comment_id"
        if any(value for (value,) in newsroom.sql(f"SELECT {column} FROM {table} WHERE {key} IN ({erased})")):
            left.add(name)
    assert left == {"revision.direction"}
    moment = "arrival.thread_id = comment.thread_id AND arrival.at = comment.created_at"
    assert newsroom.sql(f"SELECT count(*) FROM arrival JOIN comment ON {moment} AND status = 'erased'") == [(0,)]
    assert newsroom.sql("SELECT DISTINCT direction FROM revision WHERE source = ''") == [("auto",)]
