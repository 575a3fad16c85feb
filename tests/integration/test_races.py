"""Moderators at the same moment, on both databases: one winner, nothing lost, nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from typing import TypeVar
from uuid import UUID

import pytest
from sqlalchemy import event

from service.domain.access import Principal
from service.domain.errors import ConflictError, InvalidError
from service.domain.moderation import Action, Actor, ActorKind
from service.queries.history import first_altered
from service.queries.published import published_page
from service.storage import decisions
from service.storage.decisions import Decision
from service.usecases.decide_comments import DecisionRequest, Outcome
from tests.newsroom import Newsroom

T = TypeVar("T")
RACES = 200
KEY = "article-1"
STATUS = {Action.APPROVE: "approved", Action.REJECT: "rejected", Action.SPAM: "spam"}


@pytest.fixture
def colleagues(newsroom: Newsroom) -> tuple[Principal, Principal]:
    create = newsroom.container.manage_staff.create_moderator
    other = create("omar", "عمر", "another-good-password", "moderator", ["demo"])
    return newsroom.principal, replace(newsroom.principal, actor=Actor(ActorKind.MODERATOR, other.id, other.name))


@pytest.fixture
def database_errors(newsroom: Newsroom) -> list[str]:
    """What the database refuses from now on: the unit of work would run a deadlock's victim again, and hide it."""
    errors: list[str] = []

    @event.listens_for(newsroom.container.decide_comments._uow.engine, "handle_error")
    def note(context) -> None:  # type: ignore[no-untyped-def]
        errors.append(str(context.original_exception))

    return errors


def at_once(*acts: Callable[[], T]) -> list[T]:
    """What each act gives, all let go at the same moment; one that does not come back fails the test."""
    barrier = threading.Barrier(len(acts))

    def started(act: Callable[[], T]) -> T:
        barrier.wait(timeout=10)
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return [future.result(timeout=60) for future in [threads.submit(started, act) for act in acts]]


def attempt(newsroom: Newsroom, who: Principal, request: DecisionRequest) -> Callable[[], Decision | ConflictError]:
    def act() -> Decision | ConflictError:
        try:
            return newsroom.container.decide_comments.one(who, request)
        except ConflictError as error:
            return error

    return act


def batch(newsroom: Newsroom, who: Principal, comments: Sequence[UUID], action: Action) -> Callable[[], list[Outcome]]:
    requests = [DecisionRequest(c, action, 1) for c in comments]
    return lambda: newsroom.container.decide_comments.many(who, requests)[1]


def walked(newsroom: Newsroom, order: str = "oldest", key: str = KEY) -> list[str]:
    found: list[str] = []
    cursor, now = None, newsroom.clock()
    while True:
        page = newsroom.container.reader.run(lambda s, c=cursor: published_page(s, "demo", key, c, order, now))
        found += [str(c["id"]) for c in page.comments()]
        cursor = page.next
        if cursor is None:
            return found


def statuses(newsroom: Newsroom) -> dict[UUID, str]:
    return {UUID(str(i)): str(s) for i, s in newsroom.sql("SELECT id, status FROM comment")}


def test_of_two_moderators_exactly_one_decides(newsroom: Newsroom, colleagues: tuple[Principal, Principal]) -> None:
    sara, omar = colleagues
    random = Random(1)
    expected: dict[UUID, str] = {}
    for number in range(RACES):
        comment = newsroom.pending(thread=f"article-{number % 3}")
        first, second = random.sample([Action.APPROVE, Action.REJECT, Action.SPAM], 2)
        results = at_once(
            attempt(newsroom, sara, DecisionRequest(comment, first, 1, "other")),
            attempt(newsroom, omar, DecisionRequest(comment, second, 1, "other")),
        )
        (winner,) = [r for r in results if isinstance(r, Decision)]
        (loser,) = [r for r in results if isinstance(r, ConflictError)]
        assert winner.actor_id == (sara if results[0] is winner else omar).actor.id
        assert loser.code == "stale_version"
        assert loser.public["comment"] == {"id": str(comment), "status": winner.to_status, "version": 2}
        expected[comment] = winner.to_status
    assert len(expected) == RACES
    assert statuses(newsroom) == expected
    assert newsroom.sql("SELECT count(*), count(DISTINCT subject_id) FROM decision") == [(RACES, RACES)]
    assert newsroom.sql("SELECT count(*) FROM outbox WHERE kind = 'comment.decided'") == [(RACES,)]
    approved = {str(c) for c, status in expected.items() if status == "approved"}
    assert {c for n in range(3) for c in walked(newsroom, key=f"article-{n}")} == approved
    for comment in expected:
        chain = newsroom.container.reader.run(lambda s, c=comment: decisions.list_for(s, newsroom.site.id, c))
        assert first_altered(chain) is None


def test_batches_in_opposite_order_do_not_wait_for_each_other(
    newsroom: Newsroom, colleagues: tuple[Principal, Principal], database_errors: list[str]
) -> None:
    """They meet in the middle, and in four threads whose pages both rebuild."""
    for _ in range(5):
        comments = [newsroom.pending(thread=f"article-{n % 4}") for n in range(40)]
        first, second = at_once(
            batch(newsroom, colleagues[0], comments, Action.APPROVE),
            batch(newsroom, colleagues[1], comments[::-1], Action.SPAM),
        )
        decided = [o for o in (*first, *second) if o.decision]
        refused = [o for o in (*first, *second) if o.error]
        assert {o.request.comment for o in decided} == set(comments)
        assert len(decided) == len(refused) == len(comments)
        assert {o.error.code for o in refused if o.error} == {"stale_version"}
        now = statuses(newsroom)
        assert all(now[o.request.comment] == STATUS[o.request.action] for o in decided)
    assert database_errors == []
    assert newsroom.sql("SELECT count(*) FROM decision") == [(200,)]


def test_batches_that_share_only_threads_do_not_wait_for_each_other(
    newsroom: Newsroom, colleagues: tuple[Principal, Principal], database_errors: list[str]
) -> None:
    """No comment in common, the same four threads, met from opposite ends."""
    for _ in range(15):
        first, second = ([newsroom.pending(thread=f"article-{n % 4}") for n in range(8)] for _ in range(2))
        at_once(
            batch(newsroom, colleagues[0], first, Action.APPROVE),
            batch(newsroom, colleagues[1], second[::-1], Action.APPROVE),
        )
    assert database_errors == []
    assert newsroom.sql("SELECT count(*) FROM comment WHERE status = 'approved'") == [(240,)]
    assert newsroom.sql("SELECT sum(comment_count) FROM thread") == [(240,)]
    assert sum(len(walked(newsroom, key=f"article-{n}")) for n in range(4)) == 240


def test_sixteen_moderators_of_one_thread_leave_its_pages_right(
    newsroom: Newsroom, database_errors: list[str]
) -> None:
    """Each approves comments of its own, one at a time, and takes some back; every approval rewrites a page."""
    roots = [newsroom.approved() for _ in range(4)]
    comments = [newsroom.pending(parent=str(roots[n % 4]) if n % 3 == 0 else None) for n in range(160)]
    shares = [Random(2).sample(comments, len(comments))[n::16] for n in range(16)]

    def work(share: list[UUID]) -> Callable[[], int]:
        def act() -> int:
            for number, comment in enumerate(share):
                newsroom.decide(comment, Action.APPROVE)
                if number % 5 == 4:
                    newsroom.decide(comment, Action.REJECT, 2, "off_topic")
            return len(share)

        return act

    assert sum(at_once(*map(work, shares))) == 160
    approved = {str(c) for c, status in statuses(newsroom).items() if status == "approved"}
    assert len(approved) == 4 + 160 - 32
    for order in ("oldest", "newest"):
        found = walked(newsroom, order)
        assert len(found) == len(approved)
        assert set(found) == approved
    assert newsroom.sql("SELECT comment_count FROM thread") == [(len(approved),)]
    assert newsroom.sql("SELECT sum(comment_count) FROM page") == [(len(approved),)]
    assert database_errors == []


def test_answers_that_arrive_while_their_parent_is_decided_are_all_kept(
    newsroom: Newsroom, database_errors: list[str]
) -> None:
    """A publishing site: each reader's answer rewrites the page the moderator's decision rewrites too."""
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    parent = newsroom.pending(body="الأصل")

    def moderate() -> list[str]:
        for version in range(2, 22, 2):
            newsroom.decide(parent, Action.REJECT, version, "other")
            newsroom.decide(parent, Action.APPROVE, version + 1)
        return []

    def write(writer: int) -> Callable[[], list[str]]:
        def act() -> list[str]:
            kept: list[str] = []
            for number in range(10):
                # While the parent is hidden it cannot be answered; the reader hears so and stands alone.
                fields = {"body": f"ردّ {writer} {number}", "email": f"r{writer}@example.org"}
                try:
                    kept.append(str(newsroom.pending(parent=str(parent), **fields)))
                except InvalidError:
                    kept.append(str(newsroom.pending(**fields)))
            return kept

        return act

    kept = [c for part in at_once(moderate, *map(write, range(5))) for c in part]
    assert len(kept) == 50
    assert set(walked(newsroom)) == {str(parent), *kept}
    assert len(walked(newsroom)) == 51
    assert newsroom.sql("SELECT comment_count FROM thread") == [(51,)]
    assert database_errors == []


def test_a_call_repeated_at_once_is_one_decision(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    request = DecisionRequest(comment, Action.APPROVE, 1, client_id="client-0001")
    results = at_once(*[attempt(newsroom, newsroom.principal, request)] * 8)
    assert all(isinstance(r, Decision) for r in results)
    assert len({r.id for r in results if isinstance(r, Decision)}) == 1
    assert newsroom.sql("SELECT count(*) FROM decision") == [(1,)]
