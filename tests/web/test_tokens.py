"""The moderation API: tokens, scopes, shapes."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.newsroom import Newsroom

QUEUE = "/v1/moderation/queue"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic abc", "bearer taliq_x"])
def test_without_a_living_token_nothing_is_told(small_newsroom: Newsroom, header: str) -> None:
    answer = small_newsroom.client().get(QUEUE, headers={"Authorization": header})
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_ends_when_it_expires_and_when_it_is_revoked(newsroom: Newsroom) -> None:
    staff, client = newsroom.container.manage_staff, newsroom.client()
    lasting = staff.create_token("demo", "a", ["moderation:read"], 30)
    brief = staff.create_token("demo", "b", ["moderation:read"], 1)
    headers = [{"Authorization": f"Bearer {t.secret}"} for t in (lasting, brief)]
    assert [client.get(QUEUE, headers=h).status_code for h in headers] == [200, 200]
    newsroom.clock.forward(days=1)
    assert [client.get(QUEUE, headers=h).status_code for h in headers] == [200, 401]
    staff.revoke_token(lasting.token.id)
    assert client.get(QUEUE, headers=headers[0]).status_code == 401


def test_a_token_does_what_its_scope_says(newsroom: Newsroom) -> None:
    client, comment = newsroom.client(), newsroom.pending()
    reading, deciding = newsroom.token("moderation:read"), newsroom.token("moderation:decide")
    approve = f"/v1/moderation/comments/{comment}/approve"
    refused = client.post(approve, json={"version": 1}, headers=reading)
    assert (refused.status_code, refused.json["needs"]) == (403, "moderation:decide")
    assert client.get(QUEUE, headers=deciding).status_code == 403
    assert client.post(approve, json={"version": 1}, headers=deciding).status_code == 200


def test_the_secret_is_not_in_the_database(newsroom: Newsroom) -> None:
    made = newsroom.container.manage_staff.create_token("demo", "a", ["moderation:read"], 30)
    ((stored,),) = newsroom.sql("SELECT secret_hash FROM api_token")
    assert made.secret.encode() not in bytes(stored)  # type: ignore[arg-type]
    assert made.secret not in repr(made)


@pytest.mark.parametrize(
    ("action", "body", "field", "code"),
    [
        ("approve", {}, "version", "version_required"),
        ("approve", {"version": "1"}, "version", "not_integer"),
        ("approve", {"version": True}, "version", "not_integer"),
        ("approve", {"version": 0}, "version", "not_integer"),
        ("approve", {"version": 1.5}, "version", "not_integer"),
        ("spam", {"version": 1, "client_id": "x" * 10 + "\n"}, "client_id", "client_id_invalid"),
        ("reject", {"version": 1}, "reason", "reason_required"),
        ("reject", {"version": 1, "reason": "x"}, "reason", "reason_unknown"),
        ("spam", {"version": 1, "client_id": "no"}, "client_id", "client_id_invalid"),
    ],
)
def test_a_flawed_decision_names_its_field(
    small_newsroom: Newsroom, action: str, body: dict[str, object], field: str, code: str
) -> None:
    comment = small_newsroom.pending()
    answer = small_newsroom.client().post(
        f"/v1/moderation/comments/{comment}/{action}", json=body, headers=small_newsroom.token()
    )
    assert answer.status_code == 422
    assert [(f["field"], f["code"]) for f in answer.json["fields"]] == [(field, code)]


def test_many_at_once_with_a_result_for_each(newsroom: Newsroom) -> None:
    comments = [newsroom.pending() for _ in range(3)]
    client, auth = newsroom.client(), newsroom.token()
    items = [{"comment": str(c), "action": "approve", "version": 1, "client_id": f"item-{c}"} for c in comments]
    items.append({"comment": str(uuid4()), "action": "spam", "version": 1})
    items.append({"comment": str(comments[0]), "action": "reject", "version": 1, "reason": "libel"})
    answer = client.post("/v1/moderation/decisions", json={"decisions": items}, headers=auth)
    assert answer.status_code == 200
    results = answer.json["results"]
    assert [r["status"] for r in results] == [200, 200, 200, 404, 409]
    assert results[4]["problem"]["comment"] == {"id": str(comments[0]), "status": "approved", "version": 2}
    again = client.post("/v1/moderation/decisions", json={"decisions": items[:3]}, headers=auth)
    assert [r["decision"] for r in again.json["results"]] == [r["decision"] for r in results[:3]]
    assert client.get("/v1/sites/demo/comments?thread=article-1").json["count"] == 3


@pytest.mark.parametrize("body", [{}, {"decisions": []}, {"decisions": "x"}, {"decisions": [1]}, {"decisions": [{}]}])
def test_a_batch_that_is_none_is_422(small_newsroom: Newsroom, body: object) -> None:
    answer = small_newsroom.client().post("/v1/moderation/decisions", json=body, headers=small_newsroom.token())
    assert answer.status_code == 422


def test_a_batch_has_a_limit(small_newsroom: Newsroom) -> None:
    items = [{"comment": str(uuid4()), "action": "spam", "version": 1}] * 501
    answer = small_newsroom.client().post(
        "/v1/moderation/decisions", json={"decisions": items}, headers=small_newsroom.token()
    )
    assert answer.status_code == 422


def test_a_repeated_call_gets_the_same_bytes(newsroom: Newsroom) -> None:
    comment, client, auth = newsroom.pending(), newsroom.client(), newsroom.token()
    address, body = f"/v1/moderation/comments/{comment}/spam", {"version": 1, "client_id": "call-000001"}
    first = client.post(address, json=body, headers=auth)
    newsroom.clock.forward(minutes=1)
    assert client.post(address, json=body, headers=auth).data == first.data
    undo = f"/v1/moderation/decisions/{first.json['id']}/undo"
    undone = client.post(undo, json={"client_id": "undo-000001"}, headers=auth)
    assert undone.status_code == 200
    assert client.post(undo, json={"client_id": "undo-000001"}, headers=auth).data == undone.data


def test_a_comment_is_shown_with_its_history_and_without_an_address(newsroom: Newsroom) -> None:
    comment, client = newsroom.approved(), newsroom.client()
    answer = client.get(f"/v1/moderation/comments/{comment}", headers=newsroom.token())
    assert [d["action"] for d in answer.json["history"]] == ["approve"]
    assert answer.json["history"][0]["actor"] == "سارة"
    assert "salma@example.org" not in answer.get_data(as_text=True)
    assert client.get(f"/v1/moderation/comments/{uuid4()}", headers=newsroom.token()).status_code == 404


def test_the_queue_is_walked_by_cursor(newsroom: Newsroom) -> None:
    comments = [str(newsroom.pending()) for _ in range(120)]
    client, auth, found, cursor = newsroom.client(), newsroom.token(), [], None
    while True:
        page = client.get(QUEUE, query_string={"cursor": cursor} if cursor else {}, headers=auth).json
        found += [c["id"] for c in page["comments"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == comments
    assert client.get(QUEUE, query_string={"view": "spam", "cursor": "x"}, headers=auth).status_code == 400


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"url": "https://evil.example/a"}, "url", "url_foreign"),
        ({"url": "x"}, "url", "url_invalid"),
        ({"title": "x" * 301}, "title", "too_long"),
        ({"section": "x" * 101}, "section", "too_long"),
        ({"state": "shut"}, "state", "not_listed"),
        ({"title": 5}, "title", "not_text"),
    ],
)
def test_a_flawed_thread_names_its_field(
    small_newsroom: Newsroom, body: dict[str, object], field: str, code: str
) -> None:
    answer = small_newsroom.client().put("/v1/sites/demo/threads/a", json=body, headers=small_newsroom.token())
    assert answer.status_code == 422
    assert [(f["field"], f["code"]) for f in answer.json["fields"]] == [(field, code)]


def test_another_sites_token_finds_no_thread_here(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.create("other", "أخرى", {})
    foreign = newsroom.container.manage_staff.create_token("other", "a", ["threads:write", "moderation:read"], 1)
    headers = {"Authorization": f"Bearer {foreign.secret}"}
    comment = newsroom.pending()
    client = newsroom.client()
    assert client.put("/v1/sites/demo/threads/a", json={}, headers=headers).status_code == 404
    assert client.get(f"/v1/moderation/comments/{comment}", headers=headers).status_code == 404
    assert client.get(QUEUE, headers=headers).json["comments"] == []


def test_an_endless_version_is_a_field_error(small_newsroom: Newsroom) -> None:
    address = f"/v1/moderation/comments/{small_newsroom.pending()}/approve"
    headers = {**small_newsroom.token(), "Content-Type": "application/json"}
    assert small_newsroom.client().post(address, data='{"version": 1e999}', headers=headers).status_code == 422
