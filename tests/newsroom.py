"""A newsroom to test with: a site, a moderator, a token, and short ways to do what readers and moderators do."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import text
from werkzeug.test import TestResponse

from service.app import create_app
from service.bootstrap import Container
from service.domain.access import ROLES, SCOPES, Principal
from service.domain.moderation import Action, Actor, ActorKind
from service.settings import Settings
from service.storage.decisions import Decision
from service.usecases.decide_comments import DecisionRequest
from service.usecases.submit_comment import Answer

ORIGIN = "https://news.example"
PASSWORD = "correct-horse-battery"
URL = f"{ORIGIN}/a/1"
FIELDS = {
    "thread": "article-1",
    "url": URL,
    "title": "نهر بين سدّين",
    "name": "سلمى",
    "email": "salma@example.org",
    "body": "تحليل متوازن، شكرًا.",
}
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905


def word() -> str:
    """One that no text had before, of letters alone: numbers are no difference between two texts."""
    return secrets.token_hex(6).translate(str.maketrans("0123456789", "ghijklmnop"))


class _Compiled(BytecodeCache):
    """Templates once compiled, for all applications of a run."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self.known.get(bucket.key + bucket.checksum):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


class SetClock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def settings_for(database_url: str, **changes: object) -> Settings:
    """Settings with fixed keys and limits nobody meets by accident."""
    settings = Settings(
        database_url=database_url,
        secret_key="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        index_key="HxAREhMUFRYXGBkaGxwdHgABAgMEBQYHCAkKCwwNDg8",
        vault_keys="k1:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA",
        public_url="http://taliq.test",
        rate_minute=100_000,
        rate_hour=1_000_000,
        rate_site_minute=1_000_000,
    )
    return replace(settings, **changes)  # type: ignore[arg-type]


class Newsroom:
    def __init__(self, container: Container, clock: SetClock, **policy: str) -> None:
        self.container, self.clock = container, clock
        self.site = container.manage_sites.create("demo", "صحيفة", {"origins": [ORIGIN], **policy})
        self.moderator = container.manage_staff.create_moderator("sara", "سارة", PASSWORD, "admin", ["demo"])
        actor = Actor(ActorKind.MODERATOR, self.moderator.id, self.moderator.name)
        self.principal = Principal(actor, self.site.id, ROLES["admin"])

    def app(self) -> Flask:
        app = create_app(self.container)
        app.jinja_env.bytecode_cache = _COMPILED
        app.testing = False
        app.test_client_class = StrictClient
        return app

    def client(self) -> FlaskClient:
        return self.app().test_client()

    def token(self, *scopes: str) -> dict[str, str]:
        """The headers of a fresh token; every scope when none is named."""
        names = scopes or SCOPES
        return {"Authorization": f"Bearer {self.container.manage_staff.create_token('demo', 'bot', names, 30).secret}"}

    def submit(self, **fields: object) -> Answer:
        sent = {**FIELDS, **fields}
        sent.setdefault("token", self.form_token(str(sent["thread"])))
        sent.setdefault("submission_id", secrets.token_urlsafe(24))
        network = sent.pop("network", None)
        return self.container.submit_comment.submit("demo", sent, str(network) if network else None)

    def form_token(self, thread: str = FIELDS["thread"], seconds: float = 60) -> str:
        """What stands in a form that a reader has had before them for so long."""
        return self.container.signer.form_token(self.site.id, thread, self.clock() - timedelta(seconds=seconds))

    def pending(self, **fields: object) -> UUID:
        """The id of a new pending comment, with a text of its own unless one is given."""
        fields.setdefault("body", f"تعليق {word()}")
        answer = self.submit(**fields)
        assert answer.comment is not None
        return answer.comment

    def approved(self, **fields: object) -> UUID:
        comment = self.pending(**fields)
        self.decide(comment, Action.APPROVE)
        return comment

    def decide(
        self, comment: UUID, action: Action, version: int = 1, reason: str | None = None, **more: str
    ) -> Decision:
        request = DecisionRequest(comment, action, version, reason, **more)
        return self.container.decide_comments.one(self.principal, request)

    def sql(self, statement: str, **params: object) -> list[tuple[object, ...]]:
        """Rows straight from the database, for looking behind the service's back."""
        return self.container.reader.run(
            lambda s: [tuple(row) for row in s.execute(text(statement), params)]
        )


class StrictClient(FlaskClient):
    """A client that parses every HTML answer and refuses one whose tags do not close."""

    def open(self, *args: object, **kwargs: object) -> TestResponse:
        response = super().open(*args, **kwargs)  # type: ignore[arg-type]
        if response.mimetype == "text/html" and response.data and response.status_code // 100 != 3:
            _Checker().check(response.get_data(as_text=True))
        elif "json" in (response.mimetype or "") and response.data:
            json.loads(response.data)
        return response


class _Checker(HTMLParser):
    def check(self, html: str) -> None:
        self.open_tags: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open_tags, f"not closed: {self.open_tags}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice in <{tag}>"
        assert not any(n.startswith("on") or n == "style" for n in names), f"inline script or style in <{tag}>"
        if tag not in _VOID:
            self.open_tags.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open_tags.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags, f"</{tag}> closes nothing"
        opened = self.open_tags.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"
