"""How many statements each flow costs, on both databases: what a page costs must not creep up unseen.

A count that falls is good news and is written down here; one that rises needs a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event

from service.app import create_app
from service.domain.desk import Ask
from service.domain.moderation import Action
from service.queries import batches, queue
from service.usecases.decide_comments import DecisionRequest
from tests.newsroom import FIELDS, Newsroom
from tests.plans import sorts_or_scans, told

#: What a reader who only reads must never touch.
PRIVATE = {"comment", "revision", "contact", "author", "finding", "decision", "submission", "outbox"}


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent to any database meanwhile, but for the beginning and end of transactions."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def tables(seen: list[str]) -> set[str]:
    return {name for s in seen for name in re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE) (\w+)", s)}


@pytest.fixture
def room(newsroom: Newsroom) -> Newsroom:
    root = newsroom.approved()
    for _ in range(3):
        newsroom.approved(parent=str(root))
    # Connections are opened, and dialects have asked what they ask once.
    newsroom.client().get("/v1/sites/demo/comments?thread=article-1")
    return newsroom


@pytest.mark.parametrize(
    ("address", "number"),
    [
        # The versions; then the site, the thread, and the page with the one after it.
        ("/v1/sites/demo/comments?thread=article-1", 4),
        ("/v1/sites/demo/comments.html?thread=article-1&lang=ar", 4),
        ("/v1/sites/demo/comments?thread=article-1&order=newest", 4),
        ("/v1/sites/demo/comments?thread=never-heard-of", 3),
        ("/v1/sites/demo/comments?thread=never-heard-of&comment=x", 3),
        ("/v1/sites/demo/comments?thread=article-1&comment=x", 4),
        ("/v1/sites/demo/counts?thread=article-1&thread=b&thread=c", 3),
        ("/v1/sites/demo/counts?thread=article-1&lang=ar", 3),
        # The versions, the site, the thread, pages; the site, pages with their threads.
        ("/v1/sites/demo/feed?thread=article-1", 4),
        ("/v1/sites/demo/feed?thread=never-heard-of", 3),
        ("/v1/sites/demo/feed", 2),
        ("/v1/sites/nobody/comments?thread=article-1", 2),
        ("/v1/sites/No_Slug/comments?thread=article-1", 0),
    ],
)
def test_fetching_reads_pages_and_never_a_comment(room: Newsroom, address: str, number: int) -> None:
    # All of it in one second: what is ready holds until that is over.
    client = create_app(room.container, lambda: 0.0).test_client()
    with statements() as seen:
        answer = client.get(address)
    assert len(seen) == number
    assert tables(seen) <= {"site", "thread", "page"}
    if answer.status_code == 200:
        with statements() as seen:
            assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
        assert seen == []


def test_looks_at_any_number_of_threads_are_few_statements(room: Newsroom) -> None:
    """A connection keeps 128 of those ready, each of some thirty kilobytes where threads are named one by one."""
    reader = room.container.public_reader
    before = reader.versions("demo", ["article-1"]).of(["article-1"])
    with statements() as seen:
        for many in range(0, 501):
            keys = [*(f"none-{n}" for n in range(many)), "article-1"]
            assert reader.versions("demo", keys).of(["article-1"]) == before
        assert reader.versions("demo", []).threads == {}
    assert len(seen) == 502
    assert len(set(seen)) <= 11


def test_a_permalink_asks_one_thing_more(room: Newsroom) -> None:
    """Where the comment stands, and nothing of what is in it; once more the first page when it does not show."""
    shown, held = room.approved(), room.pending()
    client = room.client()
    for comment, number in ((shown, 5), (held, 6), (uuid4(), 5)):
        with statements() as seen:
            answer = client.get(f"/v1/sites/demo/comments?thread=article-1&comment={comment}")
        assert (answer.status_code, len(seen)) == (200, number), "\n".join(seen)
        (asked,) = [s for s in seen if "FROM comment" in s]
        assert re.match(r"SELECT comment\.root_id\s+FROM comment\s+WHERE", asked)
        assert tables(seen) == {"site", "thread", "page", "comment"}


def test_a_form_to_write_the_first_word_looks_up_the_site_and_the_thread(room: Newsroom) -> None:
    with statements() as seen:
        room.client().get("/v1/sites/demo/form?thread=article-1")
    assert len(seen) == 2
    assert not tables(seen) & PRIVATE


def test_submitting_costs_the_same_however_much_there_is(room: Newsroom) -> None:
    client = room.client()
    for number in range(2):
        with statements() as seen:
            sent = {**FIELDS, "body": f"نص {number}", "submission_id": f"aA0-_bB1cC2dD3eE4fF5gG{number}"}
            assert client.post("/v1/sites/demo/comments", json=sent).status_code == 202
        # Before: site, an earlier answer, thread, the same text and what is nearly the same; whether the mail domain is
        # listed, whose the name is (staff, regulars), and what came lately from the network, to the thread and to the
        # site; the rules' and the model's version. In the transaction: submission, thread, author, comment, revision,
        # findings, what it is found by, contact, outbox; and in a savepoint, so that what is only kept for comparing
        # may fail, what is nearly the same, likeness, shingles, what is over, the arrival and those that are over.
        # PostgreSQL: others wait.
        waits = 1 if room.container.reader.engine.dialect.name == "postgresql" else 0
        assert len(seen) == 29 + waits, "\n".join(seen)
    with statements() as seen:
        assert client.post("/v1/sites/demo/comments", json=sent).status_code == 202
    assert len(seen) == 2, "a retry is recognised before anything is computed"


def test_a_device_that_comes_back_is_looked_up_and_judged_by_its_past(room: Newsroom) -> None:
    client, device = room.client(), None
    # Somebody new costs what anybody does. Then the author and the author's past, before, how much came of them lately,
    # whether a moderator has let them through, and the author's row, held; once, that it is proven now, and never that
    # somebody new has come.
    waits = 1 if room.container.reader.engine.dialect.name == "postgresql" else 0
    anybody = 29 + waits
    for number, cost in enumerate((anybody, anybody + 6 - 1 + 1, anybody + 6 - 1)):
        sent = {**FIELDS, "body": f"نص {number}", "submission_id": f"aA0-_bB1cC2dD3eE4fF5gG{number}", "remember": True}
        with statements() as seen:
            answer = client.post("/v1/sites/demo/comments", json={**sent, "device": device})
        device = answer.get_json()["device"]
        assert len(seen) == cost, "\n".join(seen)
    with statements() as seen:
        assert client.post("/v1/sites/demo/comments", json={**sent, "device": "x"}).get_json()["device"] == device
    assert len(seen) == 3, "a retry asks besides whose comment it was"


def test_what_is_refused_is_not_written(room: Newsroom) -> None:
    with statements() as seen:
        assert room.client().post("/v1/sites/demo/comments", json={"thread": "article-1"}).status_code == 422
    assert all(s.startswith("SELECT") for s in seen)
    assert len(seen) <= 3


def test_deciding_one_comment(room: Newsroom) -> None:
    comment = room.pending()
    with statements() as seen:
        room.decide(comment, Action.APPROVE)
    # The comment, its last decision; decision, comment, outbox. The page: thread, starts with what stands there, what
    # is public of the comment now, the row written, the count and the count written.
    assert len(seen) == 11, "\n".join(seen)


def test_where_a_cdn_has_to_be_told_a_decision_costs_that_event_and_no_question(room: Newsroom) -> None:
    comment = room.pending()
    room.container.manage_sites.set_policy("demo", {"cache_seconds": "60"})
    with statements() as seen:
        room.decide(comment, Action.APPROVE)
    assert len(seen) == 11 + 1, "\n".join(seen)


def test_deciding_what_readers_have_seen_looks_for_reports(room: Newsroom) -> None:
    quiet, reported = room.approved(), room.approved()
    for network in ("a", "b", "c"):
        room.container.flag_comment.flag("demo", reported, "spam", network)
    for comment, action, number in ((quiet, Action.SPAM, 11 + 1), (reported, Action.APPROVE, 11 + 2)):
        with statements() as seen:
            room.decide(comment, action, 2)
        # Whether there are reports; that they are answered, in one statement.
        assert len(seen) == number, "\n".join(seen)


def test_reporting_a_comment(room: Newsroom) -> None:
    comment = room.approved()
    client = room.client()
    for number in (6, 4):
        with statements() as seen:
            sent = client.post(f"/v1/sites/demo/comments/{comment}/report", json={"reason": "spam"})
        # The site for origins. In the transaction: the site, the comment and its urgency, the report, the outbox.
        assert (sent.status_code, len(seen)) == (202, number), "\n".join(seen)


@pytest.mark.parametrize(("view", "number"), [("pending", 7), ("approved", 8), ("reported", 8), ("edits", 8)])
def test_a_page_of_the_queue_costs_the_same_however_long_it_is(room: Newsroom, view: str, number: int) -> None:
    """Their places, comments, findings and notes; of public ones reports, and the published text of those whose edit
    waits; what else their authors have written, and what came with the same addresses. Of what waits, how many others
    are nearly the same.
    """
    for _ in range(2):
        comment = room.approved()
        room.container.flag_comment.flag("demo", comment, "spam", "n")
        room.container.amend_comment.amend("demo", room.container.signer.receipt(comment, 0), {"body": f"{comment}"})
        room.pending()
        with statements() as seen:
            room.container.reader.run(lambda s: queue.queue_page(s, room.site.id, Ask(view), None))
        assert len(seen) == number, "\n".join(seen)


def test_what_could_be_decided_together_is_counted_in_one_walk(room: Newsroom) -> None:
    """However many wait: a bounded piece of the index, and the findings of what stands there."""
    room.pending()
    ((statement, plan),) = told(room, lambda s: batches.batch_counts(s, room.site.id))
    assert re.search(r"ORDER BY comment\.id\s+LIMIT", statement)
    assert "ix_comment_pending" in plan
    assert "ix_finding_comment_id_revision" in plan
    # The piece that was seen is read from one end to the other, and nothing else.
    assert [line for line in sorts_or_scans(plan) if "anon_" not in line] == [], plan


def test_deciding_many_rebuilds_a_page_once(newsroom: Newsroom) -> None:
    """Fifty cost no more a piece than their own rows: the page is rebuilt once, not fifty times."""
    comments = [newsroom.pending() for _ in range(50)]
    requests = [DecisionRequest(comment, Action.APPROVE, 1) for comment in comments]
    with statements() as seen:
        _, outcomes = newsroom.container.decide_comments.many(newsroom.principal, requests)
    assert all(o.decision for o in outcomes)
    assert len([s for s in seen if " page" in s and not s.startswith("SELECT")]) == 1
    # Each its own three: last decision, decision, outbox. Together: the comments, read and written, and seven for the
    # page, which is the thread's first: all that is public is read, and of what was taken back the places.
    assert len(seen) == 3 * 50 + 9
