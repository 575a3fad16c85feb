"""The queue page and the page of one comment."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, g, request

from service.domain.access import Permission
from service.domain.desk import FILTERS, VIEWS, Ask, read_ask
from service.domain.errors import InvalidError
from service.i18n import t
from service.queries import cards, history, leased, queue
from service.web.console.addresses import queue_url
from service.web.console.around import around
from service.web.console.batches import batch_links, is_batch
from service.web.console.find import find_form
from service.web.console.leases import lease_lines
from service.web.console.notes import NOTHING, Typed, written_on
from service.web.console.outcome import told
from service.web.console.presenters import actions_of, capped, history_item, item, notice, reasons, undo_offer
from service.web.console.revisions import texts_of
from service.web.console.searches import kept
from service.web.console.session import Desk, at_desk
from service.web.console.together import stayed
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
        ask, problem = _asked()
        cursor = None if problem else query.one("cursor")
        now, reader, site = container().clock(), container().reader, desk.site
        shown = "1" if query.one("held") == "1" else ""
        leases = reader.run(lambda s: leased.leased_in(s, site.id, ask, desk.moderator.id, now))
        without = () if shown else leases.held
        page = reader.run(lambda s: queue.queue_page(s, site.id, ask, cursor, without=without, collapsed=True))
        counts = reader.run(lambda s: queue.view_counts(s, site.id))
        return desk.page(
            "console/queue.html",
            view=ask.view,
            views=[_view(desk, name, counts[name], name == ask.view) for name in VIEWS],
            items=[item(card, desk.language, now, site.slug) for card in page.cards],
            batch_actions=actions_of(page.cards),
            batches=batch_links(desk, ask, counts["pending"]),
            as_list=is_batch(ask),
            next_url=_address(desk, ask, cursor=page.next, held=shown) if page.next else None,
            further=page.further,
            first_url=_address(desk, ask, held=shown) if cursor else None,
            find=find_form(desk.language, ask, query.one("search") or ""),
            asked={"view": ask.view, "sort": ask.sort, **ask.given()},
            kept=kept(desk, ask),
            plain_url=_address(desk, Ask(ask.view)),
            undo=undo_offer(desk, request.args.get("decided"), request.args.get("batch")),
            reasons=reasons(desk.language),
            return_to=_address(desk, ask, cursor=cursor, held=shown),
            leases=lease_lines(leases, page.cards, _address(desk, ask, held="" if shown else "1"), shown=bool(shown)),
            notice=problem or stayed(desk) or told(desk),
        )

    @blueprint.get("/comments/<uuid:comment_id>")
    @at_desk
    def comment(desk: Desk, comment_id: UUID) -> str:
        desk.principal.require(Permission.READ_QUEUE)
        return comment_page(desk, comment_id)


def comment_page(desk: Desk, comment_id: UUID, note: Typed | None = None, redaction: Typed | None = None) -> str:
    """The page of one comment; with what was typed into its form for a note, or into the one for a redaction, and what
    was wrong with it.
    """
    reader, site = container().reader, desk.site
    card, now = reader.run(lambda s: cards.get_card(s, site.id, comment_id)), container().clock()
    past = reader.run(lambda s: history.history_of(s, site.id, comment_id))
    return desk.page(
        "console/comment.html",
        item=item(card, desk.language, now, site.slug),
        history=[history_item(d, desk.language) for d in past],
        revisions=texts_of(desk, comment_id),
        reasons=reasons(desk.language),
        once=secrets.token_urlsafe(24) if card.status == "approved" and card.thread_state(now) == "open" else None,
        undo=undo_offer(desk, request.args.get("decided"), request.args.get("batch")),
        back_url=_address(desk, Ask(card.status if card.status in VIEWS else VIEWS[0])),
        return_to=f"/console/comments/{comment_id}?{urlencode({'site': site.slug})}",
        notice=told(desk),
        around=around(desk, comment_id),
        written=written_on(desk, comment_id, note),
        redaction=redaction or NOTHING,
    )


def _view(desk: Desk, name: str, count: int, current: bool) -> dict[str, object]:
    return {
        "name": name,
        "label": t(desk.language, f"view.{name}"),
        "count_label": capped(count),
        "url": _address(desk, Ask(name)),
        "current": current,
    }


def _asked() -> tuple[Ask, dict[str, str] | None]:
    """What the address asks for; where that cannot be read, the view as it is and a sentence that says why."""
    raw = {name: query.one(name) or "" for name in ("sort", "search", *FILTERS)}
    raw["view"] = query.one_of("view", VIEWS, "pending")
    try:
        return read_ask(raw), None
    except InvalidError as error:
        return Ask(raw["view"]), notice(g.lang, error.fields[0].code)


def _address(desk: Desk, ask: Ask, **more: str | None) -> str:
    return queue_url(desk.site.slug, ask, **more)
