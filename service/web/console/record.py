"""The record: who decided what, when and why; one's own newest decisions first, with the way to undo them."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, request

from service.domain.access import Permission
from service.domain.errors import MalformedError
from service.domain.moderation import Action
from service.i18n import t
from service.queries import record
from service.queries.record import Asked, Entry
from service.text.bidi import visible
from service.web.console.presenters import actor, history_item, notice, undo_offer
from service.web.console.session import Desk, at_desk
from service.web.context import container
from service.web.public import query

ME, ALL = "me", "all"
EXCERPT = 160


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/record")
    @at_desk
    def show_record(desk: Desk) -> str:
        desk.principal.require(Permission.READ_QUEUE)
        asked, cursor = _asked(desk), query.one("cursor")
        reader, site = container().reader, desk.site.id
        page = reader.run(lambda s: record.record_page(s, site, asked, cursor))
        people = reader.run(lambda s: record.people_of(s, site))
        return desk.page(
            "console/record.html",
            entries=[_item(entry, desk) for entry in page.entries],
            choice=_choice(desk, asked, people, page.entries),
            actions=[{"code": a.value, "label": t(desk.language, f"action.{a}")} for a in Action],
            searched=page.searched,
            one_batch=asked.batch is not None,
            next_url=_here(cursor=page.next) if page.next else None,
            first_url=_here() if cursor else None,
            return_to=_here(**({"cursor": cursor} if cursor else {})),
            undo=undo_offer(desk, request.args.get("decided")),
            notice=notice(desk.language, request.args.get("problem")),
        )


def _asked(desk: Desk) -> Asked:
    """Of one batch all of it, whoever's it is."""
    by, batch = query.one("by") or ME, query.one("batch")
    return Asked(
        actor=None if batch or by == ALL else desk.moderator.id if by == ME else _id("by", by),
        action=query.one_of("action", ["", *(a.value for a in Action)], "") or None,
        first=_day("from"),
        last=_day("to"),
        batch=_id("batch", batch) if batch else None,
    )


def _item(entry: Entry, desk: Desk) -> dict[str, object]:
    decision, group, language = entry.decision, entry.together, desk.language
    mine = decision.actor_id == desk.principal.actor.id
    may = Permission.DECIDE in desk.principal.permissions and (mine or desk.site.role == "admin")
    before, reason = (group.before, group.reason) if group else (decision.before, decision.reason)
    return {
        **history_item(decision, language),
        "id": str(decision.id),
        "from_label": t(language, f"status.{before}") if before else None,
        "reason_label": t(language, f"reason.{reason}") if reason else None,
        "judged": decision.version,
        "revision": decision.revision,
        "name": entry.name,
        "excerpt": visible(" ".join(entry.text[:EXCERPT].split())),
        "more": len(entry.text) > EXCERPT,
        "dir": entry.direction,
        "url": f"/console/comments/{decision.comment}?{urlencode({'site': desk.site.slug})}",
        "actor_url": _other(by=str(decision.actor_id)) if decision.actor_id and not mine else None,
        "undone": entry.undone
        and {**history_item(entry.undone, language), "actor": actor(entry.undone, language)},
        "may_undo": may and (group.undoable > 0 if group else entry.undoable),
        "together": group
        and {
            "batch": str(group.batch),
            "label": t(language, f"record.together.{decision.action}", count=group.count),
            "left": t(language, "record.left", count=group.undoable) if group.undoable < group.count else None,
            "url": _other(batch=str(group.batch)),
        },
    }


def _choice(desk: Desk, asked: Asked, people: object, entries: tuple[Entry, ...]) -> dict[str, object]:
    """What the filter stands at, with the people to choose from: whoever is asked for is among them."""
    me = desk.moderator.id
    options = [{"value": str(i), "label": name} for i, name in people if i != me]  # type: ignore[attr-defined]
    by = ALL if asked.actor is None else ME if asked.actor == me else str(asked.actor)
    if by not in (ALL, ME, *(o["value"] for o in options)):
        label = entries[0].decision.actor_label if entries else t(desk.language, "record.somebody")
        options.append({"value": by, "label": label})
    return {
        "by": by,
        "people": options,
        "action": asked.action or "",
        "first": asked.first.isoformat() if asked.first else "",
        "last": asked.last.isoformat() if asked.last else "",
    }


def _here(**more: str) -> str:
    """This page with the same filters, from its beginning or from ``cursor``."""
    kept = {k: v for k in ("site", "by", "action", "from", "to", "batch") if (v := query.one(k))}
    return f"/console/record?{urlencode({**kept, **more})}"


def _other(**asked: str) -> str:
    site = query.one("site")
    return f"/console/record?{urlencode({**({'site': site} if site else {}), **asked})}"


def _id(name: str, value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise MalformedError("bad_parameter", public={"parameter": name}) from None


def _day(name: str) -> date | None:
    """A day as a browser's date field sends it."""
    value = query.one(name)
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise MalformedError("bad_parameter", public={"parameter": name}) from None
    if not 1970 <= day.year < 9999:
        raise MalformedError("bad_parameter", public={"parameter": name})
    return day
