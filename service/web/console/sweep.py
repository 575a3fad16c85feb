"""Everything of one author that waits, decided at once: first shown, then decided exactly as it was shown."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response

from service.domain.access import Permission
from service.domain.errors import FieldError, InvalidError, MalformedError
from service.domain.moderation import REASONS, Action
from service.i18n import t
from service.queries import authorship, cards
from service.queries.authorship import EXCERPT, MAX_SWEPT, Waiting
from service.queries.clusters import Member
from service.text.bidi import visible
from service.usecases.decide_comments import DecisionRequest
from service.web.console.answers import Made, answer
from service.web.console.presenters import item
from service.web.console.session import Desk, acting, at_desk
from service.web.console.together import named, together
from service.web.context import container
from service.web.public import query

AUTHOR, ADDRESS = "author", "address"
#: What can be decided on many at once: each with its reason, so that nothing has to be filled in besides.
_DECISIONS: Mapping[str, tuple[Action, str | None]] = {
    "approve": (Action.APPROVE, None),
    **{f"reject-{reason}": (Action.REJECT, reason) for reason in REASONS if reason != Action.SPAM},
    "spam": (Action.SPAM, None),
}
#: A comment and the version that was shown, 500 of them in less than 20 kB.
_ITEM = re.compile(r"([0-9a-f]{32})-([0-9]{1,9})")


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/authors/<uuid:comment_id>/sweep")
    @at_desk
    def preview_sweep(desk: Desk, comment_id: UUID) -> str:
        desk.principal.require(Permission.DECIDE)
        scope, reader, site = query.one_of("scope", (AUTHOR, ADDRESS), AUTHOR), container().reader, desk.site
        card = reader.run(lambda s: cards.get_card(s, site.id, comment_id))
        found = reader.run(lambda s: authorship.waiting(s, site.id, comment_id, address=scope == ADDRESS))
        asked = urlencode({"site": site.slug})
        offered = choices(desk.language, query.one("do") or "")
        # What is not shown to its end nobody has read.
        shown_whole = all(len(waiting.text) <= EXCERPT for waiting in found.items)
        return desk.page(
            "console/sweep.html",
            item=item(card, desk.language, container().clock(), site.slug),
            scope=scope,
            scopes=[_scope(desk, comment_id, name, name == scope) for name in (AUTHOR, ADDRESS)],
            waiting=[_waiting(desk, waiting) for waiting in found.items],
            more=found.more,
            most=MAX_SWEPT,
            items=pack(found.items),
            choices=[c for c in offered if shown_whole or c["value"] != "approve"],
            once=secrets.token_urlsafe(16),
            return_to=f"/console/authors/{comment_id}?{asked}",
        )

    @blueprint.post("/sweep")
    @acting
    def sweep(desk: Desk, form: Mapping[str, str]) -> Response:
        """Decides on the comments and versions in ``items``, which were on the page, and on no others. What has moved
        on since stays, and is counted. ``once`` makes a repeat harmless.
        """
        once, items = form.get("once", ""), unpack(form.get("items", ""))
        return answer(desk, form, lambda: _swept(desk, form.get("do", ""), items, once))


def choices(language: str, chosen: str = "") -> list[dict[str, object]]:
    """The decisions in words, one of them chosen already or none."""
    return [
        {"value": value, "label": _label(action, reason, language), "chosen": value == chosen}
        for value, (action, reason) in _DECISIONS.items()
    ]


def pack(items: Sequence[Waiting | Member]) -> str:
    """All of them in one field of a form."""
    return ".".join(f"{waiting.id.hex}-{waiting.version}" for waiting in items)


def unpack(packed: str) -> list[tuple[UUID, int]]:
    """What ``pack`` has put together; ``MalformedError`` for anything else, and for a comment named twice."""
    pairs = [_ITEM.fullmatch(part) for part in packed.split(".", MAX_SWEPT)] if packed else []
    found = {UUID(hex=pair[1]): int(pair[2]) for pair in pairs if pair}
    if len(found) != len(pairs) or len(found) > MAX_SWEPT:
        raise MalformedError("bad_parameter", public={"parameter": "items"})
    return list(found.items())


def _swept(desk: Desk, chosen: str, items: Sequence[tuple[UUID, int]], once: str) -> Made:
    action, reason = _choice(chosen)
    asked = [DecisionRequest(comment, action, version, reason) for comment, version in items]
    return together(desk, named(asked, once))


def _choice(chosen: str) -> tuple[Action, str | None]:
    if not chosen:
        raise InvalidError([FieldError("reason", "reason_required")])
    if chosen not in _DECISIONS:
        raise MalformedError("bad_parameter", public={"parameter": "do"})
    return _DECISIONS[chosen]


def _label(action: Action, reason: str | None, language: str) -> str:
    if reason is None:
        return t(language, f"action.{action}")
    return t(language, "sweep.reject", reason=t(language, f"reason.{reason}"))


def _scope(desk: Desk, comment_id: UUID, name: str, current: bool) -> dict[str, object]:
    asked = urlencode({"site": desk.site.slug, "scope": name})
    return {
        "label": t(desk.language, f"sweep.scope.{name}"),
        "url": f"/console/authors/{comment_id}/sweep?{asked}",
        "current": current,
    }


def _waiting(desk: Desk, waiting: Waiting) -> dict[str, object]:
    return {
        "name": waiting.name,
        "excerpt": visible(" ".join(waiting.text[:EXCERPT].split())),
        "more": len(waiting.text) > EXCERPT,
        "dir": waiting.direction,
        "created_at": waiting.created_at,
        "thread": waiting.thread,
        "url": f"/console/comments/{waiting.id}?{urlencode({'site': desk.site.slug})}",
    }
