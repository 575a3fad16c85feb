"""The main job, from a reader's post to the published page, over HTTP, on both databases."""

from __future__ import annotations

import json
import secrets

from service.domain.moderation import Action
from tests.newsroom import FIELDS, Newsroom


def test_a_comment_is_held_approved_and_published(newsroom: Newsroom) -> None:
    client, auth = newsroom.client(), newsroom.token()
    own = {"token": newsroom.form_token(), "submission_id": secrets.token_urlsafe(24)}
    sent = client.post("/v1/sites/demo/comments", json={**FIELDS, **own})
    assert sent.status_code == 202
    assert sent.json["status"] == "pending"
    address = "/v1/sites/demo/comments?thread=article-1"
    assert client.get(address).json["comments"] == []

    (waiting,) = client.get("/v1/moderation/queue", headers=auth).json["comments"]
    assert waiting["id"] == sent.json["id"]
    assert [f["code"] for f in waiting["findings"]] == ["premoderation"]
    decided = client.post(
        f"/v1/moderation/comments/{waiting['id']}/approve", json={"version": waiting["version"]}, headers=auth
    )
    assert decided.status_code == 200
    assert decided.json["to"] == "approved"

    page = client.get(address)
    assert [c["text"] for c in page.json["comments"]] == [FIELDS["body"]]
    assert page.json["count"] == 1
    again = client.get(address, headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304
    assert not again.data
    assert client.get("/v1/sites/demo/counts?thread=article-1&thread=x").json == {"counts": {"article-1": 1, "x": 0}}

    undone = client.post(f"/v1/moderation/decisions/{decided.json['id']}/undo", json={}, headers=auth)
    assert (undone.status_code, undone.json["to"]) == (200, "pending")
    assert client.get(address).json["comments"] == []


def test_a_form_without_javascript(newsroom: Newsroom) -> None:
    client = newsroom.client()
    flawed = client.post("/v1/sites/demo/comments", data={**FIELDS, "email": "not an address", "lang": "ar"})
    assert flawed.status_code == 422
    html = flawed.get_data(as_text=True)
    assert FIELDS["body"] in html
    assert "not an address" in html
    sent = client.post("/v1/sites/demo/comments", data={**FIELDS, "lang": "ar"})
    assert sent.status_code == 303
    receipt = client.get(sent.headers["Location"], headers={"Accept": "text/html"})
    assert receipt.status_code == 200
    assert FIELDS["body"] in receipt.get_data(as_text=True)


def test_the_same_submission_gets_the_same_bytes(newsroom: Newsroom) -> None:
    client = newsroom.client()
    fields = {**FIELDS, "submission_id": secrets.token_urlsafe(24)}
    first = client.post("/v1/sites/demo/comments", json=fields)
    newsroom.decide(newsroom.container.signer.read_receipt(first.json["receipt"]), Action.APPROVE)  # type: ignore[arg-type]
    newsroom.clock.forward(minutes=5)
    again = client.post("/v1/sites/demo/comments", json=fields)
    assert (again.status_code, again.data) == (first.status_code, first.data)
    other = client.post("/v1/sites/demo/comments", json={**fields, "body": "غير ذلك"})
    assert (other.status_code, other.json["code"]) == (409, "submission_reused")
    assert newsroom.sql("SELECT count(*) FROM comment") == [(1,)]
    assert json.loads(first.data)["status"] == "pending"


def test_the_console_signs_in_approves_and_undoes(newsroom: Newsroom) -> None:
    newsroom.pending(body="ينتظر المراجعة هنا")
    client = newsroom.client()
    assert client.get("/console/").status_code == 303
    signed = client.post("/console/login", data={"login": "sara", "password": "correct-horse-battery"})
    assert signed.status_code == 303
    queue = client.get("/console/").get_data(as_text=True)
    assert "ينتظر المراجعة هنا" in queue
    form = _hidden(queue, "/console/decide")
    done = client.post("/console/decide", data={**form, "action": "approve"})
    assert done.status_code == 303
    after = client.get(done.headers["Location"]).get_data(as_text=True)
    assert "ينتظر المراجعة هنا" not in after
    undone = client.post("/console/undo", data=_hidden(after, "/console/undo"))
    assert undone.status_code == 303
    assert "ينتظر المراجعة هنا" in client.get("/console/").get_data(as_text=True)


def _hidden(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form that posts to ``action``."""
    import re
    from html import unescape

    form = html.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}
