"""What stands around a comment: public, of the same discussion, in order, and bounded."""

from __future__ import annotations

from uuid import UUID

from service.domain.moderation import Action
from service.queries.context import AROUND, Context, context_of
from tests.newsroom import Newsroom


def around(newsroom: Newsroom, comment: UUID) -> Context:
    return newsroom.container.reader.run(lambda s: context_of(s, newsroom.site.id, comment))


def test_a_reply_stands_among_what_readers_see_of_its_discussion(newsroom: Newsroom) -> None:
    root = newsroom.approved(body="الأصل")
    newsroom.approved(body="نقاش آخر")
    first = newsroom.approved(parent=str(root), body="الأول")
    held = newsroom.pending(parent=str(root), body="محتجز")
    asked = newsroom.pending(parent=str(first), body="المسؤول عنه")
    last = newsroom.approved(parent=str(root), body="الأخير")
    found = around(newsroom, asked)
    assert [n.id for n in found.before] == [root, first]
    assert [n.id for n in found.behind] == [last]
    assert [n.answered for n in (*found.before, *found.behind)] == [False, True, False]
    newsroom.decide(first, Action.REJECT, 2, "insult")
    newsroom.decide(held, Action.APPROVE)
    assert [n.id for n in around(newsroom, asked).before] == [root, held]


def test_there_are_no_more_than_a_few_on_either_side(newsroom: Newsroom) -> None:
    root = newsroom.approved()
    replies = [newsroom.approved(parent=str(root)) for _ in range(2 * AROUND + 4)]
    middle = replies[AROUND + 1]
    found = around(newsroom, middle)
    assert [n.id for n in found.before] == replies[1 : AROUND + 1]
    assert [n.id for n in found.behind] == replies[AROUND + 2 : 2 * AROUND + 2]
    assert (found.more_before, found.more_behind) == (True, True)
    start = around(newsroom, root)
    assert (start.more_before, [n.id for n in start.behind]) == (False, replies[:AROUND])


def test_an_edit_that_waits_is_not_what_readers_see(newsroom: Newsroom) -> None:
    answer = newsroom.submit(body="كما نُشر")
    assert answer.comment is not None
    newsroom.decide(answer.comment, Action.APPROVE)
    reply = newsroom.pending(parent=str(answer.comment))
    newsroom.container.amend_comment.amend("demo", str(answer.receipt), {"body": "لم يقرأه أحد"})
    (shown,) = around(newsroom, reply).before
    assert "كما نُشر" in shown.html


def test_another_sites_comment_has_no_surroundings_here(newsroom: Newsroom) -> None:
    root = newsroom.approved()
    newsroom.approved(parent=str(root))
    other = newsroom.container.manage_sites.create("other", "other", {})
    found = newsroom.container.reader.run(lambda s: context_of(s, other.id, root))
    assert (found.before, found.behind) == ((), ())
