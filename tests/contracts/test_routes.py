"""Every address of the service, with its surface and who may call it. A new one without an entry fails here."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.domain.access import SCOPES, Permission
from service.domain.moderation import Action
from tests.contracts.place import Place, fingerprint, signed_in
from tests.newsroom import FIELDS, Newsroom

NONE, RECEIPT, MODERATOR = "none", "receipt", "moderator"
READ, DECIDE, THREADS = Permission.READ_QUEUE.value, Permission.DECIDE.value, Permission.WRITE_THREADS.value
#: (method, rule) -> surface, access. HEAD goes with GET.
ROUTES: dict[tuple[str, str], tuple[str, str]] = {
    ("POST", "/v1/sites/<site>/comments"): ("public", NONE),
    ("OPTIONS", "/v1/sites/<site>/comments"): ("public", NONE),
    ("GET", "/v1/sites/<site>/comments"): ("public", NONE),
    ("GET", "/v1/sites/<site>/comments.html"): ("public", NONE),
    ("GET", "/v1/sites/<site>/comments/<uuid:comment_id>/report"): ("public", NONE),
    ("POST", "/v1/sites/<site>/comments/<uuid:comment_id>/report"): ("public", NONE),
    ("OPTIONS", "/v1/sites/<site>/comments/<uuid:comment_id>/report"): ("public", NONE),
    ("GET", "/v1/sites/<site>/counts"): ("public", NONE),
    ("GET", "/v1/sites/<site>/form"): ("public", NONE),
    ("GET", "/v1/sites/<site>/page"): ("public", NONE),
    ("GET", "/v1/sites/<site>/receipts/<receipt>"): ("public", RECEIPT),
    ("GET", "/v1/sites/<site>/receipts/<receipt>/edit"): ("public", RECEIPT),
    ("GET", "/v1/sites/<site>/receipts/<receipt>/withdraw"): ("public", RECEIPT),
    ("GET", "/v1/sites/<site>/receipts/<receipt>/erase"): ("public", RECEIPT),
    ("POST", "/v1/sites/<site>/receipts/<receipt>/edit"): ("public", RECEIPT),
    ("POST", "/v1/sites/<site>/receipts/<receipt>/withdraw"): ("public", RECEIPT),
    ("POST", "/v1/sites/<site>/receipts/<receipt>/erase"): ("public", RECEIPT),
    ("POST", "/v1/sites/<site>/receipts/<receipt>/export"): ("public", RECEIPT),
    ("GET", "/v1/sites/<site>/receipts/open"): ("public", RECEIPT),
    ("GET", "/v1/sites/<site>/status/<token>"): ("public", RECEIPT),
    ("GET", "/v1/sites/<site>/feed"): ("public", NONE),
    ("GET", "/embed.js"): ("public", NONE),
    ("GET", "/count.js"): ("public", NONE),
    ("GET", "/static/<path:filename>"): ("public", NONE),
    ("OPTIONS", "/static/<path:filename>"): ("public", NONE),
    ("GET", "/v1/moderation/queue"): ("moderation", READ),
    ("GET", "/v1/moderation/comments/<uuid:comment_id>"): ("moderation", READ),
    ("POST", "/v1/moderation/comments/<uuid:comment_id>/approve"): ("moderation", DECIDE),
    ("POST", "/v1/moderation/comments/<uuid:comment_id>/reject"): ("moderation", DECIDE),
    ("POST", "/v1/moderation/comments/<uuid:comment_id>/spam"): ("moderation", DECIDE),
    ("POST", "/v1/moderation/comments/<uuid:comment_id>/reopen"): ("moderation", DECIDE),
    ("GET", "/v1/moderation/decisions/log"): ("moderation", READ),
    ("POST", "/v1/moderation/decisions"): ("moderation", DECIDE),
    ("POST", "/v1/moderation/decisions/<uuid:decision_id>/undo"): ("moderation", DECIDE),
    ("PUT", "/v1/sites/<site>/threads/<thread_key:key>"): ("moderation", THREADS),
    # Only leads to the page behind it.
    ("GET", "/console"): ("console", NONE),
    ("GET", "/console/login"): ("console", NONE),
    ("POST", "/console/login"): ("console", NONE),
    ("POST", "/console/logout"): ("console", MODERATOR),
    ("POST", "/console/language"): ("console", MODERATOR),
    ("GET", "/console/"): ("console", MODERATOR),
    ("GET", "/console/comments/<uuid:comment_id>"): ("console", MODERATOR),
    ("GET", "/console/authors/<uuid:comment_id>"): ("console", MODERATOR),
    ("GET", "/console/authors/<uuid:comment_id>/sweep"): ("console", MODERATOR),
    ("POST", "/console/sweep"): ("console", MODERATOR),
    ("GET", "/console/clusters/<uuid:comment_id>"): ("console", MODERATOR),
    ("GET", "/console/record"): ("console", MODERATOR),
    ("POST", "/console/decide"): ("console", MODERATOR),
    ("POST", "/console/decide-many"): ("console", MODERATOR),
    ("POST", "/console/undo"): ("console", MODERATOR),
    ("POST", "/console/undo-batch"): ("console", MODERATOR),
    ("POST", "/console/opinion"): ("console", MODERATOR),
    ("POST", "/console/level"): ("console", MODERATOR),
    ("POST", "/console/leases"): ("console", MODERATOR),
    ("POST", "/console/notes"): ("console", MODERATOR),
    ("POST", "/console/notes/remove"): ("console", MODERATOR),
    ("POST", "/console/redact"): ("console", MODERATOR),
    ("GET", "/console/news"): ("console", MODERATOR),
    ("POST", "/console/reply"): ("console", MODERATOR),
    ("GET", "/console/overview"): ("console", MODERATOR),
    ("GET", "/console/look-up"): ("console", MODERATOR),
    ("POST", "/console/look-up"): ("console", MODERATOR),
    ("POST", "/console/reveal"): ("console", MODERATOR),
    ("GET", "/console/people"): ("console", MODERATOR),
    ("POST", "/console/people"): ("console", MODERATOR),
    ("POST", "/console/people/change"): ("console", MODERATOR),
    ("POST", "/console/people/remove"): ("console", MODERATOR),
    ("POST", "/console/people/disable"): ("console", MODERATOR),
    ("POST", "/console/people/enable"): ("console", MODERATOR),
    ("GET", "/console/tokens"): ("console", MODERATOR),
    ("POST", "/console/tokens"): ("console", MODERATOR),
    ("POST", "/console/tokens/revoke"): ("console", MODERATOR),
    ("GET", "/console/sessions"): ("console", MODERATOR),
    ("POST", "/console/sessions/end"): ("console", MODERATOR),
    ("POST", "/console/sessions/end-others"): ("console", MODERATOR),
    ("POST", "/console/password"): ("console", MODERATOR),
    ("POST", "/console/login/code"): ("console", NONE),
    ("GET", "/console/second-factor"): ("console", MODERATOR),
    ("POST", "/console/second-factor/begin"): ("console", MODERATOR),
    ("POST", "/console/second-factor/confirm"): ("console", MODERATOR),
    ("POST", "/console/second-factor/off"): ("console", MODERATOR),
    ("POST", "/console/searches"): ("console", MODERATOR),
    ("POST", "/console/searches/drop"): ("console", MODERATOR),
    ("GET", "/console/threads"): ("console", MODERATOR),
    ("POST", "/console/threads/state"): ("console", MODERATOR),
    ("POST", "/console/threads/mode"): ("console", MODERATOR),
    ("GET", "/console/rules"): ("console", MODERATOR),
    ("GET", "/console/rules/rule"): ("console", MODERATOR),
    ("POST", "/console/rules/rule"): ("console", MODERATOR),
    ("POST", "/console/rules/act"): ("console", MODERATOR),
    ("GET", "/console/policy"): ("console", MODERATOR),
    ("POST", "/console/policy"): ("console", MODERATOR),
    ("GET", "/console/lane"): ("console", MODERATOR),
    ("POST", "/console/lane/open"): ("console", MODERATOR),
    ("POST", "/console/lane/close"): ("console", MODERATOR),
    ("GET", "/console/lists"): ("console", MODERATOR),
    ("POST", "/console/lists"): ("console", MODERATOR),
    ("POST", "/console/lists/remove"): ("console", MODERATOR),
    ("GET", "/healthz"): ("operator", NONE),
    ("GET", "/readyz"): ("operator", NONE),
    ("GET", "/openapi.json"): ("operator", NONE),
    ("GET", "/docs"): ("operator", NONE),
}
BY_TOKEN = [(*route, scope) for route, (surface, scope) in ROUTES.items() if surface == "moderation"]
BY_MODERATOR = [route for route, (_, access) in ROUTES.items() if access == MODERATOR]
#: A body every operation takes; each reads of it what is its own.
BODY: dict[str, Any] = {"version": 1, "reason": "insult", "title": "عنوان"}


def call(client: FlaskClient, method: str, path: str, headers: dict[str, str] | None = None) -> TestResponse:
    if path.startswith("/console"):
        return client.open(path, method=method, data={"login": "x"} if method == "POST" else None)
    body = {**BODY, "decisions": [{"comment": str(uuid4()), "action": "spam", "version": 1}]}
    return client.open(path, method=method, json=body if method in ("POST", "PUT") else None, headers=headers)


def rules(app: Flask) -> set[tuple[str, str]]:
    return {(m, r.rule) for r in app.url_map.iter_rules() for m in (r.methods or set()) - {"HEAD"}}


def test_every_route_is_listed_and_every_entry_is_a_route(small_newsroom: Newsroom) -> None:
    assert rules(small_newsroom.app()) == ROUTES.keys()


def test_head_goes_with_get_and_with_nothing_else(small_newsroom: Newsroom) -> None:
    for rule in small_newsroom.app().url_map.iter_rules():
        assert ("HEAD" in (rule.methods or ())) == ("GET" in (rule.methods or ())), rule


def test_every_guarded_view_says_what_the_list_says(small_newsroom: Newsroom) -> None:
    app = small_newsroom.app()
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD"}:
            access = ROUTES[method, rule.rule][1]
            said = getattr(app.view_functions[rule.endpoint], "access", NONE)
            assert said == (NONE if access == RECEIPT else access), (method, rule.rule)


@pytest.mark.parametrize(("method", "rule", "scope"), BY_TOKEN)
def test_without_a_token_nothing_of_the_moderation_api_answers(
    small_newsroom: Newsroom, method: str, rule: str, scope: str
) -> None:
    path, client = Place(small_newsroom).path(rule), small_newsroom.client()
    revoked = small_newsroom.container.manage_staff.create_token("demo", "old", [scope], 30)
    small_newsroom.container.manage_staff.revoke_token(revoked.token.id)
    for authorization in ("", "Bearer", "Bearer taliq_no", f"Bearer {revoked.secret}", "Basic c2FyYTpzYXJh"):
        answer = call(client, method, path, {"Authorization": authorization})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert call(signed_in(small_newsroom), method, path).status_code == 401, "a console cookie is no token"


@pytest.mark.parametrize(("method", "rule", "scope"), BY_TOKEN)
def test_a_token_does_what_its_scope_says_and_no_more(
    small_newsroom: Newsroom, method: str, rule: str, scope: str
) -> None:
    path, client = Place(small_newsroom).path(rule), small_newsroom.client()
    others = small_newsroom.token(*(s for s in SCOPES if s != scope))
    refused = call(client, method, path, others)
    assert (refused.status_code, refused.get_json()["needs"]) == (403, scope)
    assert call(client, method, path, small_newsroom.token(scope)).status_code in (200, 409)


@pytest.mark.parametrize(("method", "rule", "scope"), BY_TOKEN)
def test_what_belongs_to_another_site_is_not_found(
    small_newsroom: Newsroom, method: str, rule: str, scope: str
) -> None:
    Place(small_newsroom)
    other = Place(small_newsroom, "other")
    answer = call(small_newsroom.client(), method, other.path(rule), small_newsroom.token(scope))
    if "<" in rule:
        assert answer.status_code == 404
    else:
        assert str(other.comment) not in answer.get_data(as_text=True)


def test_a_batch_finds_nothing_of_another_site(small_newsroom: Newsroom) -> None:
    other = Place(small_newsroom, "other")
    items = [{"comment": str(other.comment), "action": "approve", "version": 1}]
    answer = small_newsroom.client().post(
        "/v1/moderation/decisions", json={"decisions": items}, headers=small_newsroom.token(DECIDE)
    )
    (result,) = answer.get_json()["results"]
    assert (result["status"], result["problem"]["code"]) == (404, "comment_not_found")


@pytest.mark.parametrize(("method", "rule"), BY_MODERATOR)
def test_whoever_is_not_signed_in_is_asked_to(small_newsroom: Newsroom, method: str, rule: str) -> None:
    path, client = Place(small_newsroom).path(rule), small_newsroom.client()
    client.set_cookie("taliq-console", "nobody")
    answer = call(client, method, path, small_newsroom.token())
    assert answer.status_code == 303
    assert answer.location.startswith("/console/login?next=")


@pytest.mark.parametrize(("method", "rule"), [r for r in BY_MODERATOR if r[0] == "POST"])
def test_no_form_is_taken_without_its_token(small_newsroom: Newsroom, method: str, rule: str) -> None:
    place, client = Place(small_newsroom), signed_in(small_newsroom)
    before = fingerprint(small_newsroom)
    form = {"comment": str(place.comment), "action": "approve", "version": "1", "decision": place.values["decision_id"]}
    for token in (None, "", "wrong"):
        given = form if token is None else {**form, "csrf": token}
        assert client.open(rule, method=method, data=given).status_code == 403
    assert fingerprint(small_newsroom) == before


def test_a_moderator_finds_nothing_of_a_site_that_is_not_theirs(small_newsroom: Newsroom) -> None:
    Place(small_newsroom)
    other, client = Place(small_newsroom, "other"), signed_in(small_newsroom)
    assert client.get("/console/?site=other").status_code == 404
    assert client.get(other.path("/console/comments/<comment_id>")).status_code == 404
    page = client.get("/console/").get_data(as_text=True)
    assert "من demo" in page
    assert "من other" not in page
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf is not None
    before = fingerprint(small_newsroom, without=("login_session",))
    form = {"csrf": csrf[1], "comment": str(other.comment), "action": "approve", "version": "1"}
    assert "comment_not_found" in client.post("/console/decide", data=form).location
    undo = {"csrf": csrf[1], "decision": other.values["decision_id"]}
    assert "decision_not_found" in client.post("/console/undo", data=undo).location
    assert fingerprint(small_newsroom, without=("login_session",)) == before


def test_a_receipt_opens_its_own_comment_on_its_own_site_only(small_newsroom: Newsroom) -> None:
    place, other, client = Place(small_newsroom), Place(small_newsroom, "other"), small_newsroom.client()
    assert client.get(place.path("/v1/sites/demo/receipts/<receipt>")).get_json()["id"] == str(place.comment)
    assert client.get(other.path("/v1/sites/demo/receipts/<receipt>")).status_code == 404
    forged = place.values["receipt"].partition(".")[0] + "." + other.values["receipt"].partition(".")[2]
    before = fingerprint(small_newsroom)
    for wrong in (forged, "x", place.values["receipt"] + "x", str(place.comment)):
        assert client.get(f"/v1/sites/demo/receipts/{wrong}").status_code == 404
        for act in ("edit", "withdraw", "erase", "export"):
            assert client.get(f"/v1/sites/demo/receipts/{wrong}/{act}").status_code in (404, 405)
            assert client.post(f"/v1/sites/demo/receipts/{wrong}/{act}", json={"body": "x"}).status_code == 404
            of_another = f"/v1/sites/other/receipts/{place.values['receipt']}/{act}"
            assert client.post(of_another, json={"body": "x"}).status_code == 404
    assert fingerprint(small_newsroom) == before


def test_nothing_that_reads_changes_a_row_or_sets_a_cookie(newsroom: Newsroom) -> None:
    """Every GET, HEAD and OPTIONS, as everybody: nobody, a program, a moderator, a page of the site, a browser."""
    place = Place(newsroom)
    desk = signed_in(newsroom)
    everybody: list[tuple[FlaskClient, dict[str, str]]] = [
        (newsroom.client(), {}),
        (newsroom.client(), newsroom.token()),
        (desk, {}),
        (newsroom.client(), {"Origin": "https://news.example"}),
        (newsroom.client(), {"Accept": "text/html"}),
    ]
    reply, undoable = str(place.published), place.values["decision_id"]
    query = {"thread": "article-1", "url": FIELDS["url"], "parent": reply, "decided": undoable, "done": "sent"}
    unknown = {"thread": "never-seen", "url": "https://news.example/a/new", "title": "جديد"}
    before = fingerprint(newsroom)
    # Whatever a look would write down of the time is now another time.
    newsroom.clock.forward(minutes=10)
    for method, rule in [(m, r) for m, r in ROUTES if m in ("GET", "OPTIONS")]:
        for verb in ("GET", "HEAD") if method == "GET" else ("OPTIONS",):
            for client, headers in everybody:
                for asked in (query, unknown, {}):
                    answer = client.open(place.path(rule), method=verb, query_string=asked, headers=headers)
                    assert answer.status_code < 500, (verb, rule)
                    assert "Set-Cookie" not in answer.headers, (verb, rule)
                    answer.close()
    # What was read was there to be read, and the digest sees a change.
    assert desk.get(place.path("/console/comments/<comment_id>")).status_code == 200
    assert fingerprint(newsroom) == before
    newsroom.clock.forward(hours=1)
    newsroom.decide(place.comment, Action.SPAM)
    changed = {name for name, digest in fingerprint(newsroom).items() if digest != before[name]}
    assert changed == {"comment", "decision", "outbox"}
