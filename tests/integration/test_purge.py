"""What a shared cache is told to let go of: in the transaction of the change, once, and no more than has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from service.domain.cache_tags import TOLD_AFTER, feed_tag, site_tag, thread_tag
from service.domain.moderation import Action
from service.domain.site import GONE_HERE
from service.storage.outbox import OutboxMessage
from service.storage.threads import get
from service.usecases.decide_comments import DecisionRequest
from service.usecases.redact_comment import RedactionRequest
from tests.contracts.test_sql_counts import statements
from tests.newsroom import Newsroom

SITE, FEED, ONE, OTHER = site_tag("demo"), feed_tag("demo"), thread_tag("demo", "one"), thread_tag("demo", "other")
LONG = {"cache_seconds": "3600", "stale_seconds": "60"}
DEFAULT = {"cache_seconds": "1", "stale_seconds": "0"}


@pytest.fixture
def room(newsroom: Newsroom) -> Newsroom:
    """Its policy lets shared caches keep what readers fetch for an hour."""
    newsroom.container.manage_sites.set_policy("demo", LONG)
    return newsroom


def purges(room: Newsroom) -> list[list[str]]:
    """The tags of each event there is, in the order of their writing."""
    rows = room.sql("SELECT payload FROM outbox WHERE kind = 'cache.purge' ORDER BY id")
    return [(json.loads(payload) if isinstance(payload, str) else payload)["tags"] for (payload,) in rows]


def told(room: Newsroom, change: Callable[[], object]) -> list[list[str]]:
    """The tags of the events that ``change`` has written."""
    before = len(purges(room))
    change()
    return purges(room)[before:]


def thread_id(room: Newsroom, key: str) -> UUID:
    return room.container.reader.run(lambda s: get(s, room.site.id, key).id)


def test_a_decision_names_its_thread_and_the_sites_feed(room: Newsroom) -> None:
    comment = room.pending(thread="one")
    for version, action in enumerate((Action.APPROVE, Action.SPAM), start=1):
        assert told(room, lambda v=version, a=action: room.decide(comment, a, v)) == [sorted([ONE, FEED])]
    ((decision,),) = room.sql("SELECT id FROM decision ORDER BY id DESC LIMIT 1")
    undo = room.container.undo_decision.undo
    assert told(room, lambda: undo(room.principal, UUID(str(decision)))) == [sorted([ONE, FEED])]


def test_a_batch_over_two_threads_is_one_event_with_the_tags_of_both(room: Newsroom) -> None:
    comments = [room.pending(thread=key) for key in ("one", "other", "one", "other")]
    requests = [DecisionRequest(comment, Action.APPROVE, 1) for comment in comments]
    decide = room.container.decide_comments.many
    assert told(room, lambda: decide(room.principal, requests)) == [sorted([ONE, OTHER, FEED])]


def test_what_a_moderator_takes_out_and_an_author_takes_back_is_let_go_of(room: Newsroom) -> None:
    redacted, withdrawn, erased = (room.approved(thread="one", body=f"رقمي 0501234567 {n}") for n in "abc")
    container, receipt = room.container, room.container.signer.receipt
    request = RedactionRequest(redacted, "0501234567", "personal_data", 2)
    for change in (
        lambda: container.redact_comment.redact(room.principal, request),
        lambda: container.withdraw_comment.withdraw("demo", receipt(withdrawn, 0)),
        lambda: container.erase_comment.erase("demo", receipt(erased, 0)),
    ):
        assert told(room, change) == [sorted([ONE, FEED])]
    assert told(room, lambda: container.erase_comment.erase("demo", receipt(erased, 0))) == []


def test_a_thread_that_is_closed_is_let_go_of(room: Newsroom) -> None:
    room.approved(thread="one")
    thread, manage = thread_id(room, "one"), room.container.manage_threads
    assert told(room, lambda: manage.set_state(room.principal, thread, "closed")) == [sorted([ONE, FEED])]
    put = room.container.manage_sites.put_thread
    assert told(room, lambda: put(room.site.id, "one", {"title": "عنوان آخر"})) == [sorted([ONE, FEED])]


def test_what_readers_do_not_see_lets_go_of_nothing(room: Newsroom) -> None:
    room.approved(thread="one")
    held = room.pending(thread="one")
    assert told(room, lambda: room.pending(thread="new")) == []
    assert told(room, lambda: room.decide(held, Action.REJECT, reason="spam")) == []
    assert told(room, lambda: room.container.manage_sites.set_policy("demo", LONG)) == []


def test_with_the_default_policy_nobody_is_told_anything(newsroom: Newsroom) -> None:
    comment = newsroom.approved(thread="one")
    newsroom.decide(comment, Action.REJECT, 2, "spam")
    newsroom.container.manage_sites.set_policy("demo", {"language": "en"})
    newsroom.container.manage_sites.set_state("demo", "one", "closed")
    assert purges(newsroom) == []


def test_a_policy_that_changes_lets_go_of_the_whole_site(newsroom: Newsroom) -> None:
    """What was kept by the old one, however short the new one is; and a decision made while it was not yet seen."""

    def set_policy(changes: dict[str, str]) -> list[list[str]]:
        return told(newsroom, lambda: newsroom.container.manage_sites.set_policy("demo", changes))

    assert set_policy(LONG) == [[SITE]]
    assert set_policy({"language": "en"}) == [[SITE]]
    assert set_policy({"cache_seconds": "60"}) == [[SITE]]
    assert set_policy(DEFAULT) == [[SITE]]
    assert set_policy({"language": "ar"}) == []


def test_another_sites_policy_has_no_say(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.create("other", "أخرى", LONG)
    newsroom.approved(thread="one")
    assert purges(newsroom) == []


def test_a_change_that_is_rolled_back_tells_nobody(room: Newsroom) -> None:
    room.approved(thread="one")
    before = purges(room)
    uow = room.container.manage_sites._uow
    publish = uow._before_commit

    def fail(session: Session) -> None:
        publish(session)
        raise RuntimeError("at the last moment")

    uow._before_commit = fail
    with statements() as seen, pytest.raises(RuntimeError, match="at the last moment"):
        room.container.manage_sites.set_state("demo", "one", "closed")
    assert [s for s in seen if s.startswith("INSERT INTO outbox")], "it was written"
    assert purges(room) == before


def test_nobody_is_told_before_every_process_answers_with_the_change(room: Newsroom) -> None:
    """Told at once, a cache could fetch what was from a process that has not looked, and keep it for an hour more."""
    room.approved(thread="one")
    messages = room.container.reader.run(lambda s: s.scalars(select(OutboxMessage)).all())
    purges = {m.available_at - m.created_at for m in messages if m.kind == "cache.purge"}
    others = {m.available_at - m.created_at for m in messages if m.kind != "cache.purge"}
    assert (purges, others) == ({TOLD_AFTER}, {timedelta(0)})
    assert timedelta(seconds=GONE_HERE) < TOLD_AFTER


def test_a_tag_holds_nothing_that_somebody_wrote(room: Newsroom) -> None:
    """A thread's key may be an address, and the first reader there may have chosen it."""
    key = "https://news.example/أرشيف?secret=42"
    room.approved(thread=key, url=key)
    (tags,) = purges(room)[1:]
    assert tags == sorted([FEED, thread_tag("demo", key)])
    assert all(tag.isascii() and "secret" not in tag and len(tag) < 100 for tag in tags)


class Cdn:
    """A shared cache that keeps for ever and lets go of what it is told to."""

    OF_THREADS = tuple(
        address
        for key in ("one", "other")
        for address in (
            f"comments?thread={key}",
            f"comments?thread={key}&order=newest",
            f"comments.html?thread={key}&lang=ar",
            f"counts?thread={key}",
            f"feed?thread={key}",
        )
    )
    ADDRESSES = (*OF_THREADS, "counts?thread=one&thread=other&lang=en", "feed")

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self.kept: dict[str, tuple[bytes, set[str]]] = {}

    def fill(self) -> set[str]:
        """Fetches what is not there; the addresses of that."""
        missing = {address for address in self.ADDRESSES if address not in self.kept}
        for address in missing:
            answer = self.fetch(address)
            assert answer.headers["Surrogate-Key"].split() == answer.headers["Cache-Tag"].split(",")
            self.kept[address] = answer.data, set(answer.headers["Surrogate-Key"].split())
        return missing

    def fetch(self, address: str) -> TestResponse:
        return self._client.get(f"/v1/sites/demo/{address}")

    def purge(self, tags: list[str]) -> None:
        self.kept = {address: kept for address, kept in self.kept.items() if not kept[1] & set(tags)}


def test_a_cache_that_follows_shows_what_the_service_does_and_keeps_what_stays(room: Newsroom) -> None:
    """After each change, whatever it still has is what it would be given; and the other thread's stays with it."""
    shown = room.approved(thread="one")
    room.approved(thread="other")
    manage = room.container.manage_sites
    cdn = Cdn(room.client())
    cdn.fill()
    of_one = {address for address in cdn.ADDRESSES if "thread=one" in address or address == "feed"}
    for change, gone in (
        (lambda: room.approved(thread="one", parent=str(shown)), of_one),
        (lambda: room.decide(shown, Action.REJECT, 2, "insult"), of_one),
        (lambda: manage.put_thread(room.site.id, "one", {"title": "آخر", "state": "closed"}), of_one),
        (lambda: manage.set_policy("demo", {"language": "fr"}, "اسم آخر"), set(cdn.ADDRESSES)),
        (lambda: manage.set_policy("demo", {**DEFAULT, "mode": "closed"}), set(cdn.ADDRESSES)),
    ):
        for tags in told(room, change):
            cdn.purge(tags)
        assert cdn.fill() == gone
        for address, (data, _) in cdn.kept.items():
            assert data == cdn.fetch(address).data, address
