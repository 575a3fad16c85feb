"""Decisions: versions, batches, repeats, undo; on both databases."""

from __future__ import annotations

from uuid import uuid4

import pytest

from service.domain.access import Permission, Principal
from service.domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from service.domain.moderation import Action
from service.queries.history import first_altered
from service.storage import decisions
from service.usecases.decide_comments import DecisionRequest
from tests.newsroom import Newsroom


def test_a_decision_on_another_version_is_refused_with_the_current_state(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    newsroom.decide(comment, Action.APPROVE)
    with pytest.raises(ConflictError) as refused:
        newsroom.decide(comment, Action.SPAM, 1)
    assert refused.value.code == "stale_version"
    assert refused.value.public["comment"] == {"id": str(comment), "status": "approved", "version": 2}


def test_a_step_that_is_not_allowed_says_where_the_comment_stands(newsroom: Newsroom) -> None:
    comment = newsroom.approved()
    with pytest.raises(ConflictError) as refused:
        newsroom.decide(comment, Action.APPROVE, 2)
    assert refused.value.code == "transition_not_allowed"
    assert refused.value.public["comment"]["status"] == "approved"


def test_a_batch_decides_what_it_can_and_says_why_not(newsroom: Newsroom) -> None:
    good, stale, unreasoned = newsroom.pending(), newsroom.approved(), newsroom.pending()
    requests = [
        DecisionRequest(good, Action.APPROVE, 1),
        DecisionRequest(stale, Action.SPAM, 1),
        DecisionRequest(unreasoned, Action.REJECT, 1),
        DecisionRequest(uuid4(), Action.APPROVE, 1),
        DecisionRequest(good, Action.APPROVE, 1),
    ]
    batch, outcomes = newsroom.container.decide_comments.many(newsroom.principal, requests)
    kinds = [type(o.error) for o in outcomes]
    assert kinds == [type(None), ConflictError, InvalidError, NotFoundError, ConflictError]
    assert outcomes[0].decision is not None
    assert outcomes[0].decision.batch == batch
    assert newsroom.sql("SELECT count(*) FROM decision") == [(2,)]


def test_a_repeated_client_id_gets_the_first_answer(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    first = newsroom.decide(comment, Action.APPROVE, client_id="client-0001")
    again = newsroom.decide(comment, Action.APPROVE, client_id="client-0001")
    assert again.id == first.id
    assert newsroom.sql("SELECT count(*) FROM decision") == [(1,)]
    with pytest.raises(ConflictError) as refused:
        newsroom.decide(comment, Action.SPAM, 2, client_id="client-0001")
    assert refused.value.code == "client_id_reused"


def test_undo_leads_back_and_can_itself_be_undone(newsroom: Newsroom) -> None:
    undo = newsroom.container.undo_decision
    comment = newsroom.pending()
    approved = newsroom.decide(comment, Action.APPROVE)
    rejected = newsroom.decide(comment, Action.REJECT, 2, "libel")
    with pytest.raises(ConflictError) as refused:
        undo.undo(newsroom.principal, approved.id)
    assert refused.value.code == "undo_not_latest"
    back = undo.undo(newsroom.principal, rejected.id)
    assert (back.to_status, back.undoes, back.version_after) == ("approved", rejected.id, 4)
    again = undo.undo(newsroom.principal, back.id)
    assert again.to_status == "rejected"
    assert newsroom.sql("SELECT count(*) FROM decision") == [(4,)]


def test_undoing_an_approval_takes_the_comment_off_the_page(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    approved = newsroom.decide(comment, Action.APPROVE)
    newsroom.container.undo_decision.undo(newsroom.principal, approved.id)
    assert newsroom.sql("SELECT comment_count FROM thread") == [(0,)]
    assert newsroom.sql("SELECT status, published_revision FROM comment") == [("pending", None)]


def test_another_sites_comment_is_not_found(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    other = newsroom.container.manage_sites.create("other", "أخرى", {})
    stranger = Principal(newsroom.principal.actor, other.id, frozenset(Permission))
    decide = newsroom.container.decide_comments
    with pytest.raises(NotFoundError):
        decide.one(stranger, DecisionRequest(comment, Action.APPROVE, 1))
    decision = newsroom.decide(comment, Action.APPROVE)
    with pytest.raises(NotFoundError):
        newsroom.container.undo_decision.undo(stranger, decision.id)


def test_deciding_needs_the_permission(newsroom: Newsroom) -> None:
    reader = Principal(newsroom.principal.actor, newsroom.site.id, frozenset({Permission.READ_QUEUE}))
    comment = newsroom.pending()
    with pytest.raises(ForbiddenError):
        newsroom.container.decide_comments.one(reader, DecisionRequest(comment, Action.APPROVE, 1))
    assert newsroom.sql("SELECT status FROM comment") == [("pending",)]


def test_every_decision_is_chained_and_promises_one_event(newsroom: Newsroom) -> None:
    comment = newsroom.approved()
    newsroom.decide(comment, Action.REOPEN, 2)
    chain = newsroom.container.reader.run(lambda s: decisions.list_for(s, newsroom.site.id, comment))
    assert first_altered(chain) is None
    assert chain[0].prev_hash == "0" * 64
    assert chain[1].prev_hash == chain[0].hash
    events = newsroom.sql("SELECT kind FROM outbox ORDER BY id")
    assert [kind for (kind,) in events] == ["comment.held", "comment.decided", "comment.decided"]


def test_a_publishing_site_shows_at_once_and_logs_the_rule(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    answer = newsroom.submit()
    assert answer.status == "approved"
    logged = newsroom.sql("SELECT action, actor_kind, actor_label FROM decision")
    assert logged == [("approve", "policy", "mode:publish")]
    assert newsroom.sql("SELECT comment_count FROM thread") == [(1,)]


def test_a_text_seen_before_is_held_even_where_all_is_published(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    newsroom.submit(body="تحليل متوازن، شكرًا للكاتب.")
    again = newsroom.submit(name="أخرى", email="other@example.org", body="  تحليل متوازن، شكرا للكاتب.")
    assert again.status == "pending"
    assert newsroom.sql("SELECT code FROM finding") == [("duplicate_text",)]
