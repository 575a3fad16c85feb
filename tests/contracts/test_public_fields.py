"""What leaves, field by field: nothing more than this, for readers and for moderators' programs."""

from __future__ import annotations

import pytest

from service.domain.moderation import Action
from tests.newsroom import Newsroom

EMAIL = "hidden.person@example.net"
PUBLIC = {
    "id", "parent", "name", "website", "text", "html", "dir", "lang", "created_at", "edited_at", "staff", "avatar",
}  # fmt: skip
CARD = {
    "id", "status", "version", "revision", "name", "website", "text", "html", "dir", "lang", "created_at", "thread",
    "parent", "findings", "published", "reports",
}  # fmt: skip
DECISION = {
    "id", "comment", "action", "from", "to", "version", "revision", "actor", "reason", "undoes", "at",
}  # fmt: skip


@pytest.fixture
def room(small_newsroom: Newsroom) -> Newsroom:
    root = small_newsroom.approved(email=EMAIL, website="https://me.example/")
    small_newsroom.approved(email=EMAIL, parent=str(root))
    return small_newsroom


def test_a_public_comment_has_exactly_these_fields(room: Newsroom) -> None:
    page = room.client().get("/v1/sites/demo/comments?thread=article-1").get_json()
    assert page.keys() == {"thread", "state", "count", "order", "comments", "next"}
    assert [comment.keys() for comment in page["comments"]] == [PUBLIC, PUBLIC]
    first, reply = page["comments"]
    assert (first["parent"], reply["parent"]) == (None, first["id"])
    assert first["avatar"] != reply["avatar"], "one address, no proof: two people as far as anybody can see"
    assert {(c["staff"], c["edited_at"]) for c in page["comments"]} == {(False, None)}


def test_other_public_answers_have_exactly_these_fields(room: Newsroom) -> None:
    client = room.client()
    fields = {"thread": "article-1", "name": "سلمى", "email": EMAIL, "body": "نص"}
    sent = client.post("/v1/sites/demo/comments", json=fields).get_json()
    assert sent.keys() == {"id", "status", "receipt", "status_token", "created_at"}
    receipt = client.get(f"/v1/sites/demo/receipts/{sent['receipt']}").get_json()
    assert receipt.keys() == {
        "id", "status", "reason", "edit_waiting", "editable_until", "created_at", "thread",
    }  # fmt: skip
    status = client.get(f"/v1/sites/demo/status/{sent['status_token']}").get_json()
    assert status.keys() == {"id", "status", "edit_waiting"}
    assert client.post("/v1/sites/demo/comments", json=fields).get_json() == {"status": "received"}
    assert client.get("/v1/sites/demo/counts?thread=article-1").get_json() == {"counts": {"article-1": 2}}


def test_a_problem_has_exactly_these_fields(room: Newsroom) -> None:
    refused = room.client().post("/v1/sites/demo/comments", json={"thread": "article-1", "email": EMAIL}).get_json()
    assert refused.keys() == {"type", "title", "status", "code", "detail", "request_id", "fields"}
    assert {frozenset(f) for f in refused["fields"]} == {frozenset({"field", "code", "message"})}


def test_moderators_programs_get_exactly_these_fields_and_no_address(room: Newsroom) -> None:
    held = room.pending(email=EMAIL)
    spam = room.pending(email=EMAIL)
    room.decide(spam, Action.SPAM)
    client, headers = room.client(), room.token()
    queue = client.get("/v1/moderation/queue", headers=headers)
    assert queue.get_json().keys() == {"comments", "next", "further"}
    (card,) = queue.get_json()["comments"]
    assert card["id"] == str(held)
    assert card.keys() == CARD
    assert card["thread"].keys() == {"key", "url", "title", "state"}
    finding = frozenset({"code", "rule", "check_version", "spans", "outcome"})
    assert {frozenset(f) for f in card["findings"]} == {finding}
    one = client.get(f"/v1/moderation/comments/{spam}", headers=headers)
    assert one.get_json().keys() == CARD | {"history"}
    assert [decision.keys() for decision in one.get_json()["history"]] == [DECISION]
    reply = client.get("/v1/moderation/queue?view=approved", headers=headers).get_json()["comments"][0]
    assert reply["parent"].keys() == {"id", "status", "name", "text"}
    for answer in (queue, one):
        text = answer.get_data(as_text=True)
        assert EMAIL not in text
        assert "hidden.person" not in text


def test_a_decision_and_a_batch_have_exactly_these_fields(room: Newsroom) -> None:
    client, headers = room.client(), room.token()
    address = f"/v1/moderation/comments/{room.pending()}/approve"
    made = client.post(address, json={"version": 1}, headers=headers).get_json()
    assert made.keys() == DECISION
    again = client.post(address, json={"version": 2}, headers=headers)
    assert again.get_json()["comment"].keys() == {"id", "status", "version"}
    assert (again.status_code, again.get_json()["status"]) == (409, 409)
    items = [{"comment": made["comment"], "action": "spam", "version": v} for v in (2, 2)]
    batch = client.post("/v1/moderation/decisions", json={"decisions": items}, headers=headers).get_json()
    assert batch.keys() == {"batch", "results"}
    assert [r.keys() for r in batch["results"]] == [{"comment", "status", "decision", "problem"}] * 2
    assert [r["status"] for r in batch["results"]] == [200, 409]
