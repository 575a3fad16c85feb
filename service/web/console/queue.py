"""The queue page and the page of one comment."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, request

from service.domain.access import Permission
from service.i18n import t
from service.queries import history, queue
from service.queries.queue import COUNT_CAP, VIEWS
from service.web.console.presenters import history_item, item, notice, reasons, undo_offer
from service.web.console.session import Desk, at_desk
from service.web.context import container
from service.web.public import query
from service.web.rendering import see_other


def register(blueprint: Blueprint) -> None:
    @blueprint.get("")
    def entrance() -> Response:
        return see_other("/console/")

    @blueprint.get("/")
    @at_desk
    def show(desk: Desk) -> str:
        desk.principal.require(Permission.READ_QUEUE)
        view, cursor = query.one_of("view", VIEWS, "pending"), query.one("cursor")
        now, reader, site = container().clock(), container().reader, desk.site
        page = reader.run(lambda s: queue.queue_page(s, site.id, view, cursor))
        counts = reader.run(lambda s: queue.view_counts(s, site.id))
        return desk.page(
            "console/queue.html",
            view=view,
            views=[_view(desk, name, counts[name], name == view) for name in VIEWS],
            items=[item(card, desk.language, now, site.slug) for card in page.cards],
            next_url=_address(desk, view, page.next) if page.next else None,
            first_url=_address(desk, view) if cursor else None,
            undo=undo_offer(desk, request.args.get("decided")),
            reasons=reasons(desk.language),
            return_to=_address(desk, view, cursor),
            notice=notice(desk.language, request.args.get("problem")),
        )

    @blueprint.get("/comments/<uuid:comment_id>")
    @at_desk
    def comment(desk: Desk, comment_id: UUID) -> str:
        desk.principal.require(Permission.READ_QUEUE)
        reader, site = container().reader, desk.site
        card = reader.run(lambda s: queue.get_card(s, site.id, comment_id))
        past = reader.run(lambda s: history.history_of(s, site.id, comment_id))
        return desk.page(
            "console/comment.html",
            item=item(card, desk.language, container().clock(), site.slug),
            history=[history_item(d, desk.language) for d in past],
            reasons=reasons(desk.language),
            once=secrets.token_urlsafe(24) if card.status == "approved" and card.thread_state == "open" else None,
            undo=undo_offer(desk, request.args.get("decided")),
            back_url=_address(desk, card.status if card.status in VIEWS else VIEWS[0]),
            return_to=f"/console/comments/{comment_id}?{urlencode({'site': site.slug})}",
            notice=notice(desk.language, request.args.get("problem")),
        )


def _view(desk: Desk, name: str, count: int, current: bool) -> dict[str, object]:
    capped = f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}"
    return {
        "name": name,
        "label": t(desk.language, f"view.{name}"),
        "count_label": capped,
        "url": _address(desk, name),
        "current": current,
    }


def _address(desk: Desk, view: str, cursor: str | None = None) -> str:
    named = {"site": desk.site.slug, "view": view, **({"cursor": cursor} if cursor else {})}
    return f"/console/?{urlencode(named)}"
