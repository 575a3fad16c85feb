"""The discussion around a comment, on its page."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from markupsafe import Markup

from service.queries.context import Neighbour, context_of
from service.web.console.session import Desk
from service.web.context import container


def around(desk: Desk, comment_id: UUID) -> dict[str, object]:
    found = container().reader.run(lambda s: context_of(s, desk.site.id, comment_id))
    return {
        "before": [_shown(desk, other) for other in found.before],
        "behind": [_shown(desk, other) for other in found.behind],
        "more_before": found.more_before,
        "more_behind": found.more_behind,
    }


def _shown(desk: Desk, other: Neighbour) -> dict[str, object]:
    return {
        "name": other.name,
        "html": Markup(other.html),  # noqa: S704 - sanitised when it was stored
        "dir": other.direction,
        "lang": other.language,
        "created_at": other.created_at,
        "answered": other.answered,
        "url": f"/console/comments/{other.id}?{urlencode({'site': desk.site.slug})}",
    }
