"""News of the desk: what colleagues have decided and what has come in, for the desk's script to ask again and again."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from service.domain.access import Permission
from service.domain.desk import VIEWS
from service.i18n import t
from service.queries import news, queue
from service.queries.history import DecisionView
from service.web.console.presenters import actor, capped
from service.web.console.session import Desk, at_desk
from service.web.context import container
from service.web.public import query


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/news")
    @at_desk
    def tell(desk: Desk) -> Response:
        """``since``: the mark of the answer before. 304 while nothing has changed; that costs two short looks."""
        desk.principal.require(Permission.READ_QUEUE)
        reader, site, since = container().reader, desk.site, query.one("since") or ""
        mark = reader.run(lambda s: news.mark_of(s, site.id))
        if request.if_none_match.contains(mark):
            return Response(status=304)
        told = reader.run(lambda s: news.news_since(s, site.id, since))
        counts = reader.run(lambda s: queue.view_counts(s, site.id))
        response = jsonify(
            {
                "mark": mark,
                "counts": {view: capped(counts[view]) for view in VIEWS},
                "decided": [_decided(desk, d) for d in told.decided],
                "cut": told.cut,
            }
        )
        response.set_etag(mark)
        response.headers["Cache-Control"] = "private, no-cache"
        return response


def _decided(desk: Desk, decision: DecisionView) -> dict[str, object]:
    return {
        "id": str(decision.id),
        "comment": str(decision.comment),
        "version": decision.version_after,
        "to": decision.after,
        "by": actor(decision, desk.language),
        "label": t(desk.language, f"notice.{decision.action}"),
    }
