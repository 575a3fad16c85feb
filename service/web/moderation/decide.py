"""Decisions: one, many, undone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import jsonify

from service.domain.access import Permission, Principal
from service.domain.moderation import ASKABLE, Action
from service.queries.history import view_of
from service.usecases.decide_comments import DecisionRequest, Outcome
from service.web.api import ApiBlueprint, problems
from service.web.context import answer_language, container
from service.web.errors import problem, status_of
from service.web.moderation.auth import token_for
from service.web.moderation.schemas import (
    BatchResultSchema,
    BatchSchema,
    DecisionSchema,
    RejectSchema,
    UndoSchema,
    VersionSchema,
    decision_data,
)

_SUMMARIES = {
    Action.APPROVE: "Approve a comment",
    Action.REJECT: "Reject a comment, with a reason",
    Action.SPAM: "Mark a comment as spam",
    Action.REOPEN: "Send a comment back to pending",
}


def register(blueprint: ApiBlueprint) -> None:
    for action in ASKABLE:
        _register_action(blueprint, action)

    @blueprint.route("/v1/moderation/decisions", methods=["POST"])
    @blueprint.doc(summary="Decide many comments at once", operationId="decideMany")
    @blueprint.response(200, BatchResultSchema)
    @problems(400, 413, 415, 422)
    @token_for(blueprint, Permission.DECIDE)
    @blueprint.arguments(BatchSchema)
    def decide_many(principal: Principal, body: dict[str, Any]) -> Any:
        """At most 500. Each is decided by itself: one that has changed meanwhile says so and stops no other."""
        requests = [DecisionRequest(**item) for item in _typed(body["decisions"])]
        batch, outcomes = container().decide_comments.many(principal, requests)
        return jsonify({"batch": str(batch), "results": [_result(o) for o in outcomes]})

    @blueprint.route("/v1/moderation/decisions/<uuid:decision_id>/undo", methods=["POST"])
    @blueprint.doc(summary="Undo a decision", operationId="undo")
    @blueprint.response(200, DecisionSchema)
    @problems(400, 404, 409, 413, 415, 422)
    @token_for(blueprint, Permission.DECIDE)
    @blueprint.arguments(UndoSchema)
    def undo(principal: Principal, body: dict[str, Any], decision_id: UUID) -> Any:
        """A decision of its own that leads back. Only a comment's latest decision can be undone."""
        undone = container().undo_decision.undo(principal, decision_id, body.get("client_id"))
        return jsonify(decision_data(view_of(undone)))


def _register_action(blueprint: ApiBlueprint, action: Action) -> None:
    schema = RejectSchema if action is Action.REJECT else VersionSchema

    @blueprint.route(
        f"/v1/moderation/comments/<uuid:comment_id>/{action.value}",
        methods=["POST"],
        endpoint=f"decide_{action.value}",
    )
    @blueprint.doc(summary=_SUMMARIES[action], operationId=action.value)
    @blueprint.response(200, DecisionSchema)
    @problems(400, 404, 409, 413, 415, 422)
    @token_for(blueprint, Permission.DECIDE)
    @blueprint.arguments(schema)
    def decide(principal: Principal, body: dict[str, Any], comment_id: UUID) -> Any:
        """With the version that was judged. 409 with the current state when the comment has changed since."""
        request = DecisionRequest(comment=comment_id, action=action, **body)
        return jsonify(decision_data(view_of(container().decide_comments.one(principal, request))))


def _typed(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**item, "action": Action(item["action"])} for item in items]


def _result(outcome: Outcome) -> dict[str, object]:
    result: dict[str, object] = {"comment": str(outcome.request.comment), "status": 200}
    if outcome.decision is not None:
        return {**result, "decision": decision_data(view_of(outcome.decision)), "problem": None}
    assert outcome.error is not None
    return {
        **result,
        "status": status_of(outcome.error),
        "decision": None,
        "problem": problem(outcome.error, answer_language("en")),
    }
