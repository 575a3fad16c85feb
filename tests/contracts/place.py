"""Places to call addresses at, and a digest of the whole database to see what a call has done."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from service.domain.access import ROLES, Principal
from service.domain.moderation import Action, Actor, ActorKind
from service.storage.schema import metadata
from service.usecases.decide_comments import DecisionRequest
from tests.newsroom import FIELDS, PASSWORD, Newsroom


class Place:
    """A site with a comment, a decision and a receipt of its own."""

    def __init__(self, room: Newsroom, slug: str = "demo") -> None:
        origins = {"origins": ["https://news.example"]}
        site = room.site if slug == "demo" else room.container.manage_sites.create(slug, slug, origins)
        submit = room.container.submit_comment.submit
        answer = submit(slug, {**FIELDS, "body": f"من {slug}"})
        decided = submit(slug, {**FIELDS, "body": f"قرار {slug}"})
        assert answer.comment is not None
        assert decided.comment is not None
        principal = Principal(Actor(ActorKind.POLICY, None, "x"), site.id, ROLES["admin"])
        request = DecisionRequest(decided.comment, Action.APPROVE, 1)
        decision = room.container.decide_comments.one(principal, request)
        self.comment, self.published = answer.comment, decided.comment
        self.values = {
            "site": slug,
            "receipt": str(answer.receipt),
            "token": room.container.signer.status_token(answer.comment),
            "comment_id": str(answer.comment),
            "decision_id": str(decision.id),
            "key": FIELDS["thread"],
            "filename": "shared/tokens.css",
        }

    def path(self, rule: str) -> str:
        # What nobody sees cannot be reported.
        values = {**self.values, "comment_id": str(self.published)} if rule.endswith("/report") else self.values
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], rule)


def signed_in(room: Newsroom) -> FlaskClient:
    client = room.client()
    assert client.post("/console/login", data={"login": "sara", "password": PASSWORD}).status_code == 303
    return client


def fingerprint(room: Newsroom, without: tuple[str, ...] = ()) -> dict[str, str]:
    """A digest of every table's rows."""

    def read(session: Any) -> dict[str, str]:
        found = {}
        for table in metadata.sorted_tables:
            if table.name not in without:
                rows = session.execute(select(table).order_by(*table.primary_key.columns)).all()
                found[table.name] = hashlib.sha256(repr(rows).encode()).hexdigest()
        return found

    return room.container.reader.run(read)
