"""A word that stands in very many comments: PostgreSQL walks their rows, and finds the same as SQLite by its index."""

from __future__ import annotations

from uuid import UUID

import pytest

from service.domain.desk import Ask
from service.domain.moderation import Action
from service.queries import queue
from service.storage import search
from tests.integration.test_queue import found
from tests.newsroom import Newsroom


@pytest.fixture
def common(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> tuple[Newsroom, list[UUID], list[UUID]]:
    """Of eighteen comments with the word, one after another without, a third is rejected: what waits, and what not."""
    monkeypatch.setattr(search, "COMMON", 3)
    monkeypatch.setattr(queue, "_GLANCE", 3)
    monkeypatch.setattr(queue, "WALK", 11)
    waiting, rejected = [], []
    for number in range(18):
        made = newsroom.pending(body=f"the river, number {number}", email=f"{number}@example.org")
        newsroom.pending(body=f"another, number {number}")
        (rejected if number % 3 == 1 else waiting).append(made)
    for made in rejected:
        newsroom.decide(made, Action.REJECT, reason="libel")
    return newsroom, waiting, rejected


@pytest.mark.parametrize("limit", [1, 2, 3, 25])
@pytest.mark.parametrize("sort", ["oldest", "newest"])
def test_page_by_page_each_is_found_once_and_in_order(
    common: tuple[Newsroom, list[UUID], list[UUID]], sort: str, limit: int
) -> None:
    room, waiting, rejected = common
    for view, made in (("pending", waiting), ("rejected", rejected), ("all", sorted(waiting + rejected))):
        assert found(room, Ask(view, sort, search="river"), limit) == (made if sort == "oldest" else made[::-1])


def test_a_page_that_is_full_is_not_said_to_have_been_cut_off(
    common: tuple[Newsroom, list[UUID], list[UUID]],
) -> None:
    room, waiting, _ = common
    ask = Ask("pending", "oldest", search="river")
    page = room.container.reader.run(lambda s: queue.queue_page(s, room.site.id, ask, None, 2))
    assert ([card.id for card in page.cards], page.further) == (waiting[:2], False)
    assert page.next


def test_a_page_ends_where_the_walk_does_and_says_so(common: tuple[Newsroom, list[UUID], list[UUID]]) -> None:
    room, _, rejected = common
    ask = Ask("rejected", "oldest", search="river")
    page = room.container.reader.run(lambda s: queue.queue_page(s, room.site.id, ask, None))
    assert [card.id for card in page.cards] == rejected[: len(page.cards)]
    assert page.further
    assert 0 < len(page.cards) < len(rejected)
