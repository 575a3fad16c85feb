"""What is nearly the same and waits, decided at once: first shown, then decided exactly as it was shown.

The first text stands there whole, and of the others what is different in them. The decision is the sweep's.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint

from service.domain.access import Permission
from service.domain.desk import Ask
from service.queries import cards, clusters
from service.queries.clusters import MOST, Member
from service.text.bidi import visible
from service.text.difference import Piece, difference
from service.web.console.addresses import queue_url
from service.web.console.differing import shown
from service.web.console.session import Desk, at_desk
from service.web.console.sweep import choices, pack
from service.web.context import container
from service.web.public import query

#: Of a stretch that both texts have, so much is shown before and behind what is different.
_AROUND = 40
_LEFT_OUT = " … "
_SPACE = re.compile(r"\s+")


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/clusters/<uuid:comment_id>")
    @at_desk
    def cluster(desk: Desk, comment_id: UUID) -> str:
        desk.principal.require(Permission.DECIDE)
        reader, site = container().reader, desk.site
        # Another site's comment is not found.
        reader.run(lambda s: cards.get_card(s, site.id, comment_id))
        found = reader.run(lambda s: clusters.waiting(s, site.id, comment_id))
        chosen, members = query.one("do") or "", found.members
        # What is not shown to its end nobody has read.
        shown_whole = all(member.whole for member in members)
        return desk.page(
            "console/cluster.html",
            members=[_member(desk, member, members[0]) for member in members],
            more=found.more,
            most=MOST,
            items=pack(members),
            choices=[c for c in choices(desk.language, chosen) if shown_whole or c["value"] != "approve"],
            chosen=chosen,
            once=secrets.token_urlsafe(16),
            return_to=queue_url(site.slug, Ask()),
        )


def _member(desk: Desk, member: Member, first: Member) -> dict[str, object]:
    pieces = difference(first.text, member.text)
    same = all(piece.kind == "same" for piece in pieces)
    return {
        "name": member.name,
        "website": member.website,
        "text": visible(" ".join(member.text.split())) if member is first else None,
        "more": not member.whole,
        "same": same,
        "pieces": [] if same or member is first else shown(_shortened(pieces)),
        "dir": member.direction,
        "created_at": member.created_at,
        "thread": member.thread,
        "url": f"/console/comments/{member.id}?{urlencode({'site': desk.site.slug})}",
    }


def _shortened(pieces: list[Piece]) -> Iterator[Piece]:
    """What both texts have is read once already: of that the words beside a difference will do."""
    for at, piece in enumerate(pieces):
        text = _SPACE.sub(" ", piece.text)
        if piece.kind == "same":
            head = text[:_AROUND] if at else ""
            tail = text[-_AROUND:] if at < len(pieces) - 1 else ""
            if len(head) + len(tail) + len(_LEFT_OUT) < len(text):
                text = f"{head}{_LEFT_OUT}{tail}"
        yield Piece(piece.kind, text)
