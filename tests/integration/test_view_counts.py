"""What the views are said to hold is what they hold, up to the cap; what is far beyond it is not counted each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from service.bootstrap import build
from service.domain.desk import VIEWS, Ask
from service.domain.moderation import Action
from service.queries import queue, views
from service.usecases.decide_comments import DecisionRequest
from tests.newsroom import Newsroom, SetClock

CAP, SLACK = 3, 2


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "COUNT_CAP", CAP)
    monkeypatch.setattr(views, "SLACK", SLACK)


@contextmanager
def statements(room: Newsroom) -> Iterator[list[str]]:
    seen: list[str] = []
    engine = room.container.reader.engine

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def counts(room: Newsroom) -> dict[str, int]:
    return room.container.reader.run(lambda s: views.view_counts(s, room.site.id))


def held(room: Newsroom) -> dict[str, int]:
    """Counted by walking every page."""
    found = {}
    for view in VIEWS:
        page = room.container.reader.run(lambda s, v=view: queue.queue_page(s, room.site.id, Ask(v), None, 100))
        found[view] = min(len(page.cards), CAP + 1)
    return found


def test_what_is_full_is_not_counted_again_until_it_could_have_emptied(newsroom: Newsroom) -> None:
    waiting = [newsroom.pending() for _ in range(CAP + SLACK + 2)]
    assert counts(newsroom) == held(newsroom)
    with statements(newsroom) as seen:
        assert counts(newsroom)["pending"] == CAP + 1
    # How much was decided since, and the views that are not full: neither what waits nor all.
    assert [s for s in seen if "status = 'pending'" in s] == []
    for comment in waiting:
        newsroom.clock.forward(minutes=2)
        newsroom.decide(comment, Action.REJECT, reason="other")
        assert counts(newsroom) == held(newsroom)
    assert counts(newsroom) == {**dict.fromkeys(VIEWS, 0), "rejected": CAP + 1, "all": CAP + 1}


def test_a_decision_with_an_earlier_id_is_not_missed(newsroom: Newsroom) -> None:
    """Another machine's clock is half a minute behind: what it decides now has an id from before what was seen."""
    waiting = [newsroom.pending() for _ in range(CAP + SLACK + 2)]
    newsroom.decide(waiting.pop(), Action.SPAM)
    assert counts(newsroom)["pending"] == CAP + 1
    behind = SetClock()
    behind.now = newsroom.clock() - timedelta(seconds=30)
    other = build(newsroom.container.settings, clock=behind)
    for comment in waiting:
        other.decide_comments.one(newsroom.principal, DecisionRequest(comment, Action.SPAM, 1))
        assert counts(newsroom) == held(newsroom)
    other.close()


def test_undoing_and_reports_and_second_opinions_are_counted(newsroom: Newsroom) -> None:
    seen = [_approved_later(newsroom) for _ in range(CAP + SLACK + 1)]
    for comment in seen:
        newsroom.container.flag_comment.flag("demo", comment, "hate", "n")
        newsroom.container.ask_opinion.ask(newsroom.principal, comment)
    assert counts(newsroom) == held(newsroom)
    for comment in seen:
        newsroom.container.ask_opinion.ask(newsroom.principal, comment, wanted=False)
        assert counts(newsroom) == held(newsroom)
    made = []
    for comment in seen:
        newsroom.clock.forward(minutes=2)
        made.append(newsroom.decide(comment, Action.APPROVE, version=2))
        assert counts(newsroom) == held(newsroom)
    for decision in made:
        newsroom.clock.forward(minutes=2)
        newsroom.container.undo_decision.undo(newsroom.principal, decision.id)
        assert counts(newsroom) == held(newsroom)


def _approved_later(room: Newsroom) -> UUID:
    """Not in the same minute as the one before."""
    room.clock.forward(minutes=2)
    return room.approved()


def test_another_sites_views_are_its_own(newsroom: Newsroom) -> None:
    for _ in range(CAP + SLACK + 1):
        newsroom.pending()
    assert counts(newsroom)["pending"] == CAP + 1
    other = newsroom.container.manage_sites.create("other", "أخرى", {})
    found = newsroom.container.reader.run(lambda s: views.view_counts(s, other.id))
    assert found == dict.fromkeys(VIEWS, 0)
