"""The page of an author, found by one of the comments: what is proven to be theirs and, apart, the same address."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, request

from service.domain.access import Permission
from service.queries import authorship, cards
from service.queries.authorship import Listed
from service.web.console.level import level_changes
from service.web.console.notes import written_on
from service.web.console.outcome import told
from service.web.console.presenters import history_item, item, undo_offer
from service.web.console.session import Desk, at_desk
from service.web.console.sweep import choices
from service.web.console.together import stayed
from service.web.context import container
from service.web.public import query


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/authors/<uuid:comment_id>")
    @at_desk
    def author(desk: Desk, comment_id: UUID) -> str:
        """``cursor`` is a place among the author's own comments, ``same`` one among those of the same address."""
        desk.principal.require(Permission.READ_QUEUE)
        reader, site, now = container().reader, desk.site, container().clock()
        cursor, same = query.one("cursor"), query.one("same")
        card = reader.run(lambda s: cards.get_card(s, site.id, comment_id))
        own = reader.run(lambda s: authorship.own_comments(s, site.id, comment_id, cursor))
        shared = reader.run(lambda s: authorship.same_address(s, site.id, comment_id, same))
        return desk.page(
            "console/author.html",
            item=item(card, desk.language, now, site.slug),
            own=_list(desk, own, now),
            shared=_list(desk, shared, now),
            own_next=_here(desk, comment_id, cursor=own.next),
            shared_next=_here(desk, comment_id, same=shared.next, part="same-address"),
            first_url=_here(desk, comment_id, first=True) if cursor or same else None,
            choices=choices(desk.language),
            levels=level_changes(desk, comment_id),
            noted=written_on(desk, comment_id)[-1],
            undo=undo_offer(desk, request.args.get("decided"), request.args.get("batch")),
            return_to=_here(desk, comment_id, first=True),
            notice=stayed(desk) or told(desk),
        )


def _list(desk: Desk, listed: Listed, now: datetime) -> list[dict[str, object]]:
    return [
        {
            **item(card, desk.language, now, desk.site.slug),
            "decision": history_item(decision, desk.language) if decision else None,
        }
        for card, decision in listed.entries
    ]


def _here(
    desk: Desk,
    comment_id: UUID,
    *,
    cursor: str | None = None,
    same: str | None = None,
    part: str = "",
    first: bool = False,
) -> str | None:
    """The page from a place on; without one there is no such page, unless it is the ``first``."""
    places = {name: place for name, place in (("cursor", cursor), ("same", same)) if place}
    if not places and not first:
        return None
    asked = urlencode({"site": desk.site.slug, **places})
    return f"/console/authors/{comment_id}?{asked}{'#' + part if part else ''}"
