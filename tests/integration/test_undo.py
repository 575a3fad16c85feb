"""Undo: any number of steps back, whole batches, one's own freely and others' with the right to."""

from __future__ import annotations

import random
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from service.domain.access import ROLES, Principal
from service.domain.errors import ConflictError, ForbiddenError, NotFoundError
from service.domain.moderation import Action, Actor, ActorKind
from service.storage.comments import Comment
from service.storage.decisions import Decision
from service.usecases.decide_comments import DecisionRequest
from tests.newsroom import Newsroom


@pytest.fixture
def omar(newsroom: Newsroom) -> Principal:
    """A moderator without the admin's rights."""
    actor = Actor(ActorKind.MODERATOR, uuid4(), "عمر")
    return replace(newsroom.principal, actor=actor, permissions=ROLES["moderator"])


def stands(room: Newsroom, comment: UUID) -> tuple[str, int, int | None, UUID | None, str | None]:
    def look(session: object) -> tuple[str, int, int | None, UUID | None, str | None]:
        found = session.get(Comment, (room.site.id, comment))  # type: ignore[attr-defined]
        return found.status, found.version, found.published_revision, found.moderated_by, found.moderated_reason

    return room.container.reader.run(look)


def undo(room: Newsroom, decision: Decision, who: Principal | None = None) -> Decision:
    return room.container.undo_decision.undo(who or room.principal, decision.id)


def test_undo_walks_back_every_step(newsroom: Newsroom) -> None:
    """Also an undo is undone: that is how one goes forward again."""
    comment = newsroom.pending()
    approved = newsroom.decide(comment, Action.APPROVE, 1)
    rejected = newsroom.decide(comment, Action.REJECT, 2, "insult")
    back = undo(newsroom, rejected)
    assert stands(newsroom, comment)[0] == "approved"
    undo(newsroom, approved)
    assert stands(newsroom, comment) == ("pending", 5, None, None, None)
    with pytest.raises(ConflictError):
        undo(newsroom, back)
    with pytest.raises(ConflictError):
        undo(newsroom, rejected)


def test_any_walk_back_ends_where_it_began(newsroom: Newsroom) -> None:
    """Random decisions, then undone one by one from the last: each state comes back exactly."""
    dice = random.Random(4)
    comment = newsroom.pending()
    done: list[tuple[tuple[object, ...], Decision]] = []
    actions = {
        "pending": (Action.APPROVE, Action.REJECT, Action.SPAM),
        "approved": (Action.REJECT, Action.SPAM, Action.REOPEN),
        "rejected": (Action.APPROVE, Action.SPAM, Action.REOPEN),
        "spam": (Action.APPROVE, Action.REJECT, Action.REOPEN),
    }
    for _ in range(8):
        status, version, *rest = before = stands(newsroom, comment)
        action = dice.choice(actions[status])
        made = newsroom.decide(comment, action, version, "libel" if action is Action.REJECT else None)
        done.append(((before[0], *rest), made))
    for (status, *rest), made in reversed(done):
        undo(newsroom, made)
        found = stands(newsroom, comment)
        assert (found[0], *found[2:]) == (status, *rest)


def test_an_undo_can_be_undone(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    back = undo(newsroom, newsroom.decide(comment, Action.REJECT, 1, "hate"))
    undo(newsroom, back)
    assert stands(newsroom, comment)[0::3] == ("rejected", newsroom.moderator.id)
    assert stands(newsroom, comment)[4] == "hate"


def test_what_a_reader_changed_meanwhile_is_not_undone_over(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    decision = newsroom.decide(comment, Action.APPROVE, 1)
    newsroom.container.amend_comment.amend(
        "demo", newsroom.container.signer.receipt(comment, 0), {"body": "نص آخر"}
    )
    with pytest.raises(ConflictError):
        undo(newsroom, decision)


def test_others_acts_need_the_admins_right(newsroom: Newsroom, omar: Principal) -> None:
    comment = newsroom.pending()
    decision = newsroom.decide(comment, Action.APPROVE, 1)
    with pytest.raises(ForbiddenError):
        undo(newsroom, decision, omar)
    assert stands(newsroom, comment)[0] == "approved"
    own = newsroom.container.decide_comments.one(omar, DecisionRequest(comment, Action.SPAM, 2))
    undo(newsroom, own, omar)
    assert stands(newsroom, comment)[0] == "approved"


def test_a_rules_decision_is_nobodys_and_can_be_undone(newsroom: Newsroom, omar: Principal) -> None:
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    comment = newsroom.pending()
    (row,) = newsroom.container.reader.run(lambda s: s.query(Decision).where(Decision.subject_id == comment).all())
    undo(newsroom, row, omar)
    assert stands(newsroom, comment)[0] == "pending"


def test_a_batch_goes_back_together_and_says_what_has_moved_on(newsroom: Newsroom) -> None:
    comments = [newsroom.pending() for _ in range(4)]
    batch, _ = newsroom.container.decide_comments.many(
        newsroom.principal, [DecisionRequest(c, Action.APPROVE, 1) for c in comments]
    )
    newsroom.decide(comments[2], Action.REJECT, 2, "spam")
    answers = newsroom.container.undo_decision.batch(newsroom.principal, batch, "a-form-of-its-own-24-long")
    assert [a.error is None for a in answers] == [True, True, False, True]
    assert answers[2].comment == comments[2]
    assert [stands(newsroom, c)[0] for c in comments] == ["pending", "pending", "rejected", "pending"]
    again = newsroom.container.undo_decision.batch(newsroom.principal, batch, "a-form-of-its-own-24-long")
    made = [a.decision.id for a in answers if a.decision]
    assert [a.decision.id for a in again if a.decision] == made, "sent twice it is done once"
    (own,) = {a.decision.batch for a in answers if a.decision}
    assert own is not None
    # And forward again, as one.
    newsroom.container.undo_decision.batch(newsroom.principal, own)
    assert [stands(newsroom, c)[0] for c in comments] == ["approved", "approved", "rejected", "approved"]


def test_a_batch_of_another_site_is_not_there(newsroom: Newsroom) -> None:
    batch, _ = newsroom.container.decide_comments.many(
        newsroom.principal,
        [DecisionRequest(newsroom.pending(), Action.APPROVE, 1), DecisionRequest(newsroom.pending(), Action.SPAM, 1)],
    )
    with pytest.raises(NotFoundError):
        newsroom.container.undo_decision.batch(replace(newsroom.principal, site_id=uuid4()), batch)
