"""The decision log, for programs that keep it."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from marshmallow import Schema, fields

from service.domain.access import Permission, Principal
from service.queries import decision_stream
from service.web.api import ApiBlueprint, problems
from service.web.context import container
from service.web.moderation.auth import token_for
from service.web.public import query
from service.web.public.schemas import parameter

PAGE_SIZE = 500
CURSOR = parameter("cursor", "From `next` of the page before", pattern="^([A-Za-z0-9_-]{23})?$")


class LogRowSchema(Schema):
    id = fields.UUID(required=True)
    site_id = fields.UUID(required=True)
    subject_kind = fields.String(required=True)
    subject_id = fields.UUID(required=True, metadata={"description": "The comment"})
    action = fields.String(required=True)
    from_status = fields.String(required=True)
    to_status = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "The one that was judged"})
    version_after = fields.Integer(required=True)
    revision = fields.Integer(required=True, metadata={"description": "The text that was judged"})
    published_before = fields.Integer(required=True, allow_none=True)
    published_after = fields.Integer(required=True, allow_none=True)
    actor_kind = fields.String(required=True)
    actor_id = fields.UUID(required=True, allow_none=True)
    actor_label = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    batch = fields.UUID(required=True, allow_none=True)
    client_id = fields.String(required=True, allow_none=True)
    undoes = fields.UUID(required=True, allow_none=True)
    at = fields.DateTime(required=True)
    prev_hash = fields.String(
        required=True, metadata={"description": "`hash` of the comment's decision before; 64 zeros for its first"}
    )
    hash = fields.String(
        required=True,
        metadata={"description": "SHA-256 of the values above as one compact JSON array, in this order, in UTF-8"},
    )


class LogSchema(Schema):
    decisions = fields.List(fields.Nested(LogRowSchema), required=True)
    next = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Leads on, also from the end: ask again later. Null while there is nothing"},
    )


def register(blueprint: ApiBlueprint) -> None:
    @blueprint.route("/v1/moderation/decisions/log", methods=["GET"])
    @blueprint.doc(summary="The decision log, oldest first", operationId="log", parameters=[CURSOR])
    @blueprint.response(200, LogSchema)
    @problems(400)
    @token_for(blueprint, Permission.READ_QUEUE)
    def log(principal: Principal) -> Any:
        """Every decision once, up to a minute ago. Codes, ids and names of staff; nothing a reader wrote."""
        cursor, now = query.one("cursor"), container().clock()
        page = container().reader.run(
            lambda s: decision_stream.log_page(s, principal.site_id, cursor, now, PAGE_SIZE)
        )
        return jsonify({"decisions": page.rows, "next": page.next})
