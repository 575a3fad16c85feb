"""A load for measuring: the rows are those the product writes, on both databases; and the command that measures."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text

from service import __main__ as entrance
from service.bench.fates import FATES
from service.bench.load import load
from service.bench.measure import Question, percentile, run
from service.bench.scene import HOT_KEY, ORIGIN, SLUG, settings_of
from service.bench.stock import COMMON, RARE
from service.bootstrap import Container, build
from service.domain.access import ROLES, Principal
from service.domain.desk import Ask, read_ask
from service.domain.errors import ConfigurationError
from service.domain.moderation import Action, Actor, ActorKind
from service.domain.ports import Sealed
from service.domain.standing import standing
from service.queries import audit, queue, site_setup
from service.storage import bulk
from service.storage.comments import Comment
from service.storage.contacts import Contact
from service.storage.decisions import Decision
from service.storage.findings import Finding
from service.storage.outbox import OutboxMessage
from service.storage.pages import Page
from service.storage.revisions import Revision
from service.storage.search import SearchText
from service.storage.submissions import ReceivedSubmission
from service.storage.threads import Thread
from service.text.address import check_address
from service.text.bidi import hidden_spans
from service.text.clean import clean_body
from service.text.fold import fold
from service.text.language import reading_direction, text_language
from service.text.sanitize import render, text_of
from service.text.words import indexed
from service.usecases.decide_comments import DecisionRequest
from tests.postgres import PostgresServer

ROWS, SEED = 2_000, 7


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def loaded_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('bench')}/load.sqlite3"
        assert load(url, ROWS, SEED)
        yield url
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create_database("bench_load")
    assert load(url, ROWS, SEED)
    yield url
    server.drop_database("bench_load")


@pytest.fixture
def loaded(loaded_url: str) -> Iterator[Container]:
    made = build(settings_of(loaded_url, SEED))
    yield made
    made.close()


def rows(container: Container, kind: type, *more: object) -> list:  # type: ignore[type-arg]
    return container.reader.run(lambda s: list(s.scalars(select(kind).where(*more))))  # type: ignore[arg-type]


def site(container: Container) -> UUID:
    return container.reader.run(lambda s: site_setup.site_view(s, SLUG)).id


def share(*last: tuple[str, ...]) -> int:
    return sum(FATES[fate] for fate in last) * ROWS // 1_000


def test_the_log_of_a_load_verifies_and_every_view_holds_its_share(loaded: Container) -> None:
    found = audit.verify(loaded.reader, None)
    assert found.fault is None
    assert found.decisions == ROWS + share(("approve", "report", "approve")) + share(("approve", "reopen")) + share(
        ("approve", "reject"), ("approve", "withdraw"), ("approve", "erase")
    ) + 2 * share(("reject", "undo", "approve")) - share(())
    counts = loaded.reader.run(lambda s: queue.view_counts(s, site(loaded)))
    assert counts.pop("opinion") > 0
    assert counts == {
        "pending": ROWS // 10,
        "edits": share(("approve", "edit")),
        "reported": share(("approve", "report")),
        "unmoderated": share(("publish",)),
        "approved": ROWS - ROWS // 10 - share(
            ("reject",), ("approve", "reject"), ("spam",), ("approve", "withdraw"), ("approve", "erase")
        ),
        "rejected": share(("reject",), ("approve", "reject")),
        "spam": share(("spam",)),
        "all": ROWS,
    }  # fmt: skip


def test_the_database_knows_what_it_holds(loaded: Container) -> None:
    on_sqlite = loaded.reader.engine.dialect.name == "sqlite"
    known = (
        "SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = 'comment'"
        if on_sqlite
        else "SELECT reltuples FROM pg_class WHERE relname = 'comment'"
    )
    assert loaded.reader.run(lambda s: s.scalar(text(known))) == ROWS


def test_one_thread_holds_a_tenth_and_its_pages_are_built(loaded: Container) -> None:
    (hot,) = rows(loaded, Thread, Thread.key == HOT_KEY)
    held = rows(loaded, Comment, Comment.thread_id == hot.id)
    assert len(held) == ROWS // 10
    for thread in rows(loaded, Thread):
        pages = rows(loaded, Page, Page.thread_id == thread.id)
        public = rows(loaded, Comment, Comment.thread_id == thread.id, Comment.status == "approved")
        assert thread.comment_count == sum(page.comment_count for page in pages) == len(public)


def test_texts_are_what_the_product_makes_of_their_sources(loaded: Container) -> None:
    comments = {c.id: c for c in rows(loaded, Comment)}
    searched = {row.comment_id: row for row in rows(loaded, SearchText)}
    hidden = {f.comment_id: f.spans for f in rows(loaded, Finding, Finding.code == "hidden_characters")}
    seen = 0
    for revision in rows(loaded, Revision):
        comment = comments[revision.comment_id]
        if comment.status == "erased":
            assert (revision.source, revision.text_digest, revision.comment_id in searched) == ("", None, False)
            continue
        spans = [list(span) for span in hidden_spans(revision.source)]
        if revision.number == 1:
            assert hidden.get(revision.comment_id, []) == spans
            seen += bool(spans)
        if revision.comment_id.int % 5 and not spans:
            continue
        shown = text_of(revision.html)
        assert clean_body(revision.source) == revision.source
        assert revision.html == render(revision.source)
        assert (revision.language, revision.direction) == (text_language(shown, "ar"), reading_direction(shown))
        assert revision.text_digest == loaded.signer.digest("text", str(revision.site_id), fold(revision.source, "ar"))
        if revision.number == comment.latest_revision:
            found = searched[revision.comment_id]
            assert found.words == indexed(revision.source, "ar")
            assert found.names == indexed(revision.name, "ar")
    assert seen > 10


def test_whose_decision_stands_is_what_the_log_says(loaded: Container) -> None:
    chains: dict[UUID, list[Decision]] = {}
    for decision in sorted(rows(loaded, Decision), key=lambda d: (d.subject_id, d.version_after)):
        chains.setdefault(decision.subject_id, []).append(decision)
        assert decision.at == decision.at.astimezone(decision.at.tzinfo)
    for comment in rows(loaded, Comment):
        chain = [d for d in chains.get(comment.id, []) if d.actor_kind != "reader"]
        stands = standing(chain, comment.version)
        by_hand = stands is not None and stands.actor_kind == "moderator"
        expected = (stands.actor_id, stands.reason) if stands and by_hand else (None, None)
        assert (comment.moderated_by, comment.moderated_reason) == expected


def test_addresses_are_sealed_to_their_rows(loaded: Container) -> None:
    for contact in rows(loaded, Contact)[:50]:
        sealed = Sealed(contact.key_id, contact.sealed)
        opened = check_address(loaded.vault.open(sealed, site=contact.site_id, comment=contact.comment_id))
        assert opened is not None
        assert opened.canonical == opened.normalized
        assert contact.fingerprint == loaded.vault.fingerprint(opened.canonical, site=contact.site_id)


@pytest.mark.parametrize("word", [COMMON["ar"], COMMON["en"], RARE])
def test_the_search_finds_what_was_loaded(loaded: Container, word: str) -> None:
    asked = read_ask({"search": word, "view": "all"})
    page = loaded.reader.run(lambda s: queue.queue_page(s, site(loaded), asked, None))
    assert page.cards
    assert all(word in card.text for card in page.cards)


#: What is another in every row: ids, times, chance and what hangs on them.
_OWN = ("id", "_at", "at", "hash", "sealed", "fingerprint", "_key", "digest", "payload", "prev_hash", "avatar")


def test_a_loaded_comment_and_one_that_came_in_have_the_same_rows(loaded: Container) -> None:
    """What the product writes of a like comment, column by column: the same codes, the same empty places."""
    where = site(loaded)
    like = loaded.reader.run(lambda s: queue.queue_page(s, where, Ask("pending", thread=HOT_KEY), None)).cards
    first = next(c for c in like if [f.code for f in c.findings] == ["premoderation"] and c.parent is None)
    sent = {"thread": HOT_KEY, "name": first.name, "email": "reader1@example.org", "body": first.text + " لا"}
    shown = loaded.clock() - timedelta(minutes=1)
    sent |= {
        "submission_id": "AbCdEfGhIjKlMnOpQrStUvWx",
        "token": loaded.signer.form_token(where, HOT_KEY, shown),
    }
    made = loaded.submit_comment.submit(SLUG, sent).comment
    assert made is not None
    try:
        told = _told(loaded, made)
        assert told == _told(loaded, first.id)
        assert [len(of) for of in told.values()] == [1] * 7
        (moderator,) = loaded.reader.run(lambda s: s.execute(text("SELECT id, name FROM moderator LIMIT 1")).all())
        actor = Actor(ActorKind.MODERATOR, UUID(str(moderator.id)), moderator.name)
        principal = Principal(actor, where, ROLES["admin"])
        done = [
            loaded.decide_comments.one(principal, DecisionRequest(made, Action.APPROVE, 1, client_id="c" * 32)),
        ]
        (by_product,) = _plain(rows(loaded, Decision, Decision.id == done[0].id))
        approved = next(
            d for d in rows(loaded, Decision, Decision.action == "approve", Decision.version == 1)
            if d.client_id and d.batch is None and d.client_id != "c" * 32
        )  # fmt: skip
        (by_load,) = _plain([approved])
        by_load |= {"actor_label": by_product["actor_label"], "client_id": by_product["client_id"]}
        assert by_load == by_product
    finally:
        loaded.erase_comment.erase(SLUG, loaded.signer.receipt(made, 0))


def _told(container: Container, comment: UUID) -> dict[type, list[dict[str, object]]]:
    found = {
        kind: _plain(rows(container, kind, kind.comment_id == comment))  # type: ignore[attr-defined]
        for kind in (Revision, Finding, Contact, ReceivedSubmission, SearchText)
    }
    found[Comment] = _plain(rows(container, Comment, Comment.id == comment))
    about = [m for m in rows(container, OutboxMessage) if m.payload["comment"] == str(comment)]
    found[OutboxMessage] = _plain(about)
    texts = {"source": "", "html": "", "words": ""}
    return {kind: [row | {k: v for k, v in texts.items() if k in row} for row in of] for kind, of in found.items()}


def _plain(found: list) -> list[dict[str, object]]:  # type: ignore[type-arg]
    """Each row's values; of what is another in every row only whether it is there."""
    return [
        {
            c.key: (getattr(row, c.key) is None) if c.key.endswith(_OWN) else getattr(row, c.key)
            for c in type(row).__mapper__.column_attrs
        }
        for row in found
    ]


def test_nothing_is_loaded_beside_what_is_there(sqlite_url: str) -> None:
    used = build(settings_of(sqlite_url, SEED))
    used.manage_sites.create("paper", "صحيفة", {"origins": [ORIGIN]})
    used.close()
    with pytest.raises(ConfigurationError):
        load(sqlite_url, 1_000, SEED)


def test_a_load_that_was_cut_off_is_no_load(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/cut.sqlite3"

    class Cut(Exception):
        pass

    def cut(step: str, _done: int, _of: int) -> None:
        if step == "pages":
            raise Cut

    with pytest.raises(Cut):
        load(url, 1_000, SEED, cut)
    with pytest.raises(ConfigurationError):
        load(url, 1_000, SEED)


def test_the_same_seed_makes_the_same_rows_and_makes_them_once(tmp_path: Path) -> None:
    told = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        url = f"sqlite:///{tmp_path}/{name}.sqlite3"
        load(url, 1_000, seed)
        made = build(settings_of(url, seed))
        told.append([(d.id, d.hash) for d in sorted(rows(made, Decision), key=lambda d: d.id)])
        made.close()
        assert load(url, 1_000, seed) is False
        with pytest.raises(ConfigurationError):
            load(url, 1_001, seed)
    assert told[0] == told[1] != told[2]


def test_bulk_rows_of_nothing_are_no_statement(loaded: Container) -> None:
    loaded.reader.run(lambda s: bulk.add(s, Comment, []))


def test_questions_are_asked_of_all_databases_in_turn() -> None:
    asked: list[str] = []
    question = Question[str]("group", "name", lambda database: lambda: asked.append(database))
    (found,) = run([question], ["small", "large"], 2)
    assert asked == ["small", "large"] * 3
    assert [len(found.all(place)) for place in (0, 1)] == [2, 2]
    assert (percentile([3.0, 1.0, 2.0], 0.5), percentile([1.0, 2.0], 0.95)) == (2.0, 2.0)


def test_the_command_prints_its_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/of-{{rows}}.sqlite3"
    asked = ["taliq", "bench", "desk", "--database", url, "--rows", "1000", "--rows", "2000", "--samples", "2"]
    monkeypatch.setattr(sys, "argv", asked)
    entrance.main()
    told = capsys.readouterr().out
    groups = ("pending, priority", "all, newest", "search: a rare word, a page of cards", "undo of approve")
    for line in ("1,000", "2,000", *groups):
        assert line in told
    assert {path.name for path in tmp_path.glob("*.sqlite3")} == {"of-1000.sqlite3", "of-2000.sqlite3"}
    monkeypatch.setattr(sys, "argv", [*asked[:4], f"sqlite:///{tmp_path}/one.sqlite3", *asked[5:]])
    with pytest.raises(SystemExit):
        entrance.main()
    assert "{rows}" in capsys.readouterr().err
