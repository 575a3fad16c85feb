"""What moderators decide is learnt, what they take back is unlearnt, and one worker a site does it."""

from __future__ import annotations

from uuid import UUID

import pytest

from service.domain.moderation import Action
from service.learning.learner import Learner, Opinion, features_of_comment
from service.learning.packing import pack, unpack
from service.storage import learners
from service.usecases import learn_decisions
from service.usecases.decide_comments import DecisionRequest
from service.usecases.learn_decisions import LearnDecisions
from tests.newsroom import Newsroom

FINE, RUDE = "شكرا على هذا التحليل المفيد", "أنت كلب حقير وكاتب تافه"


def worker(newsroom: Newsroom) -> LearnDecisions:
    """Another process: nothing of what the first one has in memory."""
    made = newsroom.container.learn_decisions
    return LearnDecisions(made._uow, made._reader, newsroom.container.new_id, newsroom.clock)


def stored(newsroom: Newsroom) -> Learner:
    row = newsroom.container.reader.run(lambda s: learners.find(s, newsroom.site.id))
    assert row is not None
    return unpack(row.data)


def keys(learner: Learner) -> set[UUID]:
    return {UUID(bytes=key) for key in learner.model.remembered}


def opinion(learner: Learner, text: str) -> Opinion:
    return learner.opinion(features_of_comment(text, "ar"))


@pytest.fixture
def learn(newsroom: Newsroom) -> LearnDecisions:
    return worker(newsroom)


def test_decisions_are_learnt_and_stored(newsroom: Newsroom, learn: LearnDecisions) -> None:
    for number in range(4):
        newsroom.decide(newsroom.pending(body=f"{FINE} {number}"), Action.APPROVE)
        newsroom.decide(newsroom.pending(body=f"{RUDE} {number}"), Action.REJECT, reason="insult")
    assert learn.fold(newsroom.site.id).decisions == 8
    learner = stored(newsroom)
    assert (learner.fine, learner.bad) == (4, 4)
    assert opinion(learner, RUDE).score > 0 > opinion(learner, FINE).score
    assert newsroom.sql("SELECT version FROM learner") == [(1,)]


def test_nothing_new_writes_nothing(newsroom: Newsroom, learn: LearnDecisions) -> None:
    assert learn.fold(newsroom.site.id).decisions == 0
    assert newsroom.sql("SELECT count(*) FROM learner") == [(0,)]
    newsroom.approved()
    learn.fold(newsroom.site.id)
    assert learn.fold(newsroom.site.id).version is None
    assert newsroom.sql("SELECT version FROM learner") == [(1,)]


def test_a_version_is_stored_once_a_minute_and_at_the_end(newsroom: Newsroom, learn: LearnDecisions) -> None:
    versions = []
    for _ in range(5):
        newsroom.approved()
        versions.append(learn.fold(newsroom.site.id).version)
        newsroom.clock.forward(seconds=25)
    assert versions == [1, None, None, 2, None]
    learn.release()
    assert len(keys(stored(newsroom))) == 5
    assert newsroom.sql("SELECT version, holder FROM learner") == [(3, None)]


def test_an_undo_unlearns(newsroom: Newsroom, learn: LearnDecisions) -> None:
    newsroom.approved(body=FINE)
    comment = newsroom.pending(body=RUDE)
    decision = newsroom.decide(comment, Action.SPAM)
    learn.fold(newsroom.site.id)
    newsroom.container.undo_decision.undo(newsroom.principal, decision.id)
    learn.fold(newsroom.site.id, store=True)
    learner = stored(newsroom)
    assert comment not in keys(learner)
    assert (learner.fine, learner.bad) == (1, 0)


def test_an_undo_brings_back_the_decision_that_stands_again(newsroom: Newsroom, learn: LearnDecisions) -> None:
    comment = newsroom.pending(body=RUDE)
    newsroom.decide(comment, Action.REJECT, reason="insult")
    second = newsroom.decide(comment, Action.APPROVE, version=2)
    learn.fold(newsroom.site.id, store=True)
    assert (stored(newsroom).fine, stored(newsroom).bad) == (1, 0)
    newsroom.container.undo_decision.undo(newsroom.principal, second.id)
    learn.fold(newsroom.site.id, store=True)
    assert (stored(newsroom).fine, stored(newsroom).bad) == (0, 1)


def test_a_comment_that_waits_again_is_no_lesson(newsroom: Newsroom, learn: LearnDecisions) -> None:
    comment = newsroom.approved()
    newsroom.decide(comment, Action.REOPEN, version=2)
    learn.fold(newsroom.site.id, store=True)
    assert keys(stored(newsroom)) == set()


def test_what_was_decided_together_counts_less_each(newsroom: Newsroom, learn: LearnDecisions) -> None:
    """One sweep over a hundred comments is not a hundred opinions."""
    ids = [newsroom.pending() for _ in range(4)]
    newsroom.container.decide_comments.many(
        newsroom.principal, [DecisionRequest(comment, Action.SPAM, 1) for comment in ids]
    )
    alone = newsroom.approved()
    learn.fold(newsroom.site.id)
    weights = {UUID(bytes=e.key): e.weight for e in stored(newsroom).model.order}
    assert weights == {**dict.fromkeys(ids, 0.5), alone: 1.0}


def test_only_people_teach(newsroom: Newsroom, learn: LearnDecisions) -> None:
    """A program that rejects, and the site's own policy, would teach the model what it already says."""
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    newsroom.pending()
    rejected = newsroom.pending(body=f"{RUDE}\u202e")
    answer = newsroom.client().post(
        f"/v1/moderation/comments/{rejected}/reject",
        json={"version": 1, "reason": "insult"},
        headers=newsroom.token(),
    )
    assert answer.status_code == 200, answer.json
    assert learn.fold(newsroom.site.id).decisions == 2
    assert keys(stored(newsroom)) == set()


def test_what_an_author_erases_is_taken_out_and_stored_at_once(newsroom: Newsroom, learn: LearnDecisions) -> None:
    newsroom.approved(body=FINE)
    answer = newsroom.submit(body="زعفران وكسكروت")
    assert answer.comment is not None
    assert answer.receipt is not None
    newsroom.decide(answer.comment, Action.APPROVE)
    learn.fold(newsroom.site.id)
    newsroom.container.erase_comment.erase("demo", answer.receipt)
    assert learn.fold(newsroom.site.id).version == 2
    learner = stored(newsroom)
    assert answer.comment not in keys(learner)
    words = features_of_comment("زعفران وكسكروت", "ar").blocks[0]
    assert all(not learner.model.seen[n] and abs(learner.model.weights[n]) < 1e-6 for n in words)


def test_taking_a_comment_back_does_not_unsay_what_was_thought_of_it(newsroom: Newsroom, learn: LearnDecisions) -> None:
    answer = newsroom.submit(body=RUDE)
    assert answer.comment is not None
    assert answer.receipt is not None
    newsroom.decide(answer.comment, Action.SPAM)
    newsroom.container.withdraw_comment.withdraw("demo", answer.receipt)
    learn.fold(newsroom.site.id)
    assert keys(stored(newsroom)) == {answer.comment}


def test_another_worker_waits_until_the_first_lets_go_or_is_silent(newsroom: Newsroom, learn: LearnDecisions) -> None:
    other, third = worker(newsroom), worker(newsroom)
    newsroom.approved()
    assert learn.fold(newsroom.site.id).decisions == 1
    newsroom.approved()
    assert other.fold(newsroom.site.id).decisions == 0
    newsroom.clock.forward(seconds=61)
    assert other.fold(newsroom.site.id).decisions == 1
    newsroom.approved()
    assert learn.fold(newsroom.site.id).decisions == 0
    other.release()
    assert third.fold(newsroom.site.id, store=True).decisions == 1
    assert len(keys(stored(newsroom))) == 3


def test_what_a_worker_had_not_stored_is_learnt_again_by_the_next(newsroom: Newsroom, learn: LearnDecisions) -> None:
    newsroom.approved()
    learn.fold(newsroom.site.id)
    newsroom.approved()
    assert learn.fold(newsroom.site.id).version is None
    newsroom.clock.forward(seconds=61)
    other = worker(newsroom)
    assert other.fold(newsroom.site.id).decisions == 1
    assert len(keys(stored(newsroom))) == 2


def test_a_worker_that_slept_does_not_overwrite_what_another_has_stored(
    newsroom: Newsroom, learn: LearnDecisions
) -> None:
    newsroom.approved()
    learn.fold(newsroom.site.id)
    newsroom.approved()
    learn.fold(newsroom.site.id)
    newsroom.clock.forward(seconds=61)
    newsroom.approved()
    other = worker(newsroom)
    other.fold(newsroom.site.id)
    learn.release()
    assert len(keys(stored(newsroom))) == 3
    assert newsroom.sql("SELECT version FROM learner") == [(2,)]


def test_a_replay_of_the_log_is_the_model_to_the_bit(newsroom: Newsroom, learn: LearnDecisions) -> None:
    """In steps and stored in between, or all at once from nothing."""
    for number in range(12):
        action, reason = (Action.APPROVE, None) if number % 2 else (Action.REJECT, "insult")
        made = newsroom.decide(newsroom.pending(body=f"{FINE} {number}"), action, reason=reason)
        if number % 5 == 3:
            newsroom.container.undo_decision.undo(newsroom.principal, made.id)
        learn.fold(newsroom.site.id, store=number % 3 == 0)
        if number == 6:
            learn.release()
            learn = worker(newsroom)
    learn.release()
    before = pack(stored(newsroom))
    newsroom.container.learn_decisions._uow.run(
        lambda s: s.delete(learners.find(s, newsroom.site.id)),  # type: ignore[arg-type]
    )
    worker(newsroom).fold(newsroom.site.id)
    assert pack(stored(newsroom)) == before


def test_a_decision_that_comes_in_behind_a_later_one_is_learnt(newsroom: Newsroom, learn: LearnDecisions) -> None:
    """Two transactions at once: the one that began first, and so has the smaller id, may commit last."""
    newsroom.approved()
    early = newsroom.container.new_id(newsroom.clock())
    newsroom.approved()
    learn.fold(newsroom.site.id, store=True)
    row = newsroom.container.reader.run(lambda s: learners.find(s, newsroom.site.id))
    assert row is not None
    assert row.position is None or row.position < early
    assert len(row.ahead) == 2
    newsroom.clock.forward(seconds=120)
    newsroom.approved()
    learn.fold(newsroom.site.id, store=True)
    row = newsroom.container.reader.run(lambda s: learners.find(s, newsroom.site.id))
    assert row is not None
    assert row.position is not None
    assert len(row.ahead) == 1


def test_a_model_of_another_release_is_made_anew_from_the_log(newsroom: Newsroom, learn: LearnDecisions) -> None:
    newsroom.approved()
    learn.fold(newsroom.site.id)
    learn.release()

    def spoil(session: object) -> None:
        row = learners.find(session, newsroom.site.id)  # type: ignore[arg-type]
        assert row is not None
        row.data = b"something else"

    newsroom.container.learn_decisions._uow.run(spoil)
    newsroom.approved()
    newsroom.clock.forward(seconds=61)
    worker(newsroom).fold(newsroom.site.id)
    assert len(keys(stored(newsroom))) == 2


@pytest.mark.parametrize("damage", ["cut off", "outdated"])
def test_a_model_of_no_use_is_made_anew_though_nothing_was_decided_since(
    newsroom: Newsroom, learn: LearnDecisions, damage: str
) -> None:
    """Else every comment would be held until somebody decides, or the model would be silent until then."""
    newsroom.approved()
    learn.fold(newsroom.site.id)
    learn.release()
    before = pack(stored(newsroom))

    def spoil(session: object) -> None:
        row = learners.find(session, newsroom.site.id)  # type: ignore[arg-type]
        assert row is not None
        at = len(b"TALIQ learner\n")
        outdated = row.data[:at] + b"\xff" + row.data[at + 1 :]
        row.data, row.version = (row.data[:-1] if damage == "cut off" else outdated), row.version + 1

    newsroom.container.learn_decisions._uow.run(spoil)
    assert learn.fold(newsroom.site.id).version == 3
    assert pack(stored(newsroom)) == before
    assert learn.fold(newsroom.site.id).version is None


def test_a_stored_model_is_looked_at_once_a_version(
    newsroom: Newsroom, learn: LearnDecisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.approved()
    learn.fold(newsroom.site.id)
    learn.release()
    read: list[UUID] = []
    find = learners.find
    monkeypatch.setattr(learners, "find", lambda session, site: read.append(site) or find(session, site))
    for _ in range(3):
        assert learn.fold(newsroom.site.id).version is None
    assert len(read) == 1


def test_a_model_that_has_nothing_to_learn_is_put_away(newsroom: Newsroom, learn: LearnDecisions) -> None:
    newsroom.approved()
    learn.fold(newsroom.site.id)
    newsroom.approved()
    learn.fold(newsroom.site.id)
    newsroom.clock.forward(minutes=4)
    learn.fold(newsroom.site.id)
    assert len(learn._in_hand) == 1
    newsroom.clock.forward(minutes=6)
    learn.fold(newsroom.site.id)
    assert len(learn._in_hand) == 0
    assert newsroom.sql("SELECT version, holder FROM learner") == [(2, None)]
    newsroom.approved()
    learn.fold(newsroom.site.id, store=True)
    assert len(keys(stored(newsroom))) == 3


def test_of_too_many_models_the_longest_unused_are_stored_and_put_away(
    newsroom: Newsroom, learn: LearnDecisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learn_decisions, "KEPT", 0)
    other = newsroom.container.manage_sites.create("other", "", {})
    newsroom.approved()
    learn.fold(newsroom.site.id)
    newsroom.approved()
    assert learn.fold(newsroom.site.id).version is None or len(learn._in_hand) == 1
    learn.fold(other.id)
    assert len(learn._in_hand) == 0
    assert len(keys(stored(newsroom))) == 2
    assert newsroom.sql("SELECT holder FROM learner") == [(None,)]


def test_each_site_has_a_model_of_its_own(newsroom: Newsroom, learn: LearnDecisions) -> None:
    other = newsroom.container.manage_sites.create("other", "", {})
    newsroom.approved()
    assert set(learn.sites()) == {newsroom.site.id, other.id}
    assert [learn.fold(site).decisions for site in (newsroom.site.id, other.id)] == [1, 0]
    assert newsroom.sql("SELECT count(*) FROM learner") == [(1,)]
