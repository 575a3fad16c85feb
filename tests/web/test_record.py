"""The record: whose decisions, which, in what order; and what can be undone from there."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from service.domain.access import ROLES, Principal
from service.domain.moderation import Action, Actor, ActorKind
from service.queries import record
from service.queries.record import Asked
from service.usecases.decide_comments import DecisionRequest
from tests.newsroom import FIELDS, PASSWORD, Newsroom
from tests.plans import plans, sorts_or_scans
from tests.web.test_console import hidden, sign_in


def colleague(room: Newsroom, login: str = "nour") -> Principal:
    made = room.container.manage_staff.create_moderator(login, f"نور-{login}", PASSWORD, "moderator", ["demo"])
    return Principal(Actor(ActorKind.MODERATOR, made.id, made.name), room.site.id, ROLES["moderator"])


def as_colleague(room: Newsroom, login: str = "nour") -> FlaskClient:
    client = room.client()
    client.post("/console/login", data={"login": login, "password": PASSWORD, "lang": "en"})
    return client


def together(room: Newsroom, number: int, action: Action = Action.APPROVE, who: Principal | None = None) -> None:
    reason = "spam" if action is Action.REJECT else None
    requests = [DecisionRequest(room.pending(), action, 1, reason) for _ in range(number)]
    room.container.decide_comments.many(who or room.principal, requests)


def shown(client: FlaskClient, query: str = "") -> list[str]:
    """What each entry of the page says."""
    html = client.get(f"/console/record{query}").get_data(as_text=True)
    items = html.partition('<ol class="record">')[2].partition("</ol>")[0].split("<li ")[1:]
    return [re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", f"<li {item}"))).strip() for item in items]


def test_my_own_decisions_come_first_and_everyones_when_asked(small_newsroom: Newsroom) -> None:
    room = small_newsroom
    nour = colleague(room)
    room.approved(name="ليلى")
    room.container.decide_comments.one(nour, DecisionRequest(room.pending(name="هند"), Action.SPAM, 1))
    client = sign_in(room, lang="en")
    (mine,) = shown(client)
    assert "Comment by ليلى" in mine
    assert "سارة" in mine
    assert "judged: version 1, text 1" in mine
    newest, oldest = shown(client, "?by=all")
    assert "هند" in newest
    assert "نور-nour" in newest
    assert "ليلى" in oldest
    (theirs,) = shown(client, f"?by={nour.actor.id}")
    assert theirs == newest
    html = client.get("/console/record?by=all").get_data(as_text=True)
    assert f'href="/console/record?by={nour.actor.id}"' in html
    assert f'<option value="{nour.actor.id}" dir="auto">نور-nour</option>' in html


def test_an_entry_says_what_why_from_where_and_what_it_undoes(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.approved()
    undone = small_newsroom.decide(comment, Action.REJECT, 2, "libel")
    small_newsroom.container.undo_decision.undo(small_newsroom.principal, undone.id)
    undo, reject, approve = shown(sign_in(small_newsroom, lang="en"))
    assert "Libel" in reject
    assert "Undoes: Reject" in undo
    assert "Undoes" not in reject + approve
    assert "judged: version 2, text 1" in reject


def test_a_rule_an_author_and_a_program_are_named_as_what_they_are(small_newsroom: Newsroom) -> None:
    room = small_newsroom
    room.container.manage_sites.set_policy("demo", {"mode": "publish"})
    answer = room.submit(body="يُنشر فوراً")
    assert answer.receipt is not None
    room.container.withdraw_comment.withdraw("demo", answer.receipt)
    taken, published = shown(sign_in(room, lang="en"), "?by=all")
    assert "mode:publish" in published
    assert "The author" in taken
    assert "Undo" not in taken + published


def test_what_is_still_the_last_word_can_be_undone_from_there(newsroom: Newsroom) -> None:
    room = newsroom
    comment = room.approved()
    room.decide(comment, Action.SPAM, 2)
    edited = room.approved()
    room.container.amend_comment.amend("demo", room.container.signer.receipt(edited, 0), {"body": "نصّ آخر"})
    client = sign_in(room, lang="en")
    assert [entry.endswith("Undo") for entry in shown(client)] == [False, True, False]
    html = client.get("/console/record?by=me&action=spam").get_data(as_text=True)
    form = hidden(html, "/console/undo")
    assert form["return_to"] == "/console/record?by=me&action=spam"
    done = client.post("/console/undo", data=form)
    assert done.headers["Location"].startswith("/console/record?by=me&action=spam&decided=")
    page = client.get(done.headers["Location"]).get_data(as_text=True)
    assert "Marked as spam" in page or "undone" in page
    assert room.sql("SELECT count(*) FROM comment WHERE status = 'approved'") == [(2,)]


def test_others_decisions_are_undone_by_an_admin(small_newsroom: Newsroom) -> None:
    room = small_newsroom
    nour = colleague(room)
    room.approved()
    room.container.decide_comments.one(nour, DecisionRequest(room.pending(), Action.SPAM, 1))
    own, others = shown(as_colleague(room), "?by=all")
    assert own.endswith("Undo")
    assert not others.endswith("Undo")
    assert all(entry.endswith("Undo") for entry in shown(sign_in(room, lang="en"), "?by=all"))


def test_a_batch_is_one_entry_and_can_be_looked_into(newsroom: Newsroom) -> None:
    room = newsroom
    together(room, 12)
    room.decide(room.pending(), Action.SPAM)
    together(room, 2, Action.REJECT)
    client = sign_in(room, lang="en")
    rejected, single, approved = shown(client)
    assert approved.startswith("12 comments approved together")
    assert approved.endswith("Undo them all")
    assert rejected.startswith("2 comments rejected together")
    assert "Spam" in rejected
    assert "together" not in single
    html = client.get("/console/record?action=approve").get_data(as_text=True)
    form = hidden(html, "/console/undo-batch")
    (batch,) = {str(found) for (found,) in room.sql("SELECT batch FROM decision WHERE action = 'approve'")}
    assert form["batch"].replace("-", "") == batch.replace("-", "")
    assert form.keys() == {"csrf", "batch", "return_to", "site"}
    each = unescape(re.search(r'href="([^"]+batch=[^"]+)"', html)[1])  # type: ignore[index]
    assert len(shown(client, each.removeprefix("/console/record"))) == 12


def test_a_batch_says_how_much_of_it_can_still_be_undone(small_newsroom: Newsroom) -> None:
    room = small_newsroom
    together(room, 3)
    ids = [d.decision.comment for d in page(room, Asked(batch=one_batch(room))).entries]
    client = sign_in(room, lang="en")
    room.decide(ids[0], Action.SPAM, 2)
    (entry,) = shown(client, "?action=approve")
    assert "2 of them can still be undone" in entry
    for comment in ids[1:]:
        room.decide(comment, Action.SPAM, 2)
    (entry,) = shown(client, "?action=approve")
    assert "0 of them can still be undone" in entry
    assert "Undo them all" not in entry


def one_batch(room: Newsroom) -> UUID | None:
    (found,) = room.container.reader.run(
        lambda s: {d.decision.batch for d in record.record_page(s, room.site.id, Asked(), None).entries}
    )
    return found


def page(room: Newsroom, asked: Asked, cursor: str | None = None, limit: int = 25) -> record.RecordPage:
    return room.container.reader.run(lambda s: record.record_page(s, room.site.id, asked, cursor, limit))


def test_every_entry_comes_once_however_it_is_paged(newsroom: Newsroom) -> None:
    room = newsroom
    together(room, 4)
    for _ in range(3):
        room.approved()
    together(room, 3, Action.SPAM)
    found, cursor = [], None
    while True:
        one = page(room, Asked(), cursor, 2)
        found += [e.decision.id for e in one.entries]
        cursor = one.next
        if cursor is None:
            break
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == len(found) == 5
    everything = page(room, Asked(), None)
    assert [e.decision.id for e in everything.entries] == found
    assert [e.together.count if e.together else 1 for e in everything.entries] == [3, 1, 1, 1, 4]


def test_a_search_stops_after_so_many_rows_and_goes_on_when_asked(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "WALK", 5)
    room = newsroom
    room.decide(room.pending(), Action.SPAM)
    for _ in range(6):
        room.approved()
    first = page(room, Asked(action="spam"))
    assert (first.entries, first.searched) == ((), True)
    second = page(room, Asked(action="spam"), first.next)
    assert [e.decision.action for e in second.entries] == ["spam"]
    assert (second.next, second.searched) == (None, False)
    html = sign_in(room, lang="en").get("/console/record?action=spam").get_data(as_text=True)
    assert "Search further" in html


def test_days_are_whole_and_in_utc(newsroom: Newsroom) -> None:
    room = newsroom
    room.approved()
    room.clock.forward(hours=15)
    room.approved()
    client = sign_in(room)
    for query, number in (
        ("from=2026-11-25&to=2026-11-25", 1),
        ("from=2026-11-26", 1),
        ("to=2026-11-26", 2),
        ("to=2026-11-24", 0),
        ("from=2026-11-25", 2),
    ):
        assert len(shown(client, f"?{query}")) == number, query


@pytest.mark.parametrize(
    "query",
    [
        "by=nobody",
        "action=think",
        "from=today",
        "to=2026-02-30",
        "to=9999-12-31",
        "from=0001-01-01",
        "cursor=x",
        "batch=1",
    ],
)
def test_what_cannot_be_asked_is_refused(small_newsroom: Newsroom, query: str) -> None:
    assert sign_in(small_newsroom).get(f"/console/record?{query}").status_code == 400


def test_another_sites_decisions_are_not_in_it(newsroom: Newsroom) -> None:
    room = newsroom
    other = room.container.manage_sites.create("other", "أخرى", {"origins": ["https://other.example"]})
    answer = room.container.submit_comment.submit("other", {**FIELDS, "url": "https://other.example/a"})
    assert answer.comment is not None
    theirs = Principal(room.principal.actor, other.id, ROLES["admin"])
    decided = room.container.decide_comments.one(theirs, DecisionRequest(answer.comment, Action.SPAM, 1))
    client = sign_in(room)
    assert shown(client, "?by=all") == []
    assert shown(client, f"?by={decided.actor_id}") == []
    assert client.get("/console/record?site=other").status_code == 404


def test_the_record_shows_what_is_hidden_in_a_text_and_no_address(small_newsroom: Newsroom) -> None:
    small_newsroom.decide(small_newsroom.pending(body="قبل \u202e بعد"), Action.SPAM)
    (entry,) = shown(sign_in(small_newsroom, lang="ar"))
    assert "[U+202E]" in entry
    assert "salma@" not in entry


def test_an_erased_text_is_not_in_it(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.approved(name="ليلى", body="كلام خاصّ")
    small_newsroom.container.erase_comment.erase("demo", small_newsroom.container.signer.receipt(comment, 0))
    entries = shown(sign_in(small_newsroom, lang="en"), "?by=all")
    assert len(entries) == 2
    assert not any("ليلى" in e or "كلام" in e for e in entries)
    assert all("(erased)" in e for e in entries)


@pytest.mark.parametrize("name", ["me", "all", "action", "days", "batch"])
def test_a_page_of_the_record_is_read_in_the_order_of_an_index(newsroom: Newsroom, name: str) -> None:
    room = newsroom
    together(room, 3)
    me, one = room.moderator.id, one_batch(room)
    asked = {
        "me": Asked(actor=me),
        "all": Asked(),
        "action": Asked(actor=me, action="spam"),
        "days": Asked(first=date(2026, 11, 25), last=date(2026, 11, 25)),
        "batch": Asked(batch=one),
    }[name]
    index = {"me": "actor_id_id", "action": "actor_id_id", "batch": "ix_decision_batch_id"}.get(
        name, "ix_decision_site_id_id"
    )
    floor, rows, *batches = plans(room, lambda s: record.record_page(s, room.site.id, asked, None))
    assert len(batches) <= 1, "two statements, and one more for all batches of the page"
    for plan in (floor, rows):
        assert index in plan, plan
        assert sorts_or_scans(plan) == [], plan
    if name != "batch":
        assert "ix_decision_batch_id" in rows, "a row of a batch asks for a newer one, not for all of them"
