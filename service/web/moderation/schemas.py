"""Shapes of the moderation API. Error messages are codes of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from service.domain.moderation import ASKABLE, REASONS, REPORT_REASONS, Action, Status
from service.domain.site import THREAD_MODES
from service.domain.snapshot import timestamp
from service.queries.cards import Card
from service.queries.history import DecisionView
from service.screening.facts import Outcome
from service.usecases.decide_comments import MAX_ITEMS

CODES: dict[str, Any] = {"required": "required", "null": "required", "invalid": "not_text", "invalid_utf8": "not_text"}


class Text(fields.String):
    default_error_messages = {**CODES}  # noqa: RUF012


class ClientId(Text):
    """8 to 64 characters of base64url, chosen by the caller."""

    _pattern = re.compile(r"[A-Za-z0-9_-]{8,64}")

    def __init__(self) -> None:
        super().__init__(
            metadata={"description": "The same again gets the first answer", "pattern": "^[A-Za-z0-9_-]{8,64}$"}
        )

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, *args, **kwargs))
        if not self._pattern.fullmatch(text):
            raise ValidationError("client_id_invalid")
        return text


class Id(fields.UUID):
    default_error_messages = {**CODES, "invalid_uuid": "not_listed"}  # noqa: RUF012


class Whole(fields.Integer):
    """What JSON Schema calls an integer: ``4`` and ``4.0``, not ``"4"``, not ``true``."""

    default_error_messages = {**CODES, "invalid": "not_integer"}  # noqa: RUF012

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value != int(value):
            raise self.make_error("invalid", input=value)
        return int(value)


class RequestSchema(Schema):
    """What a program sends. Fields nobody asked for are dropped, on every level."""

    class Meta:
        unknown = EXCLUDE


class VersionSchema(RequestSchema):
    version = Whole(
        required=True,
        validate=validate.Range(1, 2**31 - 1, error="not_integer"),
        error_messages={"required": "version_required", "null": "version_required"},
        metadata={"description": "The version of the comment that was judged"},
    )
    client_id = ClientId()


class RejectSchema(VersionSchema):
    reason = Text(
        required=True,
        validate=validate.OneOf(REASONS, error="reason_unknown"),
        error_messages={"required": "reason_required", "null": "reason_required"},
    )


class ItemSchema(VersionSchema):
    comment = Id(required=True)
    action = Text(required=True, validate=validate.OneOf([a.value for a in ASKABLE], error="not_listed"))
    reason = Text(validate=validate.OneOf(REASONS, error="reason_unknown"))


class BatchSchema(RequestSchema):
    decisions = fields.List(
        fields.Nested(ItemSchema, error_messages={"type": "not_listed"}),
        required=True,
        validate=validate.Length(1, MAX_ITEMS, error="not_listed"),
        error_messages={**CODES, "invalid": "not_listed"},
    )


class UndoSchema(RequestSchema):
    client_id = ClientId()


class ThreadSchema(RequestSchema):
    url = Text(metadata={"description": "Under one of the site's origins"})
    title = Text()
    section = Text()
    state = Text(validate=validate.OneOf(["open", "closed"], error="not_listed"))
    mode = Text(
        validate=validate.OneOf(["", *THREAD_MODES], error="not_listed"),
        metadata={"description": "When comments appear there; empty for as on the whole site"},
    )


class DecisionSchema(Schema):
    id = fields.UUID(required=True)
    comment = fields.UUID(required=True)
    action = fields.String(required=True, validate=validate.OneOf(list(Action)))
    from_ = fields.String(required=True, data_key="from", validate=validate.OneOf(list(Status)))
    to = fields.String(required=True, validate=validate.OneOf(list(Status)))
    version = fields.Integer(required=True, metadata={"description": "The comment's version afterwards"})
    revision = fields.Integer(required=True)
    actor = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    undoes = fields.UUID(required=True, allow_none=True)
    at = fields.DateTime(required=True)


class ResultSchema(Schema):
    comment = fields.UUID(required=True)
    status = fields.Integer(required=True, metadata={"description": "200, or what this one alone would get"})
    decision = fields.Nested(DecisionSchema, allow_none=True)
    problem = fields.Dict(allow_none=True)


class BatchResultSchema(Schema):
    batch = fields.UUID(required=True)
    results = fields.List(fields.Nested(ResultSchema), required=True)


class FindingSchema(Schema):
    code = fields.String(required=True)
    rule = fields.String(required=True)
    check_version = fields.Integer(required=True)
    spans = fields.List(fields.List(fields.Integer()), required=True)
    outcome = fields.String(required=True, validate=validate.OneOf([outcome.code for outcome in Outcome]))


class ParentSchema(Schema):
    id = fields.UUID(required=True)
    status = fields.String(required=True)
    name = fields.String(required=True)
    text = fields.String(required=True)


class ThreadViewSchema(Schema):
    key = fields.String(required=True)
    url = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    section = fields.String()
    state = fields.String(required=True)
    mode = fields.String(allow_none=True)


class PublishedTextSchema(Schema):
    revision = fields.Integer(required=True)
    text = fields.String(required=True)
    html = fields.String(required=True)
    dir = fields.String(required=True)
    lang = fields.String(required=True, allow_none=True)


class CommentSchema(Schema):
    id = fields.UUID(required=True)
    status = fields.String(required=True)
    version = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    name = fields.String(required=True)
    website = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)
    html = fields.String(required=True)
    dir = fields.String(required=True)
    lang = fields.String(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    thread = fields.Nested(ThreadViewSchema, required=True)
    parent = fields.Nested(ParentSchema, required=True, allow_none=True)
    findings = fields.List(fields.Nested(FindingSchema), required=True)
    published = fields.Nested(
        PublishedTextSchema,
        required=True,
        allow_none=True,
        metadata={"description": "While an edit waits: the text readers still see. The others are of the edit"},
    )
    reports = fields.Dict(
        keys=fields.String(validate=validate.OneOf(REPORT_REASONS)),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Readers' reports since the last decision, by reason"},
    )


class QueueSchema(Schema):
    comments = fields.List(fields.Nested(CommentSchema), required=True)
    next = fields.String(required=True, allow_none=True)
    further = fields.Boolean(
        required=True, metadata={"description": "Nothing more found so far; `next` leads on through the rest"}
    )


class CommentWithHistorySchema(CommentSchema):
    history = fields.List(fields.Nested(DecisionSchema), required=True)


def decision_data(view: DecisionView) -> Mapping[str, object]:
    """A decision as JSON: only what was recorded, so that a repeat gives the same bytes."""
    return {
        "id": str(view.id),
        "comment": str(view.comment),
        "action": view.action,
        "from": view.before,
        "to": view.after,
        "version": view.version_after,
        "revision": view.revision,
        "actor": view.actor_label,
        "reason": view.reason,
        "undoes": str(view.undoes) if view.undoes else None,
        "at": timestamp(view.at),
    }


def card_data(card: Card, now: datetime) -> dict[str, object]:
    """A comment as moderators' programs get it. There is no address in it."""
    parent, shown = card.parent, card.published
    return {
        "id": str(card.id),
        "status": card.status,
        "version": card.version,
        "revision": card.revision,
        "name": card.name,
        "website": card.website,
        "text": card.text,
        "html": card.html,
        "dir": card.direction,
        "lang": card.language,
        "created_at": timestamp(card.created_at),
        "thread": {
            "key": card.thread_key,
            "url": card.thread_url,
            "title": card.thread_title,
            "state": card.thread_state(now),
        },
        "parent": parent
        and {"id": str(parent.id), "status": parent.status, "name": parent.name, "text": parent.text},
        "findings": [
            {
                "code": f.code,
                "rule": f.rule,
                "check_version": f.check_version,
                "spans": [list(s) for s in f.spans],
                "outcome": f.outcome,
            }
            for f in card.findings
        ],
        "published": shown
        and {
            "revision": shown.revision,
            "text": shown.text,
            "html": shown.html,
            "dir": shown.direction,
            "lang": shown.language,
        },
        "reports": dict(card.reports),
    }
