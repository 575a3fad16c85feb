"""Whatever the public sees of a thread or a site counts its version up, whoever changes it and however many at once."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from service.bootstrap import build
from service.domain.moderation import Action
from service.queries.versions import versions
from service.storage import threads
from service.storage.engine import write_engine
from tests.newsroom import Newsroom, SetClock, settings_for


def seen(room: Newsroom, *keys: str, slug: str = "demo") -> tuple[int | None, ...]:
    return room.container.reader.run(lambda s: versions(s, slug, keys)).of(keys)


def test_one_statement_tells_of_a_site_and_its_threads(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.create("other", "أخرى", {})
    assert seen(newsroom, "article-1") == (0, None)
    assert seen(newsroom) == (0,)
    newsroom.approved()
    site, first, unknown = seen(newsroom, "article-1", "article-2")
    assert (site, unknown) == (0, None)
    assert first
    assert seen(newsroom, "article-1", slug="other") == (0, None)
    assert seen(newsroom, "article-1", slug="nobody") == (None, None)


def test_what_is_only_held_changes_nothing(newsroom: Newsroom) -> None:
    newsroom.approved()
    before, known = seen(newsroom, "article-1"), newsroom.container.changes.told
    comment = newsroom.pending()
    newsroom.decide(comment, Action.REJECT, reason="spam")
    assert seen(newsroom, "article-1") == before
    assert newsroom.container.changes.told == known


def test_every_change_that_shows_is_counted(newsroom: Newsroom) -> None:
    room, container = newsroom, newsroom.container
    shown, other = room.approved(), room.approved()
    thread = UUID(str(room.sql("SELECT id FROM thread")[0][0]))
    receipts = {comment: container.signer.receipt(comment, 0) for comment in (shown, other)}
    changes: list[Callable[[], object]] = [
        lambda: room.approved(),
        lambda: room.decide(room.approved(), Action.REJECT, version=2, reason="spam"),
        lambda: container.manage_threads.set_state(room.principal, thread, "closed"),
        lambda: container.manage_threads.set_state(room.principal, thread, "open"),
        lambda: container.manage_sites.set_policy("demo", {"language": "fr"}),
        lambda: container.withdraw_comment.withdraw("demo", receipts[shown]),
        lambda: container.erase_comment.erase("demo", receipts[other]),
    ]
    before = seen(room, "article-1")
    for change in changes:
        known = container.changes.told
        change()
        after = seen(room, "article-1")
        assert after != before, change
        assert container.changes.told > known
        before = after


def test_two_changes_at_once_count_as_two(postgres_url: str, clock: SetClock) -> None:
    """Read by both before either was written: a count made of what was read would lose one."""
    container = build(settings_for(postgres_url), clock=clock)
    engine = write_engine(postgres_url)
    try:
        room = Newsroom(container, clock)
        room.approved()
        (_, before) = seen(room, "article-1")
        with Session(engine) as one, Session(engine) as other:
            first, second = (threads.get(session, room.site.id, "article-1") for session in (one, other))
            first.title = "أول"
            one.commit()
            second.section = "ثان"
            other.commit()
        assert seen(room, "article-1") == (0, (before or 0) + 2)
    finally:
        engine.dispose()
        container.close()


def test_what_is_set_to_what_it_was_is_no_change(newsroom: Newsroom) -> None:
    newsroom.approved()
    before = seen(newsroom, "article-1")
    newsroom.pending()
    assert seen(newsroom, "article-1") == before
