"""The queue and one comment with its history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import jsonify

from service.domain.access import Permission, Principal
from service.domain.desk import FILTERS, MAX_FILTER, MAX_SEARCH, SORTS, VIEWS, read_ask
from service.queries import cards, history, queue
from service.web.api import ApiBlueprint, problems
from service.web.context import container
from service.web.moderation.auth import token_for
from service.web.moderation.schemas import CommentWithHistorySchema, QueueSchema, card_data, decision_data
from service.web.public import query
from service.web.public.schemas import parameter

PAGE_SIZE = 50
VIEW = parameter("view", "Which comments; pending when not given", enum=["", *VIEWS])
CURSOR = parameter("cursor", "From `next` of the page before", pattern="^([A-Za-z0-9_-]{14,27})?$")

SORT = parameter("sort", "Most urgent, oldest or newest first; the view's own when not given", enum=["", *SORTS])
SEARCH = parameter("search", "Words, and operators such as `author:` or `from:2026-11-01`", maxLength=MAX_SEARCH)
MORE = [parameter(name, f"Filter: {name}", maxLength=MAX_FILTER) for name in FILTERS]


def register(blueprint: ApiBlueprint) -> None:
    @blueprint.route("/v1/moderation/queue", methods=["GET"])
    @blueprint.doc(summary="A page of the queue", operationId="queue", parameters=[VIEW, CURSOR, SORT, SEARCH, *MORE])
    @blueprint.response(200, QueueSchema)
    @problems(400, 422)
    @token_for(blueprint, Permission.READ_QUEUE)
    def show(principal: Principal) -> Any:
        """Pending: the oldest first. Otherwise the latest first. `edits` and `reported` are looks at what is published.
        Never an address.
        """
        asked = {name: query.one(name) or "" for name in ("sort", "search", *FILTERS)}
        ask, cursor = read_ask({**asked, "view": query.one_of("view", VIEWS, "pending")}), query.one("cursor")
        page = container().reader.run(
            lambda s: queue.queue_page(s, principal.site_id, ask, cursor, PAGE_SIZE)
        )
        now = container().clock()
        found = [card_data(card, now) for card in page.cards]
        return jsonify({"comments": found, "next": page.next, "further": page.further})

    @blueprint.route("/v1/moderation/comments/<uuid:comment_id>", methods=["GET"])
    @blueprint.doc(summary="One comment with its history", operationId="comment")
    @blueprint.response(200, CommentWithHistorySchema)
    @problems(404)
    @token_for(blueprint, Permission.READ_QUEUE)
    def comment(principal: Principal, comment_id: UUID) -> Any:
        """Findings, what it answers, and every decision about it."""
        card = container().reader.run(lambda s: cards.get_card(s, principal.site_id, comment_id))
        past = container().reader.run(lambda s: history.history_of(s, principal.site_id, comment_id))
        return jsonify({**card_data(card, container().clock()), "history": [decision_data(d) for d in past]})
