"""When comments appear: the four modes of a site, and the three a thread may have in its place."""

from __future__ import annotations

from uuid import UUID

import pytest

from service.domain.errors import ForbiddenError, InvalidError
from service.domain.moderation import Action, Status
from service.queries import published, site_setup
from service.storage import comments
from service.usecases import gather_facts
from service.usecases.gather_facts import Question
from tests.newsroom import FIELDS, Newsroom

KEY = FIELDS["thread"]


def set_mode(newsroom: Newsroom, mode: str) -> None:
    newsroom.container.manage_sites.set_policy("demo", {"mode": mode})


def thread_id(newsroom: Newsroom) -> UUID:
    return UUID(str(newsroom.sql("SELECT id FROM thread")[0][0]))


def set_thread(newsroom: Newsroom, mode: str) -> None:
    newsroom.container.manage_threads.set_mode(newsroom.principal, thread_id(newsroom), mode)


def state(newsroom: Newsroom, key: str = KEY) -> str:
    return newsroom.container.reader.run(
        lambda s: published.published_page(s, "demo", key, None, "oldest", newsroom.clock())
    ).state


def known(newsroom: Newsroom, author: UUID | None, comment: UUID | None = None) -> bool:
    question = Question(newsroom.site, b"", newsroom.clock(), comment, author=author)
    return bool(newsroom.container.reader.run(lambda s: gather_facts.GATHERERS["known_author"](s, question)))


def author_of(newsroom: Newsroom, comment: UUID) -> UUID:
    found = newsroom.container.reader.run(lambda s: comments.find(s, newsroom.site.id, comment))
    assert found is not None
    return found.author_id


def test_where_first_comments_are_held_whoever_proves_nothing_waits_every_time(newsroom: Newsroom) -> None:
    set_mode(newsroom, "hold_first_timers")
    newsroom.approved()
    assert newsroom.submit(body="نص ثانٍ بالاسم نفسه").status == Status.PENDING
    assert newsroom.sql("SELECT DISTINCT code, rule FROM finding") == [("first_comment", "mode:hold_first_timers")]


def test_an_author_is_known_by_a_comment_that_a_moderator_has_approved(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    author = author_of(newsroom, comment)
    assert not known(newsroom, author)
    newsroom.decide(comment, Action.APPROVE)
    assert known(newsroom, author)
    assert not known(newsroom, author, comment), "one's own text proves nothing for itself"
    assert not known(newsroom, None), "without proof nobody is known"
    newsroom.decide(comment, Action.REJECT, 2, "insult")
    assert not known(newsroom, author)


def test_what_a_rule_has_published_makes_nobody_known(newsroom: Newsroom) -> None:
    set_mode(newsroom, "publish")
    answer = newsroom.submit()
    assert answer.comment is not None
    assert not known(newsroom, author_of(newsroom, answer.comment))


def test_a_closed_site_takes_nothing_and_says_so(newsroom: Newsroom) -> None:
    newsroom.approved()
    set_mode(newsroom, "closed")
    for key in (KEY, "never heard of"):
        with pytest.raises(ForbiddenError) as refused:
            newsroom.submit(thread=key)
        assert refused.value.code == "thread_closed"
        with pytest.raises(ForbiddenError):
            newsroom.submit(thread=key, body="")
        assert state(newsroom, key) == "closed"
        form = newsroom.container.reader.run(
            lambda s, k=key: site_setup.form_view(s, "demo", k, FIELDS["url"], "", None, newsroom.clock())
        )
        assert form.closed
    assert newsroom.sql("SELECT count(*) FROM comment") == [(1,)]
    client = newsroom.client()
    assert client.post("/v1/sites/demo/comments", json=FIELDS).status_code == 403
    assert "taliq-closed" in client.get(f"/v1/sites/demo/form?thread={KEY}").get_data(as_text=True)


def test_a_thread_with_a_mode_of_its_own_is_open_on_a_closed_site(newsroom: Newsroom) -> None:
    newsroom.approved()
    set_mode(newsroom, "closed")
    set_thread(newsroom, "hold_all")
    assert state(newsroom) == "open"
    assert newsroom.submit(body="نص آخر").status == Status.PENDING
    set_thread(newsroom, "")
    assert state(newsroom) == "closed"


def test_an_edit_on_a_closed_site_waits(newsroom: Newsroom) -> None:
    set_mode(newsroom, "publish")
    answer = newsroom.submit()
    set_mode(newsroom, "closed")
    newsroom.container.amend_comment.amend("demo", str(answer.receipt), {"body": "نص آخر"})
    assert newsroom.sql("SELECT published_revision, latest_revision FROM comment") == [(1, 2)]


def test_the_log_names_the_mode_that_published(newsroom: Newsroom) -> None:
    newsroom.pending()
    set_thread(newsroom, "publish")
    newsroom.submit(body="نص آخر")
    assert newsroom.sql("SELECT actor_label FROM decision") == [("mode:publish",)]


def test_a_thread_is_closed_by_its_state_and_not_by_a_mode(newsroom: Newsroom) -> None:
    newsroom.pending()
    with pytest.raises(InvalidError):
        set_thread(newsroom, "closed")


def test_the_site_itself_sets_a_threads_mode(newsroom: Newsroom) -> None:
    client, address = newsroom.client(), f"/v1/sites/demo/threads/{KEY}"
    writes = newsroom.token("threads:write")
    both = newsroom.token("threads:write", "moderation:decide")
    assert client.put(address, json={"mode": "hold_all"}, headers=writes).get_json()["mode"] == "hold_all"
    assert client.put(address, json={"title": "x"}, headers=writes).get_json()["mode"] == "hold_all"
    for mode in ("publish", "hold_first_timers"):
        assert client.put(address, json={"mode": mode}, headers=writes).status_code == 403
        assert client.put(address, json={"mode": mode}, headers=both).get_json()["mode"] == mode
    assert client.put(address, json={"mode": "closed"}, headers=both).status_code == 422
    assert client.put(address, json={"mode": ""}, headers=writes).get_json()["mode"] is None
