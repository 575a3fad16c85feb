"""The discussions at the desk: closed and opened, by hand and by the calendar, and held or let through one by one."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from service.domain.access import SCOPES
from service.domain.errors import ForbiddenError
from service.domain.moderation import Status
from tests.newsroom import FIELDS, Newsroom
from tests.web.test_console import hidden, sign_in
from tests.web.test_contacts import desk_of

PAGE = "/console/threads"
KEY = FIELDS["thread"]


def csrf(client: FlaskClient) -> str:
    return hidden(client.get("/console/").get_data(as_text=True), "/console/language")["csrf"]


def thread_id(newsroom: Newsroom, key: str = KEY) -> str:
    (found,) = newsroom.sql("SELECT id FROM thread WHERE key = :key", key=key)
    return str(UUID(str(found[0])))


def act(client: FlaskClient, newsroom: Newsroom, what: str, value: str, **more: str) -> str:
    form = {"csrf": csrf(client), "site": "demo", "thread": thread_id(newsroom), what: value, **more}
    answer = client.post(f"{PAGE}/{what}", data=form)
    assert answer.status_code == 303
    return answer.location


def state_for_readers(newsroom: Newsroom) -> str:
    answer = newsroom.client().get(f"/v1/sites/demo/comments?thread={KEY}").get_json()
    return str(answer["state"])


def test_closed_at_the_desk_nobody_writes_there_until_it_is_opened(newsroom: Newsroom) -> None:
    newsroom.approved()
    client = sign_in(newsroom, lang="en")
    assert act(client, newsroom, "state", "closed") == f"{PAGE}?site=demo&done=thread_closed"
    assert state_for_readers(newsroom) == "closed"
    with pytest.raises(ForbiddenError, match="thread_closed"):
        newsroom.pending()
    page = client.get(PAGE).get_data(as_text=True)
    assert "Open again" in page
    assert "سارة" in page or "Sara" in page or "sara" in page, "who has set it is said"
    act(client, newsroom, "state", "open")
    assert newsroom.pending()
    assert state_for_readers(newsroom) == "open"


def test_after_its_days_a_thread_closes_by_itself_and_opened_again_it_has_them_anew(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.set_policy("demo", {"close_days": "14"})
    newsroom.approved()
    newsroom.clock.forward(days=14, seconds=-1)
    assert newsroom.pending()
    before = newsroom.client().get(f"/v1/sites/demo/comments?thread={KEY}").headers["ETag"]
    newsroom.clock.forward(seconds=1)
    assert state_for_readers(newsroom) == "closed"
    unchanged = newsroom.client().get(f"/v1/sites/demo/comments?thread={KEY}", headers={"If-None-Match": before})
    assert unchanged.status_code == 200, "who keeps the page hears that it is closed"
    with pytest.raises(ForbiddenError, match="thread_closed"):
        newsroom.pending()
    form = newsroom.client().get(f"/v1/sites/demo/form?thread={KEY}&lang=en").get_data(as_text=True)
    assert "<textarea" not in form
    client = sign_in(newsroom, lang="en")
    assert "Closed by itself" in client.get(PAGE).get_data(as_text=True)
    act(client, newsroom, "state", "open")
    newsroom.clock.forward(days=14, seconds=-1)
    assert newsroom.pending()
    newsroom.clock.forward(seconds=1)
    assert state_for_readers(newsroom) == "closed"


def test_what_the_site_sends_again_and_again_opens_nothing(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.set_policy("demo", {"close_days": "1"})
    newsroom.approved()
    newsroom.clock.forward(days=2)
    put = newsroom.container.manage_sites.put_thread
    put(newsroom.site.id, KEY, {"title": "نهر", "state": "open"})
    assert state_for_readers(newsroom) == "closed"
    put(newsroom.site.id, KEY, {"state": "closed"})
    put(newsroom.site.id, KEY, {"state": "open"})
    assert state_for_readers(newsroom) == "open", "closed by hand and opened by hand it has its days again"


@pytest.mark.parametrize(("site", "thread", "status"), [
    ("hold_all", "publish", Status.APPROVED), ("publish", "hold_all", Status.PENDING), ("publish", "", Status.APPROVED),
])  # fmt: skip
def test_a_threads_own_mode_takes_the_place_of_the_sites(
    newsroom: Newsroom, site: str, thread: str, status: Status
) -> None:
    newsroom.container.manage_sites.set_policy("demo", {"mode": site})
    newsroom.pending(form_token=newsroom.form_token())
    client = sign_in(newsroom)
    act(client, newsroom, "mode", "hold_all")
    assert act(client, newsroom, "mode", thread).endswith("done=thread_mode")
    assert newsroom.submit(body="نص آخر هنا").status == status
    assert newsroom.submit(body="نص في مقال آخر", thread="other").status == (
        Status.APPROVED if site == "publish" else Status.PENDING
    )


@pytest.mark.parametrize("where", ["thread", "site"])
def test_what_is_set_to_hold_while_a_text_is_judged_holds_it(
    newsroom: Newsroom, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the judging and the storing somebody says that everything is held here: the edit waits, a comment too."""
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    answer = newsroom.submit(body="أول نص")
    assert answer.status == Status.APPROVED

    def hold(*_: object) -> None:
        if where == "site":
            newsroom.container.manage_sites.set_policy("demo", {"mode": "hold_all"})
        else:
            thread = UUID(thread_id(newsroom))
            newsroom.container.manage_threads.set_mode(newsroom.principal, thread, "hold_all")

    box = newsroom.container
    for use_case, step in ((box.amend_comment, "_facts"), (box.submit_comment, "_prepare")):
        newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
        newsroom.container.manage_threads.set_mode(newsroom.principal, UUID(thread_id(newsroom)), "")
        real = getattr(use_case, step)

        def between(*given: object, real: Callable[..., object] = real) -> object:
            judged = real(*given)
            hold()
            return judged

        monkeypatch.setattr(use_case, step, between)
    newsroom.container.amend_comment.amend("demo", str(answer.receipt), {"body": "نص ثانٍ لم يقرأه أحد"})
    shown = newsroom.client().get(f"/v1/sites/demo/comments?thread={KEY}").get_json()["comments"]
    assert [comment["text"] for comment in shown] == ["أول نص"]
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    newsroom.container.manage_threads.set_mode(newsroom.principal, UUID(thread_id(newsroom)), "")
    assert newsroom.submit(body="تعليق آخر").status == Status.PENDING


def test_only_an_admin_lets_a_thread_publish_unread(small_newsroom: Newsroom) -> None:
    small_newsroom.pending()
    omar = desk_of(small_newsroom, "omar")
    assert '<option value="publish"' not in omar.get(PAGE).get_data(as_text=True)
    form = {"csrf": csrf(omar), "site": "demo", "thread": thread_id(small_newsroom)}
    assert omar.post(f"{PAGE}/mode", data={**form, "mode": "publish"}).status_code == 403
    assert omar.post(f"{PAGE}/mode", data={**form, "mode": "hold_all"}).status_code == 303
    assert small_newsroom.sql("SELECT mode FROM thread") == [("hold_all",)]


def test_what_closed_by_itself_is_closed_for_everybody(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.set_policy("demo", {"close_days": "1"})
    comment = newsroom.approved()
    token = newsroom.token(*SCOPES)
    newsroom.clock.forward(days=2)
    page = sign_in(newsroom).get(f"/console/comments/{comment}").get_data(as_text=True)
    assert 'action="/console/reply"' not in page
    reply, once = newsroom.container.reply_as_staff.reply, "a-form-of-its-own-24-long"
    with pytest.raises(ForbiddenError, match="thread_closed"):
        reply(newsroom.principal, comment, {"body": "رد"}, once)
    told = newsroom.client().get(f"/v1/moderation/comments/{comment}", headers=token).get_json()
    assert told["thread"]["state"] == "closed"
    put = newsroom.client().put(f"/v1/sites/demo/threads/{KEY}", json={"state": "open"}, headers=token).get_json()
    assert put["state"] == "closed"


def test_an_old_discussion_is_found_by_its_key(small_newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.queries.thread_list.WALK", 2)
    for number in range(5):
        small_newsroom.container.manage_sites.put_thread(small_newsroom.site.id, f"k{number}", {"title": "عنوان"})
    client = sign_in(small_newsroom, lang="en")
    assert client.get(f"{PAGE}?word=k0").get_data(as_text=True).count('class="rows-head"') == 1
    cut = client.get(f"{PAGE}?word=عنوان").get_data(as_text=True)
    assert (cut.count('class="rows-head"'), "Only the 5,000 newest" in cut) == (2, True)


def test_what_there_is_not_is_refused_in_a_sentence(small_newsroom: Newsroom) -> None:
    small_newsroom.pending()
    client = sign_in(small_newsroom, lang="en")
    for what, value in (("state", "ajar"), ("mode", "maybe")):
        where = act(client, small_newsroom, what, value)
        assert where.endswith("problem=not_listed")
    other = act(client, small_newsroom, "state", "closed", thread=str(small_newsroom.site.id))
    assert other.endswith("problem=thread_not_found")
    assert 'class="notice notice-error"' in client.get(other).get_data(as_text=True)
    assert state_for_readers(small_newsroom) == "open"


def test_the_list_is_paged_searched_and_counts_what_waits(small_newsroom: Newsroom) -> None:
    put = small_newsroom.container.manage_sites.put_thread
    for number in range(30):
        put(small_newsroom.site.id, f"k{number}", {"title": f"Title 100% {number}", "url": None, "section": None})
    small_newsroom.pending()
    small_newsroom.pending()
    client = sign_in(small_newsroom, lang="en")
    page = client.get(PAGE).get_data(as_text=True)
    assert page.count('class="rows-head"') == 25
    assert re.search(r"thread=article-1\">2</a>", unescape(page)), "two wait, and there they are"
    (more,) = re.findall(r'href="([^"]+)" rel="next"', page)
    rest = client.get(unescape(more)).get_data(as_text=True)
    assert rest.count('class="rows-head"') == 6
    assert "Title 100% 0" in rest
    found = client.get(f"{PAGE}?word=100%25+7").get_data(as_text=True)
    assert found.count('class="rows-head"') == 1
    assert client.get(f"{PAGE}?word=k7").get_data(as_text=True).count('class="rows-head"') == 1
    assert "No discussion with this word." in client.get(f"{PAGE}?word=nowhere").get_data(as_text=True)
    kept = act(client, small_newsroom, "state", "closed", word="k7", cursor="x")
    assert "word=k7" in kept
    assert "cursor=x" in kept


def test_an_empty_site_says_so(small_newsroom: Newsroom) -> None:
    assert "No discussions yet" in sign_in(small_newsroom, lang="en").get(PAGE).get_data(as_text=True)


def test_on_a_closed_site_a_discussion_is_opened_by_a_mode_of_its_own(small_newsroom: Newsroom) -> None:
    small_newsroom.pending()
    client = sign_in(small_newsroom)
    small_newsroom.container.manage_sites.set_policy("demo", {"mode": "closed"})
    shut = client.get(PAGE).get_data(as_text=True)
    assert "مغلق مع الموقع كله" in shut
    assert f'action="{PAGE}/state"' not in shut
    act(client, small_newsroom, "mode", "hold_all")
    opened = client.get(PAGE).get_data(as_text=True)
    assert "مغلق مع الموقع كله" not in opened
    assert f'action="{PAGE}/state"' in opened
    assert '<option value="closed"' not in opened


@pytest.mark.parametrize("mode", ["hold_first_timers", "publish"])
def test_no_moderator_lets_a_thread_show_what_nobody_has_read(small_newsroom: Newsroom, mode: str) -> None:
    small_newsroom.pending()
    omar = desk_of(small_newsroom, "omar")
    assert f'<option value="{mode}"' not in omar.get(PAGE).get_data(as_text=True)
    form = {"csrf": csrf(omar), "site": "demo", "thread": thread_id(small_newsroom)}
    assert omar.post(f"{PAGE}/mode", data={**form, "mode": mode}).status_code == 403
