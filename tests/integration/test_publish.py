"""The stored pages of a thread, on both databases."""

from __future__ import annotations

import random
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.domain.errors import MalformedError
from service.domain.moderation import Action
from service.domain.snapshot import MAX_COMMENTS, MAX_ROOTS, encode
from service.queries.published import PublishedPage, published_page
from service.storage import pages
from service.storage.engine import write_engine
from service.storage.pages import Page
from service.storage.public_comments import list_published
from service.storage.revisions import Revision
from service.storage.threads import Thread
from service.usecases.decide_comments import DecisionRequest
from tests.contracts.test_sql_counts import statements
from tests.newsroom import FIELDS, Newsroom, word
from tests.plans import plans

KEY = "article-1"


def fetch(newsroom: Newsroom, cursor: str | None = None, order: str = "oldest") -> PublishedPage:
    now = newsroom.clock()
    return newsroom.container.reader.run(lambda s: published_page(s, "demo", KEY, cursor, order, now))


def walk(newsroom: Newsroom, order: str = "oldest") -> list[PublishedPage]:
    pages = [fetch(newsroom, order=order)]
    while pages[-1].next:
        pages.append(fetch(newsroom, pages[-1].next, order))
        assert len(pages) < 100, "it leads round and round"
    return pages


def ids(pages: list[PublishedPage]) -> list[str]:
    return [str(c["id"]) for page in pages for c in page.comments()]


def approve(newsroom: Newsroom, comments: list[UUID]) -> None:
    requests = [DecisionRequest(c, Action.APPROVE, 1) for c in comments]
    _, outcomes = newsroom.container.decide_comments.many(newsroom.principal, requests)
    assert all(o.decision for o in outcomes)


def test_approving_in_any_order_leaves_full_pages(small_newsroom: Newsroom) -> None:
    comments = [small_newsroom.pending() for _ in range(300)]
    for part in range(0, 300, 10):
        approve(small_newsroom, random.Random(3).sample(comments, 300)[part : part + 10])
    assert len(ids(walk(small_newsroom))) == 300
    ((pages,),) = small_newsroom.sql("SELECT count(*) FROM page")
    assert pages <= 15


def test_approving_from_the_newest_on_leaves_full_pages(small_newsroom: Newsroom) -> None:
    comments = [small_newsroom.pending() for _ in range(120)]
    for comment in reversed(comments):
        small_newsroom.decide(comment, Action.APPROVE)
    assert ids(walk(small_newsroom)) == [str(c) for c in comments]
    ((pages,),) = small_newsroom.sql("SELECT count(*) FROM page")
    assert pages <= 6


def _as_rows_say(newsroom: Newsroom) -> list[tuple[str, str]]:
    """Each page of the thread as it is stored, and as it would be made of all its comments."""

    def compared(session: Session) -> list[tuple[str, str]]:
        stored = session.scalars(select(Page).order_by(Page.first_root, Page.first_id)).all()
        starts = [(page.first_root, page.first_id) for page in stored]
        made = [
            encode(list_published(session, page.site_id, page.thread_id, start, end))
            for page, start, end in zip(stored, starts, [*starts, None][1:], strict=True)
        ]
        return [(page.content, content) for page, content in zip(stored, made, strict=True)]

    return newsroom.container.reader.run(compared)


@pytest.mark.parametrize("heads", [0, 30], ids=["also_what_is_answered_hides", "only_what_nobody_answers_hides"])
def test_whatever_happens_a_page_is_what_the_rows_say(newsroom: Newsroom, heads: int) -> None:
    """Of a page only what has changed is read: posts, replies, decisions, edits, and what authors take back. Where an
    answered comment is hidden, its page is read whole from then on: so once with such, and once without.
    """
    dice, act = random.Random(heads), newsroom.container
    approve(newsroom, [newsroom.pending() for _ in range(MAX_ROOTS + 5)])
    pending, public, gone = list[tuple[UUID, str]](), list[tuple[UUID, str]](), list[UUID]()
    for step in range(240):
        ways = {"post": 5, "reply": 5, "approve": 6, "hide": 1, "amend": 1, "withdraw": 1, "erase": 1}
        (way,) = dice.choices(list(ways), list(ways.values()))
        if way == "post" or (way == "reply" and public):
            parent = {"parent": str(dice.choice(public[:30])[0])} if way == "reply" else {}
            answer = newsroom.submit(**FIELDS | {"body": f"تعليق {word()}"} | parent)
            assert answer.comment is not None
            assert answer.receipt is not None
            pending.append((answer.comment, answer.receipt))
        elif way == "approve" and pending:
            many = min(len(pending), dice.choice([1, 1, 6]))
            chosen = [pending.pop(dice.randrange(len(pending))) for _ in range(many)]
            approve(newsroom, [comment for comment, _ in chosen])
            public += chosen
        elif len(public) > heads and way in ("hide", "withdraw", "erase", "amend"):
            first, last = (0, 30) if way in ("withdraw", "erase") else (heads, len(public))
            comment, receipt = public.pop(dice.randrange(first, min(len(public), last)))
            if way == "hide":
                newsroom.decide(comment, Action.REJECT, 2, "off_topic")
            elif way == "withdraw":
                act.withdraw_comment.withdraw("demo", receipt)
            elif way == "erase":
                act.erase_comment.erase("demo", receipt)
            else:
                act.amend_comment.amend("demo", receipt, {"body": f"غيّرته {word()}"})
            gone.append(comment)
        for stored, made in _as_rows_say(newsroom):
            assert stored == made, (step, way)
    assert len(gone) > 20
    assert len(_as_rows_say(newsroom)) > 1


def test_what_changes_on_a_page_is_read_and_nothing_else_of_it(newsroom: Newsroom) -> None:
    """A page is of comments that lie all over the database: each costs a look at the disk."""
    one, other = newsroom.approved(), newsroom.pending()
    # Behind the service's back, to see whether it looks.
    engine = write_engine(newsroom.container.settings.database_url)
    with engine.begin() as connection:
        connection.execute(update(Revision).values(html="<p>anders</p>"))
    engine.dispose()
    newsroom.decide(other, Action.APPROVE)
    first, second = fetch(newsroom).comments()
    assert (first["id"], second["id"]) == (str(one), str(other))
    assert first["html"] != "<p>anders</p>"
    assert second["html"] == "<p>anders</p>"


@pytest.mark.parametrize(("number", "whole"), [(MAX_COMMENTS, False), (MAX_COMMENTS + 1, True)])
def test_when_more_than_a_page_has_changed_the_page_is_read_whole(
    small_newsroom: Newsroom, number: int, whole: bool
) -> None:
    """Each would be named in the statement, and there is no end to how many change at once."""
    small_newsroom.approved()
    waiting = [small_newsroom.pending() for _ in range(number)]
    with statements() as seen:
        approve(small_newsroom, waiting)
    assert any("ORDER BY comment.root_id" in statement for statement in seen) is whole


def test_an_unknown_thread_is_an_empty_list(newsroom: Newsroom) -> None:
    page = fetch(newsroom)
    assert (page.count, page.comments(), page.next) == (0, [], None)
    assert newsroom.sql("SELECT count(*) FROM thread") == [(0,)]


def test_a_walk_meets_every_approved_comment_once_in_both_orders(newsroom: Newsroom) -> None:
    roots = [newsroom.pending() for _ in range(130)]
    newsroom.clock.forward(minutes=1)
    order = random.Random(1).sample(roots, len(roots))
    approve(newsroom, order[:60])
    approve(newsroom, order[60:])
    replies = [newsroom.pending(parent=str(r)) for r in roots[:80] for _ in range(2)]
    approve(newsroom, random.Random(2).sample(replies, len(replies)))

    expected = {str(c) for c in [*roots, *replies]}
    for direction in ("oldest", "newest"):
        pages = walk(newsroom, direction)
        found = ids(pages)
        assert len(found) == len(expected)
        assert set(found) == expected
        assert all(len(p.comments()) <= MAX_COMMENTS for p in pages)
        assert all(sum(c["parent"] is None for c in p.comments()) <= MAX_ROOTS for p in pages)
        assert {p.count for p in pages} == {len(expected)}
    walked_roots = [c for c in ids(walk(newsroom)) if UUID(c) in set(roots)]
    assert walked_roots == [str(r) for r in roots]
    newest = [c for c in ids(walk(newsroom, "newest")) if UUID(c) in set(roots)]
    assert newest == [str(r) for r in reversed(roots)]


def test_a_reply_stands_behind_what_it_answers(newsroom: Newsroom) -> None:
    first = newsroom.approved()
    second = newsroom.approved()
    reply = newsroom.approved(parent=str(first))
    deeper = newsroom.approved(parent=str(reply))
    assert ids(walk(newsroom)) == [str(c) for c in (first, reply, deeper, second)]
    assert ids(walk(newsroom, "newest")) == [str(c) for c in (second, first, reply, deeper)]


def test_one_decision_rebuilds_one_page(newsroom: Newsroom) -> None:
    comments = [newsroom.pending() for _ in range(160)]
    approve(newsroom, comments)
    before = dict(newsroom.sql("SELECT id, digest FROM page"))
    assert len(before) > 2
    newsroom.decide(comments[0], Action.REJECT, 2, "off_topic")
    after = dict(newsroom.sql("SELECT id, digest FROM page"))
    assert before.keys() == after.keys()
    assert sum(before[k] != after[k] for k in before) == 1
    assert len(ids(walk(newsroom))) == 159


def test_one_batch_hides_the_last_of_a_page_and_the_first_of_the_next(newsroom: Newsroom) -> None:
    comments = [newsroom.pending() for _ in range(MAX_ROOTS + 10)]
    approve(newsroom, comments)
    requests = [DecisionRequest(c, Action.REJECT, 2, "spam") for c in comments[MAX_ROOTS - 1 : MAX_ROOTS + 1]]
    newsroom.container.decide_comments.many(newsroom.principal, requests)
    assert [len(page.comments()) for page in walk(newsroom)] == [MAX_ROOTS - 1, 9]
    assert ids(walk(newsroom)) == [str(c) for c in [*comments[: MAX_ROOTS - 1], *comments[MAX_ROOTS + 1 :]]]


def test_a_cursor_of_an_emptied_page_still_leads_on(newsroom: Newsroom) -> None:
    comments = [newsroom.pending() for _ in range(150)]
    approve(newsroom, comments)
    first = fetch(newsroom)
    assert first.next is not None
    second = fetch(newsroom, first.next)
    emptied = [UUID(str(c["id"])) for c in second.comments()]
    requests = [DecisionRequest(c, Action.SPAM, 2) for c in emptied]
    newsroom.container.decide_comments.many(newsroom.principal, requests)
    there = fetch(newsroom, first.next)
    assert there.comments() == []
    assert there.next is not None
    assert len(ids(walk(newsroom))) == 150 - len(emptied)


@pytest.mark.parametrize("cursor", ["x", "0" * 32, "F" * 32, "", "0" * 31, "00000000-0000-0000-0000-000000000000"])
def test_a_cursor_that_names_no_page_of_the_thread_is_refused(small_newsroom: Newsroom, cursor: str) -> None:
    small_newsroom.approved()
    with pytest.raises(MalformedError) as refused:
        fetch(small_newsroom, cursor)
    assert refused.value.code == "bad_cursor"


def test_a_cursor_of_another_thread_is_refused(small_newsroom: Newsroom) -> None:
    small_newsroom.approved()
    small_newsroom.approved(thread="other")
    named = "SELECT p.id FROM page p JOIN thread t ON t.id = p.thread_id WHERE t.key = 'other'"
    ((other,),) = small_newsroom.sql(named)
    with pytest.raises(MalformedError):
        fetch(small_newsroom, UUID(str(other)).hex)


def test_a_hidden_parent_leaves_its_replies_standing(newsroom: Newsroom) -> None:
    parent = newsroom.approved()
    reply = newsroom.approved(parent=str(parent))
    newsroom.decide(parent, Action.REJECT, 2, "insult")
    assert ids(walk(newsroom)) == [str(reply)]
    html = newsroom.client().get(f"/v1/sites/demo/comments.html?thread={KEY}&lang=ar").get_data(as_text=True)
    assert str(reply) in html


def test_the_tag_changes_with_the_page_and_only_then(newsroom: Newsroom) -> None:
    newsroom.approved()
    first = fetch(newsroom)
    newsroom.pending()
    assert fetch(newsroom).etag() == first.etag()
    newsroom.approved()
    assert fetch(newsroom).etag() != first.etag()
    assert first.etag("json") != first.etag("html", "ar")


def test_a_page_is_found_and_a_thread_summed_along_indexes(newsroom: Newsroom) -> None:
    """A thread of a thousand pages costs a decision no more than one of two."""
    comment = newsroom.approved()
    ((thread,),) = newsroom.container.reader.run(lambda s: s.execute(select(Thread.id)).all())
    site, key = newsroom.site.id, (comment, comment)
    found, summed = (
        plans(newsroom, lambda s: pages.find_range(s, site, thread, key)),
        plans(newsroom, lambda s: pages.total(s, site, thread)),
    )
    on_sqlite = newsroom.container.reader.engine.dialect.name == "sqlite"
    bad = ("SCAN page", "TEMP B-TREE") if on_sqlite else ("Seq Scan", "Sort ")
    assert not [plan for plan in (*found, *summed) if any(word in plan for word in bad)], (found, summed)
    assert "ix_page_thread_id_site_id_comment_count" in summed[0]
