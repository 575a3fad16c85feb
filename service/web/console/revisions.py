"""How the texts of one comment differ, each from the one before it."""

from __future__ import annotations

from uuid import UUID

from service.i18n import t
from service.queries import history
from service.queries.history import RevisionView
from service.text.difference import difference
from service.web.console.differing import shown
from service.web.console.session import Desk
from service.web.context import container


def texts_of(desk: Desk, comment_id: UUID) -> list[dict[str, object]]:
    """The comment's texts, oldest first; none when it has only the one that is on the page anyway."""
    found = container().reader.run(lambda s: history.revisions_of(s, desk.site.id, comment_id))
    if len(found) < 2:
        return []
    before = ["", *(view.text for view in found)]
    return [_item(view, earlier, desk.language) for view, earlier in zip(found, before, strict=False)]


def _item(view: RevisionView, earlier: str, language: str) -> dict[str, object]:
    """The first text has nothing to differ from: it is shown as it is."""
    pieces = difference(earlier if view.number > 1 else view.text, view.text)
    return {
        "number": view.number,
        "at": view.created_at,
        "redacted": view.redacted and {"by": view.redacted[0], "reason": t(language, f"reason.{view.redacted[1]}")},
        "who": t(language, "revisions.by_staff" if view.by_staff else "actor.reader"),
        "public": view.public,
        "dir": view.direction,
        "lang": view.language,
        "pieces": shown(pieces),
    }
