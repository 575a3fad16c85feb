"""Public bytes do not depend on the address or the network: the same submission twice, only these two differing.

Two fresh databases, one clock, the same ids. Every answer a reader, a passer-by or a program with a token can get is
then equal to the last byte, headers included.
"""

from __future__ import annotations

import itertools
import re
import shutil
import threading
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.bootstrap import build
from service.domain.moderation import Action
from service.web.public import form
from tests.flows.canary import bytes_of
from tests.newsroom import FIELDS, Newsroom, SetClock, settings_for

SITE = "/v1/sites/demo"
PEOPLE = (
    ("salma@example.org", "203.0.113.7"),
    ("quite.another+reader@sub.example.net", "2001:db8:1:2::3"),
    ("", "198.51.100.200"),
)


class CountedIds:
    """UUIDv7 for the moment, the rest counted: the same calls give the same ids."""

    def __init__(self) -> None:
        self._count, self._lock = itertools.count(1), threading.Lock()

    def __call__(self, moment: datetime) -> UUID:
        with self._lock:
            count = next(self._count)
        stamp = int(moment.timestamp() * 1000)
        return UUID(int=stamp << 80 | 7 << 76 | 2 << 62 | count)


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[str]]:
    """One migrated database for each of the people."""
    if request.param == "sqlite":
        template, paths = request.getfixturevalue("sqlite_template"), [tmp_path / f"{n}.sqlite3" for n in range(3)]
        yield [f"sqlite:///{shutil.copy(template, path)}" for path in paths]
        return
    server, names = request.getfixturevalue("postgres"), [f"t{uuid.uuid4().hex[:16]}" for _ in PEOPLE]
    yield [server.create_database(name, template="template_taliq") for name in names]
    for name in names:
        server.drop_database(name)


@pytest.fixture(autouse=True)
def counted_form_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form's own id is random; here it is the same in both."""
    monkeypatch.setattr(form, "secrets", SimpleNamespace(token_urlsafe=lambda size: "submission-id-of-a-fresh-form"))


def lived_through(url: str, email: str, network: str) -> dict[str, bytes]:
    """A first comment by somebody, an answer to it by another, decisions in between; every answer on the way."""
    clock = SetClock()
    container = build(settings_for(url, trusted_proxies="127.0.0.1/32"), clock=clock, new_id=CountedIds())
    try:
        newsroom = Newsroom(container, clock, email="optional")
        return _life(newsroom, newsroom.app(), email, network)
    finally:
        container.close()


def _life(newsroom: Newsroom, app: Flask, email: str, network: str) -> dict[str, bytes]:
    seen: dict[str, bytes] = {}
    token = newsroom.token()
    forwarded = {"X-Request-ID": "request-0001", "X-Forwarded-For": network}

    def note(what: str, response: TestResponse) -> TestResponse:
        assert what not in seen
        # The machine's own clock, on files; it cannot be stopped.
        response.headers.remove("Date")
        seen[what] = bytes_of(response)
        response.close()
        return response

    def post(kind: str, number: int, **more: str) -> UUID:
        fields = {**FIELDS, "email": email, "submission_id": f"submission-id-number-{number:04}", **more}
        sent = note(
            f"post {number}", app.test_client().post(f"{SITE}/comments", headers=forwarded, **{kind: fields})
        )
        assert sent.status_code in (202, 303)
        receipt = sent.json["receipt"] if kind == "json" else sent.headers["Location"].split("/")[-1].split("?")[0]
        receipts.append(receipt)
        comment = newsroom.container.signer.read_receipt(receipt)
        assert comment is not None
        return comment

    def look(stage: str) -> None:
        for rule in app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.rule.startswith("/console") or rule.endpoint == "static":
                continue
            for receipt, comment in zip(receipts, comments, strict=True):
                path = re.sub("<receipt>", receipt, rule.rule.replace("<site>", "demo"))
                path = path.replace("<uuid:comment_id>", str(comment))
                path = path.replace("<token>", newsroom.container.signer.status_token(comment))
                for query in ("?thread=article-1&lang=ar", "?thread=article-1&order=newest"):
                    headers = {**forwarded, **(token if "/moderation/" in path else {}), "Accept": "text/html"}
                    if f"{stage} {path}{query}" not in seen:
                        note(f"{stage} {path}{query}", app.test_client().get(path + query, headers=headers))

    receipts: list[str] = []
    comments = [post("json", 1)]
    look("held")
    newsroom.clock.forward(minutes=2)
    newsroom.decide(comments[0], Action.APPROVE)
    comments.append(post("data", 2, body="ردّ قصير", parent=str(comments[0])))
    newsroom.decide(comments[1], Action.APPROVE)
    look("approved")
    report = f"{SITE}/comments/{comments[0]}/report"
    for kind in ("json", "data"):
        note(f"report by {kind}", app.test_client().post(report, headers=forwarded, **{kind: {"reason": "hate"}}))
    look("reported")
    newsroom.decide(comments[1], Action.REJECT, 2, "off_topic")
    look("one rejected")
    refused = {**FIELDS, "email": email, "name": ""}
    note("refused", app.test_client().post(f"{SITE}/comments", json=refused, headers=forwarded))
    return seen


def test_public_bytes_do_not_depend_on_the_address_or_the_network(fresh_urls: list[str]) -> None:
    first, *others = (lived_through(url, *person) for url, person in zip(fresh_urls, PEOPLE, strict=True))
    assert sum(b" 200 OK" in b" " + answer[:20] for answer in first.values()) > 40
    for other in others:
        assert other.keys() == first.keys()
        assert [what for what in first if first[what] != other[what]] == []


def test_a_typed_address_joins_nothing(newsroom: Newsroom) -> None:
    """The same name and address twice, without proof: two authors, two avatars, no public id in common."""
    for text in ("الأول", "الثاني"):
        newsroom.approved(body=text)
    one, two = newsroom.client().get(f"{SITE}/comments?thread=article-1").json["comments"]
    assert one["name"] == two["name"]
    shared = {k for k in one if one[k] == two[k]}
    assert shared == {"parent", "name", "website", "dir", "lang", "created_at", "edited_at", "staff"}
    ((authors, avatars, proofs),) = newsroom.sql(
        "SELECT count(DISTINCT author_id), count(DISTINCT comment.avatar), count(DISTINCT proof) "
        "FROM comment JOIN author ON author.id = author_id"
    )
    assert (authors, avatars, proofs) == (2, 2, 1)
    assert newsroom.sql("SELECT count(DISTINCT fingerprint) FROM contact") == [(1,)]


def test_a_guessed_address_gets_the_answer_every_other_address_gets(newsroom: Newsroom) -> None:
    """A stranger repeats a public comment word for word, trying addresses: the right one is answered like the wrong."""
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    client = newsroom.client()
    sent = {**FIELDS, "submission_id": "submission-id-of-the-form", "token": newsroom.form_token()}
    assert client.post(f"{SITE}/comments", json=sent).status_code == 201
    answers = [
        client.post(f"{SITE}/comments", json={**FIELDS, "email": email})
        for email in (FIELDS["email"], "somebody.else@example.org")
    ]
    told = (202, "created_at", "id", "receipt", "status", "status_token")
    assert {(a.status_code, *sorted(a.json)) for a in answers} == {told}
    assert len({a.json["status"] for a in answers}) == 1
