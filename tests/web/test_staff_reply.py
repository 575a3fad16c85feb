"""The staff badge: only a signed-in moderator's reply bears it."""

from __future__ import annotations

import pytest

from service.domain.access import ROLES, Principal
from service.domain.errors import ForbiddenError, InvalidError, NotFoundError
from service.domain.moderation import Actor, ActorKind
from tests.newsroom import FIELDS, Newsroom
from tests.web.test_console import hidden, sign_in

COMMENTS = "/v1/sites/demo/comments?thread=article-1"


def test_a_moderators_reply_is_public_at_once_and_bears_the_badge(newsroom: Newsroom) -> None:
    answered = newsroom.approved()
    client = sign_in(newsroom)
    page = client.get(f"/console/comments/{answered}?site=demo").get_data(as_text=True)
    form = {**hidden(page, "/console/reply"), "body": "شكراً على <b>ملاحظتك</b>"}
    assert "decided=" in client.post("/console/reply", data=form).location
    assert "decided=" in client.post("/console/reply", data=form).location, "a second click is the first"
    _, reply = newsroom.client().get(COMMENTS).get_json()["comments"]
    assert (reply["staff"], reply["name"], reply["parent"]) == (True, "سارة", str(answered))
    assert "من هيئة التحرير" in newsroom.client().get(COMMENTS.replace("?", ".html?")).get_data(as_text=True)
    log = newsroom.sql("SELECT action, actor_kind, actor_label FROM decision ORDER BY id")
    assert log[-1] == ("approve", "moderator", "سارة")


def test_nothing_a_reader_sends_makes_a_badge(small_newsroom: Newsroom) -> None:
    small_newsroom.approved(name="سارة", email="sara@news.example", staff=True, staff_id="1", badge="staff")
    (shown,) = small_newsroom.client().get(COMMENTS).get_json()["comments"]
    assert shown["staff"] is False
    page = small_newsroom.client().get(COMMENTS.replace("?", ".html?")).get_data(as_text=True)
    assert "taliq-staff" not in page


def test_a_program_and_a_moderator_of_another_site_cannot(small_newsroom: Newsroom) -> None:
    answered = small_newsroom.approved()
    reply = small_newsroom.container.reply_as_staff.reply
    actor = Actor(ActorKind.TOKEN, small_newsroom.moderator.id, "bot")
    program = Principal(actor, small_newsroom.site.id, ROLES["admin"])
    with pytest.raises(ForbiddenError):
        reply(program, answered, {"body": "نص"}, "once-once-once-once-0001")
    nobody = Principal(small_newsroom.principal.actor, small_newsroom.site.id, frozenset())
    with pytest.raises(ForbiddenError):
        reply(nobody, answered, {"body": "نص"}, "once-once-once-once-0001")
    other = small_newsroom.container.manage_sites.create("other", "أخرى", {})
    elsewhere = Principal(small_newsroom.principal.actor, other.id, ROLES["admin"])
    with pytest.raises(NotFoundError):
        reply(elsewhere, answered, {"body": "نص"}, "once-once-once-once-0001")
    assert small_newsroom.sql("SELECT count(*) FROM comment") == [(1,)]


def test_what_is_not_public_cannot_be_answered_and_an_empty_text_says_nothing(small_newsroom: Newsroom) -> None:
    reply, principal = small_newsroom.container.reply_as_staff.reply, small_newsroom.principal
    with pytest.raises(InvalidError):
        reply(principal, small_newsroom.pending(), {"body": "نص"}, "once-once-once-once-0001")
    public = small_newsroom.approved()
    with pytest.raises(InvalidError):
        reply(principal, public, {"body": "  "}, "once-once-once-once-0001")
    small_newsroom.container.manage_sites.set_state("demo", FIELDS["thread"], "closed")
    with pytest.raises(ForbiddenError):
        reply(principal, public, {"body": "نص"}, "once-once-once-once-0001")
